//! Of several files with one reference name, the one that is used. Pure.

use std::collections::BTreeMap;

use super::kind::{Place, Rank};
use super::problem::Problem;

/// A file that wants a name.
pub(super) struct Candidate<'a, K, T> {
    pub(super) key: K,
    pub(super) place: &'a Place,
    pub(super) path: &'a str,
    pub(super) item: T,
}

/// For each name the candidate with the lowest rank. The others are problems, unless the app overrides a module's file
/// with its own: that is what overrides are for.
pub(super) fn pick<'a, K: Ord, T>(
    noun: &str,
    candidates: impl IntoIterator<Item = Candidate<'a, K, T>>,
) -> (BTreeMap<K, T>, Vec<Problem>) {
    let mut candidates: Vec<_> = candidates.into_iter().collect();
    candidates.sort_by_key(|candidate| -> (Rank, &str) { (candidate.place.rank, candidate.path) });
    let mut winners: BTreeMap<K, (&'a Place, &'a str, T)> = BTreeMap::new();
    let mut problems = Vec::new();
    for Candidate { key, place, path, item } in candidates {
        let Some((winner, winner_path, _)) = winners.get(&key) else {
            winners.insert(key, (place, path, item));
            continue;
        };
        if winner.is_override() == place.is_override() {
            problems.push(
                Problem::warning(
                    path,
                    format!("never used: `{winner_path}` is the {noun} `{}` too", place.name),
                )
                .with_hint("rename one of them".to_owned()),
            );
        }
    }
    (winners.into_iter().map(|(key, (_, _, item))| (key, item)).collect(), problems)
}
