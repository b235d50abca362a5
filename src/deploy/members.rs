//! What belongs into a release: `app/` and the `public` and `private` parts of each module, without their assets, which
//! travel on their own; each module's `pos-module.json`; the lock file of the modules. No hidden files, no archives.
//!
//! In a fixed order, so that the same tree gives the same archive.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::{Error, Ignored};

const LOCK: &str = "pos-module.lock.json";

/// One file of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// Begins with `app/` or `modules/`, except for the lock file.
    pub(super) name: String,
    pub(super) content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    File(PathBuf),
    Text(String),
}

/// Where the walk through the project is, and what it has found.
#[derive(Debug)]
struct Walk<'a> {
    /// Without links: what lies outside is no part of the project, whatever points there.
    root: PathBuf,
    ignored: &'a Ignored,
    /// The real folders around the current one, outermost first: a link back into one of them would never end.
    trail: Vec<PathBuf>,
    members: Vec<Member>,
}

/// Lists them. An app in the platform's old folder, `marketplace_builder`, is packed as `app`.
pub(super) fn collect(root: &Path) -> Result<Vec<Member>, Error> {
    let read = |source| Error::Read { path: root.to_owned(), source };
    let root = root.canonicalize().map_err(read)?;
    let ignored = Ignored::load(&root)?;
    let mut walk = Walk { root: root.clone(), ignored: &ignored, trail: Vec::new(), members: Vec::new() };
    let app =
        ["app", "marketplace_builder"].map(|name| root.join(name)).into_iter().find(|folder| folder.is_dir());
    if let Some(app) = app {
        walk.enter(&app, "app", Level::Part)?;
    }
    let mut locks = Vec::new();
    for module in entries(&root.join("modules"))?.into_iter().filter(|module| module.is_dir()) {
        let name = format!("modules/{}", file_name(&module)?);
        for part in ["private", "public"] {
            walk.visit(&module.join(part), &format!("{name}/{part}"), Level::Part)?;
        }
        walk.visit(&module.join("pos-module.json"), &format!("{name}/pos-module.json"), Level::Below)?;
        locks.push(module.join(LOCK));
    }
    let mut members = walk.members;
    members.extend(lock(&root, &locks)?);
    Ok(members)
}

/// How deep an entry lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// `app` itself, or the `public` or `private` folder of a module: here, and only here, `assets` means the assets.
    Part,
    Below,
}

impl Walk<'_> {
    /// Adds the file, or all files of the folder, at `path`; nothing where there is neither.
    fn visit(&mut self, path: &Path, name: &str, level: Level) -> Result<(), Error> {
        // A link to nowhere, or a file that was removed just now.
        let Ok(real) = path.canonicalize() else { return Ok(()) };
        if !real.starts_with(&self.root) {
            return Ok(());
        }
        if real.is_dir() {
            return self.enter(path, name, level);
        }
        if real.is_file() && !has_zip_extension(path) && !self.is_ignored(path) {
            self.members.push(Member { name: name.to_owned(), content: Content::File(path.to_owned()) });
        }
        Ok(())
    }

    fn enter(&mut self, folder: &Path, name: &str, level: Level) -> Result<(), Error> {
        let read = |source| Error::Read { path: folder.to_owned(), source };
        let real = folder.canonicalize().map_err(read)?;
        if self.trail.contains(&real) {
            return Ok(());
        }
        self.trail.push(real);
        for entry in entries(folder)? {
            let entry_name = file_name(&entry)?;
            let are_assets = level == Level::Part && entry_name == "assets" && entry.is_dir();
            if !are_assets {
                self.visit(&entry, &format!("{name}/{entry_name}"), Level::Below)?;
            }
        }
        self.trail.pop();
        Ok(())
    }

    /// By its path on disk: what is packed as `app` may lie in `marketplace_builder`.
    fn is_ignored(&self, file: &Path) -> bool {
        let path = file.strip_prefix(&self.root).ok().and_then(Path::to_str);
        path.is_some_and(|path| self.ignored.has_file(path))
    }
}

/// The visible entries of a folder, sorted by name; none where there is no folder.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = |source| Error::Read { path: folder.to_owned(), source };
    let listed = match fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(read(error)),
    };
    let mut paths = Vec::new();
    for entry in listed {
        let entry = entry.map_err(read)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> Result<&str, Error> {
    path.file_name().and_then(|name| name.to_str()).ok_or_else(|| Error::Name { path: path.to_owned() })
}

fn has_zip_extension(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
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
        collect(root).unwrap().into_iter().map(|member| member.name).collect()
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
            ("modules/core/pos-module.json", ""),
            ("modules/core/template-values.json", ""),
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
        let members = collect(project.path()).unwrap();

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
