//! Where submissions wait for the installer, which takes one after the other, and where their clients ask how they are
//! getting on. In memory: what was not stored before the server ended has not happened.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::assets::Bytes;
use super::submission::{NewRelease, Origin, Progress, ReleaseId, Run, Status, Wanted};
use crate::protocol::{ARCHIVE_LIMIT, ErrorDetails, ReleaseError};

/// Submissions that may wait.
const MAX_WAITING: usize = 64;
/// Bytes of all archives that wait.
const MAX_WAITING_BYTES: usize = 4 * ARCHIVE_LIMIT;
/// Submissions whose end is remembered; releases are known for longer, by the database.
const MAX_KNOWN: usize = 256;
/// Of those, the newest whose files are remembered: each may list every file of an app.
const MAX_LISTED: usize = 32;

#[derive(Debug)]
pub(super) struct Desk {
    state: Mutex<State>,
    /// Something was submitted, has got on, or the desk was closed.
    moved: Condvar,
}

#[derive(Debug)]
struct State {
    last_id: i64,
    waiting: VecDeque<Submission>,
    /// Oldest first.
    known: VecDeque<Known>,
    is_closed: bool,
}

/// What the installer takes.
#[derive(Debug)]
pub(crate) struct Submission {
    pub(crate) id: ReleaseId,
    pub(crate) release: NewRelease,
}

#[derive(Debug)]
struct Known {
    id: ReleaseId,
    origin: Origin,
    run: Run,
    /// The submission whose assets these are.
    assets_of: Option<ReleaseId>,
    progress: Progress,
}

/// Why nothing can be submitted now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Busy {
    #[error("too many deploys are waiting; try again in a moment")]
    Full,
    #[error("the server is stopping")]
    Closed,
}

impl Desk {
    /// `last_id` is the highest that was ever given.
    pub(super) fn new(last_id: i64) -> Self {
        let state = State { last_id, waiting: VecDeque::new(), known: VecDeque::new(), is_closed: false };
        Self { state: Mutex::new(state), moved: Condvar::new() }
    }

    pub(super) fn submit(&self, mut release: NewRelease) -> Result<ReleaseId, Busy> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(Busy::Closed);
        }
        let bytes: usize = state.waiting.iter().map(|waiting| waiting.release.wanted.bytes()).sum();
        if state.waiting.len() >= MAX_WAITING || bytes + release.wanted.bytes() > MAX_WAITING_BYTES {
            return Err(Busy::Full);
        }
        let assets_of = match release.origin {
            Origin::Assets { of } => of,
            _ => None,
        };
        if assets_of.and_then(|of| state.find(of)).is_some_and(|of| of.run == Run::Dry) {
            release.run = Run::Dry;
            if let Wanted::Assets(named) = &mut release.wanted {
                named.bytes = Bytes::Withheld;
            }
        }
        state.last_id += 1;
        let id = ReleaseId(state.last_id);
        while state.known.len() >= MAX_KNOWN {
            let oldest = state.known.iter().position(|known| known.progress.is_over());
            oldest.and_then(|index| state.known.remove(index));
        }
        state.known.push_back(Known {
            id,
            origin: release.origin,
            run: release.run,
            assets_of,
            progress: Progress::Waiting,
        });
        state.waiting.push_back(Submission { id, release });
        self.moved.notify_all();
        Ok(id)
    }

    /// `None`: never submitted, or long ago.
    pub(super) fn status(&self, id: ReleaseId) -> Option<Status> {
        self.lock().status(id)
    }

    /// What a submission came by; `None` as for the status.
    pub(super) fn origin(&self, id: ReleaseId) -> Option<Origin> {
        self.lock().find(id).map(|known| known.origin)
    }

    pub(super) fn has_failed(&self, id: ReleaseId) -> bool {
        self.lock().find(id).is_some_and(|known| matches!(known.progress, Progress::Failed(_)))
    }

    /// The status when the submission is over, or after `patience`.
    pub(super) fn wait(&self, id: ReleaseId, patience: Duration) -> Option<Status> {
        let until = Instant::now() + patience;
        let mut state = self.lock();
        loop {
            let status = state.status(id)?;
            let left = until.saturating_duration_since(Instant::now());
            if status.progress.is_over() || left.is_zero() || state.is_closed {
                return Some(status);
            }
            (state, _) = self.moved.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// For the installer: waits for the next submission. `None` when the desk is closed.
    pub(super) fn next(&self) -> Option<Submission> {
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return None;
            }
            if let Some(next) = state.waiting.pop_front() {
                state.set(next.id, Progress::Working);
                return Some(next);
            }
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// For the installer: the saves that are next in line, if any are, but not so many that with one more the files of
    /// some would be forgotten before their clients are told. Does not wait.
    pub(super) fn next_saves(&self) -> Vec<Submission> {
        let mut state = self.lock();
        let mut saves = Vec::new();
        while saves.len() + 1 < MAX_LISTED
            && let Some(next) = state.waiting.pop_front_if(|next| next.release.saved().is_some())
        {
            state.set(next.id, Progress::Working);
            saves.push(next);
        }
        saves
    }

    pub(super) fn finish(&self, id: ReleaseId, progress: Progress) {
        let mut state = self.lock();
        state.set(id, progress);
        // What waits is not over: it must not push out what somebody is about to be told.
        let over = state.known.iter_mut().rev().filter(|known| known.progress.is_over());
        for known in over.skip(MAX_LISTED) {
            if let Progress::Done(report) = &mut known.progress {
                report.rows.clear();
            }
        }
        self.moved.notify_all();
    }

    /// Nothing is submitted or taken any more, and nobody waits. What the installer has not begun has failed.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        for Submission { id, .. } in std::mem::take(&mut state.waiting) {
            let error = "the server stopped before it was installed: send it again".to_owned();
            state.set(id, Progress::Failed(ReleaseError { error, details: ErrorDetails::default() }));
        }
        self.moved.notify_all();
    }

    /// Whole entries are put in or taken out under the lock: a panic elsewhere cannot have left one half done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn find(&self, id: ReleaseId) -> Option<&Known> {
        self.known.iter().find(|known| known.id == id)
    }

    fn set(&mut self, id: ReleaseId, progress: Progress) {
        if let Some(known) = self.known.iter_mut().find(|known| known.id == id) {
            known.progress = progress;
        }
    }

    fn status(&self, id: ReleaseId) -> Option<Status> {
        let known = self.find(id)?;
        let assets = self.known.iter().rev().find(|assets| assets.assets_of == Some(id));
        let assets = assets.map(|assets| assets.progress.clone());
        Some(Status { progress: known.progress.clone(), assets })
    }
}

