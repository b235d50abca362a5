//! A folder on disk to a snapshot: what the rules of the other files come to together.

use std::fs;
use std::path::Path;

use serde_json::json;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::*;

/// A project with the given files.
fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

fn write(root: &Path, path: &str, text: impl AsRef<[u8]>) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn load(root: &TempDir) -> (App, Vec<String>) {
    reload(root, None)
}

fn reload(root: &TempDir, previous: Option<&App>) -> (App, Vec<String>) {
    let (app, problems) = App::load(root.path(), previous).unwrap();
    (app, problems.iter().map(ToString::to_string).collect())
}

fn page_text(app: &App, path: &str) -> String {
    app.route(Method::Get, path).unwrap().page.source.text.to_string()
}

#[test]
fn smallest_app_is_one_page() {
    let root = project(&[("app/views/pages/index.liquid", "Hi"), ("app/views/layouts/.gitkeep", "")]);
    let (app, problems) = load(&root);

    assert_eq!(problems, [""; 0]);
    assert_eq!(page_text(&app, "/"), "Hi");
    assert_eq!(app.file_count(), 1);
    assert!(app.layout("application", Format::Html).is_none());
}

#[test]
fn a_file_whose_hash_is_known_is_not_read_where_a_file_elsewhere_is_the_same() {
    let (index, style) = (("app/views/pages/index.liquid", "same"), ("app/assets/a.css", "same"));
    let old = project(&[index, style, ("app/views/pages/b.liquid", "old")]);
    let new = project(&[("app/views/pages/b.liquid", "new"), ("app/views/pages/c.liquid", "came")]);
    // Nobody could tell this file from the old one but by reading it.
    write(new.path(), index.0, "none");
    write(new.path(), style.0, "none");
    let sha256 = |path: &str| {
        let text = if path == index.0 || path == style.0 { "same" } else { "new" };
        Some(Sha256::digest(text).into())
    };
    let (app, problems) = App::load_hashed(new.path(), &load(&old).0, sha256).unwrap();

    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(["/", "/b", "/c"].map(|path| page_text(&app, path)), ["same", "new", "came"]);
    let asset = app.asset("a.css").unwrap();
    assert_eq!(asset.file, new.path().canonicalize().unwrap().join(style.0));
}

#[test]
fn folder_without_an_app_says_what_to_create() {
    let cases = [
        (project(&[("readme.md", "x")]), "there is no `app` folder; create `app/views/pages/index.liquid`"),
        (project(&[("app/views/pages/.gitkeep", "")]), "is empty; create `app/views/pages/index.liquid`"),
    ];
    for (root, expected) in cases {
        let error = App::load(root.path(), None).unwrap_err().to_string();
        assert!(error.ends_with(expected), "{error}");
    }
    let error = App::load(Path::new("/no/such/folder"), None).unwrap_err();
    assert_eq!(error.to_string(), "cannot read `/no/such/folder`");
}

#[test]
fn partial_names_find_the_right_file() {
    let root = project(&[
        ("modules/m/public/views/partials/x.liquid", "theirs"),
        ("app/modules/m/public/views/partials/x.liquid", "ours"),
        ("modules/m/private/lib/y.liquid", "private"),
        ("app/lib/c.liquid", "in lib"),
        ("app/views/partials/lib/d.liquid", "named lib"),
        ("app/views/partials/user.avatar.liquid", "dotted"),
        ("app/views/partials/ui/card.html.liquid", "card"),
        ("app/views/partials/long.liquid", "---\npath: short\n---\naliased"),
    ]);
    let (app, problems) = load(&root);

    assert_eq!(problems, [""; 0]);
    let cases = [
        ("modules/m/x", Some(("ours", false))),
        ("modules/m/y", Some(("private", false))),
        ("c", Some(("in lib", false))),
        ("lib/c", Some(("in lib", true))),
        ("lib/d", Some(("named lib", false))),
        ("user.avatar", Some(("dotted", false))),
        ("ui/card", Some(("card", false))),
        ("short", Some(("---\npath: short\n---\naliased", false))),
        ("x", None),
        ("", None),
    ];
    for (name, expected) in cases {
        let found = app.partial(name).map(|(source, by_prefix)| (&*source.text, by_prefix));
        assert_eq!(found, expected, "{name}");
    }
    let names: Vec<&str> = app.partial_names().collect();
    assert_eq!(
        names,
        ["c", "lib/d", "long", "modules/m/x", "modules/m/y", "short", "ui/card", "user.avatar"]
    );
    assert_eq!(app.sources().count(), 7);
}

