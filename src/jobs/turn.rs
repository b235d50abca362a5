//! One turn, inside its transaction: what is due is made ready, what waits is applied in the order it came, and jobs are
//! claimed for the workers. The only file that changes a job's state. Nothing outside the transaction is touched, so a
//! turn that fails has not happened.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;

use super::backlog::Backlog;
use super::claim::{Ack, Claim, End, Release};
use super::draft::{Draft, Payload};
use super::error::Refusal;
use super::line::{self, Standing};
use super::openings::Openings;
use super::request::Request;
use super::slots::Wait;
use super::table::{self, Attempt, Ending};
use super::{JobError, JobId, State, retry};
use crate::logs::{JobEnd, NewEntry};

/// Due jobs that one turn makes ready; the rest follows in the next one, so that callers do not wait for a million.
const DUE_AT_ONCE: usize = 1000;

/// A job cannot be put off further than this.
const LONGEST_DELAY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// What a turn starts from.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) now: Timestamp,
    pub(super) retry_scale: f64,
    pub(super) openings: Openings,
    /// Ready jobs may be in the table.
    pub(super) has_backlog: bool,
    /// When the first job that waits is due.
    pub(super) next_due: Option<Timestamp>,
}

/// What has to follow once the transaction is committed.
#[derive(Debug, Default)]
pub(super) struct Effects {
    /// One for each request, in order.
    pub(super) answers: Vec<Answer>,
    pub(super) claims: Vec<(Claim, Payload)>,
    pub(super) cancelled: Vec<JobId>,
    pub(super) events: Vec<NewEntry>,
    pub(super) has_backlog: bool,
    pub(super) next_due: Option<Timestamp>,
    /// When a ready job that may not take the last free worker yet becomes overdue, and may.
    pub(super) next_overdue: Option<Timestamp>,
    /// Jobs that moved into history.
    pub(super) ended: usize,
    /// Those of them whose last attempt failed.
    pub(super) died: u64,
}

/// A refusal changes nothing and fails nobody else's request.
pub(super) type Answer = Result<(), Refusal>;

struct Turn<'a> {
    db: &'a Connection,
    given: Given,
    effects: Effects,
}

pub(super) fn run<'r>(
    db: &Connection,
    given: Given,
    requests: impl Iterator<Item = &'r Request>,
) -> rusqlite::Result<Effects> {
    let mut turn = Turn { db, given, effects: Effects::default() };
    turn.move_due()?;
    for request in requests {
        let answer = turn.apply(request)?;
        turn.effects.answers.push(answer);
    }
    turn.claim()?;
    turn.effects.has_backlog = turn.given.has_backlog;
    turn.effects.next_due = table::next_due(db)?;
    Ok(turn.effects)
}

