//! The workers as the queue sees them: how many, what each is busy with, and the claimed jobs that wait for one.
//!
//! A turn claims for every free worker. Where jobs are shorter than a commit it claims ahead as well, as many as the
//! workers will finish while the next turn commits, so that they never wait for the disk; those are held here, by level,
//! and a later job of a higher level overtakes them.

use std::collections::{HashMap, VecDeque};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::JobId;
use super::claim::{Claim, Release};
use super::draft::Payload;
use super::openings::Openings;
use super::pace::Pace;
use super::priority::{Levels, Priority};
use super::slots::{Slots, Wait};

#[derive(Debug, Default)]
pub(super) struct Shift {
    state: Mutex<State>,
    /// Told to workers: there may be a job, or the shift is over.
    work: Condvar,
    /// Told to whoever ends the shift: a worker has finished.
    finished: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_open: bool,
    slots: Slots,
    held: Levels<VecDeque<(Claim, Payload)>>,
    running: HashMap<Run, Running>,
    last_run: Run,
    pace: Pace,
}

/// Tells one run from another, also of the same job: a cancelled job that does not heed may still be running when it is
/// retried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Run(u64);

#[derive(Debug)]
struct Running {
    id: JobId,
    attempt: u32,
    started_at: Timestamp,
    cancelled: Arc<AtomicBool>,
    /// Somebody else has decided how it ends; what the worker says no longer counts.
    is_lost: bool,
}

/// A job in the hands of a worker.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) run: Run,
    pub(super) claim: Claim,
    pub(super) payload: Payload,
    pub(super) started_at: Timestamp,
    pub(super) cancelled: Arc<AtomicBool>,
}

impl Shift {
    /// Opens for `workers` workers.
    pub(super) fn open(&self, workers: usize) {
        let mut state = self.state();
        state.is_open = true;
        state.slots.workers = workers;
    }

    /// Nothing more is begun, and turns that begin from now on claim nothing.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.is_open = false;
        self.work.notify_all();
    }

    pub(super) fn openings(&self) -> Openings {
        let state = self.state();
        if !state.is_open {
            return Openings::default();
        }
        let held = Levels {
            high: state.held.high.len(),
            default: state.held.default.len(),
            low: state.held.low.len(),
        };
        Openings::new(state.slots, held, state.pace.ahead(state.slots.workers))
    }

    /// Takes in what a turn has claimed. What comes when the shift is over is given back.
    pub(super) fn add(&self, claims: Vec<(Claim, Payload)>) -> Vec<Release> {
        if claims.is_empty() {
            return Vec::new();
        }
        let mut state = self.state();
        if !state.is_open {
            return claims.iter().map(|(claim, _)| Release::not_begun(claim)).collect();
        }
        for _ in claims.iter().take(state.slots.free()) {
            self.work.notify_one();
        }
        for (claim, payload) in claims {
            state.held.get_mut(claim.tag.priority).push_back((claim, payload));
        }
        Vec::new()
    }

    /// The next job for the calling worker; blocks until there is one, `None` when the shift is over.
    pub(super) fn next(&self, now: impl Fn() -> Timestamp) -> Option<Begun> {
        let mut state = self.state();
        while state.is_open {
            if let Some(begun) = state.begin(now()) {
                return Some(begun);
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    /// Whether a worker that asks now would get a job without waiting.
    pub(super) fn has_next(&self, now: Timestamp) -> bool {
        let state = self.state();
        state.is_open && state.choose(now).is_some()
    }

    /// Frees the worker. `false`: the job was cancelled or put back meanwhile, and its result is void.
    pub(super) fn finish(&self, run: Run, priority: Priority, took: Duration) -> bool {
        let mut state = self.state();
        state.slots.give_back(priority);
        state.pace.note_job(took);
        let is_ours = state.running.remove(&run).is_some_and(|running| !running.is_lost);
        self.finished.notify_all();
        is_ours
    }

    /// Tells workers that these jobs have been cancelled; those not begun are forgotten.
    pub(super) fn cancel(&self, ids: &[JobId]) {
        if ids.is_empty() {
            return;
        }
        let mut state = self.state();
        for priority in Priority::ALL {
            state.held.get_mut(priority).retain(|(claim, _)| !ids.contains(&claim.tag.id));
        }
        state.running.values_mut().filter(|running| ids.contains(&running.id)).for_each(Running::lose);
    }

    /// Gives back the jobs that no worker has begun.
    pub(super) fn give_back_held(&self) -> Vec<Release> {
        let held = mem::take(&mut self.state().held);
        held.iter().flat_map(|(_, claims)| claims).map(|(claim, _)| Release::not_begun(claim)).collect()
    }

    /// Gives back the jobs that are running, and tells their workers to stop.
    pub(super) fn give_back_running(&self) -> Vec<Release> {
        let mut state = self.state();
        let mine = state.running.values_mut().filter(|running| !running.is_lost);
        mine.map(|running| {
            running.lose();
            Release { id: running.id, attempt: running.attempt, started_at: Some(running.started_at) }
        })
        .collect()
    }

    /// Blocks until no worker is busy; `false`: the time was up before.
    pub(super) fn wait_until_free(&self, timeout: Duration) -> bool {
        let is_busy = |state: &mut State| !state.running.is_empty();
        let waited = self.finished.wait_timeout_while(self.state(), timeout, is_busy);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Claimed, but no worker has begun it.
    pub(super) fn is_held(&self, id: JobId) -> bool {
        self.state().held.iter().any(|(_, claims)| claims.iter().any(|(claim, _)| claim.tag.id == id))
    }

    pub(super) fn held(&self) -> usize {
        self.state().held.iter().map(|(_, claims)| claims.len()).sum()
    }

    #[cfg(test)]
    pub(super) fn is_open(&self) -> bool {
        self.state().is_open
    }

    pub(super) fn note_turn(&self, took: Duration) {
        self.state().pace.note_turn(took);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn begin(&mut self, now: Timestamp) -> Option<Begun> {
        let priority = self.choose(now)?;
        let (claim, payload) = self.held.get_mut(priority).pop_front()?;
        self.slots.take(priority);
        self.last_run.0 += 1;
        let run = self.last_run;
        let cancelled = Arc::new(AtomicBool::new(false));
        let running = Running {
            id: claim.tag.id,
            attempt: claim.attempt,
            started_at: now,
            cancelled: Arc::clone(&cancelled),
            is_lost: false,
        };
        self.running.insert(run, running);
        Some(Begun { run, claim, payload, started_at: now, cancelled })
    }

    /// The level whose first held job goes next.
    fn choose(&self, now: Timestamp) -> Option<Priority> {
        let heads =
            self.held.iter().filter_map(|(priority, claims)| Some((priority, claims.front()?.0.due_at)));
        heads
            .filter(|(priority, due_at)| self.slots.has_slot(*priority, Wait::of(*priority, *due_at, now)))
            .min_by_key(|(priority, due_at)| priority.overdue_at(*due_at))
            .map(|(priority, _)| priority)
    }
}

impl Running {
    fn lose(&mut self) {
        self.is_lost = true;
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

impl Release {
    fn not_begun(claim: &Claim) -> Self {
        Self { id: claim.tag.id, attempt: claim.attempt, started_at: None }
    }
}
