//! All that lies below HTTP, opened in order: the state folder under its lock, the stores, the app, the queue. Shared by
//! `run`, which serves it, and `drain`, which only works its jobs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::broadcast;
use uuid::Uuid;

use super::perform::Performer;
use super::{Error, Options, Serves, StateFolder, install, instance_folder, options, stubs};
use crate::app::{App, Problem, Severity};
use crate::check;
use crate::jobs::{self, Queue};
use crate::liquid::{Bindings, Engine, Graph};
use crate::logs::{self, Entry, Log};
use crate::migrations;
use crate::notifications::{ApiCalls, Mode, Notifications, Policy, Relay};
use crate::records::{Cache, Constants, Records, Sessions, Uploads};
use crate::releases::{Manifest, Releases};
use crate::server::Live;
use crate::store::{self, Database, Lock, StateDir, Store};

/// An app with its state, ours alone until dropped.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) live: Live,
    pub(super) problems: Vec<Problem>,
    /// Warnings about files that load: how they would do on the platform. Counted at the start, told one by one at a
    /// save of their file.
    pub(super) unsure: Vec<Problem>,
    pub(super) queue: Queue,
    pub(super) sessions: Sessions,
    pub(super) graph: Graph,
    pub(super) bindings: Bindings,
    /// Of this installation.
    pub(super) uuid: String,
    /// Where the app was deployed.
    pub(super) deployed: Option<Deployed>,
    relay: Option<Relay>,
    /// Everything logged since the log was opened.
    pub(super) entries: broadcast::Receiver<Arc<Entry>>,
    pub(super) state: StateDir,
    /// Dropped last but for the folder, after everything that writes.
    lock: Lock,
    temporary: Option<TemporaryFolder>,
}

/// The releases of an instance.
#[derive(Debug)]
pub(super) struct Deployed {
    pub(super) releases: Releases,
    /// The one that is loaded.
    pub(super) current: Manifest,
}

impl Project {
    /// Opens everything and loads the app. What is wrong in single files of the app is in `problems`. Blocks.
    pub(super) fn open(options: &Options) -> Result<Self, Error> {
        if options.serves == Serves::Instance {
            instance_folder::claim(&options.root)?;
        }
        let root = options
            .root
            .canonicalize()
            .map_err(|source| Error::Root { root: options.root.clone(), source })?;
        let relay =
            options.smtp.as_ref().map(|smtp| Relay::new(&smtp.url, smtp.only_to.clone())).transpose()?;
        // First the app: a folder without one gets no state folder either.
        let loaded = match options.serves {
            Serves::Project => {
                Some(App::load(&root, None).map_err(|error| instance_folder::explain(error, &root))?)
            }
            Serves::Instance => None,
        };
        let (folder, temporary) = match &options.state {
            StateFolder::Kept(folder) => (folder.clone(), None),
            StateFolder::Temporary { below } => {
                let temporary = TemporaryFolder::below(below);
                (temporary.0.clone(), Some(temporary))
            }
        };
        let state = StateDir::create(folder)?;
        let policy = policy(options, &state)?;
        let lock = state.lock()?;
        if options.reset {
            forget(&state.data(), Database::Data)?;
            forget(&state.queue(), Database::Queue)?;
            forget_mail(&state.mail())?;
        }
        let (app, mut problems, deployed) = match loaded {
            Some((app, problems)) => (app, problems, None),
            None => {
                let releases = Releases::open(&state)?;
                let (current, tree) = releases.check_out_current()?;
                let (app, problems) = install::load(&tree)?;
                (app, problems, Some(Deployed { releases, current }))
            }
        };
        let data = Store::open(&state.data(), Database::Data, options.durability)?;
        let rows = Store::open(&state.queue(), Database::Queue, options.durability)?;
        let sessions = Sessions::new(data.clone());
        sessions.expire(Timestamp::now())?;
        let constants = match &options.constants {
            Some(path) => Constants::with_file(data.clone(), path, Timestamp::now())?,
            None => Constants::new(data.clone()),
        };
        let uploads = Uploads::open(state.uploads(), &data)?;
        let log = Log::starting_after(rows.read(logs::last_id)?);
        let entries = log.subscribe();
        let settings = jobs::Options { retry_scale: options.retry_scale, time_limits: options.time_limits };
        let notifications = Notifications::open(rows.clone(), state.mail());
        let api_calls = ApiCalls::new(rows.clone(), log.clone(), policy);
        let queue = Queue::open(rows, log.clone(), settings)?;
        let records = Records::new(data, constants).keeping_files(uploads);
        let uuid = records.data(None).instance_uuid().map_err(|source| Error::Instance { source })?;
        let graph = Graph::new(records, queue.clone(), notifications, api_calls);
        let bindings = Bindings {
            job_ids: queue.ids(),
            log,
            cache: Cache::default(),
            graph: Some(graph.clone()),
            offline: options.offline,
            strict_scope: options.strict_scope,
            max_job_depth: options.max_job_depth,
            max_payload: options.max_payload,
        };
        let (engine, found) = Engine::compile(Arc::new(app), None);
        problems.extend(found);
        let (unsure, between): (Vec<_>, Vec<_>) =
            check::between(&engine).into_iter().partition(|problem| problem.severity == Severity::Warning);
        problems.extend(between);
        problems.extend(migrations::adopt(engine.app(), &graph.records)?);
        Ok(Self {
            live: Live::new(engine),
            problems,
            unsure,
            queue,
            sessions,
            graph,
            bindings,
            uuid,
            deployed,
            relay,
            entries,
            state,
            lock,
            temporary,
        })
    }

