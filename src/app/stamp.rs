//! Whether a file must be read again: what can be known of its content without opening it.

use std::fs::Metadata;
use std::time::{Duration, SystemTime};

/// Two changes of a file nearer to each other than a file system's clock ticks leave the same time behind. The coarsest
/// clock in use ticks every two seconds.
const CLOCK_TICK: Duration = Duration::from_secs(2);

/// What the file system says of a file's content: as long as it is equal, the content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) len: u64,
    pub(super) modified: SystemTime,
    /// The file itself and when it was last touched in any way: a copy with an old date shows here.
    identity: [i64; 3],
    /// Old enough, when it was taken, for the next change to bear another time.
    is_settled: bool,
}

impl Stamp {
    /// `now` is the moment `metadata` was asked for.
    pub(super) fn of(metadata: &Metadata, now: SystemTime) -> Self {
        let modified = metadata.modified().unwrap_or(now);
        let is_settled = now.duration_since(modified).is_ok_and(|age| age > CLOCK_TICK);
        Self { len: metadata.len(), modified, identity: identity(metadata), is_settled }
    }

    /// The same, but proving nothing: for a file that could not be read.
    pub(super) fn unsettled(self) -> Self {
        Self { is_settled: false, ..self }
    }

    /// The content is the one that `older` was taken of.
    pub(super) fn proves_unchanged_since(&self, older: &Self) -> bool {
        older.is_settled
            && (self.len, self.modified, self.identity) == (older.len, older.modified, older.identity)
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> [i64; 3] {
    use std::os::unix::fs::MetadataExt;
    [metadata.ino().cast_signed(), metadata.ctime(), metadata.ctime_nsec()]
}

#[cfg(not(unix))]
fn identity(_metadata: &Metadata) -> [i64; 3] {
    [0; 3]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a file of three bytes, `age` after its last change.
    fn stamp(file: &tempfile::NamedTempFile, age: Duration) -> Stamp {
        std::fs::write(file, "abc").unwrap();
        let metadata = file.as_file().metadata().unwrap();
        Stamp::of(&metadata, metadata.modified().unwrap() + age)
    }

    #[test]
    fn equal_stamps_prove_something_only_once_the_clock_has_moved_on() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let cases = [
            (Duration::from_secs(3600), true),
            (CLOCK_TICK + Duration::from_nanos(1), true),
            (CLOCK_TICK, false),
            (Duration::ZERO, false),
        ];
        for (age, expected) in cases {
            let older = stamp(&file, age);
            assert_eq!(older.proves_unchanged_since(&older), expected, "{age:?}");
            assert!(!older.proves_unchanged_since(&older.unsettled()));
        }
    }

    #[test]
    fn another_file_of_the_same_length_and_time_is_another() {
        let (one, other) = (tempfile::NamedTempFile::new().unwrap(), tempfile::NamedTempFile::new().unwrap());
        let one = stamp(&one, CLOCK_TICK * 2);
        let other = Stamp { modified: one.modified, ..stamp(&other, CLOCK_TICK * 2) };

        assert_eq!(one.len, other.len);
        assert_eq!(other.proves_unchanged_since(&one), cfg!(not(unix)));
    }
}
