//! The modules an app uses, as `context.modules` shows them: the folder's name, and what the module's manifest says of it.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value as Json};

/// Manifests are a few lines; more is none.
const MAX_MANIFEST_BYTES: u64 = 256 * 1024;

/// The manifest, and the file that was it before.
const MANIFESTS: [&str; 2] = ["pos-module.json", "template-values.json"];

/// A module of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Module {
    /// As people call it; the folder's name where no manifest says.
    pub(crate) name: String,
    /// As templates call it: `modules/<scope_name>/…`.
    pub(crate) scope_name: String,
    pub(crate) version: Option<String>,
    /// By the names of modules, the versions it works with.
    pub(crate) dependencies: Map<String, Json>,
}

/// Reads the manifests of the modules in these folders, by folder. One that cannot be read says nothing: the server needs
/// none of it.
pub(super) fn read<'a>(root: &Path, folders: impl Iterator<Item = &'a str>) -> BTreeMap<String, Module> {
    let mut modules = BTreeMap::new();
    for folder in folders {
        modules.entry(folder.to_owned()).or_insert_with(|| module(root, folder));
    }
    modules
}

fn module(root: &Path, folder: &str) -> Module {
    let below = root.join("modules").join(folder);
    let manifest = MANIFESTS.iter().find_map(|file| manifest(&below.join(file))).unwrap_or_default();
    let text = |key: &str| manifest.get(key).and_then(Json::as_str).filter(|text| !text.is_empty());
    Module {
        name: text("name").unwrap_or(folder).to_owned(),
        scope_name: folder.to_owned(),
        version: text("version").map(str::to_owned),
        dependencies: manifest.get("dependencies").and_then(Json::as_object).cloned().unwrap_or_default(),
    }
}

fn manifest(file: &Path) -> Option<Map<String, Json>> {
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() || metadata.len() > MAX_MANIFEST_BYTES {
        return None;
    }
    let bytes = std::fs::read(file).ok()?;
    match serde_json::from_slice(&bytes).ok()? {
        Json::Object(manifest) => Some(manifest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifest_says_name_and_version_and_broken_ones_say_nothing() {
        let root = tempfile::tempdir().unwrap();
        for (file, text) in [
            ("core/pos-module.json", r#"{"name": "Core", "machine_name": "core", "version": "2.1.0"}"#),
            ("old/template-values.json", r#"{"name": "Old", "version": "0.1"}"#),
            ("broken/pos-module.json", "{"),
            ("list/pos-module.json", "[]"),
        ] {
            let path = root.path().join("modules").join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }

        let modules = read(root.path(), ["core", "old", "broken", "list", "absent", "core"].into_iter());

        let shown: Vec<_> = modules
            .values()
            .map(|module| (module.scope_name.as_str(), module.name.as_str(), module.version.as_deref()))
            .collect();
        assert_eq!(
            shown,
            [
                ("absent", "absent", None),
                ("broken", "broken", None),
                ("core", "Core", Some("2.1.0")),
                ("list", "list", None),
                ("old", "Old", Some("0.1")),
            ]
        );
    }
}
