//! What runs at the same time (server, workers, live reload, news) from its start to its end. The order of the end is
//! written here, once:
//!
//! ```text
//! no new connections, no new jobs ─▶ answers and jobs under way end, within the grace ─▶ the rest is cut or put back
//!   ─▶ the log is written ─▶ stores and lock are closed ─▶ the last lines reach the caller
//! ```

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;
use uuid::Uuid;

use super::install;
use super::migrate::{self, Migrated};
use super::news::{self, News};
use super::open::{Deployed, Project};
use super::purge;
use super::reload::{self, Reload};
use super::seed;
use super::shutdown::{Stop, Stopped};
use super::swap::Swap;
use super::{Error, Options, base_url, blocking};
use crate::jobs::{Queue, Workers};
use crate::logs::NewEntry;
use crate::migrations::{self, Migrator};
use crate::server::{self, Access, Site};
use crate::store::RunInfo;
use crate::watch::Watcher;

/// How long the last log lines may take to reach the caller.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Dropped without [`Running::end`], it leaves its tasks to the runtime.
#[derive(Debug)]
pub(super) struct Running {
    project: Project,
    url: String,
    token: Option<String>,
    migrator: Migrator,
    migrated: Migrated,
    migrates: bool,
    news: mpsc::Sender<News>,
    stop: Stop,
    stopped: Stopped,
    server: JoinHandle<io::Result<()>>,
    workers: Option<Workers>,
    reloads: Option<JoinHandle<()>>,
    installer: Option<std::thread::JoinHandle<()>>,
    purges: JoinHandle<()>,
    /// Passes log entries on, until all that there are going to be are written.
    teller: JoinHandle<()>,
    all_written: Stop,
}

