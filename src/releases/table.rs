//! The rows of `releases.sqlite3`. Every change is one transaction.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::digest::Digest;
use super::file_path::FilePath;
use super::manifest::{Manifest, Stored};
use super::submission::{Origin, ReleaseId};

/// A release that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) id: ReleaseId,
    pub(crate) created_at: Timestamp,
    pub(crate) origin: String,
    pub(crate) files: u64,
    /// Of all its files.
    pub(crate) bytes: u64,
    pub(crate) is_current: bool,
}

/// The highest id that was ever given.
pub(super) fn last_id(connection: &Connection) -> rusqlite::Result<i64> {
    let select = "SELECT seq FROM sqlite_sequence WHERE name = 'releases'";
    Ok(connection.query_row(select, [], |row| row.get(0)).optional()?.unwrap_or(0))
}

pub(super) fn current(connection: &Connection) -> rusqlite::Result<Option<ReleaseId>> {
    let select = "SELECT release_id FROM current_release";
    connection.query_row(select, [], |row| row.get(0).map(ReleaseId)).optional()
}

/// The files of a release; none of one that is not kept.
pub(super) fn manifest(connection: &Connection, id: ReleaseId) -> rusqlite::Result<Manifest> {
    let mut statement = connection.prepare_cached(include_str!("sql/manifest.sql"))?;
    let files = statement.query_map([id.0], |row| {
        let path: String = row.get(0)?;
        Ok((FilePath::stored(&path), Stored { digest: row.get(1)?, size: unsigned(row, 2)? }))
    })?;
    files.collect::<rusqlite::Result<BTreeMap<_, _>>>().map(Manifest::new)
}

pub(super) fn is_kept(connection: &Connection, id: ReleaseId) -> rusqlite::Result<bool> {
    connection.query_row("SELECT EXISTS (SELECT 1 FROM releases WHERE id = ?1)", [id.0], |row| row.get(0))
}

/// What a release that is kept came by.
pub(super) fn origin(connection: &Connection, id: ReleaseId) -> rusqlite::Result<Option<String>> {
    let select = "SELECT origin FROM releases WHERE id = ?1";
    connection.query_row(select, [id.0], |row| row.get(0)).optional()
}

/// The content of a blob; `None` if there is none of this digest.
pub(super) fn content(connection: &Connection, digest: Digest) -> rusqlite::Result<Option<Vec<u8>>> {
    let mut statement = connection.prepare_cached("SELECT content FROM blobs WHERE digest = ?1")?;
    statement.query_row([digest], |row| row.get(0)).optional()
}

/// Newest first.
pub(super) fn list(connection: &Connection) -> rusqlite::Result<Vec<Kept>> {
    let mut statement = connection.prepare(include_str!("sql/list.sql"))?;
    let kept = statement.query_map([], |row| {
        Ok(Kept {
            id: ReleaseId(row.get(0)?),
            created_at: Timestamp::from_millisecond(row.get(1)?).unwrap_or_default(),
            origin: row.get(2)?,
            files: unsigned(row, 3)?,
            bytes: unsigned(row, 4)?,
            is_current: row.get(5)?,
        })
    })?;
    kept.collect()
}

/// Content that is there already stays as it is.
pub(super) fn insert_blob(
    transaction: &Transaction<'_>,
    digest: Digest,
    content: &[u8],
) -> rusqlite::Result<()> {
    let insert = "INSERT INTO blobs (digest, content) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    transaction.prepare_cached(insert)?.execute(params![digest, content]).map(drop)
}

/// A new release, which is the current one then. It takes the place of the current one, and its origin, if it `amends` it.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    id: ReleaseId,
    origin: Origin,
    manifest: &Manifest,
    content: &HashMap<Digest, Vec<u8>>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let current = current(transaction)?;
    let amended = match current {
        Some(current) => amends(transaction, current, origin)?.map(|origin| (current, origin)),
        None => None,
    };
    let name = amended.as_ref().map_or(origin.as_str(), |(_, origin)| origin);
    for (digest, content) in content {
        insert_blob(transaction, *digest, content)?;
    }
    transaction.execute(
        "INSERT INTO releases (id, created_at, origin, digest) VALUES (?1, ?2, ?3, ?4)",
        params![id.0, now.as_millisecond(), name, manifest.digest()],
    )?;
    let insert = "INSERT INTO release_files (release_id, path, digest) VALUES (?1, ?2, ?3)";
    let mut insert = transaction.prepare_cached(insert)?;
    for (path, stored) in manifest.files() {
        insert.execute(params![id.0, path.as_str(), stored.digest])?;
    }
    activate(transaction, id)?;
    if let Some((amended, _)) = amended {
        forget(transaction, amended)?;
    }
    Ok(())
}

/// Serves a kept release from now on.
pub(super) fn activate(transaction: &Transaction<'_>, id: ReleaseId) -> rusqlite::Result<()> {
    let upsert = "INSERT INTO current_release (only_row, release_id) VALUES (1, ?1)
                  ON CONFLICT DO UPDATE SET release_id = excluded.release_id";
    transaction.execute(upsert, [id.0]).map(drop)
}

/// Forgets all but the newest `kept` releases and the current one.
pub(super) fn prune(transaction: &Transaction<'_>, kept: u32) -> rusqlite::Result<()> {
    let old = "SELECT id FROM releases WHERE id NOT IN (SELECT release_id FROM current_release)
               ORDER BY id DESC LIMIT -1 OFFSET ?1 - 1";
    let mut statement = transaction.prepare_cached(old)?;
    let old: Vec<i64> = statement.query_map([kept], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    old.into_iter().try_for_each(|id| forget(transaction, ReleaseId(id)))
}

/// Deletes a release and the content that no other one has.
fn forget(transaction: &Transaction<'_>, id: ReleaseId) -> rusqlite::Result<()> {
    transaction.prepare_cached(include_str!("sql/forget_blobs.sql"))?.execute([id.0])?;
    transaction.execute("DELETE FROM releases WHERE id = ?1", [id.0]).map(drop)
}

/// A count or a length.
fn unsigned(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(index).map(i64::unsigned_abs)
}

/// The origin of the current release, if one that comes by `origin` takes its place.
fn amends(
    transaction: &Transaction<'_>,
    current: ReleaseId,
    origin: Origin,
) -> rusqlite::Result<Option<String>> {
    let Some(before) = self::origin(transaction, current)? else { return Ok(None) };
    let does = match origin {
        // One that somebody went back to stays: the newest is that of the saves before.
        Origin::Sync => before == Origin::Sync.as_str() && is_newest(transaction, current)?,
        Origin::Assets { of } => of == Some(current),
        Origin::Deploy | Origin::Partial | Origin::Module => false,
    };
    Ok(does.then_some(before))
}

fn is_newest(transaction: &Transaction<'_>, id: ReleaseId) -> rusqlite::Result<bool> {
    let select = "SELECT NOT EXISTS (SELECT 1 FROM releases WHERE id > ?1)";
    transaction.query_row(select, [id.0], |row| row.get(0))
}
