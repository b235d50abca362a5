//! What belongs into a release: `app/` and the `public` and `private` parts of each module; each module's
//! `pos-module.json`; the lock file of the modules. Assets, which may travel on their own, are told apart. No hidden
//! files, no archives but among the assets, nothing the project keeps to itself.
//!
//! In a fixed order, so that the same tree gives the same archive.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use serde_json::{Map, Value as Json};

use super::{Error, Ignored};
use crate::app::TemplateValues;

const LOCK: &str = "pos-module.lock.json";
const OLD_APP: &str = "marketplace_builder";

/// All there is to send.
#[derive(Debug, Default)]
pub(super) struct Members {
    pub(super) release: Vec<Member>,
    pub(super) assets: Vec<Member>,
    pub(super) app_folder: AppFolder,
}

/// Where the project's own files lie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum AppFolder {
    #[default]
    App,
    /// `marketplace_builder`, packed as `app`.
    Old,
    Missing,
}

/// One file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    /// Begins with `app/` or `modules/`, except for the lock file.
    pub(super) name: String,
    pub(super) content: Content,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    File(PathBuf),
    /// A text of a module, with what its names stand for.
    Template {
        file: PathBuf,
        values: Arc<TemplateValues>,
    },
    Text(String),
}

/// Where the walk through the project is, and what it has found.
#[derive(Debug)]
struct Walk<'a> {
    /// Without links: what lies outside is no part of the project, whatever points there.
    root: &'a Path,
    ignored: &'a Ignored,
    /// The real folders around the current one, outermost first: a link back into one of them would never end.
    trail: Vec<PathBuf>,
    members: Members,
}

/// A file or folder on the way.
#[derive(Debug)]
struct Entry {
    /// Without links.
    real: PathBuf,
    /// From the project's root, as it is found.
    path: String,
    /// In the release.
    name: String,
    level: Level,
}

/// How deep an entry lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// `app` itself, or the `public` or `private` folder of a module: here, and only here, `assets` means the assets.
    Part,
    Below,
    Assets,
}

/// Lists them. An app in the platform's old folder is packed as `app`.
pub(super) fn collect(root: &Path) -> Result<Members, Error> {
    let root = root.canonicalize().map_err(|source| Error::Read { path: root.to_owned(), source })?;
    let ignored = Ignored::load(&root)?;
    let mut walk = Walk { root: &root, ignored: &ignored, trail: Vec::new(), members: Members::default() };
    let found = [("app", AppFolder::App), (OLD_APP, AppFolder::Old)]
        .into_iter()
        .find(|(folder, _)| root.join(folder).is_dir());
    walk.members.app_folder = found.map_or(AppFolder::Missing, |(_, folder)| folder);
    if let Some((folder, _)) = found {
        walk.follow(folder.to_owned(), "app".to_owned(), Level::Part)?;
    }
    let mut locks = Vec::new();
    for module in names(&root.join("modules"))? {
        let folder = format!("modules/{module}");
        for part in ["private", "public"] {
            walk.follow(format!("{folder}/{part}"), format!("{folder}/{part}"), Level::Part)?;
        }
        let manifest = format!("{folder}/pos-module.json");
        walk.follow(manifest.clone(), manifest, Level::Below)?;
        locks.push(root.join(folder).join(LOCK));
    }
    let mut members = walk.members;
    fill_in(&root, members.release.iter_mut().chain(&mut members.assets))?;
    members.release.extend(lock(&root, &locks)?);
    Ok(members)
}

