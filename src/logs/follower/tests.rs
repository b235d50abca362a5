//! A follower beside a writer, on real files.

use std::fs;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tempfile::TempDir;

use super::Follower;
use crate::logs::{self, Log, LogId, NewEntry, Scope};
use crate::store::{Database, Durability, Store};

/// The process that writes, from one start to its end.
struct Writer {
    store: Store,
    log: Log,
}

impl Writer {
    fn start(path: &Path) -> Self {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let store = Store::open(path, Database::Queue, Durability::Normal).unwrap();
        let log = Log::starting_after(store.read(logs::last_id).unwrap());
        Self { store, log }
    }

    /// One commit of so many entries.
    fn write(&self, count: usize) {
        (0..count).for_each(|_| self.log.append(NewEntry::log("info", "x", None)));
        let entries = self.log.take_pending();
        self.store.write(|transaction| logs::insert(transaction, &entries)).unwrap();
    }
}

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".pos-dev").join("queue.sqlite3");
    (folder, path)
}

fn follow(path: &Path) -> Follower {
    Follower::open(path, Scope::All, |_| Ok(0)).unwrap()
}

/// Everything committed and not yet given.
fn rest(follower: &mut Follower) -> Vec<LogId> {
    let mut ids = Vec::new();
    loop {
        let batch = follower.next(7).unwrap();
        if batch.is_empty() {
            return ids;
        }
        ids.extend(batch.iter().map(|entry| entry.id));
    }
}

/// Whether the alarm rings within the time.
fn rings(follower: &mut Follower, within: Duration) -> bool {
    let rings = {
        let fd = follower.as_fd();
        let timeout = Timespec::try_from(within).unwrap();
        poll(&mut [PollFd::new(&fd, PollFlags::IN)], Some(&timeout)).unwrap() == 1
    };
    follower.acknowledge();
    rings
}

#[test]
fn entries_arrive_in_order_while_they_are_written() {
    let (_folder, path) = folder();
    let writer = Writer::start(&path);
    let mut follower = follow(&path);
    let mut seen = Vec::new();
    thread::scope(|scope| {
        scope.spawn(|| (0..100).for_each(|n| writer.write(n % 5 + 1)));
        while seen.len() < 300 {
            seen.extend(rest(&mut follower));
            rings(&mut follower, Duration::from_millis(1));
        }
    });
    assert_eq!(seen, (1..=300).collect::<Vec<_>>());
}

#[test]
fn a_restart_of_the_writer_leaves_no_gap_and_no_double() {
    let (_folder, path) = folder();
    let first = Writer::start(&path);
    first.write(3);
    let mut follower = follow(&path);
    assert_eq!(rest(&mut follower), [1, 2, 3]);

    first.write(1);
    drop(first);
    assert_eq!(rest(&mut follower), [4]);
    let second = Writer::start(&path);
    assert!(rest(&mut follower).is_empty());
    second.write(2);
    assert_eq!(rest(&mut follower), [5, 6]);
}

#[test]
fn a_database_that_comes_later_is_read_from_its_first_entry() {
    let (folder, path) = folder();
    let mut follower = follow(&path);
    assert!(rest(&mut follower).is_empty());

    fs::create_dir(folder.path().join(".pos-dev")).unwrap();
    fs::write(&path, "").unwrap();
    assert!(rest(&mut follower).is_empty(), "created, not yet filled");

    let writer = Writer::start(&path);
    assert!(rest(&mut follower).is_empty());
    writer.write(2);
    assert_eq!(rest(&mut follower), [1, 2]);
}

#[test]
fn a_new_database_in_place_of_the_old_one_is_read_from_its_first_entry() {
    let (_folder, path) = folder();
    let writer = Writer::start(&path);
    writer.write(5);
    let mut follower = follow(&path);
    assert_eq!(rest(&mut follower).len(), 5);

    drop(writer);
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
    let writer = Writer::start(&path);
    writer.write(2);
    assert_eq!(rest(&mut follower), [1, 2]);
    writer.write(1);
    assert_eq!(rest(&mut follower), [3]);

    drop(writer);
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
    assert!(rest(&mut follower).is_empty(), "gone for a while");
    Writer::start(&path).write(1);
    assert_eq!(rest(&mut follower), [1]);
}

#[test]
fn a_write_rings_and_reading_does_not() {
    let (_folder, path) = folder();
    let writer = Writer::start(&path);
    let mut follower = follow(&path);
    rest(&mut follower);

    writer.write(1);
    assert!(rings(&mut follower, Duration::from_secs(10)));
    assert_eq!(rest(&mut follower), [1]);
    // One write makes several events; they end when no more is written.
    while rings(&mut follower, Duration::from_millis(20)) {}
    for _ in 0..20 {
        rest(&mut follower);
    }
    assert!(!rings(&mut follower, Duration::from_millis(20)));
}

#[test]
fn the_start_is_chosen_by_the_caller() {
    let (_folder, path) = folder();
    let writer = Writer::start(&path);
    writer.write(4);
    let mut follower = Follower::open(&path, Scope::All, |reader| Ok(reader.last_id()? - 1)).unwrap();
    assert_eq!(rest(&mut follower), [4]);
}

#[test]
fn a_database_of_another_program_is_an_error() {
    let (_folder, path) = folder();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "not a database, but somebody's file").unwrap();
    let error = Follower::open(&path, Scope::All, |_| Ok(0)).unwrap_err();
    assert!(error.to_string().contains("another program"), "{error}");
}
