//! The composition root: opens the stores, loads the app, binds the port, starts server, workers and watcher, and ends
//! them in one place (`running`). The only room that knows all the others. It writes to no terminal: news goes to the caller.

mod bind;
mod deliver;
mod drain;
mod error;
mod install;
mod instance_folder;
mod interrupts;
mod migrate;
mod news;
mod open;
mod options;
mod perform;
mod port_holder;
mod purge;
mod reload;
mod running;
mod seed;
mod shutdown;
mod stubs;
mod swap;
mod verdict;
mod visit;

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::jobs::Queue;
use crate::server;
use crate::watch::Watcher;

pub(crate) use drain::drain;
pub(crate) use error::Error;
pub(crate) use interrupts::Interrupts;
pub(crate) use news::News;
use open::Project;
pub(crate) use options::{ApiCalls, Options, Serves, Smtp, StateFolder};
use running::Running;
pub(crate) use seed::SeedError;
pub(crate) use shutdown::Signals;
pub(crate) use visit::Visited;

/// Longest look at the queue while waiting for it. A wait that is given up leaves a thread behind for no longer.
const ONE_LOOK: Duration = Duration::from_millis(500);

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) visited: Vec<Visited>,
    /// Jobs whose last attempt failed.
    pub(crate) died: u64,
    /// Migrations of the app are left, because one failed.
    pub(crate) has_failed_migration: bool,
}

/// Serves the app in `options.root`, or what was deployed there, and works its jobs until `shutdown` ends, or until the
/// errands of the options are done. News waits for its reader: a terminal that is slow slows nothing but the news.
pub(crate) async fn run(
    options: Options,
    news: mpsc::Sender<News>,
    shutdown: impl Future<Output = ()>,
) -> Result<Summary, Error> {
    let begun = Instant::now();
    // Before the app is read, so that no save falls between the two.
    let watcher = (options.serves == Serves::Project).then(|| Watcher::start(&options.root));
    let options = Arc::new(options);
    let opening = Arc::clone(&options);
    let project = blocking("opening the app", move || Project::open(&opening)).await??;
    let (listener, moved) = bind::bind(&options).await?;
    let app = Arc::clone(project.live.engine().app());
    let mut running = Running::start(project, &options, listener, news.clone()).await?;

    let mut notes: Vec<String> = moved.into_iter().collect();
    match watcher {
        Some(Ok(watcher)) => running.follow(watcher),
        Some(Err(error)) => notes.push(format!("changes of files are not seen: {error}")),
        None => running.install()?,
    }
    if options.serves == Serves::Instance && app.file_count() == 0 {
        notes.push("nothing is deployed here yet; any page says how to do it".to_owned());
    }
    notes.extend(running.warnings());
    running.tell_problems().await;
    let ready = News::Ready {
        url: running.url().to_owned(),
        took: begun.elapsed(),
        pages: app.pages().len(),
        files: app.file_count(),
        token: running.token().map(str::to_owned),
        notes,
    };
    drop(app);
    news::tell(&news, ready).await;

    let summary = tokio::select! {
        () = shutdown => Ok(Summary::default()),
        summary = errands(&options, running.url(), running.queue()) => summary.map(|summary| Summary {
            has_failed_migration: running.has_failed_migration(),
            ..summary
        }),
    };
    running.end(options.grace).await?;
    summary
}

/// What scripts ask for: pages to visit, then, perhaps, an end when the jobs are done. Without either it never ends.
async fn errands(options: &Options, url: &str, queue: &Queue) -> Result<Summary, Error> {
    let (paths, target) = (options.visit.clone(), url.to_owned());
    let visited = blocking("visiting pages", move || visit::all(&target, &paths)).await?;
    if !options.until_idle {
        return std::future::pending().await;
    }
    loop {
        let (waiting, until) = (queue.clone(), Instant::now() + ONE_LOOK);
        if blocking("waiting for the jobs", move || waiting.wait_idle(Some(until))).await?? {
            return Ok(Summary { visited, died: queue.died(), ..Summary::default() });
        }
    }
}

async fn blocking<T: Send + 'static>(
    task: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    spawn_blocking(work).await.map_err(|_| Error::Panicked { task })
}

/// Where a browser on this machine finds us: an address that means "all" is reached as loopback.
fn base_url(address: SocketAddr) -> String {
    let host = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => "127.0.0.1".to_owned(),
        IpAddr::V6(ip) if ip.is_unspecified() => "[::1]".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    format!("http://{host}:{}", address.port())
}

/// What a run runs on. Two threads carry the little that is async; those that render have a stack for deep templates.
pub(crate) fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).thread_stack_size(server::STACK).enable_all().build()
}
