//! What a deploy, a save, a removal makes of the files that are there. Pure: two manifests and what became of each file.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroUsize;

use super::digest::Digest;
use super::error::Refused;
use super::file_path::FilePath;
use super::manifest::{Manifest, Stored};
use crate::app::map_on_cores;

/// Files a thread hashes at least.
const FILES_PER_THREAD: NonZeroUsize = NonZeroUsize::new(64).expect("it is not zero");

/// Files that come, and files that go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// Of two with the same path the later one counts.
    pub(crate) put: Vec<NewFile>,
    pub(crate) gone: Gone,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewFile {
    pub(crate) path: FilePath,
    pub(crate) content: Vec<u8>,
}

/// Which of the files that are there go, unless they are put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Gone {
    Nothing,
    /// All but the assets.
    Sources,
    Everything,
    File(FilePath),
    Files(BTreeSet<FilePath>),
    /// All of a module.
    Module(String),
    /// The assets that are not in this set.
    AssetsBut(BTreeSet<FilePath>),
}

impl Change {
    /// The path of the only file it is about; `None` if it is about more.
    pub(super) fn file(&self) -> Option<&FilePath> {
        match (self.put.as_slice(), &self.gone) {
            ([NewFile { path, .. }], Gone::Nothing) | ([], Gone::File(path)) => Some(path),
            _ => None,
        }
    }

    /// Changes of single files, one after the other, as one: what comes last of a file counts.
    pub(super) fn of_files<'a>(changes: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut last = BTreeMap::new();
        for change in changes {
            let put = change.put.first().map(|file| file.content.clone());
            last.extend(change.file().map(|path| (path.clone(), put)));
        }
        let mut whole = Self { put: Vec::new(), gone: Gone::Nothing };
        let mut gone = BTreeSet::new();
        for (path, content) in last {
            match content {
                Some(content) => whole.put.push(NewFile { path, content }),
                None => drop(gone.insert(path)),
            }
        }
        if !gone.is_empty() {
            whole.gone = Gone::Files(gone);
        }
        whole
    }
}

/// What comes of a change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) manifest: Manifest,
    /// Content that was put, by digest.
    pub(crate) content: HashMap<Digest, Vec<u8>>,
    pub(crate) upserted: Vec<FilePath>,
    pub(crate) deleted: Vec<FilePath>,
    /// Put as it was.
    pub(crate) skipped: Vec<FilePath>,
    /// Where bytes waited that went into it.
    pub(super) staged: Vec<FilePath>,
}

impl Changed {
    /// Nothing differs.
    pub(crate) fn is_empty(&self) -> bool {
        self.upserted.is_empty() && self.deleted.is_empty()
    }

    /// Going back, or forward, to a release that is kept.
    pub(super) fn to(before: &Manifest, after: Manifest) -> Self {
        let upserted = after.files().filter(|(path, stored)| before.find(path.as_str()) != Some(*stored));
        let upserted = upserted.map(|(path, _)| path.clone()).collect();
        let deleted = before.files().filter(|(path, _)| after.find(path.as_str()).is_none());
        let deleted = deleted.map(|(path, _)| path.clone()).collect();
        Self { manifest: after, upserted, deleted, ..Self::default() }
    }
}

/// Makes the change.
///
/// # Errors
/// A path would be a file and a folder, or differ from another in its letters' case alone; or there is no such module.
pub(super) fn apply(before: &Manifest, change: Change) -> Result<Changed, Refused> {
    let Change { put, gone } = change;
    let digests = map_on_cores(&put, FILES_PER_THREAD, |file| Digest::of(&file.content));
    let mut changed = Changed::default();
    let mut files = before.clone().into_files();
    let mut seen = BTreeSet::new();
    for (NewFile { path, content }, digest) in put.into_iter().zip(digests) {
        let stored = Stored { digest, size: content.len() as u64 };
        changed.content.insert(digest, content);
        files.insert(path.clone(), stored);
        seen.insert(path);
    }
    for path in &seen {
        let is_same = before.find(path.as_str()) == files.get(path).copied();
        if is_same { &mut changed.skipped } else { &mut changed.upserted }.push(path.clone());
    }
    files.retain(|path, _| {
        let stays = seen.contains(path) || !gone.takes(path);
        if !stays {
            changed.deleted.push(path.clone());
        }
        stays
    });
    if let Gone::Module(name) = gone
        && changed.deleted.is_empty()
    {
        return Err(Refused::NoModule { name });
    }
    refuse_clashes(&files)?;
    changed.manifest = Manifest::new(files);
    Ok(changed)
}

/// A tree with such files cannot be written everywhere, and where it can it is a mistake.
fn refuse_clashes(files: &BTreeMap<FilePath, Stored>) -> Result<(), Refused> {
    let mut by_folded = HashMap::with_capacity(files.len());
    for path in files.keys() {
        if let Some(other) = by_folded.insert(path.as_str().to_lowercase(), path) {
            return Err(Refused::SameButCase { path: path.clone(), other: other.clone() });
        }
    }
    for (folded, path) in &by_folded {
        let folders = folded.match_indices('/').filter_map(|(at, _)| folded.get(..at));
        if let Some(file) = folders.filter_map(|folder| by_folded.get(folder)).next() {
            return Err(Refused::FileAndFolder { path: (*file).clone(), below: (*path).clone() });
        }
    }
    Ok(())
}

