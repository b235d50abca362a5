//! `pos-cli run`: arguments and settings to the options of a run, signals to its end, its news to the terminal.

mod args;
mod printer;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::{Notify, mpsc};

use super::{Context, Error, Exit, Kind};
use crate::app::LoadError;
use crate::logs::Clock;
use crate::run::{self, Signals, Summary};
use crate::store;

pub(crate) use args::Args;
use printer::Printer;

/// News that may wait for the terminal. When it is full, log lines wait in the log; nothing else waits.
const NEWS: usize = 1024;

/// How long a full pipe may hold up the end.
const LAST_LINES: Duration = Duration::from_secs(1);

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    let settings = context.settings(args.root())?;
    let clock = if settings.logs.utc { Clock::Utc } else { Clock::Local(TimeZone::system()) };
    let opens_browser = args.open;
    let options = args.options(settings.run);
    let runtime = run::runtime().map_err(|error| internal("cannot start threads", &error))?;
    let (news, to_print) = mpsc::channel(NEWS);
    let stop = Arc::new(Notify::new());
    let printer = Printer::new(context, clock, opens_browser, &options);
    let (printed, all_printed) = std::sync::mpsc::channel();
    let closed = Arc::clone(&stop);
    thread::spawn(move || {
        printer.print(to_print, &closed);
        // Fails if the run has not waited for it.
        let _ = printed.send(());
    });
    let result: Result<Option<Summary>, Error> = runtime.block_on(async {
        let mut signals = Signals::listen().map_err(|error| internal("cannot listen for ctrl-c", &error))?;
        let asked_twice = async {
            signals.next().await;
            stop.notify_one();
            signals.next().await;
        };
        tokio::select! {
            ended = run::run(options, news, stop.notified()) => Ok(Some(ended?)),
            // Whatever still runs is left to itself: its jobs are found and put back at the next start.
            () = asked_twice => Ok(None),
        }
    });
    // Ends the tasks that still have news to tell, and with them the printer, unless nobody reads what it writes.
    runtime.shutdown_background();
    let _ = all_printed.recv_timeout(LAST_LINES);
    Ok(result?.map_or(Exit::Done, |summary| outcome(&summary, context)))
}

/// 1 if a page that was visited is broken or a job died.
fn outcome(summary: &Summary, context: &Context) -> Exit {
    let mut exit = Exit::Done;
    for visited in summary.visited.iter().filter(|visited| visited.is_failed()) {
        let how = match &visited.status {
            Ok(status) => format!("answered {status}"),
            Err(error) => format!("did not answer: {error}"),
        };
        context.ui.note(&format!("pos-cli: {} {how}", visited.path));
        exit = Exit::Failed;
    }
    if summary.died > 0 {
        let jobs = if summary.died == 1 { "1 job".to_owned() } else { format!("{} jobs", summary.died) };
        context.ui.note(&format!("pos-cli: {jobs} died; see `pos-cli jobs list --all`"));
        exit = Exit::Failed;
    }
    if summary.has_failed_migration {
        context.ui.note("pos-cli: a migration failed; see `pos-cli migrations list`");
        exit = Exit::Failed;
    }
    exit
}

fn internal(message: &str, error: &std::io::Error) -> Error {
    Error::new(Kind::Internal, message).because(error)
}

impl From<run::Error> for Error {
    fn from(error: run::Error) -> Self {
        let (kind, hint) = match &error {
            run::Error::App(LoadError::NoApp { .. }) => {
                (Kind::User, Some("or name the folder that holds `app`: `pos-cli run DIR`"))
            }
            run::Error::IsInstance { .. } => (Kind::User, Some("serve it with `pos-cli run --instance DIR`")),
            run::Error::NoInstance { .. } => (
                Kind::User,
                Some("name a folder that is new or empty; an app in a folder is served by `pos-cli run DIR`"),
            ),
            run::Error::Store(store::Error::Locked { .. }) => (
                Kind::User,
                Some(
                    "end that one first, or use another folder: `--state DIR` or `--ephemeral`, for an instance \
                     `--instance DIR`",
                ),
            ),
            run::Error::Store(store::Error::Foreign { .. } | store::Error::Newer { .. }) => {
                (Kind::User, Some("move the file away, or use another folder with `--state DIR`"))
            }
            run::Error::ReadStubs { .. } => (Kind::User, Some("name the file of rules with `--stubs FILE`")),
            run::Error::PortTaken { .. } => (Kind::User, Some("choose another with `--port N`")),
            run::Error::Panicked { .. } => (Kind::Internal, None),
            _ => (Kind::User, None),
        };
        let mut shown = Self::new(kind, error.to_string());
        if let Some(source) = std::error::Error::source(&error) {
            shown = shown.because(source);
        }
        match hint {
            Some(hint) => shown.hint(hint),
            None => shown,
        }
    }
}
