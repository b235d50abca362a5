//! The first hundred bytes of a database file, read without SQLite: opening a file with SQLite may already create a
//! journal beside it or replay one, and another program's database is not ours to touch.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::{Database, Error, migrate};

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Bytes of the header; offsets are those of the SQLite file format.
const LENGTH: usize = 100;
const USER_VERSION: usize = 60;
const APPLICATION_ID: usize = 68;

/// Passes a file that is missing, empty or ours. The application id is in the file itself from the first commit on,
/// since it is set before the file is switched to a write-ahead log.
pub(super) fn check(path: &Path, database: Database) -> Result<(), Error> {
    let mut header = Vec::with_capacity(LENGTH);
    match File::open(path).and_then(|file| file.take(LENGTH as u64).read_to_end(&mut header)) {
        Ok(0) => return Ok(()),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io(path, error)),
    }
    let foreign = || Error::Foreign { path: path.display().to_string() };
    if !header.starts_with(MAGIC) {
        return Err(foreign());
    }
    let id = big_endian(&header, APPLICATION_ID).ok_or_else(foreign)?;
    if id != database.application_id() {
        return Err(foreign());
    }
    let version = big_endian(&header, USER_VERSION).ok_or_else(foreign)?;
    migrate::refuse_newer(version, &path.display().to_string(), database)
}

fn big_endian(header: &[u8], offset: usize) -> Option<u32> {
    let bytes = header.get(offset..offset + 4)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

impl Database {
    /// `posQ`, `posD` and `posR`, for `file(1)` and for us.
    pub(super) fn application_id(self) -> u32 {
        match self {
            Self::Queue => u32::from_be_bytes(*b"posQ"),
            Self::Data => u32::from_be_bytes(*b"posD"),
            Self::Releases => u32::from_be_bytes(*b"posR"),
        }
    }
}
