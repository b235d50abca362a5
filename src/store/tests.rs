//! Files that are new, older, newer, foreign or in use, and what becomes of their content.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;

use super::{Database, Durability, Error, RunInfo, StateDir, Store};

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("queue.sqlite3")
    }

    fn open(&self) -> Result<Store, Error> {
        Store::open(&self.file(), Database::Queue, Durability::Full)
    }

    /// Names and bytes of all files.
    fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect();
        files.sort();
        files
    }
}

fn pragma(store: &Store, name: &str) -> String {
    let read = |db: &mut Connection| db.pragma_query_value(None, name, |row| row.get(0));
    let value: rusqlite::types::Value = store.inner.writer.with(Duration::ZERO, read).unwrap().unwrap();
    format!("{value:?}")
}

fn jobs(store: &Store) -> i64 {
    store.read(|db| db.query_row("SELECT count(*) FROM holder", [], |row| row.get(0))).unwrap()
}

fn insert(store: &Store) -> Result<usize, Error> {
    store.write(|tx| tx.execute("INSERT INTO holder VALUES (1, 'b', 1, 1, 1)", []))
}

#[test]
fn a_new_file_is_durable_and_has_the_schema() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    assert_eq!(pragma(&store, "journal_mode"), r#"Text("wal")"#);
    assert_eq!(pragma(&store, "synchronous"), "Integer(2)");
    assert_eq!(pragma(&store, "foreign_keys"), "Integer(1)");
    let version = format!("Integer({})", Database::Queue.known_version());
    assert_eq!(pragma(&store, "user_version"), version);
    assert_eq!(jobs(&store), 0);

    let normal = Store::open(&folder.0.path().join("n"), Database::Queue, Durability::Normal).unwrap();
    assert_eq!(pragma(&normal, "synchronous"), "Integer(1)");
}

#[test]
fn what_was_committed_is_there_when_opened_again() {
    let folder = Folder::new();
    insert(&folder.open().unwrap()).unwrap();
    assert_eq!(jobs(&folder.open().unwrap()), 1);
    assert_eq!(jobs(&Store::open_read_only(&folder.file(), Database::Queue).unwrap()), 1);
}

#[test]
fn a_write_that_fails_leaves_nothing_and_the_next_one_works() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let failed = store.write(|tx| {
        tx.execute("INSERT INTO holder VALUES (1, 'b', 1, 1, 1)", [])?;
        tx.execute("UPDATE holder SET pid = nowhere", [])
    });
    let failed = failed.unwrap_err();
    assert!(failed.to_string().starts_with("cannot use "));
    let cause = std::error::Error::source(&failed).unwrap().to_string();
    assert_eq!(cause, "no such column: nowhere", "without the statement, which may be long");
    assert_eq!(jobs(&store), 0);

    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = store.write(|tx| -> rusqlite::Result<()> {
            tx.execute("INSERT INTO holder VALUES (1, 'b', 1, 1, 1)", [])?;
            panic!("in the middle");
        });
    }));
    assert!(panicked.is_err());
    assert_eq!(jobs(&store), 0);
    insert(&store).unwrap();
    assert_eq!(jobs(&store), 1);
}

#[test]
fn open_transaction_shows_its_writes_to_others_only_when_committed() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let one = |db: &Connection| db.execute("INSERT INTO holder VALUES (1, 'b', 1, 1, 1)", []);
    let count = |db: &Connection| db.query_row("SELECT count(*) FROM holder", [], |row| row.get::<_, i64>(0));

    let mut open = store.begin(Duration::ZERO).unwrap();
    open.write(one).unwrap();
    assert_eq!((open.read(count).unwrap(), jobs(&store)), (1, 0));
    drop(open);
    assert_eq!(jobs(&store), 0);

    let mut open = store.begin(Duration::ZERO).unwrap();
    open.write(one).unwrap();
    open.commit().unwrap();
    assert_eq!(jobs(&store), 1);
}

