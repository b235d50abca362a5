//! The installer: takes what clients have submitted, one after the other, and makes each the app that is served, or says why
//! not.
//!
//! ```text
//! planned ─▶ checked out ─▶ loaded, checked ─▶ stored ─▶ tables, migrations ─▶ served ─▶ old trees removed
//!    └────────────┴────────────────┴─ refused: nothing has changed
//! ```
//! Killed before it is stored, the release before serves; killed after, the new one does at the next start.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::thread::{self, JoinHandle};

use jiff::Timestamp;

use super::reload;
use super::swap::{Swap, compile};
use super::verdict::{self, listed};
use crate::app::{App, LoadError, Problem};
use crate::liquid::Engine;
use crate::logs::{LoggedError, NewEntry};
use crate::protocol::{ErrorDetails, ReleaseError};
use crate::releases::{
    self, Changed, Manifest, NewRelease, Origin, Progress, ReleaseId, Releases, Report, Run, Submission,
    Wanted, by_category,
};
use crate::server::STACK;

#[derive(Debug)]
struct Installer {
    releases: Releases,
    swap: Swap,
    current: Manifest,
    /// Its tree stays for requests that have begun with it.
    previous: Manifest,
}

/// Begins to install what is submitted. Ends when the releases are closed; what it has begun it ends first.
pub(super) fn start(releases: Releases, current: Manifest, swap: Swap) -> io::Result<JoinHandle<()>> {
    let previous = current.clone();
    let mut installer = Installer { releases, swap, current, previous };
    // It compiles templates and runs migrations.
    thread::Builder::new().name("installer".to_owned()).stack_size(STACK).spawn(move || installer.work())
}

/// The app of a tree; one without a file of an app is empty.
pub(super) fn load(tree: &Path) -> Result<(App, Vec<Problem>), LoadError> {
    or_empty(App::load(tree, None))
}

fn or_empty(loaded: Result<(App, Vec<Problem>), LoadError>) -> Result<(App, Vec<Problem>), LoadError> {
    match loaded {
        Err(LoadError::NoApp { .. } | LoadError::Empty { .. }) => Ok((App::of_texts(&[], &[]), Vec::new())),
        loaded => loaded,
    }
}

impl Installer {
    fn work(&mut self) {
        while let Some(next) = self.releases.next() {
            let mut row = vec![next];
            if row.iter().all(|next| next.release.saved().is_some()) {
                row.extend(self.releases.next_saves());
                row = self.install_as_one(row);
            }
            for Submission { id, release } in row {
                let progress = match self.guarded(id, release) {
                    Ok(report) => Progress::Done(report),
                    Err(error) => {
                        let logged = LoggedError { message: error.error.clone(), stack: Vec::new() };
                        self.swap.log().append(NewEntry::system(&format!("release {id}")).failed(logged));
                        Progress::Failed(error)
                    }
                };
                self.releases.finish(id, progress);
            }
            // Nobody need wait for it.
            self.sweep();
        }
    }

    /// Many files that are saved at once, as a checkout of another branch does, take the time of one. Gives back those that
    /// are to be installed by themselves: the only one, or all if one of them is refused, so that its sender alone is told.
    fn install_as_one(&mut self, saves: Vec<Submission>) -> Vec<Submission> {
        let last = match saves.as_slice() {
            [_, .., last] => last.id,
            _ => return saves,
        };
        let whole = NewRelease::of_saves(saves.iter().map(|save| &save.release));
        let Ok(report) = self.guarded(last, whole) else { return saves };
        for Submission { id, release } in &saves {
            let report = release.saved().map(|path| report.of_file(path)).unwrap_or_default();
            self.releases.finish(*id, Progress::Done(report));
        }
        Vec::new()
    }

    /// The next one starts from what the database says, whatever this one has come to.
    fn guarded(&mut self, id: ReleaseId, release: NewRelease) -> Result<Report, ReleaseError> {
        catch_unwind(AssertUnwindSafe(|| self.install(id, release))).unwrap_or_else(|_| Err(panicked()))
    }

