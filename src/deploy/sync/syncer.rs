//! The thread that decides: what a change means, what goes out next, and what follows from how it went.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use super::files::{Found, Tree};
use super::journal::{Digest, Held, Journal};
use super::manifest::Manifest;
use super::outbox::{Act, Errand, Outbox};
use super::selection::{Kept, Target};
use super::sender::Sent;
use super::workers::{Asset, Outcome, Task, Workers};
use super::{Ended, Event, News, Next, Options, Start, Sync, is_passing};
use crate::client::{self, Taken};
use crate::deploy::{Error, Ignored};
use crate::watch::Change;

/// Tries of a file that the instance answers with a failure of its own. One that is silent is waited for.
const TRIES: u32 = 5;

struct Syncer<N> {
    options: Options,
    tree: Tree,
    ignored: Ignored,
    journal: Journal,
    /// What the journal said of the files under way: true again if they are refused.
    before: BTreeMap<String, Held>,
    outbox: Outbox,
    manifest: Manifest,
    is_away: bool,
    news: N,
}

impl Sync {
    /// Syncs until it is stopped.
    ///
    /// # Errors
    /// It could not begin, or what the instance has could not be written down.
    pub(crate) fn run(self, news: impl FnMut(News<'_>)) -> Result<Ended, Error> {
        let Self { feed, options, tree, ignored, sender, events, to_events } = self;
        let workers = Workers::start(options.concurrency, &Arc::new(sender), &to_events)?;
        let known = Journal::load(&options.journal);
        let is_first = known.is_none();
        let mut syncer = Syncer {
            tree,
            ignored,
            journal: known.unwrap_or_else(|| Journal::empty(&options.journal)),
            before: BTreeMap::new(),
            outbox: Outbox::default(),
            manifest: Manifest::default(),
            is_away: false,
            options,
            news,
        };
        syncer.begin(is_first);
        let ended = syncer.work(&events, &workers);
        // Whoever waits to tell something more need not.
        drop(events);
        drop(feed);
        if ended != Ended::Forced {
            workers.join();
        }
        syncer.journal.save()?;
        Ok(ended)
    }
}

impl<N: FnMut(News<'_>)> Syncer<N> {
    fn begin(&mut self, is_first: bool) {
        match self.options.start {
            Start::All => {
                for path in self.tree.files() {
                    self.put(&path);
                }
                self.delete_missing(self.journal.paths().map(str::to_owned).collect());
            }
            Start::CatchUp if is_first => {
                for path in self.tree.files() {
                    if let Some(digest) = self.digest(&path) {
                        self.journal.set(&path, Some(Held::Exactly(digest)));
                    }
                }
            }
            Start::CatchUp => self.compare_all(),
        }
        let behind = self.outbox.waiting();
        (self.news)(News::Started { behind });
    }

    fn work(&mut self, events: &Receiver<Event>, workers: &Workers) -> Ended {
        let mut is_stopping = false;
        loop {
            let now = Instant::now();
            if is_stopping {
                self.manifest.hurry(now);
            }
            if let Some(assets) = self.manifest.take(now) {
                workers.give(Task::Announce(assets));
            }
            while !is_stopping && self.has_room() {
                let Some(errand) = self.outbox.next(now) else { break };
                self.note_under_way(&errand.path);
                workers.give(Task::Send(errand));
            }
            if self.outbox.under_way() == 0 && self.manifest.is_idle() {
                if is_stopping {
                    return Ended::InOrder { left: self.outbox.waiting() };
                }
                if self.outbox.waiting() == 0
                    && let Err(error) = self.journal.save()
                {
                    tracing::warn!(%error, "the journal is written at the end");
                }
            }
            match self.next_event(events, is_stopping) {
                Some(Event::Changed(Ok(changes))) => self.changed(&changes),
                Some(Event::Changed(Err(error))) => (self.news)(News::Blind { error: &error }),
                Some(Event::Ended(outcome)) => self.ended(outcome, is_stopping),
                Some(Event::Stop) if is_stopping => return Ended::Forced,
                Some(Event::Stop) => is_stopping = true,
                None => {}
            }
        }
    }

    fn has_room(&self) -> bool {
        self.outbox.under_way() < self.options.concurrency.get()
    }

    /// `None`: something is due.
    fn next_event(&self, events: &Receiver<Event>, is_stopping: bool) -> Option<Event> {
        let sends = !is_stopping && self.has_room();
        let next = sends.then(|| self.outbox.due()).flatten();
        let due = [next, self.manifest.due()].into_iter().flatten().min();
        let Some(due) = due else { return events.recv().ok() };
        events.recv_timeout(due.saturating_duration_since(Instant::now())).ok()
    }

    fn changed(&mut self, changes: &[Change]) {
        // Who writes a rule and then the file it is for wants to keep that file here.
        match Ignored::load(self.tree.root()) {
            Ok(ignored) => self.ignored = ignored,
            Err(error) => {
                (self.news)(News::Failed { path: Ignored::FILE, error: &error, next: Next::Nothing });
            }
        }
        for change in changes {
            // A name that is not UTF-8 is none of an app.
            let Some(path) = change.path.to_str().map(|path| path.replace('\\', "/")) else { continue };
            if path.is_empty() {
                self.compare_all();
                continue;
            }
            match self.tree.find(&path) {
                Some(Found::File(_)) => self.put(&path),
                Some(Found::Folder) => {
                    self.compare(self.tree.files_below(&path));
                    self.delete_missing(self.journal.below(&path));
                }
                None => {
                    self.delete_missing(self.journal.below(&path));
                    self.delete_missing(vec![path]);
                }
            }
        }
    }

    fn compare_all(&mut self) {
        self.compare(self.tree.files());
        self.delete_missing(self.journal.paths().map(str::to_owned).collect());
    }

    /// Puts those the instance does not have as they are.
    fn compare(&mut self, paths: Vec<String>) {
        for path in paths {
            if self.digest(&path).is_some_and(|digest| !self.journal.has(&path, &digest)) {
                self.put(&path);
            }
        }
    }

    /// Of a file that is synced.
    fn digest(&self, path: &str) -> Option<Digest> {
        if Target::of(path).is_err() || self.ignored.has_file(path) {
            return None;
        }
        let Some(Found::File(file)) = self.tree.find(path) else { return None };
        Some(Digest::of(&std::fs::read(file).ok()?))
    }

    fn put(&mut self, path: &str) {
        match Target::of(path) {
            _ if self.ignored.has_file(path) => {}
            Ok(_) => self.outbox.add(path.to_owned(), Act::Put, Instant::now()),
            Err(kept @ Kept::UnknownExtension) => (self.news)(News::Skipped { path, kept }),
            Err(_) => {}
        }
    }

    /// Deletes those that have gone here and may be there.
    fn delete_missing(&mut self, paths: Vec<String>) {
        for path in paths {
            let may_be_there = self.journal.get(&path).is_some() || self.outbox.holds(&path);
            let has_gone = !matches!(self.tree.find(&path), Some(Found::File(_)));
            if may_be_there && has_gone && Target::of(&path).is_ok() && !self.ignored.has_file(&path) {
                self.outbox.add(path, Act::Delete, Instant::now());
            }
        }
    }

    /// From now on nobody knows what the instance has of it.
    fn note_under_way(&mut self, path: &str) {
        if let Some(held) = self.journal.get(path) {
            self.before.insert(path.to_owned(), held.clone());
        }
        self.journal.set(path, Some(Held::Unsure));
    }

    fn ended(&mut self, outcome: Outcome, is_stopping: bool) {
        match outcome {
            Outcome::Sent(errand, Ok(sent)) => {
                self.came_back();
                self.outbox.end(&errand.path);
                self.sent(&errand.path, sent);
            }
            Outcome::Sent(errand, Err(error)) => self.failed(errand, &error, is_stopping),
            Outcome::Announced(assets, Ok(())) => {
                self.came_back();
                self.manifest.end();
                for asset in assets.into_values() {
                    // One that was sent again meanwhile has a turn of its own.
                    if !self.outbox.holds(&asset.path) {
                        self.journal.set(&asset.path, Some(Held::Exactly(asset.digest)));
                    }
                    (self.news)(News::SyncedAsset { path: &asset.path });
                }
            }
            Outcome::Announced(assets, Err(error)) => self.not_announced(assets, error, is_stopping),
        }
    }

    fn sent(&mut self, path: &str, sent: Sent) {
        let before = self.before.remove(path);
        match sent {
            Sent::Put { digest, taken } => {
                self.journal.set(path, Some(Held::Exactly(digest)));
                (self.news)(News::Synced { path });
                if taken == Taken::NeedsIndex {
                    (self.news)(News::NeedsIndex { path });
                }
            }
            Sent::Asset { digest, key, entry } => {
                let asset = Asset { path: path.to_owned(), digest, entry };
                self.manifest.add(key, asset, Instant::now());
            }
            Sent::Deleted => {
                self.manifest.forget(path);
                self.journal.set(path, None);
                // One that came and went within a moment is no news.
                (self.news)(News::Deleted { path });
            }
            Sent::Kept(kept) => {
                self.journal.set(path, before);
                (self.news)(News::Skipped { path, kept });
            }
        }
    }

    fn failed(&mut self, errand: Errand, error: &Error, is_stopping: bool) {
        let before = self.before.remove(&errand.path);
        let is_silence = matches!(error, Error::Server(error) if error.is_silence());
        if is_silence {
            self.went_away(error);
        } else {
            self.came_back();
            self.journal.set(&errand.path, before);
        }
        if is_silence || is_passing(error) && errand.failures + 1 < TRIES && !is_stopping {
            if !is_silence && errand.failures == 0 {
                (self.news)(News::Failed { path: &errand.path, error, next: Next::Again });
            }
            self.outbox.again(errand, Instant::now());
            return;
        }
        self.outbox.end(&errand.path);
        (self.news)(News::Failed { path: &errand.path, error, next: Next::Nothing });
    }

    /// Without a place in the manifest they are not there; the next start sends them again.
    fn not_announced(&mut self, assets: BTreeMap<String, Asset>, error: client::Error, is_stopping: bool) {
        let (may_pass, is_silence) = (error.may_pass(), error.is_silence());
        let error = Error::Server(error);
        if is_silence {
            self.went_away(&error);
        } else {
            self.came_back();
        }
        if may_pass && !is_stopping {
            self.manifest.again(assets, Instant::now());
            return;
        }
        self.manifest.end();
        for asset in assets.values() {
            (self.news)(News::Failed { path: &asset.path, error: &error, next: Next::Nothing });
        }
    }

    fn went_away(&mut self, error: &Error) {
        if !std::mem::replace(&mut self.is_away, true) {
            (self.news)(News::Away { error });
        }
    }

    fn came_back(&mut self) {
        if std::mem::take(&mut self.is_away) {
            (self.news)(News::Back);
        }
    }
}