    /// What runs the jobs. `base_url` is where pages are, for links in what jobs write.
    pub(super) fn performer(&self, base_url: String) -> Arc<Performer> {
        Arc::new(Performer {
            live: self.live.clone(),
            bindings: self.bindings.clone(),
            records: self.graph.records.clone(),
            notifications: self.graph.notifications.clone(),
            relay: self.relay.clone(),
            base_url,
        })
    }

    /// The end: what is still to be written is written, then others may have the folder.
    pub(super) fn close(self) {
        let Self {
            queue, sessions, graph, bindings, live, deployed, entries, state, lock, temporary, ..
        } = self;
        // What a full disk refuses now, subscribers are shown all the same.
        let _ = queue.flush();
        // A file that stays behind is harmless: the free lock says that nobody runs.
        let _ = state.remove_run_info();
        drop((queue, sessions, graph, bindings, live, deployed, entries));
        drop(lock);
        drop(temporary);
    }
}

/// What becomes of calls of APIs; reads the file of stubs.
fn policy(options: &Options, state: &StateDir) -> Result<Policy, Error> {
    let mode = match &options.api_calls {
        options::ApiCalls::Live => Mode::Live,
        options::ApiCalls::Stub { file, unmatched } => {
            Mode::Stub { rules: stubs::read(file)?, unmatched: *unmatched }
        }
        options::ApiCalls::Record => Mode::Record { folder: state.recordings() },
        options::ApiCalls::Replay => Mode::Replay { folder: state.recordings() },
        options::ApiCalls::Off => Mode::Off,
    };
    Ok(Policy { mode, on_failure: options.on_call_failure, on_server_error: options.on_server_error })
}

/// Deletes one of our databases. Another program's file of that name is refused, as it would be by opening it.
fn forget(path: &Path, database: Database) -> Result<(), Error> {
    // Any other error is of a file that is ours but old or broken, or is not there: that is what forgetting is for.
    if let Err(error @ store::Error::Foreign { .. }) = Store::open_read_only(path, database) {
        return Err(error.into());
    }
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::Reset { path: PathBuf::from(name), source: error });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Deletes the messages that are files: the rows that name them are gone.
fn forget_mail(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::Reset { path: folder.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

/// A state folder for one run, removed at its end.
#[derive(Debug)]
struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    fn below(folder: &Path) -> Self {
        Self(folder.join(format!("pos-cli-{}", Uuid::new_v4().simple())))
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // Nothing of worth is lost if it stays; the system empties its temporary folder itself.
        let _ = fs::remove_dir_all(&self.0);
    }
}