impl Walk<'_> {
    /// What lies at `path`, wherever that leads inside the project; nothing where there is nothing, or a link to nowhere.
    fn follow(&mut self, path: String, name: String, level: Level) -> Result<(), Error> {
        match self.root.join(&path).canonicalize() {
            Ok(real) if real.starts_with(self.root) => self.visit(Entry { real, path, name, level }),
            _ => Ok(()),
        }
    }

    /// Adds the file, or all files of the folder.
    fn visit(&mut self, entry: Entry) -> Result<(), Error> {
        // A file that was removed just now.
        let Ok(metadata) = fs::symlink_metadata(&entry.real) else { return Ok(()) };
        if metadata.is_dir() {
            return self.enter(entry);
        }
        let Entry { real, path, name, level } = entry;
        let is_asset = level == Level::Assets;
        let is_wanted = metadata.is_file() && (is_asset || !has_zip_extension(&name));
        if is_wanted && !self.ignored.has_file(&path) {
            let list = if is_asset { &mut self.members.assets } else { &mut self.members.release };
            list.push(Member { name, content: Content::File(real) });
        }
        Ok(())
    }

    fn enter(&mut self, folder: Entry) -> Result<(), Error> {
        if self.trail.contains(&folder.real) {
            return Ok(());
        }
        let names = names(&folder.real)?;
        self.trail.push(folder.real.clone());
        for file_name in names {
            let real = folder.real.join(&file_name);
            let path = format!("{}/{file_name}", folder.path);
            let name = format!("{}/{file_name}", folder.name);
            let level = match folder.level {
                Level::Part if file_name == "assets" && real.is_dir() => Level::Assets,
                Level::Part | Level::Below => Level::Below,
                Level::Assets => Level::Assets,
            };
            if real.is_symlink() {
                self.follow(path, name, level)?;
            } else {
                self.visit(Entry { real, path, name, level })?;
            }
        }
        self.trail.pop();
        Ok(())
    }
}

