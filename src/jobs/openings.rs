//! How many jobs of which level a turn may claim. Pure.

use super::priority::{Levels, Priority};
use super::slots::{Slots, Wait};

/// What the turn under way may claim. Workers only take held jobs and finish while it runs, so it is never too much.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Openings {
    slots: Slots,
    held: Levels<usize>,
    /// How many jobs of one level may be held beyond what can start at once.
    ahead: usize,
}

impl Openings {
    /// `held` jobs are claimed and wait for a worker.
    pub(super) fn new(slots: Slots, held: Levels<usize>, ahead: usize) -> Self {
        Self { slots, held, ahead }
    }

    /// Whether one more job of this level may be claimed that no other goes before.
    pub(super) fn accept(&self, priority: Priority, wait: Wait, rescues: u32) -> bool {
        self.has_slot(priority, wait) || self.may_be_ahead(priority, rescues)
    }

    /// Whether one more job of this level could start at once.
    pub(super) fn has_slot(&self, priority: Priority, wait: Wait) -> bool {
        self.slots_for(priority).has_slot(priority, wait)
    }

    /// A job whose process has died before is never claimed ahead: if it is the one that kills the process, it must not
    /// take neighbours that never began with it.
    fn may_be_ahead(&self, priority: Priority, rescues: u32) -> bool {
        rescues == 0 && *self.held.get(priority) < self.ahead
    }

    pub(super) fn take(&mut self, priority: Priority) {
        *self.held.get_mut(priority) += 1;
    }

    /// How many jobs of this level could be claimed at most.
    pub(super) fn room(&self, priority: Priority) -> usize {
        self.slots_for(priority).free() + self.ahead.saturating_sub(*self.held.get(priority))
    }

    /// The slots once the held jobs that go before one of this level have begun.
    fn slots_for(&self, priority: Priority) -> Slots {
        let mut slots = self.slots;
        for (level, held) in self.held.iter().filter(|(level, _)| *level <= priority) {
            *slots.busy.get_mut(level) += held;
        }
        slots
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn openings(busy: Levels<usize>, ahead: usize) -> Openings {
        Openings::new(Slots { workers: 4, busy }, Levels::default(), ahead)
    }

    #[test]
    fn held_low_jobs_do_not_take_the_place_of_a_high_one() {
        let mut openings = openings(Levels { high: 0, default: 0, low: 3 }, 0);
        assert!(!openings.accept(Priority::Low, Wait::Fresh, 0));
        openings.held.low = 50;
        assert!(openings.accept(Priority::High, Wait::Fresh, 0));
        openings.take(Priority::High);
        assert!(!openings.accept(Priority::High, Wait::Fresh, 0), "all four have work");
    }

    #[test]
    fn short_jobs_are_claimed_ahead_but_not_one_whose_process_has_died() {
        let mut openings = openings(Levels { high: 4, default: 0, low: 0 }, 2);
        assert!(!openings.accept(Priority::Default, Wait::Fresh, 1));
        for _ in 0..2 {
            assert!(openings.accept(Priority::Default, Wait::Fresh, 0));
            openings.take(Priority::Default);
        }
        assert!(!openings.accept(Priority::Default, Wait::Fresh, 0));
        assert_eq!((openings.room(Priority::Default), openings.room(Priority::High)), (0, 2));
    }
}
