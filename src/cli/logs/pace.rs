//! How long a follower waits before it looks again on its own.
//!
//! A write is announced before its commit is complete, and the completion, which takes as long as the disk takes, makes
//! no event of its own. So for a while after each event the looks come close together; then the rhythm of the net is
//! back, which is there for file systems without events.

use std::time::Duration;

/// The first look after an event, a quick commit being complete by then.
const FIRST: Duration = Duration::from_millis(1);

/// Between two looks while a commit may be under way: an entry is seen at most this long after it.
const QUICK: Duration = Duration::from_millis(8);

/// Slower commits than this are left to the net.
const PATIENCE: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(super) struct Pace {
    net: Duration,
    /// The next wait, while quick.
    next: Duration,
    /// What is left of [`PATIENCE`].
    quick: Duration,
}

impl Pace {
    pub(super) fn new(net: Duration) -> Self {
        Self { net, next: FIRST, quick: Duration::ZERO }
    }

    /// Something was written.
    pub(super) fn quicken(&mut self) {
        self.next = FIRST;
        self.quick = PATIENCE;
    }

    /// The time to wait now; the one after it is longer, up to the rhythm of the net.
    pub(super) fn wait(&mut self) -> Duration {
        if self.quick.is_zero() {
            return self.net;
        }
        let wait = self.next.min(self.net);
        self.next = (wait * 2).min(QUICK);
        self.quick = self.quick.saturating_sub(wait);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(pace: &mut Pace, count: usize) -> Vec<u128> {
        (0..count).map(|_| pace.wait().as_millis()).collect()
    }

    #[test]
    fn looks_are_close_together_for_a_while_after_an_event() {
        let mut pace = Pace::new(Duration::from_millis(250));
        assert_eq!(waits(&mut pace, 2), [250, 250]);

        pace.quicken();
        assert_eq!(waits(&mut pace, 6), [1, 2, 4, 8, 8, 8]);
        assert_eq!(waits(&mut pace, 59).last(), Some(&8));
        assert_eq!(waits(&mut pace, 2), [250, 250]);

        pace.quicken();
        assert_eq!(waits(&mut pace, 1), [1]);
    }

    #[test]
    fn the_net_may_be_closer_than_that() {
        let mut pace = Pace::new(Duration::from_millis(3));
        pace.quicken();
        assert_eq!(waits(&mut pace, 4), [1, 2, 3, 3]);
    }
}
