//! What a reader sees of a log, wherever its entries come from: those that pass the filter; and how the command ends.

use std::time::Duration;

use super::options::{Goal, Options};
use super::output::Output;
use crate::cli::ui::{Closed, Ui};
use crate::cli::{Error, Exit};
use crate::logs::Entry;

#[derive(Debug)]
pub(super) struct Screen<'a> {
    options: &'a Options,
    output: &'a Output<'a>,
    /// A line with a status of `--fail-on` was shown.
    has_failed: bool,
}

/// Why printing ends.
#[derive(Debug)]
pub(super) enum End {
    /// Nothing more is wanted.
    Done,
    /// Nobody reads any longer.
    Closed(Closed),
    /// The line of `--until-match` did not come in time.
    TimedOut(Duration),
}

impl<'a> Screen<'a> {
    pub(super) fn new(options: &'a Options, output: &'a Output<'a>) -> Self {
        Self { options, output, has_failed: false }
    }

    pub(super) fn ui(&self) -> &Ui {
        self.output.ui
    }

    pub(super) fn passes(&self, entry: &Entry) -> bool {
        self.options.filter.passes(entry, || self.output.plain(entry))
    }

    /// Shows an entry if it passes the filter; true if it was shown. `json` is its object.
    pub(super) fn show(&mut self, entry: &Entry, json: impl FnOnce() -> String) -> Result<bool, Closed> {
        if !self.passes(entry) {
            return Ok(false);
        }
        self.output.show(entry, json)?;
        self.has_failed |= entry.event.status.is_some_and(|status| self.options.fail_on.contains(&status));
        Ok(true)
    }

    /// Whether a follower that has shown `entry` need not go on.
    pub(super) fn is_enough(&self, entry: &Entry, goal: Option<&Goal>) -> bool {
        self.has_failed || goal.is_some_and(|goal| goal.pattern.is_match(&self.output.plain(entry)))
    }

    pub(super) fn outcome(&self, end: End) -> Result<Exit, Error> {
        match end {
            End::Closed(closed) => closed.outcome(),
            End::TimedOut(after) => {
                self.ui().note(&format!("no line matched within {after:?}"));
                Ok(Exit::Failed)
            }
            End::Done if self.has_failed => Ok(Exit::Failed),
            End::Done => Ok(Exit::Done),
        }
    }
}
