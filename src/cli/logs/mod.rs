//! `pos-cli logs`: the stored log of this machine, or of an environment, printed or followed.
//!
//! ```text
//! args (as typed) ──▶ options (as meant) ──▶ print: range, pace ─▶ screen: filter ─▶ output
//!          moment, glob ─┘             remote: poller ────┘
//! ```

mod args;
mod filter;
mod glob;
mod moment;
mod options;
mod output;
mod pace;
mod print;
mod range;
mod remote;
mod screen;
#[cfg(test)]
mod tests;

use std::env;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Context, Error, Exit, Kind};
use crate::logs::Clock;
use crate::settings::{self, Environment, Environments, Local, Target};

use options::Options;
use output::{Output, Shape};
use print::Printer;

pub(crate) use args::Args;

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    let is_utc = args.utc || context.settings(Path::new("."))?.logs.utc;
    let clock = if is_utc { Clock::Utc } else { Clock::Local(TimeZone::system()) };
    let now = Timestamp::now().to_zoned_datetime(clock.zone());
    let options = Options::new(args, &now)?;
    let shape = if context.global.json { Shape::Json } else { Shape::Text };
    let output = Output::new(&context.ui, shape, &clock);
    match source(&options, context)? {
        Source::Local(database) => Printer::new(&options, &output).run(&database),
        Source::Remote(environment) => remote::print(&environment, &options, &output),
    }
}

/// The log that is meant.
enum Source {
    /// The database of the app here.
    Local(PathBuf),
    Remote(Environment),
}

fn source(options: &Options, context: &Context) -> Result<Source, Error> {
    let state = options.state.folder(Path::new(""));
    let is_there = state.path().is_dir();
    let local = if is_there { Local::Present } else { Local::Absent };
    let environments = Environments::load(Path::new("."), |name| env::var(name).ok())?;
    match environments.choose(options.environment.as_deref(), local) {
        Ok(Target::Local) => {}
        // There is nothing else to follow, so it will be the app here, once it runs.
        Err(settings::Error::NoEnvironment { .. }) if options.follows() => {}
        Ok(Target::Remote(environment)) => {
            context.ui.note(&format!("environment: {environment}"));
            return Ok(Source::Remote(environment));
        }
        Err(error) => return Err(error.into()),
    }
    if !is_there {
        if !options.follows() {
            let message = format!("there is no log: the folder {} does not exist", state.path().display());
            return Err(Error::new(Kind::User, message)
                .hint("`pos-cli run` writes one, and `pos-cli logs --tail` waits for it"));
        }
        context.ui.note(&format!("waiting for `pos-cli run` to write to {}", state.path().display()));
    }
    Ok(Source::Local(state.queue()))
}
