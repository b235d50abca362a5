//! The threads that wait for the instance, so that the one that decides does not.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::Event;
use super::journal::Digest;
use super::outbox::Errand;
use super::sender::{Sender, Sent};
use crate::client;
use crate::deploy::Error;
use crate::protocol::AssetEntry;

/// Something for one of them to do.
#[derive(Debug)]
pub(super) enum Task {
    Send(Errand),
    Announce(BTreeMap<String, Asset>),
}

/// An asset whose bytes are at the instance, but no page knows it yet.
#[derive(Debug, Clone)]
pub(super) struct Asset {
    /// From the root.
    pub(super) path: String,
    pub(super) digest: Digest,
    pub(super) entry: AssetEntry,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Outcome {
    Sent(Errand, Result<Sent, Error>),
    Announced(BTreeMap<String, Asset>, Result<(), client::Error>),
}

#[derive(Debug)]
pub(super) struct Workers {
    /// Has room for a task for each of them.
    tasks: SyncSender<Task>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    pub(super) fn start(
        count: NonZeroUsize,
        sender: &Arc<Sender>,
        events: &SyncSender<Event>,
    ) -> Result<Self, Error> {
        let (tasks, to_do) = sync_channel(count.get());
        let to_do = Arc::new(Mutex::new(to_do));
        let mut threads = Vec::new();
        for _ in 0..count.get() {
            let (to_do, sender, events) = (Arc::clone(&to_do), Arc::clone(sender), events.clone());
            let work = move || work(&to_do, &sender, &events);
            let thread = thread::Builder::new().name("sync".to_owned()).spawn(work);
            threads.push(thread.map_err(|source| Error::Thread { source })?);
        }
        Ok(Self { tasks, threads })
    }

    /// Gives one of them the task. There are never more tasks than threads.
    pub(super) fn give(&self, task: Task) {
        // Fails only where they have all panicked.
        let _ = self.tasks.send(task);
    }

    /// Waits until they have ended.
    pub(super) fn join(self) {
        drop(self.tasks);
        for thread in self.threads {
            // A panic has said what there is to say.
            let _ = thread.join();
        }
    }
}

fn work(tasks: &Mutex<Receiver<Task>>, sender: &Sender, events: &SyncSender<Event>) {
    loop {
        // Whoever has the lock waits for the next task; it is free again before that is worked.
        let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let outcome = match task {
            Ok(Task::Send(errand)) => {
                let sent = sender.send(&errand.path);
                Outcome::Sent(errand, sent)
            }
            Ok(Task::Announce(assets)) => {
                let manifest = assets.iter().map(|(key, asset)| (key.clone(), asset.entry.clone()));
                let announced = sender.announce(manifest.collect());
                Outcome::Announced(assets, announced)
            }
            Err(_) => return,
        };
        if events.send(Event::Ended(outcome)).is_err() {
            return;
        }
    }
}