#[test]
fn failed_write_in_an_open_transaction_takes_only_itself_back() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let mut open = store.begin(Duration::ZERO).unwrap();
    open.write(|db| db.execute("INSERT INTO holder VALUES (1, 'b', 1, 1, 1)", [])).unwrap();
    open.write(|db| {
        db.execute("DELETE FROM holder", [])?;
        db.execute("INSERT INTO nowhere VALUES (1)", [])
    })
    .unwrap_err();
    open.commit().unwrap();
    assert_eq!(jobs(&store), 1);
}

#[test]
fn writers_wait_for_an_open_transaction_as_long_as_they_were_told() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let open = store.begin(Duration::ZERO).unwrap();
    assert!(matches!(store.begin(Duration::ZERO), Err(Error::Busy { .. })));

    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| insert(&store));
        open.commit().unwrap();
        waiting.join().unwrap().unwrap();
    });
    assert_eq!(jobs(&store), 1);
}

#[test]
fn a_reader_sees_one_state_while_a_writer_commits() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let count = |db: &Connection| db.query_row("SELECT count(*) FROM holder", [], |row| row.get::<_, i64>(0));
    let (before, after) = store
        .read(|db| {
            let before = count(db)?;
            insert(&store).unwrap();
            Ok((before, count(db)?))
        })
        .unwrap();
    assert_eq!((before, after), (0, 0));
    assert_eq!(jobs(&store), 1);
}

#[test]
fn a_read_only_store_and_a_reader_cannot_write() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let reader = Store::open_read_only(&folder.file(), Database::Queue).unwrap();
    assert!(insert(&reader).is_err());
    assert!(store.read(|db| db.execute("INSERT INTO holder VALUES (1, 'b', 1, 1, 1)", [])).is_err());
    assert_eq!(jobs(&store), 0);
}

#[test]
fn a_read_only_store_needs_a_file_with_the_schema() {
    let folder = Folder::new();
    let open = || Store::open_read_only(&folder.file(), Database::Queue);
    assert!(matches!(open(), Err(Error::Sqlite { .. })), "missing");
    assert!(!folder.file().exists());

    fs::write(folder.file(), "").unwrap();
    let Err(Error::Older { found: 0, known, .. }) = open() else { panic!("an empty file has no schema") };
    assert_eq!(known, Database::Queue.known_version());
}

#[test]
fn files_of_others_are_refused_untouched() {
    let sqlite = |path: &Path| {
        let db = Connection::open(path).unwrap();
        db.execute_batch("PRAGMA journal_mode = wal; CREATE TABLE t (x); INSERT INTO t VALUES (1);").unwrap();
    };
    let wrong_kind = |path: &Path| drop(Store::open(path, Database::Data, Durability::Full).unwrap());
    let newer = |path: &Path| {
        drop(Store::open(path, Database::Queue, Durability::Full).unwrap());
        let db = Connection::open(path).unwrap();
        db.pragma_update(None, "user_version", 99).unwrap();
    };
    type Make<'a> = &'a dyn Fn(&Path);
    let cases: [(&str, Make<'_>, &str); 6] = [
        ("text", &|path| fs::write(path, "hello").unwrap(), "is the database of another program"),
        (
            "a short header",
            &|path| fs::write(path, "SQLite format 3\0").unwrap(),
            "is the database of another program",
        ),
        ("another program's database", &sqlite, "is the database of another program"),
        ("our other database", &wrong_kind, "is the database of another program"),
        ("a newer schema", &newer, "was written by a newer pos-cli (schema 99, this one knows "),
        ("a folder", &|path| fs::create_dir(path).unwrap(), "cannot use "),
    ];
    for (what, make, message) in cases {
        let folder = Folder::new();
        make(&folder.file());
        let before = folder.file().is_file().then(|| folder.contents());

        let error = folder.open().unwrap_err().to_string();
        assert!(error.contains(message), "{what}: {error}");
        let error = Store::open_read_only(&folder.file(), Database::Queue).unwrap_err().to_string();
        assert!(error.contains(message), "{what}, read only: {error}");
        assert_eq!(folder.file().is_file().then(|| folder.contents()), before, "{what}");
    }
}

#[test]
fn a_full_disk_is_an_error_and_nothing_is_half_written() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let limit = |db: &mut Connection| db.pragma_update_and_check(None, "max_page_count", 40, |_| Ok(()));
    store.inner.writer.with(Duration::ZERO, limit).unwrap().unwrap();
    let fill = |tx: &rusqlite::Transaction<'_>| {
        tx.execute(
            "INSERT INTO jobs VALUES (1, ?1, 'p', NULL, NULL, NULL, '{}', '{}', 0, 1, 't', NULL, NULL, 0, NULL)",
            ["x".repeat(1 << 20)],
        )
    };
    let error = store.write(fill).unwrap_err();
    let Error::Sqlite { source, .. } = &error else { panic!("{error:?}") };
    assert_eq!(source.sqlite_error_code(), Some(rusqlite::ErrorCode::DiskFull));
    insert(&store).unwrap();
    assert_eq!(jobs(&store), 1);
}

