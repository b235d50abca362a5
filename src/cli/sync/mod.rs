//! `pos-cli sync`: each file to an instance when it is saved.

mod display;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::browser;
use super::environment::Server;
use super::state::StateArgs;
use super::{Context, Error, Exit, Kind};
use crate::client::Client;
use crate::deploy::sync::{Ended, Options, Start, Sync, sync_file};
use crate::run::Interrupts;

use display::Display;

const EXAMPLES: &str = "\
Examples:
  pos-cli sync staging                                     until ctrl-c
  pos-cli sync staging --all                               every file first
  pos-cli sync staging -f app/views/pages/index.liquid     one file, then the end";

/// As many as the platform's own client has under way.
const FEW: NonZeroUsize = NonZeroUsize::new(3).expect("it is not zero");
/// Nobody else is kept waiting, and a server of ours installs those that wait as one.
const MANY: NonZeroUsize = NonZeroUsize::new(16).expect("it is not zero");

/// What the platform's own client sets its number of uploads by.
const CONCURRENCY: &str = "CONCURRENCY";

/// Sends each file to an instance when it is saved, and deletes there what has gone here
///
/// First comes what was changed since the last sync with that instance. A file that fails is shown, and the others go on.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where to: `local`, which is the server running here, or an environment of `.pos`
    #[arg(value_name = "ENV")]
    environment: Option<String>,
    /// Files under way at once: 3, or 16 to this machine; the variable CONCURRENCY comes before it
    #[arg(short, long, value_name = "N")]
    concurrency: Option<NonZeroUsize>,
    /// Send this file alone, then end: with 1 if the instance does not take it
    #[arg(short, long, value_name = "PATH", conflicts_with_all = ["all", "open"])]
    file: Option<PathBuf>,
    /// Send every file first, whether or not it was changed
    #[arg(long)]
    all: bool,
    /// Open the instance in a browser
    #[arg(short, long)]
    open: bool,
    #[command(flatten)]
    state: StateArgs,
}

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    let server = Server::choose(args.environment.as_deref(), &args.state)?;
    let concurrency = concurrency()?.or(args.concurrency).unwrap_or(match &server {
        Server::Remote(environment) if !environment.is_of_this_machine() => FEW,
        _ => MANY,
    });
    let (client, url) = match &server {
        Server::Local(url) => (Client::local(url), url),
        Server::Remote(environment) => {
            context.ui.note(&format!("environment: {environment}"));
            (Client::of_environment(environment), &environment.url)
        }
    };
    let options = Options {
        root: PathBuf::from("."),
        client,
        journal: journal(url),
        concurrency,
        start: if args.all { Start::All } else { Start::CatchUp },
    };
    let mut display = Display::new(context, url);
    if let Some(file) = &args.file {
        let path = sync_file(&options, file)?;
        display.synced(&path);
        return display.outcome(Exit::Done);
    }
    if args.open
        && let Err(error) = browser::open(url)
    {
        context.ui.note(&format!("pos-cli: cannot open a browser: {error}"));
    }
    sync(options, &mut display)
}

fn sync(options: Options, display: &mut Display<'_>) -> Result<Exit, Error> {
    let sync = Sync::connect(options)?;
    let stopper = sync.stopper();
    let listening = Interrupts::listen(move || stopper.stop())
        .map_err(|error| Error::new(Kind::Internal, "cannot listen for ctrl-c").because(&error))?;
    let closing = sync.stopper();
    let mut is_closing = false;
    let ended = sync.run(|news| {
        let is_open = display.show(&news).is_ok();
        is_closing = is_closing || !is_open && closing.try_stop();
    });
    drop(listening);
    match ended? {
        Ended::InOrder { left } => {
            display.farewell(left);
            display.outcome(Exit::Done)
        }
        // What was under way may or may not have arrived.
        Ended::Forced => Ok(Exit::Failed),
    }
}

/// The variable, if it is set, as the platform's own client has it.
fn concurrency() -> Result<Option<NonZeroUsize>, Error> {
    match std::env::var(CONCURRENCY) {
        Ok(text) if !text.is_empty() => text.parse().map(Some).map_err(|_| {
            Error::new(Kind::Usage, format!("{CONCURRENCY} must be a number from 1 on, not `{text}`"))
        }),
        _ => Ok(None),
    }
}

/// One for each instance, by its address: names of environments may be given to others.
fn journal(url: &str) -> PathBuf {
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let name: String = host.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    Path::new("tmp/sync").join(format!("{name}.json"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::journal;

    #[test]
    fn each_instance_has_a_journal() {
        for (url, path) in [
            ("https://shop.example", "tmp/sync/shop.example.json"),
            ("http://127.0.0.1:3000", "tmp/sync/127.0.0.1_3000.json"),
            ("http://h/../../x", "tmp/sync/h_.._.._x.json"),
        ] {
            assert_eq!(journal(url), Path::new(path), "{url}");
        }
    }
}
