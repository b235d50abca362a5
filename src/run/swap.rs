//! What a new snapshot of the app goes through until it is served, whether it comes of a save or of a deploy: the tables of
//! the records follow its own, the cache forgets, requests that come from now on get it, its migrations run.

use std::sync::Arc;

use crate::app::{App, Problem};
use crate::check;
use crate::liquid::{Bindings, Engine};
use crate::logs::{Log, LoggedError, NewEntry};
use crate::migrations::{self, Migrator};
use crate::server::Live;

#[derive(Debug, Clone)]
pub(super) struct Swap {
    live: Live,
    bindings: Bindings,
    /// `None`: migrations are left alone.
    migrator: Option<Migrator>,
}

/// Compiles the app; what has not changed since `previous` is taken from there. Also what is wrong between its files.
pub(super) fn compile(app: App, previous: &Engine) -> Compiled {
    let (engine, problems) = Engine::compile(Arc::new(app), Some(previous));
    let between = check::between(&engine);
    Compiled { engine, problems, between }
}

pub(super) struct Compiled {
    pub(super) engine: Engine,
    /// Of templates.
    pub(super) problems: Vec<Problem>,
    pub(super) between: Vec<Problem>,
}

impl Swap {
    pub(super) fn new(live: Live, bindings: Bindings, migrator: Option<Migrator>) -> Self {
        Self { live, bindings, migrator }
    }

    /// What is served now.
    pub(super) fn engine(&self) -> Arc<Engine> {
        self.live.engine()
    }

    pub(super) fn log(&self) -> &Log {
        &self.bindings.log
    }

    /// Brings the records in line with tables that have changed.
    pub(super) fn adopt_tables(&self, app: &App) -> Vec<Problem> {
        let Some(graph) = &self.bindings.graph else { return Vec::new() };
        migrations::adopt(app, &graph.records).unwrap_or_else(|error| {
            let message = format!("the records do not follow its tables until the next start: {error}");
            vec![Problem::error("app/schema", message)]
        })
    }

    pub(super) fn serve(&self, engine: Engine) {
        self.live.replace(engine);
        self.bindings.cache.clear();
    }

    /// After a save: what failed before and has been corrected runs again, and what waits for it. Its lines are in the log
    /// already.
    pub(super) fn migrate_corrected(&self) -> Option<Problem> {
        let ran = self.migrator.as_ref()?.run_corrected(&self.live.engine());
        self.failed_migration(ran)
    }

    /// At a deploy: all that are not done run.
    pub(super) fn migrate_pending(&self, engine: &Engine) -> Option<Problem> {
        let ran = self.migrator.as_ref()?.run_pending(engine);
        self.failed_migration(ran)
    }

    fn failed_migration(&self, ran: Result<(), migrations::Error>) -> Option<Problem> {
        match ran {
            Ok(()) => None,
            Err(migrations::Error::Failed { problem, .. }) => Some(Arc::unwrap_or_clone(problem)),
            Err(error) => {
                self.log_failure("migrations", &error.to_string());
                None
            }
        }
    }

    pub(super) fn log_failure(&self, while_doing: &str, message: &str) {
        let error = LoggedError { message: message.to_owned(), stack: Vec::new() };
        self.bindings.log.append(NewEntry::system(while_doing).failed(error));
    }
}
