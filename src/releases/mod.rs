//! What was deployed to a server that is a deploy target. The truth is a database of its own: releases, which files each
//! has, and the content of those once per digest, changed in one transaction each. What is served is checked out of it into a
//! tree of files, a cache that is verified before it is trusted. Clients only submit; the installer of `run` takes one
//! submission after the other, so that each is made of what the one before left.
//!
//! ```text
//! submit ─▶ desk ─▶ next ─▶ plan ─▶ check_out ─▶ (the app is loaded and checked) ─▶ store ─▶ (served) ─▶ finish
//!             ▲                └──────────────┴──────── refused: nothing has changed ────────────────────────┘
//!             └─ status, wait
//! ```

mod archive;
mod assets;
mod change;
mod desk;
mod digest;
mod error;
mod file_path;
mod manifest;
mod report;
mod staged;
mod submission;
mod table;
mod trees;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::store::{Database, Durability, StateDir, Store};

pub(crate) use archive::unpack;
pub(crate) use assets::{Bytes, NamedAsset, NamedAssets};
pub(crate) use change::{Change, Changed, Gone, NewFile};
pub(crate) use desk::{Busy, Submission};
pub(crate) use digest::Digest;
pub(crate) use error::{Error, NotInstalled, Refused};
pub(crate) use file_path::FilePath;
pub(crate) use manifest::Manifest;
pub(crate) use report::by_category;
pub(crate) use submission::{NewRelease, Origin, Progress, ReleaseId, Report, Run, Status, Wanted};
pub(crate) use table::Kept;

use assets::Extent;
use desk::Desk;
use manifest::Stored;
use trees::{Sources, Trees};

/// Releases that are kept, the current one among them.
const KEPT: u32 = 20;

/// Longer than whatever may be installed before what is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long assets wait for their manifest: clients send both within minutes.
const STAGED: Duration = Duration::from_secs(60 * 60);

/// Handle to what was deployed. Clone = the same.
#[derive(Debug, Clone)]
pub(crate) struct Releases {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    trees: Trees,
    desk: Desk,
}

impl Releases {
    /// Opens or creates those of a state folder. Always survives a power cut: a release that was reported is there.
    pub(crate) fn open(state: &StateDir) -> Result<Self, Error> {
        let store = Store::open(&state.releases(), Database::Releases, Durability::Full)?;
        let trees = Trees::open(state.trees())?;
        let desk = Desk::new(store.read(table::last_id)?);
        Ok(Self { inner: Arc::new(Inner { store, trees, desk }) })
    }

    /// Hands it to the installer. The id is that of the release if one comes of it.
    pub(crate) fn submit(&self, release: NewRelease) -> Result<ReleaseId, Busy> {
        self.inner.desk.submit(release)
    }

    /// Hands it to the installer and waits for the end.
    pub(crate) fn install(&self, origin: Origin, wanted: Wanted) -> Result<Report, NotInstalled> {
        let id = self.submit(NewRelease { origin, wanted, run: Run::ForReal })?;
        match self.wait(id, PATIENCE)?.map(|status| status.progress) {
            Some(Progress::Done(report)) => Ok(report),
            Some(Progress::Failed(error)) => Err(NotInstalled::Refused { error }),
            Some(Progress::Waiting | Progress::Working) | None => Err(NotInstalled::Underway),
        }
    }

    /// How a submission is getting on; of one from before the start only that a release came of it.
    pub(crate) fn status(&self, id: ReleaseId) -> Result<Option<Status>, Error> {
        match self.inner.desk.status(id) {
            Some(status) => Ok(Some(status)),
            None => Ok(self.status_of_kept(id)?),
        }
    }

    /// The same, when the submission is over, or after `patience`.
    pub(crate) fn wait(&self, id: ReleaseId, patience: Duration) -> Result<Option<Status>, Error> {
        match self.inner.desk.wait(id, patience) {
            Some(status) => Ok(Some(status)),
            None => Ok(self.status_of_kept(id)?),
        }
    }

