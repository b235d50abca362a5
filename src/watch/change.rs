//! What happened to one file, and what two such things come to together.

use std::path::PathBuf;

/// A file or folder that is no longer as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Change {
    /// From the project root; empty where the whole tree is meant.
    pub(crate) path: PathBuf,
    pub(crate) kind: ChangeKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ChangeKind {
    /// It was not there before.
    Created,
    /// Written to, or replaced by another.
    Modified,
    Removed,
    /// Changes were lost on the way: anything below the path may differ.
    Unknown,
}

impl Change {
    /// Anything may have changed.
    pub(super) fn of_everything() -> Self {
        Self { path: PathBuf::new(), kind: ChangeKind::Unknown }
    }
}

impl ChangeKind {
    /// One thing after another, seen as a single change; `None` where the file came and went.
    pub(super) fn followed_by(self, next: Self) -> Option<Self> {
        Some(match (self, next) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Created, Self::Removed) => return None,
            (_, Self::Removed) => Self::Removed,
            (Self::Created, _) => Self::Created,
            (Self::Modified | Self::Removed, _) => Self::Modified,
        })
    }
}
