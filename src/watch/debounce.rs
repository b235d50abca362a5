//! When a burst of changes is over. A save is several events, a checkout thousands; what reacts to them should do so
//! once. Pure: the clock is handed in.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::change::{Change, ChangeKind};

/// A burst is over when nothing has happened for this long: more than the gaps within a save, less than one feels.
const QUIET: Duration = Duration::from_millis(10);

/// A burst that does not end is handed on in parts this long.
const CEILING: Duration = Duration::from_millis(100);

/// So many paths in one burst are told as one change of everything.
const MAX_PATHS: usize = 4096;

/// The changes of the burst that is going on.
#[derive(Debug, Default)]
pub(super) struct Debounce {
    pending: BTreeMap<PathBuf, ChangeKind>,
    burst: Option<Burst>,
}

#[derive(Debug, Clone, Copy)]
struct Burst {
    began: Instant,
    last: Instant,
}

impl Debounce {
    pub(super) fn add(&mut self, change: Change, now: Instant) {
        self.burst = Some(Burst { began: self.burst.map_or(now, |burst| burst.began), last: now });
        if self.pending.contains_key(&Change::of_everything().path) {
            return;
        }
        let kind = match self.pending.remove(&change.path) {
            Some(earlier) => earlier.followed_by(change.kind),
            None => Some(change.kind),
        };
        if let Some(kind) = kind {
            self.pending.insert(change.path, kind);
        }
        if self.pending.len() > MAX_PATHS || self.pending.contains_key(&Change::of_everything().path) {
            let Change { path, kind } = Change::of_everything();
            self.pending = BTreeMap::from([(path, kind)]);
        }
    }

    /// When to call [`Debounce::take`]; `None` while nothing has happened.
    pub(super) fn due(&self) -> Option<Instant> {
        self.burst.map(|burst| (burst.last + QUIET).min(burst.began + CEILING))
    }

    /// The changes of the burst, by path, once it is due. None at all if what came went again.
    pub(super) fn take(&mut self, now: Instant) -> Option<Vec<Change>> {
        self.due().filter(|&due| now >= due)?;
        self.burst = None;
        let pending = std::mem::take(&mut self.pending);
        Some(pending.into_iter().map(|(path, kind)| Change { path, kind }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ChangeKind::{Created, Modified, Removed, Unknown};

    type Seen = (&'static str, ChangeKind);

    fn change(path: &str, kind: ChangeKind) -> Change {
        Change { path: path.into(), kind }
    }

    /// Adds changes at milliseconds and answers what is taken, and when it was due.
    fn burst(events: &[(u64, &str, ChangeKind)]) -> (u128, Vec<(String, ChangeKind)>) {
        let start = Instant::now();
        let mut debounce = Debounce::default();
        for &(at, path, kind) in events {
            debounce.add(change(path, kind), start + Duration::from_millis(at));
        }
        let due = debounce.due().unwrap();
        assert_eq!(debounce.take(due - Duration::from_nanos(1)), None);
        let taken = debounce.take(due).unwrap();
        assert_eq!(debounce.due(), None);
        let taken = taken.into_iter().map(|change| (change.path.display().to_string(), change.kind));
        ((due - start).as_millis(), taken.collect())
    }

    #[test]
    fn burst_ends_after_a_pause_or_at_the_ceiling() {
        let cases: [(&[u64], u128); 5] =
            [(&[0], 10), (&[0, 9], 19), (&[0, 5, 14, 20], 30), (&[0, 30, 60, 95], 100), (&[0, 50, 200], 100)];
        for (times, due) in cases {
            let events: Vec<_> = times.iter().map(|&at| (at, "a", Modified)).collect();
            assert_eq!(burst(&events), (due, vec![("a".into(), Modified)]), "{times:?}");
        }
    }

    #[test]
    fn changes_of_one_file_come_to_one() {
        let cases: [(&[Seen], &[Seen]); 9] = [
            (&[("a", Modified), ("a", Modified)], &[("a", Modified)]),
            (&[("a", Created), ("a", Modified)], &[("a", Created)]),
            (&[("a", Created), ("a", Removed)], &[]),
            (&[("a", Removed), ("a", Created)], &[("a", Modified)]),
            (&[("a", Modified), ("a", Removed)], &[("a", Removed)]),
            (&[("b", Removed), ("a", Created)], &[("a", Created), ("b", Removed)]),
            // Saved through a new file that takes the old one's name.
            (&[("t", Created), ("t", Modified), ("t", Removed), ("a", Modified)], &[("a", Modified)]),
            // Saved beside the old file, which is kept as a copy.
            (
                &[("a", Removed), ("a~", Created), ("a", Created), ("a", Modified)],
                &[("a", Modified), ("a~", Created)],
            ),
            (&[("a", Modified), ("", Unknown), ("b", Modified)], &[("", Unknown)]),
        ];
        for (events, expected) in cases {
            let events: Vec<_> = events.iter().map(|&(path, kind)| (0, path, kind)).collect();
            let expected: Vec<_> = expected.iter().map(|&(path, kind)| (path.to_owned(), kind)).collect();
            assert_eq!(burst(&events).1, expected, "{events:?}");
        }
    }

    #[test]
    fn flood_becomes_one_change_of_everything() {
        let mut debounce = Debounce::default();
        let now = Instant::now();
        for n in 0..=MAX_PATHS {
            debounce.add(change(&n.to_string(), Modified), now);
        }
        debounce.add(change("after", Modified), now);

        assert_eq!(debounce.take(now + QUIET), Some(vec![Change::of_everything()]));
    }

    #[test]
    fn next_burst_begins_anew() {
        let mut debounce = Debounce::default();
        let start = Instant::now();
        debounce.add(change("a", Modified), start);
        debounce.take(start + QUIET).unwrap();
        let later = start + CEILING * 5;
        debounce.add(change("b", Removed), later);

        assert_eq!(debounce.due(), Some(later + QUIET));
        assert_eq!(debounce.take(later + QUIET), Some(vec![change("b", Removed)]));
    }
}
