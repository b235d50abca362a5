//! Runs the migrations of the app: each once, in the order of their timestamps, alone in one transaction that also notes
//! that it is done. The first failure stops the rest. A room of its own because both the start of a run and the server's
//! clients ask for it. Also what a change of the app's tables does to the records that are there.

mod error;
mod tables;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use crate::app::{App, Format, Migration, MigrationTimestamp};
use crate::liquid::{Bindings, Engine, Graph, Origin, Scope};
use crate::logs::{LoggedError, NewEntry};
use crate::records::MigrationRun;

pub(crate) use error::Error;
pub(crate) use tables::adopt;

/// Handle to the migrations of one installation. Clone = the same: only one migration runs at a time.
#[derive(Debug, Clone)]
pub(crate) struct Migrator {
    bindings: Bindings,
    graph: Graph,
    settings: Arc<Settings>,
    turn: Arc<Mutex<()>>,
}

/// What a migration sees and how long it may take.
#[derive(Debug)]
pub(crate) struct Settings {
    /// `context.environment`
    pub(crate) environment: String,
    /// For absolute URLs in what a migration writes.
    pub(crate) base_url: String,
    /// It holds up everyone who writes, so it must end.
    pub(crate) time_limit: Duration,
}

/// One migration as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) timestamp: String,
    pub(crate) name: String,
    pub(crate) state: State,
    pub(crate) error: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Pending,
    Done,
    /// Its last run failed; it can be run again.
    Error,
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Error => "error",
        }
    }
}

impl Migrator {
    pub(crate) fn new(bindings: Bindings, graph: Graph, settings: Settings) -> Self {
        Self { bindings, graph, settings: Arc::new(settings), turn: Arc::default() }
    }

    /// In their order; also those that are done and in the app no more. Of one that failed and whose file is gone nothing is
    /// left: it has changed nothing, and there is nothing to run again.
    pub(crate) fn list(&self, app: &App) -> Result<Vec<Listed>, Error> {
        let mut runs = self.graph.records.data(None).migration_runs()?;
        let mut listed: Vec<Listed> = app
            .migrations()
            .map(|migration| {
                let run = runs.remove(migration.timestamp.as_str());
                Listed {
                    timestamp: migration.timestamp.to_string(),
                    name: migration.name.clone(),
                    state: state(run.as_ref()),
                    error: run.and_then(|run| run.error),
                }
            })
            .collect();
        listed.extend(runs.into_values().filter(MigrationRun::is_done).map(|run| Listed {
            state: state(Some(&run)),
            timestamp: run.timestamp,
            name: run.name,
            error: run.error,
        }));
        listed.sort_by(|a, b| a.timestamp.cmp(&b.timestamp));
        Ok(listed)
    }

    /// Runs all that are not done, in their order, up to the first that fails.
    pub(crate) fn run_pending(&self, engine: &Engine) -> Result<(), Error> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let runs = self.graph.records.data(None).migration_runs()?;
        let is_pending = |migration: &&Arc<Migration>| {
            !runs.get(migration.timestamp.as_str()).is_some_and(MigrationRun::is_done)
        };
        engine.app().migrations().filter(is_pending).try_for_each(|migration| self.run(engine, migration))
    }

    /// Runs all that are not done if the file of one that failed has changed since. A file that is merely new waits for
    /// the next start, as on the platform it waits for a deploy.
    pub(crate) fn run_corrected(&self, engine: &Engine) -> Result<(), Error> {
        let runs = self.graph.records.data(None).migration_runs()?;
        let is_corrected = engine.app().migrations().any(|migration| {
            runs.get(migration.timestamp.as_str())
                .is_some_and(|run| !run.is_done() && run.digest != digest(migration))
        });
        if is_corrected { self.run_pending(engine) } else { Ok(()) }
    }

    /// Runs one, whatever is pending before it.
    ///
    /// # Errors
    /// There is none of that timestamp, it is done, or it fails.
    pub(crate) fn run_one(
        &self,
        engine: &Engine,
        timestamp: &MigrationTimestamp,
    ) -> Result<Arc<Migration>, Error> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = || Error::NotFound { timestamp: timestamp.to_string() };
        let migration = engine.app().migration(timestamp).ok_or_else(missing)?;
        let runs = self.graph.records.data(None).migration_runs()?;
        if runs.get(timestamp.as_str()).is_some_and(MigrationRun::is_done) {
            return Err(Error::Done { name: migration.name.clone() });
        }
        self.run(engine, migration)?;
        Ok(Arc::clone(migration))
    }

    /// What it changed and that it is done are stored together; then its jobs are queued. A failure is noted by itself.
    fn run(&self, engine: &Engine, migration: &Migration) -> Result<(), Error> {
        let began = Instant::now();
        let ran = |error| MigrationRun {
            timestamp: migration.timestamp.to_string(),
            name: migration.name.clone(),
            error,
            digest: digest(migration),
            ran_at: Timestamp::now(),
        };
        match engine.migration(migration, &self.scope(began), &self.bindings) {
            Ok(mut migrated) => {
                migrated.data.record_migration(&ran(None))?;
                migrated.data.commit()?;
                let took = began.elapsed().as_millis();
                let text = format!("migration {} - SUCCESS ({took}ms)", migration.name);
                self.bindings.log.append(NewEntry::system(&text));
                Ok(self.graph.queue.enqueue(migrated.jobs)?)
            }
            Err(error) => {
                let problem = Arc::new(error.to_problem());
                let failed = LoggedError { message: error::placed(&problem), stack: error.stack() };
                let entry = NewEntry::system(&format!("migration {}", migration.name)).failed(failed);
                self.bindings.log.append(entry);
                self.graph.records.data(None).record_migration(&ran(Some(error.message())))?;
                Err(Error::Failed { name: migration.name.clone(), problem })
            }
        }
    }

    fn scope(&self, began: Instant) -> Scope {
        let mut context = Map::new();
        context.insert("environment".to_owned(), Json::from(self.settings.environment.as_str()));
        Scope {
            context,
            constants: self.graph.records.constants().snapshot(),
            format: Format::Text,
            origin: Origin::Migration,
            base_url: self.settings.base_url.clone(),
            deadline: Some(began + self.settings.time_limit),
            ..Scope::default()
        }
    }
}

fn state(run: Option<&MigrationRun>) -> State {
    match run {
        None => State::Pending,
        Some(run) if run.is_done() => State::Done,
        Some(_) => State::Error,
    }
}

fn digest(migration: &Migration) -> String {
    Sha256::digest(migration.source.text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
