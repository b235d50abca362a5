//! The path of a file of a release: from the project's root, with `/`, below one of the folders that a release has. What
//! comes from others becomes one by [`FilePath::parse`] alone, so no path can lead out of the tree it is checked out to.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// Bytes of a path; a folder of the instance comes before it, and file systems end at 4096.
const LONGEST: usize = 1024;
/// Bytes of one name in it: what file systems take.
const LONGEST_NAME: usize = 255;

/// Folders around a file: an archive of nothing but deep paths fills a disk with folders.
const DEEPEST: usize = 32;

/// The only file outside the folders.
const LOCK: &str = "pos-module.lock.json";
/// The old name of `app`: what it is called from here on.
const OLD_APP: &str = "marketplace_builder/";

/// Clone = the same text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FilePath(Arc<str>);

/// Why a text is no path of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` {reason}")]
pub(crate) struct PathError {
    /// As it was given, without control characters.
    pub(crate) path: String,
    reason: &'static str,
}

impl FilePath {
    /// `marketplace_builder/` becomes `app/`.
    pub(crate) fn parse(path: &str) -> Result<Self, PathError> {
        let refused = |reason| {
            let path = path.chars().take(LONGEST).map(|c| if c.is_control() { '\u{fffd}' } else { c });
            PathError { path: path.collect(), reason }
        };
        if path.is_empty() || path.len() > LONGEST {
            return Err(refused("is no path of a file: it is empty or too long"));
        }
        if path.chars().any(char::is_control) {
            return Err(refused("has a control character in its name"));
        }
        if path.contains('\\') {
            return Err(refused("has a backslash in its name: folders are divided by `/`"));
        }
        if path.starts_with('/') || path.as_bytes().get(1) == Some(&b':') {
            return Err(refused("is absolute: paths begin with `app/` or `modules/`"));
        }
        if path.matches('/').count() > DEEPEST {
            return Err(refused("lies more than 32 folders deep"));
        }
        for name in path.split('/') {
            if name == "." || name == ".." {
                return Err(refused("has `.` or `..` in it"));
            }
            if name.is_empty() {
                return Err(refused("has an empty name in it"));
            }
            // Elsewhere than here these are other names than they look: what is deployed must be the same on every machine.
            if name.len() > LONGEST_NAME || name.ends_with(['.', ' ']) || name.contains(':') {
                return Err(refused("has a name in it that not every file system has"));
            }
        }
        let path = path.strip_prefix(OLD_APP).map_or_else(|| path.to_owned(), |rest| format!("app/{rest}"));
        let is_inside = path.starts_with("app/") || path.starts_with("modules/") || path == LOCK;
        if !is_inside {
            return Err(refused("lies outside `app/` and `modules/`"));
        }
        Ok(Self(path.into()))
    }

    /// A path that was one when it was stored.
    pub(super) fn stored(path: &str) -> Self {
        Self(path.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// It comes by the manifest of the assets, unless the archive carries assets.
    pub(crate) fn is_asset(&self) -> bool {
        let below_module = |rest: &str| {
            rest.split_once('/').is_some_and(|(_, part)| {
                part.starts_with("public/assets/") || part.starts_with("private/assets/")
            })
        };
        self.0.starts_with("app/assets/") || self.0.strip_prefix("modules/").is_some_and(below_module)
    }

    /// The module whose folder it lies in.
    pub(crate) fn module(&self) -> Option<&str> {
        Some(self.0.strip_prefix("modules/")?.split_once('/')?.0)
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for FilePath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_a_release_stay_inside_it() {
        for (path, expected) in [
            ("app/views/pages/index.liquid", Ok("app/views/pages/index.liquid")),
            ("marketplace_builder/views/pages/a.liquid", Ok("app/views/pages/a.liquid")),
            ("modules/core/public/lib/żółw.liquid", Ok("modules/core/public/lib/żółw.liquid")),
            ("pos-module.lock.json", Ok("pos-module.lock.json")),
            ("app/a..b/c.liquid", Ok("app/a..b/c.liquid")),
            ("", Err("`` is no path of a file: it is empty or too long")),
            ("app", Err("`app` lies outside `app/` and `modules/`")),
            ("application/a", Err("`application/a` lies outside `app/` and `modules/`")),
            ("app/../../etc/passwd", Err("`app/../../etc/passwd` has `.` or `..` in it")),
            ("app/./a", Err("`app/./a` has `.` or `..` in it")),
            ("../app/a", Err("`../app/a` has `.` or `..` in it")),
            ("/etc/passwd", Err("`/etc/passwd` is absolute: paths begin with `app/` or `modules/`")),
            ("C:/app/a", Err("`C:/app/a` is absolute: paths begin with `app/` or `modules/`")),
            ("app\\a", Err("`app\\a` has a backslash in its name: folders are divided by `/`")),
            ("app/a\0b", Err("`app/a\u{fffd}b` has a control character in its name")),
            ("app//a", Err("`app//a` has an empty name in it")),
            ("app/a/", Err("`app/a/` has an empty name in it")),
            ("app/a:b", Err("`app/a:b` has a name in it that not every file system has")),
            ("app/a.", Err("`app/a.` has a name in it that not every file system has")),
        ] {
            let parsed = FilePath::parse(path);
            let parsed = parsed.as_ref().map(FilePath::as_str).map_err(ToString::to_string);
            assert_eq!(parsed, expected.map_err(str::to_owned), "{path:?}");
        }
        assert!(FilePath::parse(&format!("{}a", "app/".repeat(DEEPEST))).is_ok());
        let deep = FilePath::parse(&format!("{}a", "app/".repeat(DEEPEST + 1))).unwrap_err();
        assert_eq!(deep.reason, format!("lies more than {DEEPEST} folders deep"));
        assert!(FilePath::parse(&format!("app/{}", "a".repeat(LONGEST))).is_err());
        assert!(FilePath::parse(&format!("app/{}", "a".repeat(LONGEST_NAME + 1))).is_err());
    }

    #[test]
    fn assets_lie_in_the_folders_for_them() {
        for (path, expected) in [
            ("app/assets/a.css", true),
            ("modules/core/public/assets/a/b.js", true),
            ("modules/core/private/assets/b.js", true),
            ("app/views/partials/assets/a.liquid", false),
            ("app/modules/core/public/lib/a.liquid", false),
            ("modules/core/assets/a", false),
        ] {
            assert_eq!(FilePath::parse(path).unwrap().is_asset(), expected, "{path}");
        }
    }
}
