//! Which paths are nobody's business: what editors, version control and package managers leave beside the files of an
//! app. Pure.

use std::ffi::OsStr;
use std::path::Path;

/// Folders that hold files of an app.
pub(super) const FOLDERS: [&str; 3] = ["app", "marketplace_builder", "modules"];

/// Files of the project root that settle how the app runs.
const FILES: [&str; 2] = ["pos-cli.toml", ".pos"];

/// Endings of the files that editors write to on the way to a save.
const TEMPORARY_ENDINGS: [&str; 11] = [
    "~",
    ".swp",
    ".swo",
    ".swx",
    ".swpx",
    ".tmp",
    ".temp",
    ".bak",
    ".crswap",
    "___jb_tmp___",
    "___jb_old___",
];

/// Vim creates a file of this name to see whether it may write in a folder.
const VIM_PROBE: &str = "4913";

/// `path` is from the project root.
pub(super) fn is_ignored(path: &Path) -> bool {
    let mut components = path.iter();
    let Some(first) = components.next() else { return false };
    let is_file_of_root = components.clone().next().is_none() && is_one_of(first, &FILES);
    if is_file_of_root {
        return false;
    }
    !is_one_of(first, &FOLDERS) || components.any(is_ignored_name)
}

fn is_one_of(name: &OsStr, names: &[&str]) -> bool {
    names.iter().any(|candidate| name == *candidate)
}

/// A name that is not UTF-8 belongs to no file of an app either.
fn is_ignored_name(name: &OsStr) -> bool {
    name.to_str().is_none_or(|name| {
        name.starts_with(['.', '#'])
            || name == "node_modules"
            || name == VIM_PROBE
            || TEMPORARY_ENDINGS.iter().any(|ending| name.ends_with(ending))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_an_app_count() {
        let cases = [
            ("", false),
            ("app", false),
            ("app/views/pages/index.liquid", false),
            ("app/assets/target/a.css", false),
            ("modules/m/public/lib/x.liquid", false),
            ("marketplace_builder/config.yml", false),
            ("pos-cli.toml", false),
            (".pos", false),
            ("app/.pos", true),
            ("app/.git/index", true),
            ("app/views/pages/.index.liquid.swp", true),
            ("app/views/pages/index.liquid~", true),
            ("app/views/pages/#index.liquid#", true),
            ("app/views/pages/.#index.liquid", true),
            ("app/views/pages/4913", true),
            ("app/views/pages/index.liquid___jb_tmp___", true),
            ("app/views/pages/index.liquid.tmp", true),
            ("modules/m/node_modules/x/index.js", true),
            ("node_modules/x/app/a.liquid", true),
            (".pos-dev/data.sqlite3-wal", true),
            ("target/debug/app", true),
            (".git/HEAD", true),
            ("README.md", true),
        ];
        for (path, expected) in cases {
            assert_eq!(is_ignored(Path::new(path)), expected, "{path}");
        }
    }
}
