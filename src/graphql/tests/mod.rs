//! Documents against a small app with real tables on disk and a real database.

mod app_files;
mod background_jobs;
mod customizations;
mod documents;
mod feeds;
mod geo;
mod imports;
mod limits;
mod lists;
mod model;
mod profiles;
mod records;
mod search;
mod users;

use std::fs;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use tempfile::TempDir;

use super::*;
use crate::app::App;
use crate::jobs::Queue;
use crate::records::{Constants, Data, Records};
use crate::store::{Database, Store};

/// An app with these files, and its data.
struct Fixture {
    root: TempDir,
    app: App,
    data: Data,
    session: Option<Session>,
    queue: Option<Queue>,
    executor: Executor,
    now: Timestamp,
}

impl Fixture {
    fn new(files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let (app, problems) = App::load(root.path(), None).unwrap();
        assert_eq!(problems, []);
        let store = Store::memory(Database::Data).unwrap();
        let data = Records::new(store.clone(), Constants::new(store)).data(None);
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        Self { root, app, data, session: None, queue: None, executor: Executor::default(), now }
    }

    /// The app with this file in place of what it was.
    fn declare(&mut self, path: &str, text: &str) {
        let file = self.root.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        (self.app, _) = App::load(self.root.path(), None).unwrap();
    }

    fn answer(&mut self, document: &str, variables: Json) -> Answer {
        let variables = match variables {
            Json::Object(variables) => variables,
            _ => Map::new(),
        };
        let now = self.now;
        let mut world = World {
            session: self.session.as_mut(),
            queue: self.queue.as_ref(),
            ..World::of_data(&self.app, &mut self.data, now)
        };
        self.executor.execute(&Request { document, variables, operation: None }, &mut world)
    }

    /// The data of a document that has no errors.
    #[track_caller]
    fn data(&mut self, document: &str, variables: Json) -> Json {
        let answer = self.answer(document, variables);
        assert_eq!(answer.errors, [], "{document}");
        Json::Object(answer.data.unwrap())
    }

    /// The messages of a document that fails.
    #[track_caller]
    fn errors(&mut self, document: &str, variables: Json) -> String {
        let answer = self.answer(document, variables);
        assert!(!answer.errors.is_empty(), "{document} has no errors");
        answer.errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn every_root_field_of_the_schema_is_answered() {
    let schema = schema::schema();
    let roots = ["RootQuery", "RootMutation"].iter().filter_map(|root| schema.get_object(root));
    let mut fields: Vec<&str> = roots.flat_map(|root| root.fields.keys()).map(|name| name.as_str()).collect();
    fields.sort_unstable();
    assert!(root::names().eq(fields));
}
