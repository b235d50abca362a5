//! The app's migrations at the start of a run, before anybody else reads or writes. One that fails stops those after it,
//! not the server: it is told, and runs again when its file is saved.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::news::{self, News};
use super::{Error, blocking};
use crate::migrations::{self, Migrator};
use crate::server::Live;

/// How the migrations of a start ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Migrated {
    /// All are done, or none was to run.
    All,
    /// One failed.
    Partly,
}

pub(super) async fn pending(
    migrator: &Migrator,
    live: &Live,
    news: &mpsc::Sender<News>,
) -> Result<Migrated, Error> {
    let (migrator, engine) = (migrator.clone(), live.engine());
    match blocking("running the migrations", move || migrator.run_pending(&engine)).await? {
        Ok(()) => Ok(Migrated::All),
        Err(migrations::Error::Failed { problem, .. }) => {
            news::tell(news, News::Problem(Arc::unwrap_or_clone(problem))).await;
            Ok(Migrated::Partly)
        }
        Err(error) => Err(error.into()),
    }
}
