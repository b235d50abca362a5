//! The ready jobs a turn may claim: the first of each level, read once, taken in the order of their ageing. One probe for
//! each level; a single query over all levels would walk past every waiting job of the levels above.

use jiff::Timestamp;
use rusqlite::Connection;

use super::openings::Openings;
use super::priority::{Levels, Priority};
use super::slots::Wait;
use super::table::{self, Ready};

#[derive(Debug)]
pub(super) struct Backlog {
    levels: Levels<Level>,
}

/// One level as far as it was read.
#[derive(Debug, Default)]
struct Level {
    ready: Vec<Ready>,
    next: usize,
    /// There is no more in the table than was read.
    is_whole: bool,
}

impl Backlog {
    /// As many of each level as could be claimed at most; a level without room is not looked at.
    pub(super) fn read(db: &Connection, openings: &Openings) -> rusqlite::Result<Self> {
        let mut levels = Levels::<Level>::default();
        for priority in Priority::ALL {
            let limit = openings.room(priority);
            if limit > 0 {
                let ready = table::ready(db, priority, limit)?;
                let is_whole = ready.len() < limit;
                *levels.get_mut(priority) = Level { ready, next: 0, is_whole };
            }
        }
        Ok(Self { levels })
    }

    /// Takes the job that goes next, of those for which there is an opening.
    pub(super) fn next(&mut self, openings: &Openings, now: Timestamp) -> Option<(Priority, Ready)> {
        let open = self.heads().filter(|(priority, ready)| {
            openings.accept(*priority, Wait::of(*priority, ready.due_at, now), ready.rescues)
        });
        let next = open.min_by_key(|(priority, ready)| priority.overdue_at(ready.due_at))?;
        self.levels.get_mut(next.0).next += 1;
        Some(next)
    }

    /// Nothing ready is left in the table.
    pub(super) fn is_drained(&self) -> bool {
        self.levels.iter().all(|(_, level)| level.is_whole && level.head().is_none())
    }

    /// When the first job that may not take the last free worker yet becomes overdue, and may.
    pub(super) fn next_overdue(&self, now: Timestamp) -> Option<Timestamp> {
        self.heads().map(|(priority, ready)| priority.overdue_at(ready.due_at)).filter(|at| *at > now).min()
    }

    fn heads(&self) -> impl Iterator<Item = (Priority, Ready)> {
        self.levels.iter().filter_map(|(priority, level)| Some((priority, level.head()?)))
    }
}

impl Level {
    fn head(&self) -> Option<Ready> {
        self.ready.get(self.next).copied()
    }
}