/// The visible entries of a folder, sorted; none where there is no folder.
fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let read = |source| Error::Read { path: folder.to_owned(), source };
    let listed = match fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(read(error)),
    };
    let mut names = Vec::new();
    for entry in listed {
        let entry = entry.map_err(read)?;
        let name = entry.file_name().into_string().map_err(|_| Error::Name { path: entry.path() })?;
        if !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn has_zip_extension(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

/// The files of modules that have values become templates.
fn fill_in<'m>(root: &Path, members: impl Iterator<Item = &'m mut Member>) -> Result<(), Error> {
    let mut values: BTreeMap<String, Option<Arc<TemplateValues>>> = BTreeMap::new();
    for member in members {
        let Some(module) = TemplateValues::module_of(&member.name) else { continue };
        if !values.contains_key(module) {
            let loaded =
                TemplateValues::load(root, module).map_err(|problem| Error::Problems(vec![problem]))?;
            values.insert(module.to_owned(), loaded.map(Arc::new));
        }
        if let (Some(Some(values)), Content::File(file)) = (values.get(module), &member.content) {
            member.content = Content::Template { file: file.clone(), values: Arc::clone(values) };
        }
    }
    Ok(())
}

impl Member {
    /// When its file last changed, in seconds since 1970; 0 where nobody knows.
    pub(super) fn changed(&self) -> i64 {
        match &self.content {
            Content::File(file) | Content::Template { file, .. } => changed(file),
            Content::Text(_) => 0,
        }
    }

    /// Its bytes as they are sent.
    pub(super) fn read(&self) -> Result<Vec<u8>, Error> {
        let read =
            |path: &PathBuf| fs::read(path).map_err(|source| Error::Read { path: path.clone(), source });
        match &self.content {
            Content::Text(text) => Ok(text.clone().into_bytes()),
            Content::File(file) => read(file),
            Content::Template { file, values } => {
                let bytes = read(file)?;
                // What is no text is no template.
                let Ok(text) = str::from_utf8(&bytes) else { return Ok(bytes) };
                match values.fill(&self.name, text).map_err(|problem| Error::Problems(vec![problem]))? {
                    Cow::Borrowed(_) => Ok(bytes),
                    Cow::Owned(filled) => Ok(filled.into_bytes()),
                }
            }
        }
    }
}

/// When a file last changed, in seconds since 1970; 0 where nobody knows.
pub(super) fn changed(file: &Path) -> i64 {
    let changed = fs::metadata(file).and_then(|metadata| metadata.modified()).ok();
    let age = changed.and_then(|changed| changed.duration_since(UNIX_EPOCH).ok());
    age.and_then(|age| i64::try_from(age.as_secs()).ok()).unwrap_or(0)
}

/// The project's lock file, else those of its modules as one; none where nothing is locked.
fn lock(root: &Path, of_modules: &[PathBuf]) -> Result<Option<Member>, Error> {
    let own = root.join(LOCK);
    if own.is_file() {
        return Ok(Some(Member { name: LOCK.to_owned(), content: Content::File(own) }));
    }
    let mut merged = Map::new();
    for path in of_modules.iter().filter(|path| path.is_file()) {
        let text = fs::read_to_string(path).map_err(|source| Error::Read { path: path.clone(), source })?;
        let lock =
            serde_json::from_str(&text).map_err(|source| Error::Lock { path: path.clone(), source })?;
        merge(&mut merged, lock);
    }
    let text = format!("{:#}\n", Json::Object(merged.clone()));
    Ok((!merged.is_empty()).then(|| Member { name: LOCK.to_owned(), content: Content::Text(text) }))
}

/// Objects are joined, key by key; of anything else the later one stays.
fn merge(into: &mut Map<String, Json>, from: Map<String, Json>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Json::Object(into)), Json::Object(from)) => merge(into, from),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::{Content, collect};

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn names(root: &Path) -> Vec<String> {
        collect(root).unwrap().release.into_iter().map(|member| member.name).collect()
    }

    #[test]
    fn a_release_holds_app_and_modules_without_assets() {
        let project = project(&[
            ("app/views/pages/index.liquid", ""),
            ("app/views/partials/assets/icon.liquid", ""),
            ("app/assets/a.css", ""),
            ("app/.hidden", ""),
            ("app/.git/config", ""),
            ("app/old.ZIP", ""),
            ("app/config.yml", ""),
            ("modules/core/public/lib/x.liquid", ""),
            ("modules/core/public/assets/x.js", ""),
            ("modules/core/private/y.liquid", ""),
            ("modules/core/pos-module.json", "{}"),
            ("modules/core/template-values.json", "{}"),
            ("modules/core/README.md", ""),
            ("modules/readme.md", ""),
            ("pos-module.lock.json", "{}"),
            ("package.json", ""),
            (".pos", ""),
        ]);

        assert_eq!(
            names(project.path()),
            [
                "app/config.yml",
                "app/views/pages/index.liquid",
                "app/views/partials/assets/icon.liquid",
                "modules/core/private/y.liquid",
                "modules/core/public/lib/x.liquid",
                "modules/core/pos-module.json",
                "pos-module.lock.json",
            ]
        );
    }

    #[test]
    fn assets_are_told_apart() {
        let project = project(&[
            ("app/assets/img/a.png", ""),
            ("app/assets/fonts.zip", ""),
            ("app/assets/.keep", ""),
            ("app/views/assets/b.css", ""),
            ("modules/core/private/assets/c.js", ""),
            ("modules/core/public/assets/c.js", ""),
        ]);
        let assets = collect(project.path()).unwrap().assets;

        let names: Vec<&str> = assets.iter().map(|member| member.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "app/assets/fonts.zip",
                "app/assets/img/a.png",
                "modules/core/private/assets/c.js",
                "modules/core/public/assets/c.js",
            ]
        );
    }

    #[test]
    fn texts_of_modules_are_filled_in() {
        let project = project(&[
            ("app/a.liquid", "<%= version =%>"),
            ("modules/core/pos-module.json", r#"{"version": "1.2"}"#),
            ("modules/core/public/a.liquid", "v<%= version =%>"),
            ("modules/core/public/a.txt", "v<%= version =%>"),
            ("modules/other/public/a.liquid", "v<%= version =%>"),
        ]);
        let members = collect(project.path()).unwrap().release;

        let texts = members.iter().map(|member| String::from_utf8(member.read().unwrap()).unwrap());
        assert_eq!(
            texts.collect::<Vec<_>>(),
            ["<%= version =%>", "v1.2", "v<%= version =%>", r#"{"version": "1.2"}"#, "v<%= version =%>"]
        );
    }

    #[test]
    fn what_the_project_keeps_to_itself_is_no_part_of_it() {
        let project = project(&[
            (".posignore", "*.md\n/app/drafts/\n/modules/core/private/\n"),
            ("app/README.md", ""),
            ("app/drafts/a.liquid", ""),
            ("app/views/pages/drafts/a.liquid", ""),
            ("modules/core/private/a.liquid", ""),
            ("modules/core/public/a.liquid", ""),
        ]);

        assert_eq!(
            names(project.path()),
            ["app/views/pages/drafts/a.liquid", "modules/core/public/a.liquid"]
        );
    }

    #[test]
    fn the_old_folder_is_packed_as_app_unless_there_is_a_new_one() {
        let old = project(&[("marketplace_builder/views/pages/a.liquid", "")]);
        let both = project(&[("marketplace_builder/a.liquid", ""), ("app/b.liquid", "")]);

        assert_eq!(names(old.path()), ["app/views/pages/a.liquid"]);
        assert_eq!(names(both.path()), ["app/b.liquid"]);
    }

    #[test]
    fn locks_of_modules_become_one() {
        let project = project(&[
            ("modules/a/pos-module.lock.json", r#"{"modules": {"a": "1.0.0", "x": "1.0.0"}}"#),
            ("modules/b/pos-module.lock.json", r#"{"modules": {"b": "2.0.0", "x": "1.1.0"}}"#),
        ]);
        let members = collect(project.path()).unwrap().release;

        let [lock] = members.as_slice() else { panic!("{members:?}") };
        let Content::Text(text) = &lock.content else { panic!("{lock:?}") };
        let lock: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(lock, serde_json::json!({"modules": {"a": "1.0.0", "x": "1.1.0", "b": "2.0.0"}}));
    }

    #[test]
    fn a_lock_that_is_no_object_is_named() {
        let project = project(&[("modules/a/pos-module.lock.json", "[]")]);
        let error = collect(project.path()).unwrap_err().to_string();

        assert!(error.ends_with("modules/a/pos-module.lock.json: this is not JSON"), "{error}");
    }

    #[test]
    fn links_are_followed_inside_the_project_and_never_in_circles() {
        let outside = project(&[("file.liquid", ""), ("folder/secret.liquid", "")]);
        let project = project(&[("app/a.liquid", ""), ("shared/s.liquid", ""), ("app/x/y.liquid", "")]);
        let at = |path: &str| project.path().join(path);
        symlink(outside.path().join("file.liquid"), at("app/b.liquid")).unwrap();
        symlink(outside.path().join("folder"), at("app/c")).unwrap();
        symlink(project.path(), at("app/d")).unwrap();
        symlink("/nowhere", at("app/e")).unwrap();
        symlink(at("shared"), at("app/f")).unwrap();
        symlink(at("app/x"), at("shared/g")).unwrap();
        symlink(at("shared"), at("app/x/h")).unwrap();
        symlink(at("shared/s.liquid"), at("app/s.liquid")).unwrap();

        let names = names(project.path());

        assert!(!names.iter().any(|name| name.contains("secret") || name.contains("app/b")), "{names:?}");
        assert!(names.len() < 50, "{names:?}");
        for name in ["app/a.liquid", "app/f/s.liquid", "app/s.liquid", "app/x/h/s.liquid"] {
            assert!(names.iter().any(|found| found == name), "{name} in {names:?}");
        }
    }

    #[test]
    fn an_empty_project_has_no_release() {
        assert!(names(project(&[]).path()).is_empty());
    }
}
