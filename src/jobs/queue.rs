//! The door: what the rest of the program asks of the queue.

use std::num::NonZeroUsize;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::named_params;
use uuid::Uuid;

use super::clock::Clock;
use super::desk::Desk;
use super::draft::Draft;
use super::engine::Engine;
use super::housekeeping::{self, Chores};
use super::id::RANGE;
use super::request::{Baton, Request};
use super::shift::Shift;
use super::worker::Workers;
use super::{Error, JobId, JobIds, NewJob, Options, Perform, State, record, rescue, timer};
use crate::logs::{self, Log, Reader};
use crate::protocol::{JobCounts, JobRecord};
use crate::store::{self, Store};

/// Longest time a log row waits for the turn that writes it.
const FLUSH_WITHIN: Duration = Duration::from_millis(10);

/// Handle to the queue of one `queue.sqlite3`. Clone = same queue. The process must hold the lock of the state folder,
/// and stop its workers before it drops the last handle: that writes what is left of the log.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    inner: Arc<Inner>,
}

/// The engine and the threads that serve it; they end with the last handle.
#[derive(Debug)]
struct Inner {
    engine: Arc<Engine>,
    threads: Vec<JoinHandle<()>>,
}

/// Which jobs `list` gives.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Completed and cancelled ones too; without, those that someone may still want to look after.
    pub(crate) all: bool,
    pub(crate) limit: Option<usize>,
}

impl Queue {
    /// Puts back every job whose process died (logged as `RESCUED`) and starts the timer.
    pub(crate) fn open(store: Store, log: Log, options: Options) -> Result<Self, Error> {
        Self::open_at(store, log, options, Clock::system())
    }

