//! The queue on real files, with a closure as performer and a clock that is set by hand.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::json;
use tempfile::TempDir;

use super::clock::Clock;
use super::request::Request;
use super::{
    Body, Error, Filter, Job, JobError, JobId, NewJob, Options, Outcome, Perform, Priority, Queue, Workers,
};
use crate::logs::Log;
use crate::protocol::JobRecord;
use crate::store::{Database, Durability, Store};

mod claims;
mod crash;
mod doors;
mod endings;
mod model;
mod plans;
mod shutdown;

/// Long enough for any machine; reached only by a failure.
const PATIENCE: Duration = Duration::from_secs(30);

const NOON: i64 = 1_800_000_000_000;

/// A queue in a folder of its own.
struct Bench {
    dir: TempDir,
    clock: Arc<AtomicI64>,
    queue: Queue,
}

impl Bench {
    fn new() -> Self {
        Self::with(Options { retry_scale: 1.0, ..Options::default() })
    }

    fn with(options: Options) -> Self {
        let dir = TempDir::new().unwrap();
        let clock = Arc::new(AtomicI64::new(NOON));
        let queue = open(&dir.path().join("queue.sqlite3"), &clock, options);
        Self { dir, clock, queue }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("queue.sqlite3")
    }

    /// Another queue on a copy of the files as they are now: what a process finds after this one was killed.
    fn crashed(&self) -> Self {
        let dir = TempDir::new().unwrap();
        for name in ["queue.sqlite3", "queue.sqlite3-wal"] {
            std::fs::copy(self.dir.path().join(name), dir.path().join(name)).unwrap();
        }
        let clock = Arc::new(AtomicI64::new(self.clock.load(Ordering::Relaxed)));
        let queue = open(&dir.path().join("queue.sqlite3"), &clock, Options::default());
        Self { dir, clock, queue }
    }

    /// Ends this queue and opens the file again.
    fn reopened(self) -> Self {
        let Self { dir, clock, queue } = self;
        drop(queue);
        let queue = open(&dir.path().join("queue.sqlite3"), &clock, Options::default());
        Self { dir, clock, queue }
    }

    /// Moves the clock and lets the queue see it.
    fn advance(&self, by: Duration) {
        self.clock.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::Relaxed);
        self.look();
    }

    /// A turn that does nothing but what is due.
    fn look(&self) {
        self.queue.engine().submit(Request::Look).unwrap();
    }

    fn job(&self, name: &str) -> NewJob {
        job(self.queue.ids().next(), name)
    }

    fn enqueue(&self, job: NewJob) -> JobId {
        let id = job.id;
        self.queue.enqueue(vec![job]).unwrap();
        id
    }

    fn show(&self, id: JobId) -> JobRecord {
        self.queue.show(id).unwrap()
    }

    fn state(&self, id: JobId) -> String {
        self.show(id).state
    }

    /// As the table has it: a job that waits for its worker to wake up is running there.
    fn row_state(&self, id: JobId) -> String {
        let store = &self.queue.engine().store;
        store
            .read(|db| db.query_row("SELECT state FROM live WHERE id = ?1", [id.0], |row| row.get(0)))
            .unwrap()
    }

    fn start(&self, perform: impl Fn(&Job, &Arc<AtomicBool>) -> Outcome + Send + Sync + 'static) -> Workers {
        self.start_many(1, perform)
    }

    fn start_many(
        &self,
        count: usize,
        perform: impl Fn(&Job, &Arc<AtomicBool>) -> Outcome + Send + Sync + 'static,
    ) -> Workers {
        self.queue.start(Arc::new(Closure(perform)), NonZeroUsize::new(count).unwrap())
    }

    /// Runs everything that is ready, one job at a time, and answers the names in the order they ran.
    fn drain(&self, outcome: impl Fn(&Job) -> Outcome + Send + Sync + 'static) -> Vec<String> {
        let ran = Arc::new(Mutex::new(Vec::new()));
        let names = Arc::clone(&ran);
        let workers = self.start(move |job, _| {
            names.lock().unwrap().push(job.source_name.clone());
            outcome(job)
        });
        self.wait_for("nothing queued or running", || {
            let counts = self.queue.counts().unwrap();
            counts["queued"] + counts["running"] == 0
        });
        workers.stop(PATIENCE);
        Arc::into_inner(ran).unwrap().into_inner().unwrap()
    }

    /// Every turn ends with a look at the condition, so this needs no clock but a deadline.
    fn wait_for(&self, what: &str, condition: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !condition() {
            assert!(Instant::now() < deadline, "waited in vain for {what}: {:?}", self.queue.counts());
            std::thread::yield_now();
        }
    }

    /// The messages of the log table, the last turn's included.
    fn lines(&self) -> Vec<String> {
        self.look();
        self.lines_now()
    }

    /// With `(-)` for the duration of an attempt.
    fn lines_now(&self) -> Vec<String> {
        let duration = regex::Regex::new(r"\(\d+ms\)").unwrap();
        let store = &self.queue.engine().store;
        let lines: Vec<String> = store
            .read(|db| {
                db.prepare("SELECT message FROM log ORDER BY id")?.query_map([], |row| row.get(0))?.collect()
            })
            .unwrap();
        lines.iter().map(|line| duration.replace(line, "(-)").into_owned()).collect()
    }
}