#[test]
fn a_checkpoint_lets_the_log_start_over() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    insert(&store).unwrap();
    store.checkpoint().unwrap();
    let wal = |folder: &Folder| fs::metadata(folder.0.path().join("queue.sqlite3-wal")).unwrap().len();
    let length = wal(&folder);
    for pid in 0..20 {
        store.write(|tx| tx.execute("UPDATE holder SET pid = ?1", [pid])).unwrap();
        store.checkpoint().unwrap();
    }
    assert_eq!(wal(&folder), length);
    Store::memory(Database::Queue).unwrap().checkpoint().unwrap();
}

#[test]
fn a_database_in_memory_reads_what_it_wrote() {
    let store = Store::memory(Database::Queue).unwrap();
    insert(&store).unwrap();
    assert_eq!(jobs(&store), 1);
}

#[test]
fn the_state_folder_hides_itself_from_git() {
    let folder = Folder::new();
    let dir = StateDir::create(folder.0.path().join("a/.pos-dev")).unwrap();
    assert_eq!(fs::read_to_string(dir.path().join(".gitignore")).unwrap(), "*\n");

    fs::write(dir.path().join(".gitignore"), "mine").unwrap();
    StateDir::create(dir.path()).unwrap();
    assert_eq!(fs::read_to_string(dir.path().join(".gitignore")).unwrap(), "mine");

    fs::write(folder.0.path().join("file"), "").unwrap();
    let error = StateDir::create(folder.0.path().join("file")).unwrap_err().to_string();
    assert!(error.starts_with("cannot use ") && error.ends_with("/file"), "{error}");
}

#[test]
fn a_second_holder_is_told_the_pid_of_the_first() {
    let folder = Folder::new();
    let dir = StateDir::create(folder.0.path()).unwrap();
    let lock = dir.lock().unwrap();

    let error = dir.lock().unwrap_err().to_string();
    assert!(
        error.ends_with(&format!("is in use by another pos-cli (pid {})", std::process::id())),
        "{error}"
    );

    drop(lock);
    dir.lock().unwrap();
}

#[test]
fn looking_for_a_server_never_stops_one_from_starting() {
    let folder = Folder::new();
    let dir = StateDir::create(folder.0.path()).unwrap();
    std::thread::scope(|scope| {
        let looks = scope.spawn(|| (0..2000).for_each(|_| drop(dir.run_info().unwrap())));
        while !looks.is_finished() {
            dir.lock().unwrap();
        }
    });
}

#[test]
fn run_info_counts_only_while_the_lock_is_held() {
    let folder = Folder::new();
    let dir = StateDir::create(folder.0.path()).unwrap();
    let info = RunInfo { pid: 7, url: "http://127.0.0.1:3000".to_owned() };
    assert_eq!(StateDir::at(folder.0.path().join("none")).run_info().unwrap(), None);

    let lock = dir.lock().unwrap();
    assert_eq!(dir.run_info().unwrap(), None);
    dir.write_run_info(&info).unwrap();
    assert_eq!(dir.run_info().unwrap(), Some(info.clone()));

    drop(lock);
    assert_eq!(dir.run_info().unwrap(), None, "left behind by a process that was killed");

    let _lock = dir.lock().unwrap();
    fs::write(folder.0.path().join("run.json"), "{").unwrap();
    assert_eq!(dir.run_info().unwrap(), None, "not ours");
    dir.remove_run_info().unwrap();
    dir.remove_run_info().unwrap();
}