#[test]
fn files_with_one_name_are_reported_and_the_first_is_used() {
    let root = project(&[
        ("app/views/partials/a.liquid", "first"),
        ("app/lib/a.liquid", "second"),
        ("marketplace_builder/views/pages/p.liquid", "old"),
        ("app/views/pages/p.liquid", "new"),
    ]);
    let (app, problems) = load(&root);

    assert_eq!(&*app.partial("a").unwrap().0.text, "first");
    assert_eq!(page_text(&app, "/p"), "new");
    assert_eq!(
        problems,
        [
            "app/lib/a.liquid: warning: never used: `app/views/partials/a.liquid` is the partial `a` too",
            "marketplace_builder/views/pages/p.liquid: warning: never used: `app/views/pages/p.liquid` is the page `p` too",
        ]
    );
}

#[test]
fn layout_is_the_one_of_the_format_or_of_none() {
    let root = project(&[
        ("app/views/layouts/1col.html.liquid", "html"),
        ("app/views/layouts/both.liquid", "plain"),
        ("app/views/layouts/both.json.liquid", "json"),
    ]);
    let (app, problems) = load(&root);

    assert_eq!(problems, [""; 0]);
    let cases = [
        ("1col", Format::Html, Some("html")),
        ("1col", Format::Json, None),
        ("both", Format::Html, Some("plain")),
        ("both", Format::Json, Some("json")),
        ("both", Format::Csv, Some("plain")),
        ("none", Format::Html, None),
    ];
    for (name, format, expected) in cases {
        assert_eq!(app.layout(name, format).map(|source| &*source.text), expected, "{name} {format:?}");
    }
}

#[test]
fn error_page_falls_back_to_html() {
    let root =
        project(&[("app/views/pages/404.html.liquid", "gone"), ("app/views/pages/404.json.liquid", "{}")]);
    let (app, _) = load(&root);

    let text = |status, format| app.error_page(status, format).map(|page| page.source.text.to_string());
    assert_eq!(text(404, Format::Html).as_deref(), Some("gone"));
    assert_eq!(text(404, Format::Json).as_deref(), Some("{}"));
    assert_eq!(text(404, Format::Csv).as_deref(), Some("gone"));
    assert_eq!(text(500, Format::Html), None);
}

#[test]
fn policies_translations_assets_and_settings_are_found() {
    let root = project(&[
        (
            "app/authorization_policies/member.liquid",
            "---\nredirect_to: /login\nflash_alert: No\nhttp_status: 404\n---\nfalse",
        ),
        ("app/translations/en.yml", "en: {a: {b: 'Hi %{n}'}}"),
        ("modules/m/public/translations/en.yml", "en: {a: {b: x}}"),
        ("app/assets/s/a.css", "b{}"),
        ("modules/m/private/assets/js/x.js", "1"),
        ("app/config.yml", "slug_exact_match: false\n"),
        ("app/views/pages/list/show.liquid", ""),
    ]);
    let (app, problems) = load(&root);

    assert_eq!(problems, [""; 0]);
    let policy = app.policy("member").unwrap();
    assert_eq!((policy.redirect_to.as_deref(), policy.http_status), (Some("/login"), 404));
    assert_eq!(app.translation("en", "a.b"), Some(&json!("Hi %{n}")));
    assert_eq!(app.translation("en", "modules/m/a.b"), Some(&json!("x")));
    assert_eq!(fs::read(&app.asset("s/a.css").unwrap().file).unwrap(), b"b{}");
    assert!(app.asset("modules/m/js/x.js").is_some());
    assert!(app.asset("../config.yml").is_none());
    assert!(app.assets_updated() > 0);
    assert_eq!(app.route(Method::Get, "/list/show/9").unwrap().params["slug3"], "9");
}

