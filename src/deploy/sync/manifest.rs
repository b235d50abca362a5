//! Assets that wait to be named to the instance: a while after the last of them, so that a whole folder is one manifest.
//! Pure: the clock is handed in.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::workers::Asset;

const QUIET: Duration = Duration::from_millis(100);
/// However many keep coming.
const CEILING: Duration = Duration::from_secs(1);
/// After a failure.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(super) struct Manifest {
    assets: BTreeMap<String, Asset>,
    first: Option<Instant>,
    due: Option<Instant>,
    is_under_way: bool,
}

impl Manifest {
    pub(super) fn add(&mut self, key: String, asset: Asset, now: Instant) {
        let first = *self.first.get_or_insert(now);
        self.due = Some((now + QUIET).min(first + CEILING));
        self.assets.insert(key, asset);
    }

    /// The asset has gone.
    pub(super) fn forget(&mut self, path: &str) {
        self.assets.retain(|_, asset| asset.path != path);
    }

    /// The assets to be named now. One manifest at a time: a later one must not arrive before an earlier one.
    pub(super) fn take(&mut self, now: Instant) -> Option<BTreeMap<String, Asset>> {
        self.due().filter(|&due| due <= now)?;
        (self.first, self.due) = (None, None);
        let assets = std::mem::take(&mut self.assets);
        self.is_under_way = !assets.is_empty();
        self.is_under_way.then_some(assets)
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.due.filter(|_| !self.is_under_way)
    }

    /// No more will come: what waits is due.
    pub(super) fn hurry(&mut self, now: Instant) {
        self.due = self.due.map(|_| now);
    }

    pub(super) fn end(&mut self) {
        self.is_under_way = false;
    }

    /// It did not work; those that were sent again meanwhile are newer.
    pub(super) fn again(&mut self, assets: BTreeMap<String, Asset>, now: Instant) {
        self.end();
        for (key, asset) in assets {
            self.assets.entry(key).or_insert(asset);
        }
        (self.first, self.due) = (Some(now), Some(now + PAUSE));
    }

    pub(super) fn is_idle(&self) -> bool {
        !self.is_under_way && self.due.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::sync::journal::Digest;
    use crate::protocol::AssetEntry;

    fn asset(path: &str, file_size: u64) -> Asset {
        let entry = AssetEntry { physical_file_path: path.to_owned(), updated_at: 0, file_size };
        Asset { path: path.to_owned(), digest: Digest::of(b""), entry }
    }

    fn sizes(assets: Option<BTreeMap<String, Asset>>) -> Vec<(String, u64)> {
        assets.unwrap_or_default().into_iter().map(|(key, asset)| (key, asset.entry.file_size)).collect()
    }

    #[test]
    fn assets_are_named_together_and_one_manifest_after_the_other() {
        let (mut manifest, start) = (Manifest::default(), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        manifest.add("a".to_owned(), asset("app/assets/a", 1), at(0));
        manifest.add("b".to_owned(), asset("app/assets/b", 1), at(60));
        manifest.add("c".to_owned(), asset("app/assets/c", 1), at(60));
        manifest.forget("app/assets/c");
        assert_eq!((manifest.due(), sizes(manifest.take(at(159)))), (Some(at(160)), vec![]));
        let first = manifest.take(at(160));
        assert_eq!(sizes(first.clone()), [("a".to_owned(), 1), ("b".to_owned(), 1)]);

        manifest.add("a".to_owned(), asset("app/assets/a", 2), at(200));
        assert_eq!((manifest.due(), sizes(manifest.take(at(999)))), (None, vec![]));
        manifest.again(first.unwrap(), at(999));
        assert_eq!(sizes(manifest.take(at(1999))), [("a".to_owned(), 2), ("b".to_owned(), 1)]);
        manifest.end();
        assert!(manifest.is_idle());
    }

    #[test]
    fn assets_that_keep_coming_are_named_all_the_same() {
        let (mut manifest, start) = (Manifest::default(), Instant::now());
        for step in 0..30 {
            manifest.add("a".to_owned(), asset("a", 1), start + Duration::from_millis(step * 50));
        }
        assert_eq!(manifest.due(), Some(start + CEILING));
    }
}
