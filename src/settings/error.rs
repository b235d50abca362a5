//! A setting that cannot be used: where it was set, what is wrong with it, and what was probably meant.

use std::fmt;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The file is there but cannot be read as text.
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    /// Not TOML, or not JSON.
    #[error("{place}: {message}")]
    Syntax { place: Place, message: String },
    #[error("{place}: unknown setting `{name}`")]
    Unknown { place: Place, name: String, nearest: Option<String> },
    #[error("{place}: `{key}` must be {expected}, not {found}")]
    Value { place: Place, key: String, expected: String, found: String },
    /// It is no object, or a field of it is no text. No value is quoted: it may be a secret.
    #[error("environment `{name}` of {file} is not an object of texts")]
    Entry { file: String, name: String },
    /// An entry of the environments file without what a connection needs.
    #[error("environment `{name}` of {file} has no {missing}")]
    Incomplete { file: String, name: String, missing: &'static str },
    #[error("{variable}: {wrong}")]
    Address { variable: &'static str, wrong: &'static str },
    /// Something of it cannot be sent. No value is quoted here either.
    #[error("environment `{name}`: {wrong}")]
    Unusable { name: String, wrong: &'static str },
    #[error("no environment `{name}`")]
    NoSuchEnvironment { name: String, known: Vec<String> },
    /// None was named, and there is no default. `unset`: variables missing where others of `MPKIT_*` are set.
    #[error("no environment to use")]
    NoEnvironment { known: Vec<String>, unset: Vec<&'static str> },
}

/// Where a setting was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// One-based line and column (in characters) of a file.
    File { name: String, line: usize, col: usize },
    /// A variable of the environment.
    Variable(String),
    /// Built in: an error here is a fault of ours.
    Default,
}

impl Error {
    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { nearest: Some(nearest), .. } => Some(format!("did you mean `{nearest}`?")),
            Self::NoSuchEnvironment { known, .. } if known.is_empty() => {
                Some("name environments in a `.pos` file, or start `pos-cli run` and use `local`".to_owned())
            }
            Self::NoSuchEnvironment { known, .. } => {
                Some(format!("known: {}, and `local` where `pos-cli run` runs", quoted(known)))
            }
            Self::NoEnvironment { unset, .. } if !unset.is_empty() => {
                Some(format!("MPKIT_* counts only when complete; not set: {}", unset.join(", ")))
            }
            Self::NoEnvironment { known, .. } if known.is_empty() => {
                Some("start `pos-cli run` here, or name environments in a `.pos` file".to_owned())
            }
            Self::NoEnvironment { known, .. } => {
                Some(format!("start `pos-cli run` here, or name one of: {}", quoted(known)))
            }
            _ => None,
        }
    }
}

impl Place {
    /// The place of a byte offset in the text of a file.
    pub(super) fn at(name: &str, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let col = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Self::File { name: name.to_owned(), line: before.matches('\n').count() + 1, col }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line, col } => write!(f, "{name}:{line}:{col}"),
            Self::Variable(name) => f.write_str(name),
            Self::Default => f.write_str("built-in settings"),
        }
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
