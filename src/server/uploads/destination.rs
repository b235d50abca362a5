//! What becomes of a file that is sent, by its key: clients of the platform name them below `instances/<id>/`. Pure.

use crate::protocol::{ASSETS_LIMIT, IMPORT_LIMIT};
use crate::records::{Acl, Key};

/// What ends the name of an archive of assets.
const ASSETS_ARCHIVE: &str = ".assets_deploy.zip";

/// Bytes of any other file.
const LARGEST_FILE: u64 = 1 << 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Destination<'k> {
    /// Kept under its key, and served from there.
    File,
    /// `instances/<id>/data_imports/…`: kept until an import has taken it.
    DataImport,
    /// `instances/<id>/assets/….assets_deploy.zip`: unpacked at once.
    AssetsArchive,
    /// `instances/<id>/assets/…`, with the name below `/assets/`: part of the app at once.
    Asset(&'k str),
}

impl<'k> Destination<'k> {
    pub(in crate::server) fn of(key: &'k Key) -> Self {
        let below = key.as_str().strip_prefix("instances/").and_then(|rest| rest.split_once('/'));
        match below.and_then(|(_instance, rest)| rest.split_once('/')) {
            Some(("assets", name)) if name.ends_with(ASSETS_ARCHIVE) && !name.contains('/') => {
                Self::AssetsArchive
            }
            Some(("assets", name)) => Self::Asset(name),
            Some(("data_imports", _)) => Self::DataImport,
            _ => Self::File,
        }
    }

    /// In bytes.
    pub(in crate::server) fn largest(self) -> u64 {
        match self {
            Self::DataImport => IMPORT_LIMIT as u64,
            Self::AssetsArchive | Self::Asset(_) => ASSETS_LIMIT as u64,
            Self::File => LARGEST_FILE,
        }
    }

    /// Who may read it where it is kept.
    pub(in crate::server) fn acl(self) -> Acl {
        match self {
            Self::File | Self::Asset(_) => Acl::Public,
            Self::DataImport | Self::AssetsArchive => Acl::Private,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_says_where_a_file_goes() {
        for (key, expected) in [
            ("instances/1/assets/1700000000000.assets_deploy.zip", Destination::AssetsArchive),
            ("instances/a-b/assets/a.css", Destination::Asset("a.css")),
            ("instances/1/assets/modules/core/js/m.js", Destination::Asset("modules/core/js/m.js")),
            ("instances/1/assets/x/7.assets_deploy.zip", Destination::Asset("x/7.assets_deploy.zip")),
            ("instances/1/assets", Destination::File),
            ("instances/1/data_imports/0f", Destination::DataImport),
            ("instances/1/other/a.css", Destination::File),
            ("uploads/0f/a.css", Destination::File),
            ("order/assets/a.css", Destination::File),
        ] {
            assert_eq!(Destination::of(&Key::parse(key).unwrap()), expected, "{key}");
        }
    }
}
