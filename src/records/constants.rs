//! Constants: names and texts an operator gives the app (`context.constants.STRIPE_KEY`), read once from a file of
//! `NAME=value` lines. They may be secrets: `Debug` shows names only, and `{{ context }}` not even these.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::constants_file;

/// The constants of the app. Clone = same constants.
#[derive(Clone, Default)]
pub(crate) struct Constants(Arc<Map<String, Json>>);

#[derive(Debug, thiserror::Error)]
pub(crate) enum ConstantsError {
    #[error("cannot read {path}")]
    Read { path: String, source: std::io::Error },
    #[error("{path}:{line}: {message}")]
    Syntax { path: String, line: usize, message: &'static str },
}

impl Constants {
    /// # Errors
    /// The file cannot be read or a line of it makes no sense; then nothing is taken from it.
    pub(crate) fn load(path: &Path) -> Result<Self, ConstantsError> {
        let shown = || path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|source| ConstantsError::Read { path: shown(), source })?;
        let constants = constants_file::parse(&text).map_err(|error| ConstantsError::Syntax {
            path: shown(),
            line: error.line,
            message: error.message,
        })?;
        let values = constants.into_iter().map(|constant| (constant.name, Json::String(constant.value)));
        Ok(Self(Arc::new(values.collect())))
    }

    /// All constants, for a render.
    pub(crate) fn snapshot(&self) -> Arc<Map<String, Json>> {
        Arc::clone(&self.0)
    }
}

impl fmt::Debug for Constants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn file_gives_names_and_texts() {
        let constants = Constants::load(file(b"A=from file\nB=2\n").path()).unwrap();
        assert_eq!(
            serde_json::to_value(&*constants.snapshot()).unwrap(),
            serde_json::json!({"A": "from file", "B": "2"})
        );
    }

    #[test]
    fn file_that_makes_no_sense_is_refused_by_its_name() {
        for bytes in [&b"A=1\nnonsense\n"[..], b"A=1\nB=\xFF\n"] {
            let file = file(bytes);
            let error = Constants::load(file.path()).unwrap_err();
            assert!(error.to_string().contains(&file.path().display().to_string()), "{error}");
        }
        assert!(Constants::load(Path::new("/no/such/file")).is_err());
    }

    #[test]
    fn value_is_not_shown_by_debug() {
        let constants = Constants::load(file(b"KEY=secret\n").path()).unwrap();
        assert_eq!(format!("{constants:?}"), "[\"KEY\"]");
    }
}
