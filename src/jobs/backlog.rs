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

    /// Takes the job that goes next, of those for which there is an opening. Only the first of all is claimed ahead: one
    /// behind it would begin before it where the next turn, which could claim the first, is slow to come.
    pub(super) fn next(&mut self, openings: &Openings, now: Timestamp) -> Option<(Priority, Ready)> {
        let goes_at = |(priority, ready): &(Priority, Ready)| priority.overdue_at(ready.due_at);
        let wait = |priority: Priority, ready: Ready| Wait::of(priority, ready.due_at, now);
        let first = self.heads().min_by_key(goes_at);
        let accepted = first
            .filter(|(priority, ready)| openings.accept(*priority, wait(*priority, *ready), ready.rescues));
        let next = accepted.or_else(|| {
            let open = self
                .heads()
                .filter(|(priority, ready)| openings.has_slot(*priority, wait(*priority, *ready)));
            open.min_by_key(goes_at)
        })?;
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

#[cfg(test)]
mod tests {
    use super::super::JobId;
    use super::super::slots::Slots;
    use super::*;

    fn level(ids: &[i64]) -> Level {
        let ready = |id: &i64| Ready { id: JobId(*id), due_at: Timestamp::UNIX_EPOCH, rescues: 0 };
        Level { ready: ids.iter().map(ready).collect(), next: 0, is_whole: true }
    }

    #[test]
    fn nothing_is_claimed_ahead_of_a_job_that_goes_before_it() {
        for (ahead, expected) in [(0, vec![1]), (1, vec![1, 2]), (2, vec![1, 2, 3, 4])] {
            let levels = Levels { high: level(&[1]), default: level(&[2, 3]), low: level(&[4]) };
            let mut backlog = Backlog { levels };
            let slots = Slots { workers: 1, ..Slots::default() };
            let mut openings = Openings::new(slots, Levels::default(), ahead);
            let mut claimed = Vec::new();

            while let Some((priority, ready)) = backlog.next(&openings, Timestamp::UNIX_EPOCH) {
                openings.take(priority);
                claimed.push(ready.id.0);
            }

            assert_eq!(claimed, expected, "{ahead} ahead");
        }
    }
}