impl Running {
    /// Runs the migrations, then starts server and workers. Other processes find them from now on; who connects before the
    /// migrations are done waits.
    pub(super) async fn start(
        mut project: Project,
        options: &Options,
        listener: TcpListener,
        news: mpsc::Sender<News>,
    ) -> Result<Self, Error> {
        let address = listener.local_addr().map_err(|source| {
            let asked = SocketAddr::new(options.host, options.port);
            Error::Listen { address: asked, source }
        })?;
        let url = base_url(address);
        let access = Access::new(options.host, || Uuid::new_v4().simple().to_string());
        let token = access.token().map(str::to_owned);
        project.state.write_run_info(&RunInfo { pid: std::process::id(), url: url.clone() })?;

        let (stop, stopped) = Stop::new();
        let (all_written, written) = Stop::new();
        let later = project.entries.resubscribe();
        let entries = std::mem::replace(&mut project.entries, later);
        let teller = tokio::spawn(news::tell_entries(entries, news.clone(), written));
        let started = format!("started on {url} (pid {})", std::process::id());
        project.bindings.log.append(NewEntry::started(&started));
        let settings = migrations::Settings {
            environment: options.environment.clone(),
            base_url: url.clone(),
            time_limit: options.migration_time_limit(),
        };
        let migrator = Migrator::new(project.bindings.clone(), project.graph.clone(), settings);
        let migrated = if options.migrate {
            migrate::pending(&migrator, &project.live, &news).await?
        } else {
            Migrated::All
        };
        if let Some(path) = options.seed.clone() {
            let (live, records) = (project.live.clone(), project.graph.records.clone());
            let log = project.bindings.log.clone();
            let import = move || seed::import(&path, live.engine().app(), &records, &log);
            blocking("importing the seed", import).await??;
        }
        let state = server::State::new(
            project.live.clone(),
            project.bindings.clone(),
            project.queue.clone(),
            project.sessions.clone(),
            project.graph.clone(),
            migrator.clone(),
            Site {
                environment: options.environment.clone(),
                uuid: project.uuid.clone(),
                access,
                releases: project.deployed.as_ref().map(|deployed| deployed.releases.clone()),
            },
        );
        let server = tokio::spawn(server::serve(listener, state, stopped.clone().heard()));
        let workers = options.workers.map(|count| project.queue.start(project.performer(url.clone()), count));
        let records = project.graph.records.clone();
        let releases = project.deployed.as_ref().map(|deployed| deployed.releases.clone());
        let purges = purge::follow(records, releases, project.bindings.log.clone(), stopped.clone());
        let purges = tokio::spawn(purges);
        Ok(Self {
            project,
            url,
            token,
            migrator,
            migrated,
            migrates: options.migrate,
            news,
            stop,
            stopped,
            server,
            workers,
            reloads: None,
            installer: None,
            purges,
            teller,
            all_written,
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// What other machines need for the developer routes, where they can reach us.
    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A migration of the start failed; it may have been corrected since.
    pub(super) fn has_failed_migration(&self) -> bool {
        self.migrated == Migrated::Partly
    }

    pub(super) fn queue(&self) -> &Queue {
        &self.project.queue
    }

    /// Begins to reload what changes.
    pub(super) fn follow(&mut self, watcher: Watcher) {
        let Project { live, bindings, problems, unsure, .. } = &self.project;
        let root = live.engine().app().root().to_owned();
        let known = [problems.as_slice(), unsure].concat();
        let reload = Reload::new(root, self.swap(), known);
        let follow =
            reload::follow(watcher, reload, bindings.log.clone(), self.news.clone(), self.stopped.clone());
        self.reloads = Some(tokio::spawn(follow));
    }

    /// Begins to install what is deployed; nothing happens where nothing can be.
    pub(super) fn install(&mut self) -> Result<(), Error> {
        if let Some(Deployed { releases, current }) = &self.project.deployed {
            let started = install::start(releases.clone(), current.clone(), self.swap());
            self.installer = Some(started.map_err(|source| Error::Thread { source })?);
        }
        Ok(())
    }

    fn swap(&self) -> Swap {
        let Project { live, bindings, .. } = &self.project;
        let migrator = self.migrates.then(|| self.migrator.clone());
        Swap::new(live.clone(), bindings.clone(), migrator)
    }

    /// What was wrong in the app when it was loaded, to the log and to the caller.
    pub(super) async fn tell_problems(&self) {
        for problem in &self.project.problems {
            self.project.bindings.log.append(reload::entry("start", problem));
            news::tell(&self.news, News::Problem(problem.clone())).await;
        }
    }

    /// One sentence about warnings that are not told one by one.
    pub(super) fn warnings(&self) -> Option<String> {
        match self.project.unsure.len() {
            0 => None,
            1 => Some("1 warning; `pos-cli check` shows it".to_owned()),
            many => Some(format!("{many} warnings; `pos-cli check` shows them")),
        }
    }

    /// Ends everything in its order. Jobs that do not end within the grace are put back without costing an attempt;
    /// answers that do not are cut.
    pub(super) async fn end(self, grace: Duration) -> Result<(), Error> {
        let Self {
            project,
            stop,
            mut server,
            workers,
            reloads,
            installer,
            purges,
            mut teller,
            all_written,
            ..
        } = self;
        stop.say();
        if let Some(deployed) = &project.deployed {
            deployed.releases.close();
        }
        let workers = spawn_blocking(move || workers.map(|workers| workers.stop(grace)));
        if timeout(grace, &mut server).await.is_err() {
            server.abort();
        }
        // Whatever panicked in one of these has been printed by its thread; there is nothing left of it to save.
        let _ = workers.await;
        if let Some(reloads) = reloads {
            let _ = reloads.await;
        }
        let _ = spawn_blocking(move || installer.map(std::thread::JoinHandle::join)).await;
        let _ = purges.await;
        project.bindings.log.append(NewEntry::system("stopped"));
        let closed = blocking("closing the stores", move || project.close()).await;
        all_written.say();
        // A terminal that does not read the last lines by then never will.
        if timeout(LAST_LINES, &mut teller).await.is_err() {
            teller.abort();
        }
        closed
    }
}
