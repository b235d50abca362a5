//! What waits to be sent, and in which order. Only paths wait: what becomes of one is decided by what is on disk when its
//! turn comes, so many saves of a file are one, and the last one always goes out. Pure: the clock is handed in.
//!
//! ```text
//! saved ──▶ waiting ── quiet for a moment ──▶ under way ── refused ──▶ forgotten until the next save
//!             ▲ ▲                              │  │ └─ taken
//!             │ └──────── may pass: later ─────┘  │
//!             └──────── saved again meanwhile ────┘
//! ```

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A file is sent when it has not changed for this long, after the pause that ends a burst of events: an editor may write
/// a file in several steps.
const SETTLED: Duration = Duration::from_millis(40);

/// Between two tries; each is twice as long as the last one.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LAST_PAUSE: Duration = Duration::from_secs(8);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    Delete,
    Put,
}

#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: BTreeMap<String, Waiting>,
    under_way: BTreeMap<String, Act>,
    count: u64,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    act: Act,
    due: Instant,
    /// In the order in which they were added.
    order: u64,
    failures: u32,
}

/// One thing to be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Errand {
    pub(super) path: String,
    pub(super) act: Act,
    /// Tries before this one.
    pub(super) failures: u32,
}

impl Outbox {
    /// The file at `path` was saved or has gone.
    pub(super) fn add(&mut self, path: String, act: Act, now: Instant) {
        let due = if act == Act::Put { now + SETTLED } else { now };
        self.count += 1;
        self.waiting.insert(path, Waiting { act, due, order: self.count, failures: 0 });
    }

    /// The next thing whose time has come; it is under way then. A file is never under way twice. Files are put only when
    /// those that have gone are gone there too: after a rename there would be two pages with one address for a moment.
    pub(super) fn next(&mut self, now: Instant) -> Option<Errand> {
        let due = self.ready().filter(|(_, waiting)| waiting.due <= now);
        let path = due.min_by_key(|(_, waiting)| (waiting.act, waiting.order))?.0.clone();
        let Waiting { act, failures, .. } = self.waiting.remove(&path)?;
        self.under_way.insert(path.clone(), act);
        Some(Errand { path, act, failures })
    }

    /// When [`Outbox::next`] has something, if nothing else happens before.
    pub(super) fn due(&self) -> Option<Instant> {
        self.ready().map(|(_, waiting)| waiting.due).min()
    }

    /// It is over, one way or the other.
    pub(super) fn end(&mut self, path: &str) {
        self.under_way.remove(path);
    }

    /// It did not work, but may later. A file that was saved again meanwhile has its turn anyway.
    pub(super) fn again(&mut self, errand: Errand, now: Instant) {
        self.end(&errand.path);
        let failures = errand.failures + 1;
        let pause = FIRST_PAUSE.saturating_mul(1 << errand.failures.min(16)).min(LAST_PAUSE);
        self.count += 1;
        let waiting = Waiting { act: errand.act, due: now + pause, order: self.count, failures };
        self.waiting.entry(errand.path).or_insert(waiting);
    }

    pub(super) fn holds(&self, path: &str) -> bool {
        self.waiting.contains_key(path) || self.under_way.contains_key(path)
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// What may begin, now or when it is due.
    fn ready(&self) -> impl Iterator<Item = (&String, &Waiting)> {
        let goes = self.waiting.values().any(|waiting| waiting.act == Act::Delete && waiting.failures == 0);
        let is_going = self.under_way.values().any(|act| *act == Act::Delete);
        self.waiting.iter().filter(move |(path, waiting)| {
            let is_held = waiting.act == Act::Put && (goes || is_going);
            !is_held && !self.under_way.contains_key(*path)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(outbox: &mut Outbox, act: Act, paths: &[&str], now: Instant) {
        paths.iter().for_each(|path| outbox.add((*path).to_owned(), act, now));
    }

    fn next(outbox: &mut Outbox, now: Instant) -> Option<String> {
        outbox.next(now).map(|errand| errand.path)
    }

    #[test]
    fn many_saves_are_one_and_wait_for_the_last() {
        let (mut outbox, start) = (Outbox::default(), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        for millis in [0, 20, 45] {
            add(&mut outbox, Act::Put, &["a"], at(millis));
        }

        assert_eq!(outbox.due(), Some(at(85)));
        assert_eq!(next(&mut outbox, at(84)), None);
        assert_eq!(next(&mut outbox, at(85)).as_deref(), Some("a"));
        assert_eq!((next(&mut outbox, at(999)), outbox.due()), (None, None));
    }

    #[test]
    fn a_file_saved_while_it_is_under_way_goes_once_more_after_it() {
        let (mut outbox, start) = (Outbox::default(), Instant::now());
        add(&mut outbox, Act::Put, &["a"], start);
        let first = outbox.next(start + SETTLED).unwrap();
        add(&mut outbox, Act::Put, &["a"], start + SETTLED);
        add(&mut outbox, Act::Put, &["a"], start + SETTLED);
        let later = start + SETTLED * 9;
        assert_eq!((outbox.next(later), outbox.due()), (None, None));

        outbox.again(first, later);
        assert_eq!(outbox.next(later), Some(Errand { path: "a".to_owned(), act: Act::Put, failures: 0 }));
        outbox.end("a");
        assert_eq!((outbox.next(later + LAST_PAUSE), outbox.waiting(), outbox.under_way()), (None, 0, 0));
    }

    #[test]
    fn a_rename_puts_the_new_file_when_the_old_one_is_gone() {
        let (mut outbox, start) = (Outbox::default(), Instant::now());
        add(&mut outbox, Act::Put, &["new"], start);
        add(&mut outbox, Act::Delete, &["old", "older"], start);
        let later = start + SETTLED;

        assert_eq!(next(&mut outbox, later).as_deref(), Some("old"));
        assert_eq!(next(&mut outbox, later).as_deref(), Some("older"));
        assert_eq!((next(&mut outbox, later), outbox.due()), (None, None));
        outbox.end("old");
        assert_eq!(next(&mut outbox, later), None);
        outbox.end("older");
        assert_eq!(next(&mut outbox, later).as_deref(), Some("new"));
    }

    #[test]
    fn tries_come_slower_and_hold_nobody_up() {
        let (mut outbox, start) = (Outbox::default(), Instant::now());
        add(&mut outbox, Act::Delete, &["gone"], start);
        let mut now = start;
        let mut pauses = Vec::new();
        for _ in 0..8 {
            let errand = outbox.next(now).unwrap();
            outbox.again(errand, now);
            let due = outbox.due().unwrap();
            pauses.push((due - now).as_millis());
            now = due;
        }
        assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);

        let errand = outbox.next(now).unwrap();
        outbox.again(errand, now);
        add(&mut outbox, Act::Put, &["other"], now);
        assert_eq!(next(&mut outbox, now + SETTLED).as_deref(), Some("other"));
    }
}
