//! `pos-cli jobs drain`: until nothing is queued, running or retrying. A server works its own jobs and is waited for;
//! without one they are worked here.

use std::path::Path;
use std::time::{Duration, Instant};

use super::as_json;
use crate::cli::owner::Owner;
use crate::cli::state::StateArgs;
use crate::cli::{Context, Error, Exit, Kind, run};
use crate::client::Client;
use crate::protocol::{Idle, JobCounts};
use crate::run::drain;

/// The longest the server is asked to hold one answer back.
const ONE_WAIT: Duration = Duration::from_secs(30);
/// A wait without an end, for all that people wait.
const FOREVER: Duration = Duration::from_secs(365 * 24 * 3600);

pub(super) fn execute(
    root: &Path,
    state: &StateArgs,
    timeout: Option<Duration>,
    context: &Context,
) -> Result<Exit, Error> {
    let deadline = Instant::now() + timeout.unwrap_or(FOREVER).min(FOREVER);
    let spinner = context.ui.spinner("waiting for jobs");
    let end = match Owner::of(&state.folder(root), "jobs")? {
        Owner::Server(client) => wait(&client, deadline)?,
        Owner::Us(lock) => {
            // For `run::drain` to take.
            drop(lock);
            work(root, state, deadline, context)?
        }
    };
    drop(spinner);
    report(&end, timeout, context)
}

/// Waits for the server; counts only the jobs that died meanwhile.
fn wait(client: &Client, deadline: Instant) -> Result<Idle, Error> {
    let before = client.idle(Duration::ZERO)?.died;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let now = client.idle(left.min(ONE_WAIT))?;
        if now.idle || left.is_zero() {
            return Ok(Idle { died: now.died.saturating_sub(before), ..now });
        }
    }
}

/// Works the jobs here.
fn work(root: &Path, state: &StateArgs, deadline: Instant, context: &Context) -> Result<Idle, Error> {
    let state = state.folder(root).path().to_owned();
    let options = run::Args::of(root.to_owned(), state).options(context.settings(root)?.run);
    Ok(drain(&options, deadline)?)
}

fn report(end: &Idle, timeout: Option<Duration>, context: &Context) -> Result<Exit, Error> {
    if context.global.json
        && let Err(closed) = context.ui.line(&as_json(end))
    {
        return closed.outcome();
    }
    if !end.idle {
        let after = timeout.map(|timeout| format!(" after {timeout:?}")).unwrap_or_default();
        let message = format!("jobs are left{after}: {}", unfinished(&end.counts));
        return Err(Error::new(Kind::User, message).hint("`pos-cli jobs list` shows them"));
    }
    match end.died {
        0 => {
            context.ui.note("no jobs are left");
            Ok(Exit::Done)
        }
        died => {
            let died = if died == 1 { "1 job died".to_owned() } else { format!("{died} jobs died") };
            Err(Error::new(Kind::User, died).hint("`pos-cli jobs list --all` shows why"))
        }
    }
}

/// `3 queued, 1 running`
fn unfinished(counts: &JobCounts) -> String {
    let states = ["queued", "running", "retrying"];
    let counted = states.iter().filter_map(|state| Some((state, counts.get(*state)?)));
    counted
        .filter(|(_, count)| **count > 0)
        .map(|(state, count)| format!("{count} {state}"))
        .collect::<Vec<_>>()
        .join(", ")
}