    pub(super) fn open_at(store: Store, log: Log, options: Options, clock: Clock) -> Result<Self, Error> {
        let boot = Uuid::new_v4().to_string();
        let first = take_hold(&store, &log, &boot, clock.now())?;
        let baton = Baton {
            has_backlog: true,
            // Whatever is due by now is looked for in the first turn.
            next_due: Some(Timestamp::MIN),
            ids_reserved: first + RANGE,
            unwritten: Vec::new(),
        };
        let engine = Arc::new(Engine {
            store,
            log,
            options,
            clock,
            ids: JobIds::starting_at(first),
            desk: Desk::new(baton),
            shift: Shift::default(),
            chores: Chores::default(),
            boot,
            died: AtomicU64::new(0),
        });
        let mut inner = Inner { engine: Arc::clone(&engine), threads: Vec::new() };
        for (name, run) in
            [("queue timer", timer::run as fn(&Engine)), ("queue housekeeping", housekeeping::run)]
        {
            let engine = Arc::clone(&engine);
            let thread = thread::Builder::new().name(name.to_owned()).spawn(move || run(&engine));
            inner.threads.push(thread.map_err(|source| Error::Thread { name, source })?);
        }
        let waker = Arc::downgrade(&engine);
        engine.log.on_pending(Arc::new(move || {
            if let Some(engine) = waker.upgrade() {
                engine.desk.flush_within(FLUSH_WITHIN);
            }
        }));
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn ids(&self) -> JobIds {
        self.engine().ids.clone()
    }

    /// Returns when the jobs are committed. All or none. A job whose id is known already is left alone, so that asking
    /// again after a doubtful answer is safe.
    pub(crate) fn enqueue(&self, jobs: Vec<NewJob>) -> Result<(), Error> {
        if jobs.is_empty() {
            return Ok(());
        }
        self.engine().submit(Request::Enqueue(Draft::encode_all(jobs)?))
    }

    /// Starts `count` worker threads that claim and run jobs until stopped.
    pub(crate) fn start(&self, perform: Arc<dyn Perform>, count: NonZeroUsize) -> Workers {
        Workers::start(self.engine(), &perform, count)
    }

    /// What has been written of the log, which lies in the same file.
    pub(crate) fn log(&self) -> Reader {
        Reader::of(self.engine().store.clone())
    }

    /// Newest first.
    pub(crate) fn list(&self, filter: &Filter) -> Result<Vec<JobRecord>, Error> {
        let mut records = self.engine().store.read(|db| record::list(db, filter))?;
        records.iter_mut().for_each(|record| self.correct(record));
        Ok(records)
    }

    /// With arguments, output and attempts.
    pub(crate) fn show(&self, id: JobId) -> Result<JobRecord, Error> {
        let found = self.engine().store.read(|db| record::show(db, id))?;
        let mut record = found.ok_or(Error::NotFound { id })?;
        self.correct(&mut record);
        Ok(record)
    }

    /// Runs a dead, cancelled, retrying or scheduled job now. Attempts go on counting.
    pub(crate) fn retry(&self, id: JobId) -> Result<(), Error> {
        self.engine().submit(Request::Retry(id))
    }

    /// Ends a job that has not ended; a running one is told and its result ignored.
    pub(crate) fn cancel(&self, id: JobId) -> Result<(), Error> {
        self.engine().submit(Request::Cancel(id))
    }

    /// Takes a job out of the list: cancels one that has not ended, and dismisses a dead one, which counts as cancelled
    /// from then on.
    pub(crate) fn delete(&self, id: JobId) -> Result<(), Error> {
        self.engine().submit(Request::Delete(id))
    }

    pub(crate) fn counts(&self) -> Result<JobCounts, Error> {
        let mut counts = self.engine().store.read(record::counts)?;
        let held = u64::try_from(self.engine().shift.held()).unwrap_or(0);
        for (state, is_held) in [(State::Running, false), (State::Queued, true)] {
            if let Some(count) = counts.get_mut(state.as_str()) {
                *count = if is_held { *count + held } else { count.saturating_sub(held) };
            }
        }
        Ok(counts)
    }

    /// Blocks until nothing is queued, running or retrying, or the deadline has passed (`false`). What is scheduled for
    /// later does not count.
    pub(crate) fn wait_idle(&self, deadline: Option<Instant>) -> Result<bool, Error> {
        self.engine().desk.wait_idle(deadline, || self.engine().submit(Request::Look))
    }

    /// Jobs whose last attempt has failed since the queue was opened. One that [`Self::wait_idle`] has waited for is
    /// counted.
    pub(crate) fn died(&self) -> u64 {
        self.engine().died.load(Ordering::Relaxed)
    }

    /// Returns when everything that has been logged is committed.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        self.engine().submit(Request::Look)
    }

    fn correct(&self, record: &mut JobRecord) {
        let is_running = record.state == State::Running.as_str();
        if is_running && record.id.parse().is_ok_and(|id| self.engine().shift.is_held(JobId(id))) {
            record::not_begun(record);
        }
    }

    pub(super) fn engine(&self) -> &Arc<Engine> {
        &self.inner.engine
    }
}

impl Drop for Inner {
    /// Writes what waits, and leaves the ids that were not used to the next process. If the disk refuses, the next
    /// process starts a range of its own, and there is nobody left to tell.
    fn drop(&mut self) {
        let _ = self.engine.submit(Request::Look);
        self.engine.desk.close();
        self.engine.chores.close();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        let _ = self.engine.return_ids();
    }
}

/// Makes the file ours and puts back what its last holder left running. Answers the first id of our range.
fn take_hold(store: &Store, log: &Log, boot: &str, now: Timestamp) -> Result<i64, store::Error> {
    let (first, entries) = store.write(|tx| {
        let first = tx.prepare_cached(include_str!("sql/take_hold.sql"))?.query_row(
            named_params! { ":boot": boot, ":pid": process::id(), ":now": now.as_millisecond(), ":range": RANGE },
            |row| row.get(0),
        )?;
        for event in rescue::rescue(tx, now)? {
            log.append(event);
        }
        let entries = log.take_pending();
        logs::insert(tx, &entries)?;
        Ok((first, entries))
    })?;
    log.publish(entries);
    Ok(first)
}