    fn install(&mut self, id: ReleaseId, release: NewRelease) -> Result<Report, ReleaseError> {
        let NewRelease { origin, mut wanted, run } = release;
        let changed = self.releases.plan(origin, &mut wanted).map_err(|error| refusal(&error))?;
        let rows = by_category(&changed);
        if changed.is_empty() {
            if run == Run::ForReal {
                self.confirm(&wanted, &changed).map_err(|error| refusal(&error))?;
            }
            return Ok(Report { rows, warning: None });
        }
        let ready = self.ready(origin, &wanted, &changed);
        let (engine, mut warnings) = match ready {
            Ok(ready) if run == Run::ForReal => ready,
            planned => return planned.map(|(_, warnings)| Report { rows, warning: listed(&warnings) }),
        };
        let stored = match wanted {
            Wanted::Kept(kept) => self.releases.activate(kept),
            _ => self.releases.store(id, origin, &changed, Timestamp::now()),
        };
        stored.map_err(|error| refusal(&error))?;
        let hidden = self.swap.adopt_tables(engine.app());
        // Going back has no report, and who reads the log later wants to know where records have gone.
        for problem in &hidden {
            self.swap.log().append(reload::entry("tables", problem));
        }
        warnings.extend(hidden);
        warnings.extend(self.swap.migrate_pending(&engine));
        self.swap.serve(engine);
        self.swap.log().append(NewEntry::system(&line(id, origin, &wanted, &changed)));
        self.previous = std::mem::replace(&mut self.current, changed.manifest);
        Ok(Report { rows, warning: listed(&warnings) })
    }

    /// What was sent is what is served. Should its tree have been damaged, deploying it again is what helps.
    fn confirm(&self, wanted: &Wanted, changed: &Changed) -> Result<(), releases::Error> {
        self.releases.forget_staged(changed)?;
        match wanted {
            Wanted::Kept(kept) => self.releases.activate(*kept)?,
            Wanted::Archive(_) => {}
            // A client that begins to sync may send every file: none is to read all of them.
            Wanted::Change(_) | Wanted::Assets(_) => return Ok(()),
        }
        self.releases.restore(&self.current).map(drop)
    }

    /// The app as it would be served, and what is not quite right in it.
    fn ready(
        &self,
        origin: Origin,
        wanted: &Wanted,
        changed: &Changed,
    ) -> Result<(Engine, Vec<Problem>), ReleaseError> {
        let tree = self.releases.check_out(changed, &self.current).map_err(|error| refusal(&error))?;
        let previous = self.swap.engine();
        // It was verified, or has just been written.
        let sha256 = |path: &str| changed.manifest.find(path).map(|stored| stored.digest.bytes());
        let loaded = or_empty(App::load_hashed(&tree, previous.app(), sha256));
        let (app, problems) = loaded
            .map_err(|error| ReleaseError { error: error.to_string(), details: ErrorDetails::default() })?;
        let is_archive = matches!(wanted, Wanted::Archive(_));
        if is_archive && origin == Origin::Deploy && app.file_count() == 0 {
            return Err(ReleaseError {
                error: "the archive holds no file of an app: create `app/views/pages/index.liquid`"
                    .to_owned(),
                details: ErrorDetails::default(),
            });
        }
        let mut compiled = compile(app, &previous);
        let warnings = verdict::of(origin, wanted, changed, problems, &mut compiled)?;
        Ok((compiled.engine, warnings))
    }

    /// A tree that stays behind takes room, and is removed at the next start.
    fn sweep(&self) {
        if let Err(error) = self.releases.sweep(&[&self.current, &self.previous]) {
            self.swap.log_failure("old trees", &error.to_string());
        }
    }
}

/// Its message is on stderr.
fn panicked() -> ReleaseError {
    let error = "internal error: the installer panicked; restart the server".to_owned();
    ReleaseError { error, details: ErrorDetails::default() }
}

fn refusal(error: &releases::Error) -> ReleaseError {
    let path = match error {
        releases::Error::Refused(refused) => refused.path().map(str::to_owned),
        _ => None,
    };
    let mut text = error.to_string();
    if let Some(source) = std::error::Error::source(error) {
        text = format!("{text}: {source}");
    }
    ReleaseError { error: text, details: ErrorDetails { file_path: path } }
}

/// The line in the log.
fn line(id: ReleaseId, origin: Origin, wanted: &Wanted, changed: &Changed) -> String {
    let (id, what) = match (wanted, origin) {
        (Wanted::Kept(kept), _) => (*kept, "is served again"),
        (_, Origin::Sync) => (id, "synced"),
        (_, Origin::Module) => (id, "without the module"),
        _ => (id, "deployed"),
    };
    format!("release {id} {what}: {} upserted, {} deleted", changed.upserted.len(), changed.deleted.len())
}