impl Gone {
    fn takes(&self, path: &FilePath) -> bool {
        match self {
            Self::Nothing => false,
            Self::Sources => !path.is_asset(),
            Self::Everything => true,
            Self::File(file) => file == path,
            Self::Files(files) => files.contains(path),
            Self::Module(name) => path.module() == Some(name),
            Self::AssetsBut(kept) => path.is_asset() && !kept.contains(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(path: &str) -> FilePath {
        FilePath::parse(path).unwrap()
    }

    fn put(files: &[(&str, &str)]) -> Vec<NewFile> {
        files.iter().map(|(name, text)| NewFile { path: path(name), content: (*text).into() }).collect()
    }

    fn applied(before: &Manifest, files: &[(&str, &str)], gone: Gone) -> Result<Changed, Refused> {
        apply(before, Change { put: put(files), gone })
    }

    #[test]
    fn what_goes_is_what_the_change_says() {
        let files = [
            ("app/views/pages/a.liquid", "a"),
            ("app/views/pages/b.liquid", "b"),
            ("app/assets/a.css", "a"),
            ("modules/m/public/lib/x.liquid", "x"),
            ("modules/m/public/assets/x.js", "x"),
        ];
        let before = applied(&Manifest::default(), &files, Gone::Nothing).unwrap().manifest;
        let [page, other, style, partial, script] = files.map(|(path, _)| path);
        for (gone, expected) in [
            (Gone::Nothing, &[][..]),
            (Gone::Sources, &[other, partial]),
            (Gone::Everything, &[style, other, script, partial]),
            (Gone::File(path(other)), &[other]),
            (Gone::File(path("app/none.liquid")), &[]),
            (Gone::Files(BTreeSet::from([path(other), path(style)])), &[style, other]),
            (Gone::Module("m".to_owned()), &[script, partial]),
            (Gone::AssetsBut(BTreeSet::from([path(style)])), &[script]),
        ] {
            let changed = applied(&before, &[(page, "new")], gone.clone()).unwrap();
            let deleted: Vec<&str> = changed.deleted.iter().map(FilePath::as_str).collect();
            assert_eq!(deleted, expected, "{gone:?}");
            assert_eq!(changed.upserted, [path(page)], "{gone:?}");
            assert_eq!(changed.manifest.len(), files.len() - expected.len(), "{gone:?}");
        }
    }

    #[test]
    fn of_changes_of_a_file_the_last_one_counts() {
        let saved = |name, text| Change { put: put(&[(name, text)]), gone: Gone::Nothing };
        let removed = |name| Change { put: Vec::new(), gone: Gone::File(path(name)) };
        let row = [
            saved("app/a", "1"),
            removed("app/b"),
            removed("app/c"),
            saved("app/a", "2"),
            saved("app/b", "3"),
            saved("app/d", "4"),
            removed("app/d"),
        ];
        let gone = Gone::Files(BTreeSet::from([path("app/c"), path("app/d")]));

        assert_eq!(Change::of_files(&row), Change { put: put(&[("app/a", "2"), ("app/b", "3")]), gone });
        assert_eq!(Change::of_files(&row[..1]), row[0]);
        let many = Change { put: put(&[("app/a", "1"), ("app/b", "1")]), gone: Gone::Nothing };
        assert_eq!((many.file(), row[0].file()), (None, Some(&path("app/a"))));
    }

    #[test]
    fn a_file_that_comes_as_it_was_is_skipped() {
        let before = applied(&Manifest::default(), &[("app/a", "a"), ("app/b", "b")], Gone::Nothing);
        let before = before.unwrap().manifest;
        let changed = applied(&before, &[("app/a", "a"), ("app/b", "b")], Gone::Everything).unwrap();

        assert!(changed.is_empty());
        assert_eq!(changed.skipped, [path("app/a"), path("app/b")]);
        assert_eq!(changed.manifest.digest(), before.digest());
    }

    #[test]
    fn files_that_cannot_lie_beside_each_other_are_refused() {
        let before = applied(&Manifest::default(), &[("app/a/b", "x")], Gone::Nothing).unwrap().manifest;
        for (name, expected) in [
            ("app/a", "`app/a` would be a file and, because of `app/a/b`, a folder"),
            ("app/a/b/c", "`app/a/b` would be a file and, because of `app/a/b/c`, a folder"),
        ] {
            assert_eq!(applied(&before, &[(name, "y")], Gone::Nothing).unwrap_err().to_string(), expected);
        }
        assert!(matches!(
            applied(&before, &[("app/A/B", "y")], Gone::Nothing),
            Err(Refused::SameButCase { .. })
        ));
        assert!(applied(&before, &[("app/a", "y")], Gone::Everything).is_ok());
        let none = applied(&before, &[], Gone::Module("m".to_owned()));
        assert_eq!(none.unwrap_err().to_string(), "no module `m` is deployed here");
    }

    #[test]
    fn going_back_says_what_differs() {
        let one = applied(&Manifest::default(), &[("app/a", "1"), ("app/b", "1")], Gone::Nothing).unwrap();
        let two = applied(&one.manifest, &[("app/a", "2"), ("app/c", "1")], Gone::Everything).unwrap();
        let back = Changed::to(&two.manifest, one.manifest.clone());

        assert_eq!((back.upserted, back.deleted), (vec![path("app/a"), path("app/b")], vec![path("app/c")]));
        assert_eq!(back.manifest, one.manifest);
    }
}
