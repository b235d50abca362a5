//! The log inside the process that writes it: numbers entries, keeps them until the queue's next turn writes them, and
//! tells subscribers once they are written. It never waits for the disk.
//!
//! ```text
//! append ──▶ pending ──take_pending──▶ insert + commit ──publish──▶ subscribers
//!              └─ on_pending wakes whoever runs turns
//! ```
//! Turns come one after another and each takes everything that is pending, so entries are committed in the order of
//! their ids: a reader that has seen an id has seen all before it.

use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::Timestamp;
use tokio::sync::broadcast;

use super::entry::{Entry, Level, LogId, NewEntry};

/// Entries that may wait for a turn. A turn comes every 10 ms, so this is reached only while the disk stalls.
const MAX_PENDING: usize = 65_536;

/// Bytes of message that may wait for a turn.
const MAX_PENDING_BYTES: usize = 64 << 20;

/// Longest message kept; a longer one is cut and says so.
const MAX_MESSAGE: usize = 256 << 10;

/// Entries a slow subscriber may lag behind before it misses some (and is told how many).
const SUBSCRIBER_LAG: usize = 8_192;

/// What to call when something is pending.
type Wake = Arc<dyn Fn() + Send + Sync>;

/// Appends to the log of this process. Clone = same log.
#[derive(Clone)]
pub(crate) struct Log {
    inner: Arc<Inner>,
}

struct Inner {
    pending: Mutex<Pending>,
    /// Made for the first subscriber: its ring is large, and a template rendered by itself never has one.
    subscribers: OnceLock<broadcast::Sender<Arc<Entry>>>,
}

struct Pending {
    last: LogId,
    entries: Vec<Entry>,
    /// Of all messages in `entries`.
    bytes: usize,
    /// Entries refused since the last take because there were too many.
    dropped: u64,
    wake: Option<Wake>,
}

impl Log {
    /// Numbers go on after `last`, the highest id in the table (see [`super::last_id`]).
    pub(crate) fn starting_after(last: LogId) -> Self {
        let pending = Pending { last, entries: Vec::new(), bytes: 0, dropped: 0, wake: None };
        Self { inner: Arc::new(Inner { pending: Mutex::new(pending), subscribers: OnceLock::new() }) }
    }

    /// Numbers and dates the entry and leaves it for the next turn. When too much is pending the entry is dropped, and
    /// the next turn's entries end with a line that says how many were.
    pub(crate) fn append(&self, entry: NewEntry) {
        let wake = {
            let mut pending = self.pending();
            let was_empty = pending.entries.is_empty();
            pending.push(entry, Timestamp::now());
            if was_empty { pending.wake.clone() } else { None }
        };
        if let Some(wake) = wake {
            wake();
        }
    }

    /// Everything appended since the last take, in ascending order. The caller commits it before it takes again.
    pub(crate) fn take_pending(&self) -> Vec<Entry> {
        self.pending().take(Timestamp::now())
    }

    /// Calls `wake` whenever an entry is appended while none is pending, on the thread that appends; at once if some
    /// are pending already. `wake` must not append.
    pub(crate) fn on_pending(&self, wake: Wake) {
        let is_due = {
            let mut pending = self.pending();
            pending.wake = Some(Arc::clone(&wake));
            !pending.entries.is_empty()
        };
        if is_due {
            wake();
        }
    }

    /// Shows entries to the subscribers: those just committed, and those whose commit failed, so that a terminal still
    /// shows what a full disk refused.
    pub(crate) fn publish(&self, entries: Vec<Entry>) {
        let Some(subscribers) = self.inner.subscribers.get() else { return };
        for entry in entries {
            // An error only says that there is no subscriber.
            let _ = subscribers.send(Arc::new(entry));
        }
    }

    /// Entries published from now on. One that lags more than 8192 behind misses the oldest and receives `Lagged` with
    /// their number.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<Entry>> {
        self.inner.subscribers.get_or_init(|| broadcast::channel(SUBSCRIBER_LAG).0).subscribe()
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.inner.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    fn push(&mut self, mut event: NewEntry, now: Timestamp) {
        cut(&mut event.message);
        if let Some(error) = &mut event.error {
            cut(&mut error.message);
        }
        let bytes = self.bytes + event.message.len();
        if self.entries.len() >= MAX_PENDING || bytes > MAX_PENDING_BYTES {
            self.dropped += 1;
            return;
        }
        self.bytes = bytes;
        self.number(event, now);
    }

