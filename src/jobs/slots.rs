//! Which worker may take which job. Pure. A low job may run for hours, so lower levels must leave a worker for the
//! higher ones; and they must not wait for ever under a flood of high jobs either.

use jiff::Timestamp;

use super::priority::{Levels, Priority};

/// How long a job has been waiting, as far as slots care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    Fresh,
    /// Beyond the window of its level: see [`Priority::overdue_at`].
    Overdue,
}

impl Wait {
    pub(super) fn of(priority: Priority, due_at: Timestamp, now: Timestamp) -> Self {
        let is_overdue = priority.overdue_at(due_at) <= now;
        if is_overdue { Self::Overdue } else { Self::Fresh }
    }
}

/// The workers and the level of the job each busy one works on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Slots {
    pub(super) workers: usize,
    pub(super) busy: Levels<usize>,
}

impl Slots {
    /// Whether a free worker may take a job of this level.
    ///
    /// - A high job takes any.
    /// - A low job never takes the last free one, nor does a default job where there are three or more.
    /// - One that is overdue may take even that, as long as one worker is left to high jobs alone (or, of two, to
    ///   those above low).
    pub(super) fn has_slot(&self, priority: Priority, wait: Wait) -> bool {
        let free = self.free();
        let below_high = match (priority, self.workers) {
            (Priority::High, _) | (Priority::Default, ..=2) | (Priority::Low, ..=1) => return free > 0,
            (Priority::Low, 2) => self.busy.low,
            (Priority::Default | Priority::Low, _) => self.busy.default + self.busy.low,
        };
        match wait {
            Wait::Fresh => free > 1,
            Wait::Overdue => free > 0 && below_high + 1 < self.workers,
        }
    }

    pub(super) fn take(&mut self, priority: Priority) {
        *self.busy.get_mut(priority) += 1;
    }

    pub(super) fn give_back(&mut self, priority: Priority) {
        let busy = self.busy.get_mut(priority);
        *busy = busy.saturating_sub(1);
    }

    pub(super) fn free(&self) -> usize {
        self.workers.saturating_sub(self.busy.high + self.busy.default + self.busy.low)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::*;

    fn slots(workers: usize, high: usize, default: usize, low: usize) -> Slots {
        Slots { workers, busy: Levels { high, default, low } }
    }

    #[test]
    fn lower_levels_leave_the_last_free_worker() {
        use Priority::{Default, High, Low};
        use Wait::{Fresh, Overdue};
        let cases = [
            (slots(0, 0, 0, 0), High, Fresh, false),
            (slots(1, 0, 0, 0), Low, Fresh, true),
            (slots(1, 1, 0, 0), High, Overdue, false),
            (slots(2, 0, 0, 0), Low, Fresh, true),
            (slots(2, 0, 0, 1), Low, Fresh, false),
            (slots(2, 0, 0, 1), Low, Overdue, false),
            (slots(2, 0, 0, 1), Default, Fresh, true),
            (slots(2, 1, 0, 0), Low, Fresh, false),
            (slots(2, 1, 0, 0), Low, Overdue, true),
            (slots(2, 0, 1, 0), Default, Fresh, true),
            (slots(4, 0, 0, 3), Default, Fresh, false),
            (slots(4, 0, 1, 2), Low, Overdue, false),
            (slots(4, 0, 3, 0), Default, Fresh, false),
            (slots(4, 0, 3, 0), High, Fresh, true),
            (slots(4, 0, 2, 0), Default, Fresh, true),
            (slots(4, 3, 0, 0), Low, Fresh, false),
            (slots(4, 3, 0, 0), Low, Overdue, true),
            (slots(4, 4, 0, 0), Low, Overdue, false),
        ];
        for (slots, priority, wait, expected) in cases {
            assert_eq!(slots.has_slot(priority, wait), expected, "{slots:?} {priority:?} {wait:?}");
        }
    }

    proptest! {
        #[test]
        fn a_worker_is_always_left_to_high_jobs(workers in 2_usize..20, jobs: Vec<(u8, bool)>) {
            let mut slots = slots(workers, 0, 0, 0);
            for (level, overdue) in jobs {
                let priority = *Priority::ALL.iter().cycle().nth(usize::from(level)).unwrap();
                let wait = if overdue { Wait::Overdue } else { Wait::Fresh };
                if slots.has_slot(priority, wait) {
                    slots.take(priority);
                }
                prop_assert!(slots.busy.low < workers);
                prop_assert!(workers == 2 || slots.busy.low + slots.busy.default < workers);
            }
        }
    }
}
