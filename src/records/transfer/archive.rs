//! The zip archive of an import. It may come from anywhere: how much it unpacks to and how many files it holds are
//! bounded, and of their names only the last part counts, so that no path in it leads anywhere.

use std::io::{self, Cursor, Read};

use zip::ZipArchive;

use super::error::ImportError;

/// Files in one archive.
const MAX_FILES: usize = 10_000;
/// Bytes that all files together unpack to.
const MAX_UNPACKED: u64 = 512 * 1024 * 1024;

pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    left: u64,
}

/// What a file of an archive holds, in the order in which they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Content {
    Users,
    UserProfiles,
    Records,
    Activities,
}

/// One file of an archive, not read yet.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) content: Content,
    part: u32,
    pub(super) name: String,
    index: usize,
}

/// Reads until there is more than there may be.
struct Bounded<'a, R> {
    inner: R,
    left: &'a mut u64,
}

impl<'a> Archive<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ImportError> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|reason| ImportError::Archive { reason })?;
        if zip.len() > MAX_FILES {
            return Err(ImportError::TooManyFiles { entries: zip.len(), limit: MAX_FILES });
        }
        Ok(Self { zip, left: MAX_UNPACKED })
    }

    /// The files that are understood, in their order, and the names of the others.
    pub(super) fn members(&self) -> Result<(Vec<Member>, Vec<String>), ImportError> {
        let (mut members, mut foreign) = (Vec::<Member>::new(), Vec::new());
        for index in 0..self.zip.len() {
            let path = self.zip.name_for_index(index).transpose();
            let path = path.map_err(|reason| ImportError::Archive { reason })?.unwrap_or_default();
            let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
            if name.is_empty() || name.starts_with('.') || path.starts_with("__MACOSX/") {
                continue;
            }
            let Some((content, part)) = classify(&name) else {
                foreign.push(name);
                continue;
            };
            if members.iter().any(|member| (member.content, member.part) == (content, part)) {
                return Err(ImportError::Twice { file: name });
            }
            members.push(Member { content, part, name, index });
        }
        members.sort_by_key(|member| (member.content, member.part));
        if members.is_empty() {
            return Err(ImportError::Empty);
        }
        Ok((members, foreign))
    }

    pub(super) fn read(&mut self, member: &Member) -> Result<impl Read, ImportError> {
        let file = self.zip.by_index(member.index).map_err(|reason| ImportError::Archive { reason })?;
        Ok(Bounded { inner: file, left: &mut self.left })
    }
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => {
                *self.left = left;
                Ok(read)
            }
            None => Err(io::Error::other(format!(
                "the archive unpacks to more than {} MB",
                MAX_UNPACKED / (1024 * 1024)
            ))),
        }
    }
}

/// `records.csv`, and `records.0.csv`, `records.1.csv` where there are many rows: they follow each other.
fn classify(name: &str) -> Option<(Content, u32)> {
    let stem = name.strip_suffix(".csv")?;
    let (stem, part) = match stem.split_once('.') {
        Some((stem, part)) => (stem, part.parse::<u32>().ok()?.checked_add(1)?),
        None => (stem, 0),
    };
    let content = match stem {
        "users" => Content::Users,
        "user_profiles" => Content::UserProfiles,
        "records" => Content::Records,
        // The platform's own documentation spells it without the `r`.
        "activity_steams" | "activity_streams" => Content::Activities,
        _ => return None,
    };
    Some((content, part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_names() {
        for (name, expected) in [
            ("records.csv", Some((Content::Records, 0))),
            ("records.0.csv", Some((Content::Records, 1))),
            ("records.12.csv", Some((Content::Records, 13))),
            ("activity_steams.csv", Some((Content::Activities, 0))),
            ("activity_streams.1.csv", Some((Content::Activities, 2))),
            ("users.csv", Some((Content::Users, 0))),
            ("records.x.csv", None),
            ("records.4294967295.csv", None),
            ("records.CSV", None),
            ("notes.txt", None),
        ] {
            assert_eq!(classify(name), expected, "{name}");
        }
    }
}
