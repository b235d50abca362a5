//! Prints what is stored, then, when following, what comes. Nothing is collected: a line is shown as soon as it is read.

use std::os::fd::AsFd;
use std::path::Path;
use std::time::{Duration, Instant};

use super::options::{Goal, Mode, Options};
use super::output::Output;
use super::pace::Pace;
use super::range::Range;
use super::screen::{End, Screen};
use crate::cli::ui::Wake;
use crate::cli::{Error, Exit};
use crate::logs::{Follower, LineFormat};

/// Entries read at once: few enough for the first line to come at once, enough for a query to pay.
const BATCH: u32 = 256;

/// How often a follower looks without being told: the net below file events.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// One run of the command over the log in one database.
#[derive(Debug)]
pub(super) struct Printer<'a> {
    options: &'a Options,
    screen: Screen<'a>,
    range: Range,
}

impl<'a> Printer<'a> {
    pub(super) fn new(options: &'a Options, output: &'a Output<'a>) -> Self {
        Self { options, screen: Screen::new(options, output), range: Range::ALL }
    }

    /// `path` is the database; a follower waits for it to exist.
    pub(super) fn run(mut self, path: &Path) -> Result<Exit, Error> {
        let mut follower = Follower::open(path, self.options.scope.clone(), |reader| {
            self.range = Range::find(self.options, reader, |entry| self.screen.passes(entry))?;
            Ok(self.range.after)
        })?;
        let end = match &self.options.mode {
            Mode::End | Mode::Unsaid => self.print_stored(&mut follower)?,
            Mode::Follow(goal) => {
                let pace = Pace::new(self.options.interval.unwrap_or(LOOK_EVERY));
                self.follow(&mut follower, pace, goal.as_ref())?
            }
        };
        self.screen.outcome(end)
    }

    fn print_stored(&mut self, follower: &mut Follower) -> Result<End, Error> {
        loop {
            let batch = follower.next(BATCH)?;
            let is_all = batch.len() < BATCH as usize;
            for entry in &batch {
                if entry.id >= self.range.before {
                    return Ok(End::Done);
                }
                if let Err(closed) = self.screen.show(entry, || LineFormat::json(entry)) {
                    return Ok(End::Closed(closed));
                }
            }
            if is_all {
                return Ok(End::Done);
            }
            // Filters may hide every line for long; whoever reads may go meanwhile.
            if let Err(closed) = self.screen.ui().wait(follower.as_fd(), Duration::ZERO) {
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
                match self.screen.show(entry, || LineFormat::json(entry)) {
                    Err(closed) => return Ok(End::Closed(closed)),
                    Ok(true) if self.screen.is_enough(entry, goal) => return Ok(End::Done),
                    Ok(_) => {}
                }
            }
            let left = timeout.map(|timeout| timeout.saturating_sub(started.elapsed()));
            if let (Some(timeout), Some(Duration::ZERO)) = (timeout, left) {
                return Ok(End::TimedOut(timeout));
            }
            let wait = if batch.is_empty() { pace.wait() } else { Duration::ZERO };
            match self.screen.ui().wait(follower.as_fd(), left.map_or(wait, |left| wait.min(left))) {
                Ok(Wake::Alarm) => {
                    follower.acknowledge();
                    pace.quicken();
                }
                Ok(Wake::Timeout) => {}
                Err(closed) => return Ok(End::Closed(closed)),
            }
        }
    }
}