struct Closure<F>(F);

impl<F: Fn(&Job, &Arc<AtomicBool>) -> Outcome + Send + Sync + 'static> Perform for Closure<F> {
    fn perform(&self, job: &Job, _: Instant, cancelled: &Arc<AtomicBool>) -> Outcome {
        (self.0)(job, cancelled)
    }
}

/// Jobs that tell when they begin and end when they are told.
struct Gate {
    begun: Receiver<String>,
    go: Sender<()>,
}

impl Gate {
    /// The gate, and what the jobs do: report, wait for one `go`, complete.
    fn new() -> (Self, impl Fn(&Job, &Arc<AtomicBool>) -> Outcome + Send + Sync + 'static) {
        let (report, begun) = channel();
        let (go, wait) = channel();
        let (report, wait) = (Mutex::new(report), Mutex::new(wait));
        let perform = move |job: &Job, _: &Arc<AtomicBool>| {
            report.lock().unwrap().send(job.source_name.clone()).unwrap();
            let _: () = wait.lock().unwrap().recv().unwrap();
            completed()
        };
        (Self { begun, go }, perform)
    }

    fn next(&self) -> String {
        self.begun.recv_timeout(PATIENCE).expect("no job began")
    }

    fn let_go(&self) {
        self.go.send(()).unwrap();
    }
}

fn open(path: &Path, clock: &Arc<AtomicI64>, options: Options) -> Queue {
    let store = Store::open(path, Database::Queue, Durability::Normal).unwrap();
    let last = store.read(crate::logs::last_id).unwrap();
    let clock = Arc::clone(clock);
    let now = move || Timestamp::from_millisecond(clock.load(Ordering::Relaxed)).unwrap();
    Queue::open_at(store, Log::starting_after(last), options, Clock::new(now)).unwrap()
}

fn job(id: JobId, name: &str) -> NewJob {
    NewJob {
        id,
        source_name: name.to_owned(),
        body: Body::Partial("lib/work".to_owned()),
        args: json!({ "n": 1 }),
        context: json!({}),
        priority: Priority::Default,
        delay: Duration::ZERO,
        max_attempts: 1,
        trace: "t1".to_owned(),
        request: Some("r1".to_owned()),
        depth: 0,
        parent: None,
    }
}

fn completed() -> Outcome {
    Outcome::Completed { output: "done".to_owned(), jobs: Vec::new() }
}

fn failed() -> Outcome {
    Outcome::Failed(JobError {
        message: "Liquid error: no".to_owned(),
        stack: Vec::new(),
        report: "x".to_owned(),
    })
}