#[test]
fn broken_file_keeps_its_last_good_version_and_stays_reported() {
    let root = project(&[
        ("app/views/pages/a.liquid", "---\nslug: a\n---\ngood"),
        ("app/views/pages/b.liquid", "b"),
        ("app/translations/en.yml", "en: {k: good}"),
        ("app/config.yml", "default_layout: main"),
    ]);
    let (first, _) = load(&root);
    write(root.path(), "app/views/pages/a.liquid", "---\nslug: a\n");
    write(root.path(), "app/views/pages/b.liquid", b"b\n\xE9");
    write(root.path(), "app/translations/en.yml", "en: {k: ");
    write(root.path(), "app/config.yml", "a: b: c");
    let (second, problems) = reload(&root, Some(&first));

    assert_eq!(page_text(&second, "/a"), "---\nslug: a\n---\ngood");
    assert_eq!(page_text(&second, "/b"), "b");
    assert_eq!(second.translation("en", "k"), Some(&json!("good")));
    assert_eq!(second.config().default_layout, "main");
    let places: Vec<_> = problems.iter().map(|problem| problem.split(" error").next().unwrap()).collect();
    assert_eq!(
        places,
        [
            "app/config.yml:1:5:",
            "app/translations/en.yml:1:9:",
            "app/views/pages/a.liquid:1:1:",
            "app/views/pages/b.liquid:2:1:",
        ]
    );
    assert_ne!(first.digest(), second.digest());

    let (third, again) = reload(&root, Some(&second));
    assert_eq!(again, problems);
    assert_eq!(page_text(&third, "/b"), "b");
    assert!(load(&root).0.route(Method::Get, "/b").is_none());

    write(root.path(), "app/views/pages/b.liquid", "mended");
    assert_eq!(page_text(&reload(&root, Some(&third)).0, "/b"), "mended");
}

#[test]
fn unchanged_and_touched_files_are_shared_between_snapshots() {
    let root = project(&[("app/views/partials/a.liquid", "a"), ("app/views/partials/b.liquid", "b")]);
    let (first, _) = load(&root);
    let source = |app: &App, name| app.partial(name).unwrap().0.clone();
    write(root.path(), "app/views/partials/a.liquid", "a");
    write(root.path(), "app/views/partials/b.liquid", "B");
    let (second, _) = reload(&root, Some(&first));

    assert!(Arc::ptr_eq(&source(&first, "a"), &source(&second, "a")));
    assert_eq!(&*source(&second, "b").text, "B");

    fs::remove_file(root.path().join("app/views/partials/b.liquid")).unwrap();
    assert!(reload(&root, Some(&second)).0.partial("b").is_none());
}

#[test]
fn digest_tells_whether_two_trees_are_equal() {
    let files = [("app/views/pages/a.liquid", "a"), ("app/assets/b.png", "b")];
    let digest = |files: &[(&str, &str)]| load(&project(files)).0.digest().to_owned();
    let original = digest(&files);

    assert_eq!(original.len(), 64);
    assert_eq!(digest(&files), original);
    assert_ne!(digest(&[files[0], ("app/assets/b.png", "c")]), original);
    assert_ne!(digest(&[files[0], ("app/assets/c.png", "b")]), original);
    assert_eq!(digest(&[files[0], files[1], ("readme.md", "not of the app")]), original);
}

#[test]
fn odd_files_are_left_out_and_named() {
    let root = project(&[
        ("app/views/pages/index.liquid", "Hi"),
        ("app/translations/en.yaml", "en: {a: b}"),
        ("app/views/partials/typo.liquid", "---\nmetdata: {}\n---\n"),
        ("app/view/pages/a.liquid", "a"),
        ("app/view/pages/b.liquid", "b"),
        ("app/tests/c.liquid", "c"),
    ]);
    write(root.path(), "app/lib/huge.liquid", vec![b'x'; 4 * 1024 * 1024 + 1]);
    let (app, problems) = load(&root);

    assert_eq!(
        problems,
        [
            "app/lib/huge.liquid: error: 4194305 bytes long; the limit is 4194304",
            "app/translations/en.yaml: warning: ignored: its name does not end in `.yml`",
            "app/view/pages: warning: ignored: this is no folder of an app",
            "app/views/partials/typo.liquid:2:1: warning: unknown key `metdata`",
        ]
    );
    assert!(app.partial("huge").is_none());
    assert!(app.translation("en", "a").is_none());
    assert!(app.partial("typo").is_some());
}

