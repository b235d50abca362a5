//! What clients ask for, and how far it is.

use std::fmt;
use std::str::FromStr;

use super::assets::NamedAssets;
use super::change::Change;
use super::file_path::FilePath;
use crate::protocol::{Paths, ReleaseError, ReportRow};

/// Of a submission, and of the release that came of it if one did. That of a release is never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ReleaseId(pub(super) i64);

/// What is to be served next.
#[derive(Debug)]
pub(crate) struct NewRelease {
    pub(crate) origin: Origin,
    pub(crate) wanted: Wanted,
    pub(crate) run: Run,
}

/// What it comes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Deploy,
    Partial,
    /// One file that was saved. A row of saves is one release: the one before is not kept, unless somebody went back to it.
    Sync,
    /// Assets; those of a deploy become part of its release, which gets a new id.
    Assets {
        of: Option<ReleaseId>,
    },
    Module,
}

#[derive(Debug)]
pub(crate) enum Wanted {
    /// An archive as it was sent, not looked at yet. Not only files of it are put: without those of an `Origin::Partial`
    /// those go that are not in it.
    Archive(Vec<u8>),
    Change(Change),
    /// What a manifest of assets names.
    Assets(NamedAssets),
    /// A release that is kept.
    Kept(ReleaseId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    ForReal,
    /// Says what would be done.
    Dry,
}

/// How a submission is getting on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Progress {
    Waiting,
    Working,
    Done(Report),
    Failed(ReleaseError),
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// By category.
    pub(crate) rows: std::collections::BTreeMap<String, ReportRow>,
    pub(crate) warning: Option<String>,
}

/// All that is known of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) progress: Progress,
    /// Of the assets that were submitted for it.
    pub(crate) assets: Option<Progress>,
}

impl NewRelease {
    /// The file that was saved or has gone, if that is all it is about.
    pub(crate) fn saved(&self) -> Option<&FilePath> {
        match (self.origin, &self.wanted, self.run) {
            (Origin::Sync, Wanted::Change(change), Run::ForReal) => change.file(),
            _ => None,
        }
    }

    /// Saves, one after the other, as one.
    pub(crate) fn of_saves<'a>(saves: impl IntoIterator<Item = &'a Self>) -> Self {
        let changes = saves.into_iter().filter_map(|save| match &save.wanted {
            Wanted::Change(change) => Some(change),
            _ => None,
        });
        Self { origin: Origin::Sync, wanted: Wanted::Change(Change::of_files(changes)), run: Run::ForReal }
    }
}

impl Report {
    /// Of one of the files it speaks of.
    pub(crate) fn of_file(&self, path: &FilePath) -> Self {
        let only = |paths: &Paths| match paths {
            Paths::Listed(paths) => {
                Paths::Listed(paths.iter().filter(|listed| *listed == path.as_str()).cloned().collect())
            }
            Paths::Counted(count) => Paths::Counted(*count),
        };
        let rows = self.rows.iter().map(|(category, row)| {
            let ReportRow { upserted, deleted, skipped } = row;
            let row = ReportRow { upserted: only(upserted), deleted: only(deleted), skipped: only(skipped) };
            (category.clone(), row)
        });
        Self { rows: rows.collect(), warning: self.warning.clone() }
    }
}

impl ReleaseId {
    /// None is negative.
    pub(crate) fn number(self) -> u64 {
        self.0.unsigned_abs()
    }
}

impl FromStr for ReleaseId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Origin {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Partial => "partial",
            Self::Sync => "sync",
            Self::Assets { .. } => "assets",
            Self::Module => "module",
        }
    }
}

impl Progress {
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed(_))
    }
}
