//! Assets come in two steps: first their bytes, which wait under the names that pages ask for, then a manifest that says
//! which there are and where each lies. Without bytes a name can only mean the file that is there already.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::change::{Change, Gone, NewFile};
use super::error::Refused;
use super::file_path::{FilePath, PathError};
use super::manifest::Manifest;
use super::staged;
use crate::protocol::AssetEntry;

/// An asset that a manifest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedAsset {
    /// Where its bytes wait.
    staged: FilePath,
    path: FilePath,
    /// In bytes.
    size: u64,
}

/// What a manifest says, and what may be made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedAssets {
    pub(crate) assets: Vec<NamedAsset>,
    pub(crate) bytes: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bytes {
    /// All have come.
    Sent,
    /// None have, for nothing is to change.
    Withheld,
}

/// Which of the assets that are there a manifest speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of them: those it does not name go.
    Whole,
    /// Those of a partial deploy, with the size that each has.
    Part,
    /// Those that were saved a moment ago, and may have been saved again since.
    Saved,
}

impl NamedAsset {
    /// `name` is the one below `/assets/`.
    ///
    /// # Errors
    /// One of both is no path, or they are of different assets.
    pub(crate) fn of(name: &str, entry: &AssetEntry) -> Result<Self, Refused> {
        let sent = entry.physical_file_path.as_str();
        let path = if sent.starts_with("assets/") { format!("app/{sent}") } else { sent.to_owned() };
        let path = FilePath::parse(&path)?;
        if path.asset_name().as_deref() != Some(name) {
            return Err(Refused::OtherAsset { path, name: name.to_owned() });
        }
        Ok(Self { staged: FilePath::of_asset(name)?, path, size: entry.file_size })
    }
}

/// The change that a manifest asks for, and what of the bytes that wait goes into it.
pub(super) fn change(
    connection: &Connection,
    before: &Manifest,
    named: &NamedAssets,
    extent: Extent,
) -> rusqlite::Result<Result<(Change, Vec<FilePath>), Refused>> {
    let (mut put, mut taken) = (Vec::new(), Vec::new());
    for NamedAsset { staged, path, size } in &named.assets {
        let is_here =
            before.find(path.as_str()).is_some_and(|here| extent == Extent::Saved || here.size == *size);
        let content = match staged::content(connection, staged)? {
            Some(content) => {
                taken.push(staged.clone());
                content
            }
            None if is_here => continue,
            // Only its path is told.
            None if named.bytes == Bytes::Withheld => Vec::new(),
            None => return Ok(Err(Refused::NoBytes { path: path.clone() })),
        };
        put.push(NewFile { path: path.clone(), content });
    }
    let gone = match extent {
        Extent::Whole => {
            Gone::AssetsBut(named.assets.iter().map(|asset| asset.path.clone()).collect::<BTreeSet<_>>())
        }
        Extent::Part | Extent::Saved => Gone::Nothing,
    };
    Ok(Ok((Change { put, gone }, taken)))
}

impl FilePath {
    /// Where the asset of a name below `/assets/` lies, if nothing else is said of it.
    pub(crate) fn of_asset(name: &str) -> Result<Self, PathError> {
        match name.strip_prefix("modules/").and_then(|rest| rest.split_once('/')) {
            Some((module, rest)) => Self::parse(&format!("modules/{module}/public/assets/{rest}")),
            None => Self::parse(&format!("app/assets/{name}")),
        }
    }

    /// The name below `/assets/`; `None` for what is no asset.
    fn asset_name(&self) -> Option<String> {
        if let Some(name) = self.as_str().strip_prefix("app/assets/") {
            return Some(name.to_owned());
        }
        let (module, rest) = self.as_str().strip_prefix("modules/")?.split_once('/')?;
        let name = rest.strip_prefix("public/assets/").or_else(|| rest.strip_prefix("private/assets/"))?;
        Some(format!("modules/{module}/{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, path: &str) -> Result<String, String> {
        let entry = AssetEntry { physical_file_path: path.to_owned(), updated_at: 0, file_size: 1 };
        let named = NamedAsset::of(name, &entry);
        named.map(|named| format!("{} {}", named.staged, named.path)).map_err(|error| error.to_string())
    }

    #[test]
    fn name_and_path_are_of_the_same_asset() {
        for (name, path, expected) in [
            ("a.css", "assets/a.css", Ok("app/assets/a.css app/assets/a.css")),
            ("i/a.png", "app/assets/i/a.png", Ok("app/assets/i/a.png app/assets/i/a.png")),
            ("i/a.png", "marketplace_builder/assets/i/a.png", Ok("app/assets/i/a.png app/assets/i/a.png")),
            (
                "modules/core/m.js",
                "modules/core/public/assets/m.js",
                Ok("modules/core/public/assets/m.js modules/core/public/assets/m.js"),
            ),
            (
                "modules/core/m.js",
                "modules/core/private/assets/m.js",
                Ok("modules/core/public/assets/m.js modules/core/private/assets/m.js"),
            ),
            (
                "a.css",
                "assets/b.css",
                Err(
                    "the manifest says that asset `a.css` is the file `app/assets/b.css`, which it cannot be",
                ),
            ),
            (
                "a.css",
                "app/views/pages/a.css",
                Err(
                    "the manifest says that asset `a.css` is the file `app/views/pages/a.css`, which it cannot be",
                ),
            ),
            ("../a", "assets/../a", Err("`app/assets/../a` has `.` or `..` in it")),
            ("a", "/etc/passwd", Err("`/etc/passwd` is absolute: paths begin with `app/` or `modules/`")),
        ] {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(named(name, path), expected, "{name} {path}");
        }
    }
}
