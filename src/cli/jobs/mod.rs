//! `pos-cli jobs`: the queue from the terminal, with a server or without one.

mod drain;
mod listing;
mod source;

use std::path::Path;
use std::time::Duration;

use clap::Subcommand;

use super::state::StateArgs;
use super::ui::{Closed, Table};
use super::{Context, Error, Exit};
use crate::client::Finished;
use crate::protocol::JobRecord;
use crate::settings::parse_duration;
use source::Jobs;

const EXAMPLES: &str = "\
Examples:
  pos-cli jobs list             what waits, runs and retries
  pos-cli jobs list --all       those that have ended too
  pos-cli jobs show 42          arguments, attempts and errors of one job
  pos-cli jobs retry 42 43      run these now
  pos-cli jobs drain            wait until nothing is left to do
";

/// Lists, shows, retries, cancels and drains jobs
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Jobs that have not ended, newest first
    List {
        /// Those that have ended too
        #[arg(long)]
        all: bool,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        state: StateArgs,
    },
    /// One job: arguments, attempts, errors, output
    Show {
        id: i64,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Runs dead, cancelled, retrying or scheduled jobs now
    Retry {
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Ends jobs that have not ended; the result of a running one is ignored
    Cancel {
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Returns when nothing is queued, running or retrying; exit code 1 if a job died meanwhile
    ///
    /// Scheduled jobs do not count. With no server running it works the jobs itself, without HTTP.
    Drain {
        /// Give up after this long: 30s, 5m
        #[arg(long, value_name = "TIME", value_parser = parse_duration)]
        timeout: Option<Duration>,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Jobs per state
    Stats {
        #[command(flatten)]
        state: StateArgs,
    },
}

/// What to do to each of several jobs.
type Verb = fn(&Jobs, i64) -> Result<JobRecord, Error>;

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    let root = Path::new(".");
    let open = |state: &StateArgs| Jobs::open(&state.folder(root), &context.settings(root)?);
    match args.command {
        Command::List { all, limit, state } => {
            let finished = if all { Finished::Included } else { Finished::Excluded };
            list(&open(&state)?, finished, limit, context)
        }
        Command::Show { id, state } => show(&open(&state)?.show(id)?, context),
        Command::Retry { ids, state } => change(&open(&state)?, &ids, Jobs::retry, context),
        Command::Cancel { ids, state } => change(&open(&state)?, &ids, Jobs::cancel, context),
        Command::Drain { timeout, state } => drain::execute(root, &state, timeout, context),
        Command::Stats { state } => stats(&open(&state)?, context),
    }
}

fn list(jobs: &Jobs, finished: Finished, limit: usize, context: &Context) -> Result<Exit, Error> {
    // One more than is shown tells whether there are more.
    let mut records = jobs.list(finished, limit.saturating_add(1))?;
    let is_cut = records.len() > limit;
    records.truncate(limit);
    let printed =
        if context.global.json { each_as_json(&records, context) } else { listing::list(&records, context) };
    if let Err(closed) = printed {
        return closed.outcome();
    }
    if records.is_empty() {
        context.ui.note(match finished {
            Finished::Included => "no jobs",
            Finished::Excluded => "no jobs are waiting or running; `--all` shows those that have ended",
        });
    }
    if is_cut {
        context.ui.note(&format!("there are more; these are the newest {limit} (`--limit N` shows more)"));
    }
    Ok(Exit::Done)
}

fn show(record: &JobRecord, context: &Context) -> Result<Exit, Error> {
    let printed = if context.global.json {
        each_as_json(std::slice::from_ref(record), context)
    } else {
        listing::show(record, context)
    };
    printed.map_or_else(Closed::outcome, |()| Ok(Exit::Done))
}

/// Each job on its own: one that cannot be changed does not keep the others from it, but shows in the exit code.
fn change(jobs: &Jobs, ids: &[i64], verb: Verb, context: &Context) -> Result<Exit, Error> {
    let mut exit = Exit::Done;
    for &id in ids {
        match verb(jobs, id) {
            Ok(record) => {
                let printed = if context.global.json {
                    each_as_json(&[record], context)
                } else {
                    context.ui.line(&format!("job {id} is {}", record.state))
                };
                if let Err(closed) = printed {
                    return closed.outcome();
                }
            }
            Err(error) => {
                context.ui.error(&error);
                exit = Exit::Failed;
            }
        }
    }
    if !jobs.are_served() {
        context.ui.note(
            "no server runs here: queued jobs run when `pos-cli run` starts, or by `pos-cli jobs drain`",
        );
    }
    Ok(exit)
}

fn stats(jobs: &Jobs, context: &Context) -> Result<Exit, Error> {
    let counts = jobs.counts()?;
    let printed = if context.global.json {
        context.ui.line(&as_json(&counts))
    } else {
        let mut table = Table::new(["STATE", "JOBS"]);
        for (state, count) in counts {
            table.row([state, count.to_string()]);
        }
        table.lines().try_for_each(|line| context.ui.line(&line))
    };
    printed.map_or_else(Closed::outcome, |()| Ok(Exit::Done))
}

fn each_as_json(records: &[JobRecord], context: &Context) -> Result<(), Closed> {
    records.iter().try_for_each(|record| context.ui.line(&as_json(record)))
}

fn as_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("records have string keys and no fallible values")
}
