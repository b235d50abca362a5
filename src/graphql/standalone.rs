//! An app's data by itself: its tables from a folder, its rows in one file, documents in and JSON out, without a server,
//! a visitor or a queue. What the benches measure; a running app has [`super::Executor`] itself.

use std::path::Path;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::execute::{Executor, Request};
use super::world::World;
use crate::app::App;
use crate::records::Records;

/// The app of a folder and the data of a file.
#[derive(Debug)]
pub struct StandaloneData {
    app: App,
    records: Records,
    executor: Executor,
}

/// Why there is nothing to ask.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot load the app")]
    App(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("cannot open the data")]
    Data(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StandaloneData {
    /// The app below `root`; a file of it that does not load is left out. `database` is created if it is missing.
    ///
    /// # Errors
    /// There is no app, or the file is not a database of ours.
    pub fn open(root: &Path, database: &Path) -> Result<Self, OpenError> {
        let (app, _) = App::load(root, None).map_err(|error| OpenError::App(error.into()))?;
        let records = Records::open(database).map_err(|error| OpenError::Data(error.into()))?;
        Ok(Self { app, records, executor: Executor::default() })
    }

    /// `data` and, where something failed, `errors`, as they go to a client.
    pub fn execute(&self, document: &str, variables: Map<String, Json>) -> Json {
        let mut data = self.records.data(None);
        let mut world = World::of_data(&self.app, &mut data, Timestamp::now());
        let answer = self.executor.execute(&Request { document, variables, operation: None }, &mut world);
        let mut shown = Map::new();
        shown.extend(answer.data.map(|data| ("data".to_owned(), Json::Object(data))));
        if !answer.errors.is_empty() {
            shown.insert("errors".to_owned(), serde_json::json!(answer.errors));
        }
        Json::Object(shown)
    }
}