    fn take(&mut self, now: Timestamp) -> Vec<Entry> {
        if self.dropped > 0 {
            let mut notice =
                NewEntry::system(&format!("{} log lines were dropped, the disk is too slow", self.dropped));
            notice.level = Level::Warn;
            self.number(notice, now);
        }
        self.dropped = 0;
        self.bytes = 0;
        mem::take(&mut self.entries)
    }

    fn number(&mut self, event: NewEntry, created_at: Timestamp) {
        self.last += 1;
        self.entries.push(Entry { id: self.last, created_at, event });
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("last", &self.pending().last).finish_non_exhaustive()
    }
}

/// Shortens a message to [`MAX_MESSAGE`] bytes, at a character.
fn cut(message: &mut String) {
    if message.len() <= MAX_MESSAGE {
        return;
    }
    let rest = message.len() - MAX_MESSAGE;
    message.truncate(message.floor_char_boundary(MAX_MESSAGE));
    message.push_str(&format!("… ({rest} bytes cut)"));
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    fn note(message: &str) -> NewEntry {
        NewEntry::log("info", message, None)
    }

    #[test]
    fn numbers_go_on_after_the_last_and_follow_the_order_of_taking() {
        let log = Log::starting_after(41);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..500).for_each(|_| log.append(note("x"))));
            }
        });
        let mut ids: Vec<_> = log.take_pending().iter().map(|entry| entry.id).collect();
        log.append(note("y"));
        ids.extend(log.take_pending().iter().map(|entry| entry.id));

        assert_eq!(ids, (42..=42 + 2000).collect::<Vec<_>>());
        assert!(log.take_pending().is_empty());
    }

    #[test]
    fn wakes_once_until_the_pending_entries_are_taken() {
        let log = Log::starting_after(0);
        let calls = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&calls);
        log.append(note("early"));
        log.on_pending(Arc::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
        }));
        assert_eq!(calls.load(Ordering::Relaxed), 1);

        log.append(note("more"));
        assert_eq!(calls.load(Ordering::Relaxed), 1);

        log.take_pending();
        log.append(note("again"));
        log.append(note("again"));
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn what_does_not_fit_is_counted_in_a_last_line() {
        let log = Log::starting_after(0);
        for _ in 0..MAX_PENDING + 3 {
            log.append(note("x"));
        }
        let taken = log.take_pending();
        let last = taken.last().unwrap();

        assert_eq!(taken.len(), MAX_PENDING + 1);
        assert_eq!(last.event.message, "system: 3 log lines were dropped, the disk is too slow");
        assert_eq!(last.id, LogId::try_from(taken.len()).unwrap());

        log.append(note("fits again"));
        assert_eq!(log.take_pending().len(), 1);
    }

    #[test]
    fn pending_bytes_are_bounded_too() {
        let log = Log::starting_after(0);
        let long = "x".repeat(MAX_MESSAGE);
        for _ in 0..MAX_PENDING_BYTES / MAX_MESSAGE + 1 {
            log.append(note(&long));
        }
        assert_eq!(
            log.take_pending().len(),
            MAX_PENDING_BYTES / MAX_MESSAGE + 1,
            "all that fit, and the notice"
        );
    }

    #[test]
    fn a_huge_message_is_cut_at_a_character() {
        let log = Log::starting_after(0);
        log.append(note(&format!("x{}", "é".repeat(MAX_MESSAGE))));
        let message = log.take_pending().remove(0).event.message;

        assert!(message.ends_with("é… (262145 bytes cut)"), "{}", &message[message.len() - 40..]);
    }

    #[test]
    fn subscribers_see_what_is_published_from_then_on() {
        let log = Log::starting_after(0);
        log.append(note("before"));
        log.publish(log.take_pending());
        let mut subscriber = log.subscribe();
        log.append(note("after"));
        assert!(subscriber.try_recv().is_err(), "not before it is committed");

        log.publish(log.take_pending());
        assert_eq!(subscriber.try_recv().unwrap().event.message, "after");
        drop(log);
        assert_eq!(subscriber.try_recv().unwrap_err(), broadcast::error::TryRecvError::Closed);
    }
}
