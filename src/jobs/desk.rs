//! Where requests wait for the next turn, and who runs it.
//!
//! There is one [`Baton`]; whoever holds it runs a turn. It lies on the desk while no turn is under way. A caller that
//! finds it there takes it and runs the turn itself, without waking another thread; later callers wait, and the first
//! of them is handed the baton when the turn ends. Requests that nobody waits for (acknowledgements, log rows, due
//! jobs) are the clerk's, a thread that sleeps until it is called or its alarm is due.

use std::mem;
use std::sync::mpsc::{Receiver, TrySendError, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::request::{Baton, Report, Request, Waiting, Word};

#[derive(Debug)]
pub(super) struct Desk {
    state: Mutex<State>,
    /// Told to the clerk.
    clerk: Condvar,
    /// Told to those who wait for the queue to run empty.
    idle: Condvar,
}

#[derive(Debug)]
struct State {
    /// Absent while a turn is under way.
    baton: Option<Baton>,
    inbox: Vec<Waiting>,
    /// The clerk is to run a turn at once.
    is_clerk_called: bool,
    /// Of the last turn.
    alarm: Option<Instant>,
    /// When the log rows that wait must be written.
    flush_at: Option<Instant>,
    /// Until when the clerk sleeps; `None`: until it is told.
    clerk_sleeps_until: Option<Instant>,
    is_closed: bool,
    idle_watchers: usize,
    is_idle: bool,
}

impl Desk {
    pub(super) fn new(baton: Baton) -> Self {
        Self {
            state: Mutex::new(State {
                baton: Some(baton),
                inbox: Vec::new(),
                is_clerk_called: true,
                alarm: None,
                flush_at: None,
                clerk_sleeps_until: None,
                is_closed: false,
                idle_watchers: 0,
                is_idle: false,
            }),
            clerk: Condvar::new(),
            idle: Condvar::new(),
        }
    }

    /// Leaves a request and says where its answer will come. With a baton the caller owes a turn first.
    pub(super) fn ask(&self, request: Request) -> (Receiver<Word>, Option<Baton>) {
        // Room for both words, so that no sender ever waits.
        let (caller, answer) = sync_channel(2);
        let mut state = self.state();
        state.inbox.push(Waiting { request, caller: Some(caller) });
        (answer, state.baton.take())
    }

    /// Leaves a request whose answer nobody needs. The caller sees to it that a turn follows: by [`Self::try_lead`] or
    /// [`Self::call_clerk`].
    pub(super) fn leave(&self, request: Request) {
        self.state().inbox.push(Waiting { request, caller: None });
    }

    /// The baton, if it lies there and something waits.
    pub(super) fn try_lead(&self) -> Option<Baton> {
        let mut state = self.state();
        if state.inbox.is_empty() { None } else { state.baton.take() }
    }

    /// Has the clerk run a turn soon. Nothing happens while one is under way: its end looks at the inbox again.
    pub(super) fn call_clerk(&self) {
        let mut state = self.state();
        if state.baton.is_some() && !state.is_clerk_called {
            state.is_clerk_called = true;
            self.clerk.notify_one();
        }
    }

    /// Has a turn run within `delay`, unless one runs before.
    pub(super) fn flush_within(&self, delay: Duration) {
        let mut state = self.state();
        if state.flush_at.is_none() {
            state.flush_at = Some(Instant::now() + delay);
            if state.baton.is_some() {
                self.wake_clerk_in_time(&state);
            }
        }
    }

    /// What the turn that now begins has to do, and whether someone waits for the queue to run empty.
    pub(super) fn begin(&self) -> (Vec<Waiting>, bool) {
        let mut state = self.state();
        state.alarm = None;
        state.is_clerk_called = false;
        (mem::take(&mut state.inbox), state.idle_watchers > 0)
    }

    /// Somebody else looks after the log rows that wait: the turn under way, or the next alarm.
    pub(super) fn flushed(&self) {
        self.state().flush_at = None;
    }

    /// Ends a turn: the baton goes to the first caller that waits, else to the clerk if something is left to do, else
    /// back on the desk.
    pub(super) fn end(&self, baton: Baton, report: Report) {
        let mut state = self.state();
        state.alarm = report.alarm;
        if let Some(is_idle) = report.is_idle {
            state.is_idle = is_idle;
            self.idle.notify_all();
        }
        let is_fresh = !state.inbox.is_empty();
        let arrived = mem::replace(&mut state.inbox, report.postponed);
        state.inbox.extend(arrived);
        let Some(baton) = hand_over(&state.inbox, baton) else { return };
        state.baton = Some(baton);
        if is_fresh {
            state.is_clerk_called = true;
        }
        self.wake_clerk_in_time(&state);
    }

    /// Blocks the clerk until it has to run a turn; `None`: the desk is closed.
    pub(super) fn wait_as_clerk(&self) -> Option<Baton> {
        let mut state = self.state();
        while !state.is_closed {
            state.clerk_sleeps_until = None;
            if state.baton.is_some() {
                let alarm = state.next_alarm();
                let now = Instant::now();
                if alarm.is_some_and(|at| at <= now) {
                    state.is_clerk_called = false;
                    return state.baton.take();
                }
                if let Some(at) = alarm {
                    state.clerk_sleeps_until = alarm;
                    let woken = self.clerk.wait_timeout(state, at - now);
                    state = woken.unwrap_or_else(PoisonError::into_inner).0;
                    continue;
                }
            }
            state = self.clerk.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    /// Blocks until a turn has found the queue empty; `false`: the deadline came first. `look` is called once turns
    /// know that they are being watched, and must cause one.
    pub(super) fn wait_idle<E>(
        &self,
        deadline: Option<Instant>,
        look: impl FnOnce() -> Result<(), E>,
    ) -> Result<bool, E> {
        {
            let mut state = self.state();
            state.idle_watchers += 1;
            state.is_idle = false;
        }
        let looked = look();
        let mut state = self.state();
        while looked.is_ok() && !state.is_idle {
            state = match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                None => self.idle.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => break,
                Some(left) => self.idle.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
        state.idle_watchers -= 1;
        let is_idle = state.is_idle;
        looked.map(|()| is_idle)
    }

    /// Requests that wait for the next turn.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.state().inbox.len()
    }

    /// Ends the clerk.
    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.clerk.notify_one();
    }

    /// Wakes the clerk if it would sleep too long otherwise.
    fn wake_clerk_in_time(&self, state: &State) {
        if let Some(alarm) = state.next_alarm()
            && state.clerk_sleeps_until.is_none_or(|until| alarm < until)
        {
            self.clerk.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// When the clerk has to run a turn; an instant that has passed means now.
    fn next_alarm(&self) -> Option<Instant> {
        if self.is_clerk_called {
            return Some(Instant::now());
        }
        self.alarm.into_iter().chain(self.flush_at).min()
    }
}

/// Gives the baton to the first caller that waits; back if there is none, or if its thread has died.
fn hand_over(inbox: &[Waiting], baton: Baton) -> Option<Baton> {
    let Some(caller) = inbox.iter().find_map(|waiting| waiting.caller.as_ref()) else { return Some(baton) };
    match caller.try_send(Word::Lead(baton)) {
        Err(TrySendError::Full(Word::Lead(baton)) | TrySendError::Disconnected(Word::Lead(baton))) => {
            Some(baton)
        }
        _ => None,
    }
}
