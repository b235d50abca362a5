//! Sends each file of a project to an instance when it is saved, and deletes what has gone: until it is told to stop, and
//! whatever becomes of a single file.
//!
//! ```text
//! watch ──▶ changes ─▶ ┌────────┐ ─▶ outbox ─▶ errands ─▶ senders (N threads) ─▶ instance
//! ctrl-c ─▶ stop ────▶ │ Syncer │ ◀─ what became of it ◀──────┘
//!                      └────────┘ ─▶ journal: what the instance has, kept between two runs
//! ```
//! One thread decides; the others wait for the disk, the instance and the operating system.

mod files;
mod journal;
mod manifest;
mod once;
mod outbox;
mod selection;
mod sender;
mod syncer;
mod workers;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::{Error, Ignored};
use crate::client::Client;
use crate::watch::{Change, Error as WatchError, Feed};

pub(crate) use once::sync_file;
pub(crate) use selection::Kept;

use files::Tree;
use sender::Sender;

/// Events on their way to the thread that decides. When there are more, whoever tells them waits: the watcher then comes
/// with a whole batch.
const EVENTS: usize = 64;

/// What to sync, and where to.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// The project: the folder that holds `app`.
    pub(crate) root: PathBuf,
    pub(crate) client: Client,
    /// The file that says what this instance has.
    pub(crate) journal: PathBuf,
    /// Files under way at once.
    pub(crate) concurrency: NonZeroUsize,
    pub(crate) start: Start,
}

/// What is sent before anything is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// What was changed since the last sync with this instance; nothing the first time.
    CatchUp,
    /// Every file.
    All,
}

/// What the caller is told while it goes on.
#[derive(Debug)]
pub(crate) enum News<'a> {
    /// It begins; so many files are sent to catch up.
    Started {
        behind: usize,
    },
    Synced {
        path: &'a str,
    },
    SyncedAsset {
        path: &'a str,
    },
    Deleted {
        path: &'a str,
    },
    /// Queries see a change of this table only when its records are indexed again.
    NeedsIndex {
        path: &'a str,
    },
    /// It was saved, and stays here.
    Skipped {
        path: &'a str,
        kept: Kept,
    },
    Failed {
        path: &'a str,
        error: &'a Error,
        next: Next,
    },
    /// The instance does not answer; everything waits for it.
    Away {
        error: &'a Error,
    },
    Back,
    /// Some files may change unseen.
    Blind {
        error: &'a WatchError,
    },
}

/// What follows a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// It is tried again by itself.
    Again,
    /// Nothing, until it is saved again.
    Nothing,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// What was under way has arrived or failed; so many files are left for the next start.
    InOrder { left: usize },
    /// It was told twice: what was under way is left to itself.
    Forced,
}

/// A sync that sees changes and has reached the instance, but sends nothing yet.
#[derive(Debug)]
pub(crate) struct Sync {
    options: Options,
    tree: Tree,
    ignored: Ignored,
    sender: Sender,
    // Before the feed, whose thread may wait for room: when this is gone it need not.
    events: Receiver<Event>,
    to_events: SyncSender<Event>,
    feed: Feed,
}

/// Ends it: what is under way first, at the second time at once.
#[derive(Debug, Clone)]
pub(crate) struct Stopper(SyncSender<Event>);

/// What the thread that decides hears of.
#[derive(Debug)]
enum Event {
    Changed(Result<Vec<Change>, WatchError>),
    Ended(workers::Outcome),
    Stop,
}

impl Sync {
    /// # Errors
    /// The project cannot be watched, the instance cannot be reached, or it does not take the token.
    pub(crate) fn connect(options: Options) -> Result<Self, Error> {
        let tree = Tree::open(&options.root)?;
        let ignored = Ignored::load(&options.root)?;
        let (to_events, events) = sync_channel(EVENTS);
        let changes = to_events.clone();
        // Before anything is asked, so that no save falls between the two.
        let feed = Feed::start(tree.root(), move |batch| {
            // Fails when the sync has ended.
            let _ = changes.send(Event::Changed(batch));
        })?;
        let sender = Sender::connect(options.client.clone(), tree.clone())?;
        Ok(Self { options, tree, ignored, sender, events, to_events, feed })
    }

    pub(crate) fn stopper(&self) -> Stopper {
        Stopper(self.to_events.clone())
    }
}

impl Stopper {
    pub(crate) fn stop(&self) {
        // Fails when it has ended.
        let _ = self.0.send(Event::Stop);
    }

    /// The same for whoever is told news, and so must not wait; false if there is no room now.
    pub(crate) fn try_stop(&self) -> bool {
        self.0.try_send(Event::Stop).is_ok()
    }
}

/// Whether the same may work a moment later.
fn is_passing(error: &Error) -> bool {
    matches!(error, Error::Server(error) if error.may_pass())
}