#[cfg(unix)]
#[test]
fn links_are_followed_only_inside_the_project() {
    use std::os::unix::fs::symlink;
    let outside = project(&[("secret.liquid", "secret")]);
    let root = project(&[("app/views/partials/a.liquid", "a"), ("shared/b.liquid", "b")]);
    let partials = root.path().join("app/views/partials");
    symlink(root.path().join("shared"), partials.join("shared")).unwrap();
    symlink("a.liquid", partials.join("copy.liquid")).unwrap();
    symlink(outside.path().join("secret.liquid"), partials.join("out.liquid")).unwrap();
    symlink(outside.path(), partials.join("folder")).unwrap();
    symlink("nowhere", partials.join("dangling.liquid")).unwrap();
    symlink(root.path().join("app"), partials.join("loop")).unwrap();
    let (app, problems) = load(&root);

    let names: Vec<&str> = app.partial_names().collect();
    assert_eq!(names, ["a", "copy", "shared/b"]);
    assert_eq!(
        problems,
        [
            "app/views/partials/dangling.liquid: warning: ignored: it is a link that leads nowhere",
            "app/views/partials/folder: warning: ignored: it is a link to a place outside the project",
            "app/views/partials/loop: warning: ignored: it is a link to a folder it lies in",
            "app/views/partials/out.liquid: warning: ignored: it is a link to a place outside the project",
        ]
    );
}

#[test]
fn app_of_texts_has_only_these() {
    let partials = [("ui/card", "card"), ("x", "---\nmetadata: {a: 1}\n---\nbody"), ("bad", "---\n")];
    let app = App::of_texts(&partials, &[("pl", json!({"a": {"b": "c"}}))]);

    let names: Vec<&str> = app.partial_names().collect();
    assert_eq!(names, ["bad", "ui/card", "x"]);
    let source = app.partial("x").unwrap().0;
    assert_eq!(&source.text[source.body..], "body");
    assert_eq!(source.front_matter["metadata"], json!({"a": 1}));
    assert_eq!(app.translation("pl", "a.b"), Some(&json!("c")));
    assert!(app.route(Method::Get, "/").is_none());
}

#[test]
fn modules_are_loaded_as_they_are_once_deployed() {
    const PAGE: &str = "modules/m/public/views/pages/about.liquid";
    const VALUES: &str = "modules/m/template-values.json";
    let root = project(&[
        (PAGE, "by <%= author =%>\n"),
        ("app/views/pages/index.liquid", "<%= author =%>\n"),
        (VALUES, r#"{"author": "Ann"}"#),
    ]);
    let (filled, problems) = load(&root);
    write(root.path(), VALUES, r#"{"author": "Bo"}"#);
    let (again, _) = reload(&root, Some(&filled));
    write(root.path(), PAGE, "by Bo\n");
    let (plain, _) = load(&root);
    write(root.path(), VALUES, "[]");
    let (_, broken) = load(&root);

    let text = |app: &App, path: &str| {
        app.pages().iter().find(|page| &*page.source.path == path).unwrap().source.text.to_string()
    };
    assert_eq!(problems, [""; 0]);
    assert_eq!(text(&filled, PAGE), "by Ann\n");
    assert_eq!(text(&filled, "app/views/pages/index.liquid"), "<%= author =%>\n");
    assert_eq!(text(&again, PAGE), "by Bo\n");
    assert_eq!(again.digest(), plain.digest());
    assert_ne!(again.digest(), filled.digest());
    assert_eq!(broken.len(), 1, "{broken:?}");
    assert!(
        broken[0].starts_with("modules/m/template-values.json:1:")
            && broken[0].ends_with(": error: is not a JSON object"),
        "{broken:?}"
    );
}