    fn status_of_kept(&self, id: ReleaseId) -> Result<Option<Status>, Error> {
        let is_kept = self.inner.store.read(|connection| table::is_kept(connection, id))?;
        let done = || Status { progress: Progress::Done(Report::default()), assets: None };
        Ok(is_kept.then(done))
    }

    /// Newest first.
    pub(crate) fn list(&self) -> Result<Vec<Kept>, Error> {
        Ok(self.inner.store.read(table::list)?)
    }

    /// The files of the release that is served from the next start on; none before the first deploy.
    pub(crate) fn current(&self) -> Result<Manifest, Error> {
        Ok(self.inner.store.read(|connection| match table::current(connection)? {
            Some(id) => table::manifest(connection, id),
            None => Ok(Manifest::default()),
        })?)
    }

    /// Every file of the current release below `folder`, with its content, as of one moment.
    pub(crate) fn read_current(&self, folder: &str, mut read: impl FnMut(&str, &[u8])) -> Result<(), Error> {
        let missing = self.inner.store.read(|connection| {
            let Some(id) = table::current(connection)? else { return Ok(None) };
            let manifest = table::manifest(connection, id)?;
            for (path, Stored { digest, .. }) in manifest.files() {
                if path.as_str().starts_with(folder) {
                    match table::content(connection, digest)? {
                        Some(content) => read(path.as_str(), &content),
                        None => return Ok(Some(digest)),
                    }
                }
            }
            Ok(None)
        })?;
        missing.map_or(Ok(()), |digest| Err(Error::NoContent { digest }))
    }

    /// The content of a file of a release that is kept.
    fn content(&self, digest: Digest) -> Result<Vec<u8>, Error> {
        let content = self.inner.store.read(|connection| table::content(connection, digest))?;
        content.ok_or(Error::NoContent { digest })
    }

    /// Checks out the current release, for the start. No other tree stays.
    pub(crate) fn check_out_current(&self) -> Result<(Manifest, PathBuf), Error> {
        let current = self.current()?;
        let tree = self.restore(&current)?;
        self.sweep(&[&current])?;
        Ok((current, tree))
    }

    /// The tree of a release that is kept, from the database alone: whatever has become of the trees that are there.
    pub(crate) fn restore(&self, manifest: &Manifest) -> Result<PathBuf, Error> {
        let kept = Changed { manifest: manifest.clone(), ..Changed::default() };
        self.check_out(&kept, &Manifest::default())
    }

    /// Unpacks an archive of assets. They are part of no release before a manifest names them; until then they survive a
    /// power cut.
    pub(crate) fn stage_assets(&self, zip: &[u8], now: Timestamp) -> Result<(), Error> {
        let files = archive::unpack_assets(zip)?;
        Ok(self.inner.store.write(|transaction| staged::put(transaction, &files, now))?)
    }

    /// Takes away assets that no manifest has named for so long that none will.
    pub(crate) fn expire_staged(&self, now: Timestamp) -> Result<usize, Error> {
        let before = now.saturating_sub(STAGED).unwrap_or(Timestamp::MIN);
        Ok(self.inner.store.write(|transaction| staged::expire(transaction, before))?)
    }

    /// For the installer: waits for the next submission; `None` after [`Self::close`].
    pub(crate) fn next(&self) -> Option<Submission> {
        self.inner.desk.next()
    }

    /// For the installer: the saves that are next in line; they can be installed as one. Does not wait.
    pub(crate) fn next_saves(&self) -> Vec<Submission> {
        self.inner.desk.next_saves()
    }

