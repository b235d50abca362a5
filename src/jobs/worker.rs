//! The threads that run jobs: take one, run it within its time limit, acknowledge, take the next.

use std::any::Any;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::claim::{Ack, End};
use super::draft::Draft;
use super::engine::Engine;
use super::request::Request;
use super::shift::Begun;
use super::{JobError, Outcome, Perform};
use crate::logs::{LoggedError, NewEntry};

/// Deep templates recurse deeply.
const STACK: usize = 8 << 20;

/// How long a job may take to notice that it has been told to stop.
const LAST_WORD: Duration = Duration::from_secs(2);

/// Longest output kept with the job, in bytes.
const MOST_OUTPUT: usize = 1 << 20;

/// Longest error message and report kept with an attempt, in bytes.
const MOST_ERROR: usize = 64 << 10;

/// Worker threads; [`Self::stop`] joins them. One set at a time.
#[derive(Debug)]
pub(crate) struct Workers {
    engine: Arc<Engine>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// A thread the system refuses is done without, and logged.
    pub(super) fn start(engine: &Arc<Engine>, perform: &Arc<dyn Perform>, count: NonZeroUsize) -> Self {
        engine.shift.open(count.get());
        let mut threads = Vec::new();
        for number in 1..=count.get() {
            let builder = thread::Builder::new().name(format!("job worker {number}")).stack_size(STACK);
            let (engine_of_thread, perform) = (Arc::clone(engine), Arc::clone(perform));
            match builder.spawn(move || work(&engine_of_thread, &*perform)) {
                Ok(thread) => threads.push(thread),
                Err(error) => log_refused_thread(engine, &error),
            }
        }
        engine.shift.open(threads.len());
        engine.desk.leave(Request::Look);
        engine.desk.call_clerk();
        Self { engine: Arc::clone(engine), threads }
    }

    /// Claims no more, lets running jobs end within `grace`, cancels and puts back the rest without costing an attempt,
    /// joins. A thread that does not heed even that is left to end with the process.
    pub(crate) fn stop(mut self, grace: Duration) {
        self.end(grace);
    }

    /// What cannot be put back, since the disk fails, is rescued when the queue is opened again.
    fn end(&mut self, grace: Duration) {
        let engine = Arc::clone(&self.engine);
        engine.shift.close();
        // After this turn the last one that could still claim is over.
        let _ = engine.submit(Request::Look);
        let _ = engine.submit(Request::Release(engine.shift.give_back_held()));
        if !engine.shift.wait_until_free(grace) {
            let _ = engine.submit(Request::Release(engine.shift.give_back_running()));
        }
        let all_free = engine.shift.wait_until_free(LAST_WORD);
        for thread in self.threads.drain(..) {
            if all_free || thread.is_finished() {
                // A panic outside a job has been printed by its thread; there is nothing left to do about it.
                let _ = thread.join();
            }
        }
        // The last acknowledgements may still lie on the desk.
        let _ = engine.submit(Request::Look);
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        if !self.threads.is_empty() {
            self.end(Duration::ZERO);
        }
    }
}

fn log_refused_thread(engine: &Engine, error: &std::io::Error) {
    let error = LoggedError { message: format!("cannot start a worker thread: {error}"), stack: Vec::new() };
    engine.log.append(NewEntry::system("jobs").failed(error));
}

fn work(engine: &Engine, perform: &dyn Perform) {
    while let Some(begun) = engine.shift.next(|| engine.clock.now()) {
        let run = begun.run;
        let ack = perform_job(engine, perform, begun);
        let is_ours = engine.shift.finish(run, ack.claim.tag.priority, ack.took);
        // Even a void result calls for a turn: a worker is free again.
        ask(engine, if is_ours { Request::Finish(Box::new(ack)) } else { Request::Look });
    }
}

/// Never waits for a commit if there is another job to run: the acknowledgement rides on the next turn then. If there is
/// none, this thread runs the turn itself, and so claims its next job in the commit that acknowledges the last.
fn ask(engine: &Engine, request: Request) {
    engine.desk.leave(request);
    if engine.shift.has_next(engine.clock.now()) {
        engine.desk.call_clerk();
    } else if let Some(baton) = engine.desk.try_lead() {
        engine.run_turn(baton);
    }
}

fn perform_job(engine: &Engine, perform: &dyn Perform, begun: Begun) -> Ack {
    let Begun { claim, payload, started_at, cancelled, .. } = begun;
    let start = Instant::now();
    let deadline = start + engine.options.time_limit(claim.tag.priority);
    let end = match claim.job(payload) {
        Err(error) => End::Failed(error),
        Ok(job) => match catch_unwind(AssertUnwindSafe(|| perform.perform(&job, deadline, &cancelled))) {
            Ok(outcome) => end(outcome),
            Err(panic) => End::Failed(failure(format!("the job panicked: {}", panic_message(&*panic)))),
        },
    };
    Ack { claim, started_at, finished_at: engine.clock.now(), took: start.elapsed(), end }
}

fn end(outcome: Outcome) -> End {
    match outcome {
        Outcome::Completed { mut output, jobs } => {
            cut(&mut output, MOST_OUTPUT);
            match Draft::encode_all(jobs) {
                Ok(jobs) => End::Completed { output, jobs },
                Err(error) => End::Failed(failure(error.to_string())),
            }
        }
        Outcome::Failed(mut error) => {
            cut(&mut error.message, MOST_ERROR);
            cut(&mut error.report, MOST_ERROR);
            End::Failed(error)
        }
        Outcome::Cancelled => End::Cancelled,
    }
}

fn failure(message: String) -> JobError {
    JobError { message, stack: Vec::new(), report: String::new() }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

/// Shortens a text to `most` bytes, at a character, and says so.
fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let rest = text.len() - most;
        text.truncate(text.floor_char_boundary(most));
        text.push_str(&format!("… ({rest} bytes cut)"));
    }
}