impl Turn<'_> {
    fn move_due(&mut self) -> rusqlite::Result<()> {
        if self.given.next_due.is_some_and(|due_at| due_at <= self.given.now) {
            let moved = table::move_due(self.db, self.given.now, DUE_AT_ONCE)?;
            self.given.has_backlog |= moved > 0;
        }
        Ok(())
    }

    fn apply(&mut self, request: &Request) -> rusqlite::Result<Answer> {
        match request {
            Request::Enqueue(drafts) => drafts.iter().try_for_each(|draft| self.enqueue(draft)).map(Ok),
            Request::Finish(ack) => self.finish(ack).map(Ok),
            Request::Release(releases) => {
                releases.iter().try_for_each(|release| self.release(release)).map(Ok)
            }
            Request::Cancel(id) => self.cancel(*id),
            Request::Delete(id) => self.delete(*id),
            Request::Retry(id) => self.retry(*id),
            Request::Look => Ok(Ok(())),
        }
    }

    fn enqueue(&mut self, draft: &Draft) -> rusqlite::Result<()> {
        let now = self.given.now;
        if !table::insert_job(self.db, draft, now)? {
            return Ok(());
        }
        let due_at = later(now, draft.delay);
        let state = if due_at > now {
            State::Scheduled
        } else if self.hands_off(draft) {
            State::Running
        } else {
            State::Queued
        };
        table::insert_live(self.db, draft, state, due_at)?;
        let standing = Standing { attempt: 0, max_attempts: draft.max_attempts, due_at };
        self.effects.events.push(line::queued(&draft.tag, standing, draft.delay));
        if state == State::Running {
            let (tag, max_attempts) = (draft.tag.clone(), draft.max_attempts);
            let claim = Claim { tag, attempt: 1, max_attempts, due_at };
            self.given.openings.take(draft.tag.priority);
            self.effects.claims.push((claim, draft.payload.clone()));
        }
        self.given.has_backlog |= state == State::Queued;
        Ok(())
    }

    /// Nothing waits before this job and a worker is free: it is claimed as it is inserted.
    fn hands_off(&self, draft: &Draft) -> bool {
        !self.given.has_backlog && self.given.openings.accept(draft.tag.priority, Wait::Fresh, 0)
    }

    fn finish(&mut self, ack: &Ack) -> rusqlite::Result<()> {
        let Ack { claim, took, .. } = ack;
        match &ack.end {
            End::Completed { output, jobs } => {
                let attempt = Attempt { output: Some(output), ..Attempt::of(ack, Ending::Success) };
                if self.end(State::Completed, &attempt)? {
                    self.effects.events.push(line::succeeded(claim, *took));
                    jobs.iter().try_for_each(|draft| self.enqueue(draft))?;
                }
            }
            End::Failed(error) if claim.attempt < claim.max_attempts => self.fail(ack, error)?,
            End::Failed(error) => {
                let attempt = Attempt { error: Some(error), ..Attempt::of(ack, Ending::Failed) };
                if self.end(State::Dead, &attempt)? {
                    self.effects.events.push(line::failed(claim, *took, error, None));
                    self.effects.events.push(line::ended(&claim.tag, Standing::of(claim), JobEnd::Dead));
                    self.effects.died += 1;
                }
            }
            End::Cancelled => {
                if self.end(State::Cancelled, &Attempt::of(ack, Ending::Cancelled))? {
                    self.effects.events.push(line::ended(&claim.tag, Standing::of(claim), JobEnd::Cancelled));
                }
            }
        }
        Ok(())
    }

    /// Moves a running job into history. `false`: the fence held, the job is not in that attempt any more.
    fn end(&mut self, state: State, attempt: &Attempt<'_>) -> rusqlite::Result<bool> {
        let Some(left) = table::end(self.db, attempt.job, attempt.attempt)? else { return Ok(false) };
        let error = attempt.error.map(|error| error.message.as_str());
        table::insert_history(self.db, &left.ended(state, self.given.now, error))?;
        table::insert_attempt(self.db, attempt)?;
        self.effects.ended += 1;
        Ok(true)
    }

    /// An attempt failed and another one follows.
    fn fail(&mut self, ack: &Ack, error: &JobError) -> rusqlite::Result<()> {
        let (claim, scale) = (&ack.claim, self.given.retry_scale);
        let delay = retry::delay(claim.attempt, scale, retry::seed(claim.tag.id.0, claim.attempt));
        let state = if delay.is_zero() { State::Queued } else { State::Retrying };
        if !table::wait_for_retry(self.db, claim, state, later(self.given.now, delay))? {
            return Ok(());
        }
        table::insert_attempt(self.db, &Attempt { error: Some(error), ..Attempt::of(ack, Ending::Failed) })?;
        let announced = retry::nominal(claim.attempt, scale);
        self.effects.events.push(line::failed(claim, ack.took, error, Some(announced)));
        self.given.has_backlog |= state == State::Queued;
        Ok(())
    }

    fn release(&mut self, release: &Release) -> rusqlite::Result<()> {
        if !table::release(self.db, release)? {
            return Ok(());
        }
        self.given.has_backlog = true;
        self.interrupt(release.id, release.attempt, release.started_at, Ending::Released)
    }

    fn cancel(&mut self, id: JobId) -> rusqlite::Result<Answer> {
        let Some(left) = table::withdraw(self.db, id)? else { return self.refuse(id) };
        table::insert_history(self.db, &left.ended(State::Cancelled, self.given.now, None))?;
        self.interrupt(id, left.attempt, left.started_at, Ending::Cancelled)?;
        self.effects.events.push(line::ended(&table::tag(self.db, id)?, left.standing(), JobEnd::Cancelled));
        self.effects.cancelled.push(id);
        self.effects.ended += 1;
        Ok(Ok(()))
    }

    fn delete(&mut self, id: JobId) -> rusqlite::Result<Answer> {
        let answer = self.cancel(id)?;
        if !matches!(answer, Err(Refusal::WrongState(_, State::Dead))) {
            return Ok(answer);
        }
        let standing = table::dismiss(self.db, id)?;
        self.effects.events.push(line::ended(&table::tag(self.db, id)?, standing, JobEnd::Cancelled));
        Ok(Ok(()))
    }

    /// Remembers an attempt that was not allowed to end, if one had begun.
    fn interrupt(
        &self,
        job: JobId,
        attempt: u32,
        started_at: Option<Timestamp>,
        ending: Ending,
    ) -> rusqlite::Result<()> {
        let Some(started_at) = started_at else { return Ok(()) };
        let finished_at = self.given.now;
        let attempt = Attempt { job, attempt, started_at, finished_at, ending, error: None, output: None };
        table::insert_attempt(self.db, &attempt)
    }

    fn retry(&mut self, id: JobId) -> rusqlite::Result<Answer> {
        let now = self.given.now;
        if !table::hurry(self.db, id, now)? && !table::revive(self.db, id, now)? {
            return self.refuse(id);
        }
        let (attempt, max_attempts) = table::attempts(self.db, id)?;
        let standing = Standing { attempt, max_attempts, due_at: now };
        self.effects.events.push(line::queued(&table::tag(self.db, id)?, standing, Duration::ZERO));
        self.given.has_backlog = true;
        Ok(Ok(()))
    }

    fn refuse(&self, id: JobId) -> rusqlite::Result<Answer> {
        Ok(Err(match table::state(self.db, id)? {
            Some(state) => Refusal::WrongState(id, state),
            None => Refusal::NotFound(id),
        }))
    }

    /// Claims as many ready jobs as there are openings, in the order of their ageing.
    fn claim(&mut self) -> rusqlite::Result<()> {
        let now = self.given.now;
        if !self.given.has_backlog {
            return Ok(());
        }
        let mut backlog = Backlog::read(self.db, &self.given.openings)?;
        while let Some((priority, ready)) = backlog.next(&self.given.openings, now) {
            self.given.openings.take(priority);
            self.effects.claims.push(table::claim(self.db, ready, priority, now)?);
        }
        self.given.has_backlog = !backlog.is_drained();
        self.effects.next_overdue = backlog.next_overdue(now);
        Ok(())
    }
}

impl<'a> Attempt<'a> {
    fn of(ack: &Ack, ending: Ending) -> Self {
        Self {
            job: ack.claim.tag.id,
            attempt: ack.claim.attempt,
            started_at: ack.started_at,
            finished_at: ack.finished_at,
            ending,
            error: None,
            output: None,
        }
    }
}

/// The end of time is as late as it gets.
fn later(now: Timestamp, delay: Duration) -> Timestamp {
    now.saturating_add(delay.min(LONGEST_DELAY)).unwrap_or(Timestamp::MAX)
}
