//! Prints what is stored, then, when following, what comes. Nothing is collected: a line is shown as soon as it is read.

use std::os::fd::AsFd;
use std::path::Path;
use std::time::{Duration, Instant};

use super::options::{Goal, Mode, Options};
use super::output::Output;
use super::pace::Pace;
use super::range::Range;
use crate::cli::ui::{Closed, Wake};
use crate::cli::{Error, Exit};
use crate::logs::{Entry, Follower};

/// Entries read at once: few enough for the first line to come at once, enough for a query to pay.
const BATCH: u32 = 256;

/// One run of the command over the log in one database.
#[derive(Debug)]
pub(super) struct Printer<'a> {
    options: &'a Options,
    output: &'a Output<'a>,
    range: Range,
    /// A line with a status of `--fail-on` was shown.
    has_failed: bool,
}

/// Why printing ends.
#[derive(Debug)]
enum End {
    /// Nothing more is wanted.
    Done,
    /// Nobody reads any longer.
    Closed(Closed),
    /// The line of `--until-match` did not come in time.
    TimedOut(Duration),
}

impl<'a> Printer<'a> {
    pub(super) fn new(options: &'a Options, output: &'a Output<'a>) -> Self {
        Self { options, output, range: Range::ALL, has_failed: false }
    }

    /// `path` is the database; a follower waits for it to exist.
    pub(super) fn run(mut self, path: &Path) -> Result<Exit, Error> {
        let mut follower = Follower::open(path, self.options.scope.clone(), |reader| {
            self.range = Range::find(self.options, reader, |entry| self.output.plain(entry))?;
            Ok(self.range.after)
        })?;
        let end = match &self.options.mode {
            Mode::End => self.print_stored(&mut follower)?,
            Mode::Follow { look_every, goal } => {
                self.follow(&mut follower, Pace::new(*look_every), goal.as_ref())?
            }
        };
        match end {
            End::Closed(closed) => closed.outcome(),
            End::TimedOut(after) => {
                self.output.ui.note(&format!("no line matched within {after:?}"));
                Ok(Exit::Failed)
            }
            End::Done if self.has_failed => Ok(Exit::Failed),
            End::Done => Ok(Exit::Done),
        }
    }

    fn print_stored(&mut self, follower: &mut Follower) -> Result<End, Error> {
        loop {
            let batch = follower.next(BATCH)?;
            let is_all = batch.len() < BATCH as usize;
            for entry in &batch {
                if entry.id >= self.range.before {
                    return Ok(End::Done);
                }
                if let Err(closed) = self.show(entry) {
                    return Ok(End::Closed(closed));
                }
            }
            if is_all {
                return Ok(End::Done);
            }
            // Filters may hide every line for long; whoever reads may go meanwhile.
            if let Err(closed) = self.output.ui.wait(follower.as_fd(), Duration::ZERO) {
                return Ok(End::Closed(closed));
            }
        }
    }

    fn follow(&mut self, follower: &mut Follower, mut pace: Pace, goal: Option<&Goal>) -> Result<End, Error> {
        let timeout = goal.and_then(|goal| goal.timeout);
        let started = Instant::now();
        loop {
            let batch = follower.next(BATCH)?;
            for entry in &batch {
                match self.show(entry) {
                    Err(closed) => return Ok(End::Closed(closed)),
                    Ok(false) => continue,
                    Ok(true) => {}
                }
                let is_goal = goal.is_some_and(|goal| goal.pattern.is_match(&self.output.plain(entry)));
                if is_goal || self.has_failed {
                    return Ok(End::Done);
                }
            }
            let left = timeout.map(|timeout| timeout.saturating_sub(started.elapsed()));
            if let (Some(timeout), Some(Duration::ZERO)) = (timeout, left) {
                return Ok(End::TimedOut(timeout));
            }
            let wait = if batch.is_empty() { pace.wait() } else { Duration::ZERO };
            match self.output.ui.wait(follower.as_fd(), left.map_or(wait, |left| wait.min(left))) {
                Ok(Wake::Alarm) => {
                    follower.acknowledge();
                    pace.quicken();
                }
                Ok(Wake::Timeout) => {}
                Err(closed) => return Ok(End::Closed(closed)),
            }
        }
    }

    /// Shows an entry if it passes the filter; true if it was shown.
    fn show(&mut self, entry: &Entry) -> Result<bool, Closed> {
        if !self.options.filter.passes(entry, || self.output.plain(entry)) {
            return Ok(false);
        }
        self.output.show(entry)?;
        self.has_failed |= entry.event.status.is_some_and(|status| self.options.fail_on.contains(&status));
        Ok(true)
    }
}
