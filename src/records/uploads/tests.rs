//! Files and transactions: what is on disk after each.

use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::records::{Constants, Records};
use crate::store::Database;

struct Fixture {
    folder: TempDir,
    store: Store,
}

impl Fixture {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), store: Store::memory(Database::Data).unwrap() }
    }

    fn data(&self) -> Data {
        let uploads = Uploads::open(self.folder.path().to_owned(), &self.store).unwrap();
        let records = Records::new(self.store.clone(), Constants::new(self.store.clone()));
        records.keeping_files(uploads).data(None)
    }

    fn files(&self) -> usize {
        fs::read_dir(self.folder.path()).unwrap().count()
    }
}

fn upload(key: &str) -> Upload {
    Upload {
        key: Key::parse(key).unwrap(),
        acl: Acl::Private,
        content_type: "text/plain".into(),
        content_disposition: None,
        cache_control: None,
    }
}

fn store(data: &mut Data, key: &str, bytes: &[u8]) {
    let draft = data.draft_upload().unwrap();
    draft.write(bytes).unwrap();
    data.store_upload(draft, &upload(key), Timestamp::UNIX_EPOCH).unwrap();
}

fn bytes(data: &Data, key: &str) -> Option<Vec<u8>> {
    let stored = data.upload(&Key::parse(key).unwrap()).unwrap()?;
    assert_eq!(stored.upload, upload(key));
    Some(fs::read(stored.path).unwrap())
}

#[test]
fn file_is_replaced_under_its_key() {
    let fixture = Fixture::new();
    let mut data = fixture.data();
    store(&mut data, "a/b", b"one");
    store(&mut data, "a/b", b"two");
    store(&mut data, "a", b"");
    assert_eq!(bytes(&data, "a/b").as_deref(), Some(&b"two"[..]));
    assert_eq!(bytes(&data, "a").as_deref(), Some(&b""[..]));
    assert_eq!(bytes(&data, "A"), None);
    assert_eq!(fixture.files(), 2);
}

#[test]
fn rollback_leaves_the_file_as_it_was() {
    let fixture = Fixture::new();
    let mut data = fixture.data();
    store(&mut data, "kept", b"one");
    data.begin(Duration::ZERO).unwrap();
    store(&mut data, "kept", b"two");
    data.begin(Duration::ZERO).unwrap();
    store(&mut data, "kept", b"three");
    store(&mut data, "new", b"three");
    data.commit().unwrap();
    assert_eq!(bytes(&data, "kept").as_deref(), Some(&b"three"[..]));
    data.rollback().unwrap();
    assert_eq!(bytes(&data, "kept").as_deref(), Some(&b"one"[..]));
    assert_eq!(bytes(&data, "new"), None);
    assert_eq!(fixture.files(), 1);
}

#[test]
fn part_of_a_transaction_is_undone_by_itself() {
    let fixture = Fixture::new();
    let mut data = fixture.data();
    data.begin(Duration::ZERO).unwrap();
    store(&mut data, "kept", b"one");
    store(&mut data, "kept", b"two");
    data.begin(Duration::ZERO).unwrap();
    store(&mut data, "kept", b"three");
    data.rollback().unwrap();
    data.commit().unwrap();
    assert_eq!(bytes(&data, "kept").as_deref(), Some(&b"two"[..]));
    assert_eq!(fixture.files(), 1);
}

#[test]
fn render_that_ends_in_a_transaction_leaves_nothing() {
    let fixture = Fixture::new();
    let mut data = fixture.data();
    data.begin(Duration::ZERO).unwrap();
    store(&mut data, "new", b"one");
    drop(data);
    assert_eq!(fixture.files(), 0);
    assert_eq!(bytes(&fixture.data(), "new"), None);
}

#[test]
fn leftovers_of_a_crash_are_swept_away_at_the_start() {
    let fixture = Fixture::new();
    store(&mut fixture.data(), "kept", b"one");
    let leave = |name: &str| fs::write(Path::new(fixture.folder.path()).join(name), "x").unwrap();
    leave("0123456789abcdef0123456789abcdef");
    leave("notes.txt");
    let data = fixture.data();
    assert_eq!(bytes(&data, "kept").as_deref(), Some(&b"one"[..]));
    assert_eq!(fixture.files(), 2, "what is not ours stays");
}

#[test]
fn without_a_folder_there_are_no_files() {
    let store = Store::memory(Database::Data).unwrap();
    let data = Records::new(store.clone(), Constants::new(store)).data(None);
    assert_eq!(data.draft_upload().unwrap_err().to_string(), "there is no place for files here");
}

#[test]
fn clean_takes_files_away_once_it_is_stored() {
    let fixture = Fixture::new();
    let mut data = fixture.data();
    store(&mut data, "a", b"1");
    store(&mut data, "b", b"2");
    data.begin(Duration::from_secs(1)).unwrap();
    data.clear_uploads().unwrap();
    assert_eq!(fixture.files(), 2);
    data.rollback().unwrap();
    assert!(data.upload(&Key::parse("a").unwrap()).unwrap().is_some());

    data.clean(crate::records::Cleaned::Rows).unwrap();
    assert_eq!(fixture.files(), 0);
    assert!(data.upload(&Key::parse("a").unwrap()).unwrap().is_none());
}

#[test]
fn files_that_only_pass_through_are_gone_a_day_later() {
    let fixture = Fixture::new();
    let mut data = fixture.data();
    for key in [
        "instances/1/data_imports/0f",
        "instances/self/data_exports/0f.zip",
        "instances/data_imports/4ad1/a.png",
        "instances/1/other/a",
        "uploads/1/a",
    ] {
        store(&mut data, key, b"x");
    }
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!(data.expire_temporary_uploads(at("1970-01-01T23:59:59Z")).unwrap(), 0);
    assert_eq!(data.expire_temporary_uploads(at("1970-01-02T00:00:00Z")).unwrap(), 2);
    assert_eq!(data.expire_temporary_uploads(Timestamp::MIN).unwrap(), 0);
    assert_eq!(fixture.files(), 3);
}