impl Wanted {
    /// That wait with it in memory.
    fn bytes(&self) -> usize {
        match self {
            Self::Archive(archive) => archive.len(),
            Self::Change(change) => change.put.iter().map(|file| file.content.len()).sum(),
            Self::Assets(_) | Self::Kept(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::protocol::ReportRow;
    use crate::releases::Report;

    fn release() -> NewRelease {
        let wanted = Wanted::Archive(b"zip".to_vec());
        NewRelease { origin: Origin::Deploy, wanted, run: Run::ForReal }
    }

    #[test]
    fn files_of_the_newest_alone_are_remembered() {
        let desk = Desk::new(0);
        let rows = BTreeMap::from([("Page".to_owned(), ReportRow::default())]);
        for number in 1..=MAX_LISTED as i64 + 1 {
            let id = desk.submit(release()).unwrap();
            assert_eq!((id, desk.next().map(|next| next.id)), (ReleaseId(number), Some(id)));
            desk.finish(id, Progress::Done(Report { rows: rows.clone(), warning: None }));
        }
        let rows_of = |number| match desk.status(ReleaseId(number)).unwrap().progress {
            Progress::Done(report) => report.rows.len(),
            other => panic!("{other:?}"),
        };

        assert_eq!((rows_of(1), rows_of(2)), (0, 1));
    }

    #[test]
    fn what_waits_when_the_server_stops_has_failed_and_what_is_under_way_has_not() {
        let desk = Desk::new(0);
        let (begun, waiting) = (desk.submit(release()).unwrap(), desk.submit(release()).unwrap());
        assert_eq!(desk.next().map(|next| next.id), Some(begun));

        desk.close();
        assert_eq!(desk.status(begun).unwrap().progress, Progress::Working);
        let Progress::Failed(error) = desk.wait(waiting, Duration::from_secs(60)).unwrap().progress else {
            panic!("it waits for ever");
        };
        assert_eq!(error.error, "the server stopped before it was installed: send it again");
        assert!(desk.next().is_none());
        assert_eq!(desk.submit(release()), Err(Busy::Closed));
    }
}