    /// What would come of it. Changes nothing.
    pub(crate) fn plan(&self, origin: Origin, wanted: &mut Wanted) -> Result<Changed, Error> {
        let before = self.current()?;
        let change = match wanted {
            Wanted::Kept(id) => return self.plan_kept(&before, *id),
            Wanted::Archive(zip) => archive::change(&std::mem::take(zip), origin)?,
            Wanted::Assets(named) => return self.plan_assets(&before, origin, named),
            Wanted::Change(change) => {
                let nothing = Change { put: Vec::new(), gone: Gone::Nothing };
                std::mem::replace(change, nothing)
            }
        };
        Ok(change::apply(&before, change)?)
    }

    fn plan_assets(&self, before: &Manifest, origin: Origin, named: &NamedAssets) -> Result<Changed, Error> {
        let extent = match origin {
            Origin::Assets { of: Some(id) } => self.extent_of(id)?,
            _ => Extent::Saved,
        };
        let planned =
            self.inner.store.read(|connection| assets::change(connection, before, named, extent))?;
        let (change, staged) = planned?;
        Ok(Changed { staged, ..change::apply(before, change)? })
    }

    /// What the manifest of a release speaks of.
    fn extent_of(&self, id: ReleaseId) -> Result<Extent, Error> {
        let is_deploy = match self.inner.desk.origin(id) {
            Some(_) if self.inner.desk.has_failed(id) => return Err(Refused::ReleaseFailed { id }.into()),
            Some(origin) => origin == Origin::Deploy,
            None => {
                let origin = self.inner.store.read(|connection| table::origin(connection, id))?;
                origin.ok_or(Refused::NoRelease { id })? == Origin::Deploy.as_str()
            }
        };
        Ok(if is_deploy { Extent::Whole } else { Extent::Part })
    }

    fn plan_kept(&self, before: &Manifest, id: ReleaseId) -> Result<Changed, Error> {
        let after = self.inner.store.read(|connection| {
            table::is_kept(connection, id)?.then(|| table::manifest(connection, id)).transpose()
        })?;
        let after = after.ok_or(Refused::NoRelease { id })?;
        Ok(Changed::to(before, after))
    }

    /// The tree of what was planned; files that `before` has too are linked to its tree.
    pub(crate) fn check_out(&self, changed: &Changed, before: &Manifest) -> Result<PathBuf, Error> {
        let stored = |digest| self.content(digest);
        let sources = Sources { content: &changed.content, linked: before, stored };
        self.inner.trees.check_out(&changed.manifest, &sources)
    }

    /// What was planned becomes the current release: all of it, or nothing if it fails.
    pub(crate) fn store(
        &self,
        id: ReleaseId,
        origin: Origin,
        changed: &Changed,
        now: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.inner.store.write(|transaction| {
            table::insert(transaction, id, origin, &changed.manifest, &changed.content, now)?;
            // What was saved since its bytes came is newer than they.
            let put = changed.upserted.iter().filter(|path| path.is_asset());
            staged::forget(transaction, put.chain(&changed.staged))?;
            table::prune(transaction, KEPT)
        })?)
    }

    /// The bytes that waited for it are the ones that are there already.
    pub(crate) fn forget_staged(&self, changed: &Changed) -> Result<(), Error> {
        if changed.staged.is_empty() {
            return Ok(());
        }
        Ok(self.inner.store.write(|transaction| staged::forget(transaction, changed.staged.iter()))?)
    }

    /// A kept release becomes the current one.
    pub(crate) fn activate(&self, id: ReleaseId) -> Result<(), Error> {
        Ok(self.inner.store.write(|transaction| table::activate(transaction, id))?)
    }

    /// Says how a submission ended.
    pub(crate) fn finish(&self, id: ReleaseId, progress: Progress) {
        self.inner.desk.finish(id, progress);
    }

    /// Removes every tree but those of these releases.
    pub(crate) fn sweep(&self, kept: &[&Manifest]) -> Result<(), Error> {
        self.inner.trees.sweep(kept)
    }

    /// Nothing is submitted any more, and nobody waits. What the installer has begun it ends.
    pub(crate) fn close(&self) {
        self.inner.desk.close();
    }
}
