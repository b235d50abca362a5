//! The archive of a deploy, which may come from anyone: unpacked in memory, with a bound on everything, and never by what it
//! says of itself. Where a file may lie is `FilePath`'s to say.

use std::collections::HashSet;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::change::{Change, Gone, NewFile};
use super::error::Refused;
use super::file_path::{FilePath, PathError};
use super::submission::Origin;
use crate::protocol::{ARCHIVE_LIMIT, ASSETS_LIMIT};

/// Files and folders.
const MAX_ENTRIES: usize = 20_000;
/// Bytes of all files.
const MAX_UNPACKED: u64 = 256 * 1024 * 1024;
/// How much larger than the archive all files may be. Text packs ten to one; only what is made for it packs a hundred to one.
const MAX_RATIO: u64 = 100;
/// So many bytes hurt nobody, whatever the ratio.
const HARMLESS: u64 = 8 * 1024 * 1024;

/// Bits of a Unix mode that tell what an entry is, and those of a regular file.
const FILE_TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;

/// Reads the archive: its files come; without those of a partial deploy, those that are not in it go. Assets stay unless the
/// archive brings some.
pub(super) fn change(zip: &[u8], origin: Origin) -> Result<Change, Refused> {
    let put = unpack(zip)?;
    let gone = if origin == Origin::Partial {
        Gone::Nothing
    } else if put.iter().any(|file| file.path.is_asset()) {
        Gone::Everything
    } else {
        Gone::Sources
    };
    Ok(Change { put, gone })
}

/// The files of an archive; nothing else of it counts.
pub(crate) fn unpack(zip: &[u8]) -> Result<Vec<NewFile>, Refused> {
    unpack_placed(zip, ARCHIVE_LIMIT, FilePath::parse)
}

/// The same of an archive of assets, whose names are those below `/assets/`.
pub(super) fn unpack_assets(zip: &[u8]) -> Result<Vec<NewFile>, Refused> {
    unpack_placed(zip, ASSETS_LIMIT, FilePath::of_asset)
}

/// `place` says which file a name means.
fn unpack_placed(
    zip: &[u8],
    limit: usize,
    place: impl Fn(&str) -> Result<FilePath, PathError>,
) -> Result<Vec<NewFile>, Refused> {
    if zip.len() > limit {
        return Err(Refused::TooLarge { bytes: zip.len(), limit });
    }
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|_| Refused::NotZip)?;
    if archive.len() > MAX_ENTRIES {
        return Err(Refused::TooMany { entries: archive.len(), limit: MAX_ENTRIES });
    }
    if archive.has_duplicate_names() {
        return Err(Refused::Duplicates);
    }
    let (mut files, mut paths) = (Vec::new(), HashSet::new());
    let limit = MAX_UNPACKED.min(HARMLESS.max(zip.len() as u64 * MAX_RATIO));
    let mut left = limit;
    for index in 0..archive.len() {
        let name = name(&archive, index)?;
        // A folder is there by its files.
        if name.ends_with('/') {
            place(&format!("{name}x"))?;
            continue;
        }
        let path = place(&name)?;
        let broken =
            |reason: &dyn ToString| Refused::Broken { path: path.clone(), reason: reason.to_string() };
        let mut entry = archive.by_index(index).map_err(|error| broken(&error))?;
        if !is_regular(&entry) {
            return Err(Refused::NotFile { path });
        }
        let mut content = Vec::new();
        entry.by_ref().take(left + 1).read_to_end(&mut content).map_err(|error| broken(&error))?;
        left = left
            .checked_sub(content.len() as u64)
            .ok_or_else(|| Refused::Unpacked { path: path.clone(), limit })?;
        if !paths.insert(path.clone()) {
            return Err(Refused::Twice { path });
        }
        files.push(NewFile { path, content });
    }
    if files.is_empty() {
        return Err(Refused::NoEntries);
    }
    Ok(files)
}

/// As the archive has it: nothing in it is made harmless, it is refused.
fn name(archive: &ZipArchive<Cursor<&[u8]>>, index: usize) -> Result<String, Refused> {
    let raw = archive.by_index_data(index).map_err(|_| Refused::NotZip)?.name_raw().to_vec();
    String::from_utf8(raw).map_err(|error| Refused::Name {
        shown: String::from_utf8_lossy(error.as_bytes()).chars().filter(|c| !c.is_control()).collect(),
    })
}

/// An archive made elsewhere than on Unix says nothing of it.
fn is_regular(entry: &ZipFile<'_, Cursor<&[u8]>>) -> bool {
    entry.is_file() && entry.unix_mode().is_none_or(|mode| matches!(mode & FILE_TYPE, 0 | REGULAR))
}
