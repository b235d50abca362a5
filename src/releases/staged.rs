//! The rows of assets that wait for the manifest which names them. They survive a restart, so that a deploy goes on where it
//! was; one that nobody comes back to is taken away after a time.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::change::NewFile;
use super::file_path::FilePath;

/// In the place of what waits at the same path.
pub(super) fn put(transaction: &Transaction<'_>, files: &[NewFile], now: Timestamp) -> rusqlite::Result<()> {
    let insert = "INSERT OR REPLACE INTO staged_assets (path, content, staged_at) VALUES (?1, ?2, ?3)";
    let mut insert = transaction.prepare_cached(insert)?;
    for file in files {
        insert.execute(params![file.path.as_str(), file.content, now.as_millisecond()])?;
    }
    Ok(())
}

pub(super) fn content(connection: &Connection, path: &FilePath) -> rusqlite::Result<Option<Vec<u8>>> {
    let mut select = connection.prepare_cached("SELECT content FROM staged_assets WHERE path = ?1")?;
    select.query_row([path.as_str()], |row| row.get(0)).optional()
}

/// They are in a release now.
pub(super) fn forget<'p>(
    transaction: &Transaction<'_>,
    paths: impl Iterator<Item = &'p FilePath>,
) -> rusqlite::Result<()> {
    let mut delete = transaction.prepare_cached("DELETE FROM staged_assets WHERE path = ?1")?;
    for path in paths {
        delete.execute([path.as_str()])?;
    }
    Ok(())
}

/// Those that came before a moment; how many there were.
pub(super) fn expire(transaction: &Transaction<'_>, before: Timestamp) -> rusqlite::Result<usize> {
    transaction.execute("DELETE FROM staged_assets WHERE staged_at <= ?1", [before.as_millisecond()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Database, Store};

    fn file(name: &str, content: &str) -> NewFile {
        NewFile { path: FilePath::of_asset(name).unwrap(), content: content.as_bytes().to_vec() }
    }

    #[test]
    fn bytes_wait_until_they_are_taken_or_nobody_has_come() {
        let store = Store::memory(Database::Releases).unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        let put = |files: &[NewFile], second| {
            store.write(|transaction| super::put(transaction, files, at(second))).unwrap();
        };
        let content = |name: &str| {
            let path = FilePath::of_asset(name).unwrap();
            let content = store.read(|connection| super::content(connection, &path)).unwrap();
            content.map(|content| String::from_utf8(content).unwrap())
        };
        put(&[file("a", "1"), file("b", "2"), file("c", "3")], 10);
        put(&[file("a", "one")], 20);
        assert_eq!((content("a").as_deref(), content("d")), (Some("one"), None));

        let taken = file("b", "").path;
        store.write(|transaction| forget(transaction, std::iter::once(&taken))).unwrap();
        assert_eq!((content("b"), content("c").as_deref()), (None, Some("3")));

        let expire = |second| store.write(|transaction| super::expire(transaction, at(second))).unwrap();
        assert_eq!((expire(9), expire(10), expire(10)), (0, 1, 0));
        assert_eq!((content("a").as_deref(), content("c")), (Some("one"), None));
    }
}
