//! Where a file is that an e-mail or a form takes along. This room knows neither the app nor what visitors have uploaded, so
//! whoever sends says where.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;

/// Why a file is not there, whether its URL names none or it has gone meanwhile.
pub(crate) const GONE: &str = "there is no such file here";

#[derive(Debug)]
pub(crate) enum FilePlace {
    /// A file of the app or an upload: no server need run for it.
    Here(LocalFile),
    /// What a page of our own server answers; the whole URL.
    Page(String),
    /// Somewhere on the net; the whole URL.
    Elsewhere(String),
    /// Where it may not be had from; why.
    OffLimits(&'static str),
}

/// Finds the place of a URL.
pub(crate) type Locate<'l> = dyn FnMut(&str) -> FilePlace + 'l;

/// Not read yet: an upload may be much larger than what anybody sends.
#[derive(Debug)]
pub(crate) struct LocalFile {
    pub(crate) path: PathBuf,
    pub(crate) content_type: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum LocalFileError {
    #[error("the file is larger than what may be sent")]
    TooLarge,
    #[error("{GONE}")]
    Unreadable(#[source] io::Error),
}

impl LocalFile {
    /// The content, if it is at most `limit` bytes. One that is larger is not read.
    pub(super) fn read(&self, limit: u64) -> Result<Vec<u8>, LocalFileError> {
        let file = File::open(&self.path).map_err(LocalFileError::Unreadable)?;
        let length = file.metadata().map_err(LocalFileError::Unreadable)?.len();
        if length > limit {
            return Err(LocalFileError::TooLarge);
        }
        let mut bytes = Vec::new();
        // It may have grown since.
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(LocalFileError::Unreadable)?;
        if bytes.len() as u64 > limit { Err(LocalFileError::TooLarge) } else { Ok(bytes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_is_read_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "four").unwrap();
        let read = |path: &PathBuf, limit| LocalFile { path: path.clone(), content_type: None }.read(limit);
        assert_eq!(read(&path, 4).unwrap(), b"four");
        assert!(matches!(read(&path, 3), Err(LocalFileError::TooLarge)));
        // Larger than memory, if it were read.
        File::options().write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
        assert!(matches!(read(&path, 20 << 20), Err(LocalFileError::TooLarge)));
        assert_eq!(read(&folder.path().join("b"), 4).unwrap_err().to_string(), GONE);
    }
}
