//! Assets: files that are served as they are.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::kind::Place;
use super::problem::Problem;
use super::winners::{Candidate, pick};

/// A static file of the app.
#[derive(Debug, Clone)]
pub(crate) struct Asset {
    /// From the project root.
    pub(crate) path: Arc<str>,
    /// Absolute path on disk.
    pub(crate) file: PathBuf,
    /// When the file last changed, in seconds since the epoch.
    pub(super) changed: u64,
}

/// By the name below `/assets/`: `a/b.css`, `modules/m/js/x.js`. A name finds only what was found on disk, so none can
/// lead out of the folder.
#[derive(Debug, Default)]
pub(super) struct Assets {
    by_name: BTreeMap<String, Asset>,
}

impl Assets {
    pub(super) fn new<'a>(
        assets: impl IntoIterator<Item = (&'a Place, &'a str, &'a Asset)>,
    ) -> (Self, Vec<Problem>) {
        let (by_name, problems) = pick(
            "asset",
            assets.into_iter().map(|(place, path, asset)| Candidate {
                key: place.name.clone(),
                place,
                path,
                item: asset.clone(),
            }),
        );
        (Self { by_name }, problems)
    }

    pub(super) fn find(&self, name: &str) -> Option<&Asset> {
        self.by_name.get(name)
    }

    /// Each with its name, sorted.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Asset)> {
        self.by_name.iter().map(|(name, asset)| (name.as_str(), asset))
    }

    /// The newest change of any; 0 without assets.
    pub(super) fn newest_change(&self) -> u64 {
        self.by_name.values().map(|asset| asset.changed).max().unwrap_or(0)
    }
}
