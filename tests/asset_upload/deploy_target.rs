//! A deploy target: assets become part of what it serves, all of a deploy at once, those of a sync as they come.

use std::io::Cursor;

use serde_json::{Value as Json, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{deploy, manifest, refusal, sync};
use crate::harness::{Multipart, Project, TestApp, zip_of};

const INDEX: (&str, &str) = ("app/views/pages/index.liquid", "on");

fn instance() -> TestApp {
    Project::empty().serve(&["--instance", "target"])
}

/// Posts the archive of a release, which must succeed; its id.
fn release(app: &TestApp, files: &[(&str, &str)], fields: &[(&str, &str)]) -> Json {
    let id = submitted(app, files, fields);
    assert_eq!(status(app, &id)["status"], "success");
    id
}

fn submitted(app: &TestApp, files: &[(&str, &str)], fields: &[(&str, &str)]) -> Json {
    let form = fields.iter().fold(Multipart::default(), |form, (name, value)| {
        form.field(&format!("marketplace_builder[{name}]"), value)
    });
    let body = form.file("marketplace_builder[zip_file]", "release.zip", &zip_of(files)).body();
    let content_type = Multipart::content_type();
    let headers = [("content-type", content_type.as_str())];
    let browser = app.new_browser();
    let begun = browser.send("POST", "/api/app_builder/marketplace_releases", &headers, body);
    begun.has_status(200).json()["id"].clone()
}

/// Waits until nothing of the release is under way.
fn status(app: &TestApp, id: &Json) -> Json {
    app.wait_for("the release to end", || {
        let status = app.get(&format!("/api/app_builder/marketplace_releases/{id}")).has_status(200).json();
        let is_over = status["status"] != "in_progress" && status["status"] != "ready_for_import";
        if is_over && status["asset_status"] != "in_progress" { Ok(status) } else { Err(status) }
    })
}

/// Sends bytes, the manifest of a release and waits for the end.
fn assets(app: &TestApp, id: &Json, files: &[(&str, &str)]) -> Json {
    deploy(app, &zip_of(files)).0.has_status(201);
    named(app, id, files)
}

fn named(app: &TestApp, id: &Json, files: &[(&str, &str)]) -> Json {
    let sizes: Vec<_> = files.iter().map(|(name, text)| (*name, text.len())).collect();
    manifest(app, &sizes, Some(id)).has_status(200);
    status(app, id)
}

fn served(app: &TestApp, name: &str) -> Option<String> {
    let answer = app.get(&format!("/assets/{name}"));
    if answer.status == 404 { None } else { Some(answer.has_status(200).text()) }
}

#[test]
fn assets_of_a_deploy_are_served_and_survive_a_crash() {
    let mut app = instance();
    let id = release(&app, &[INDEX, ("modules/core/public/lib/a.liquid", "a")], &[]);
    let (sent, access) =
        deploy(&app, &zip_of(&[("a.css", "body{}"), ("images/i.png", "x"), ("modules/core/m.js", "js")]));
    sent.has_status(201);
    app.new_browser().send("HEAD", &access, &[], Vec::new()).has_status(404);
    assert_eq!(served(&app, "a.css"), None, "no manifest has named it");

    app.kill();
    app.restart();
    manifest(&app, &[("a.css", 6), ("images/i.png", 1), ("modules/core/m.js", 2)], Some(&id)).has_status(200);
    app.kill();
    app.restart();
    for (name, text) in [("a.css", "body{}"), ("images/i.png", "x"), ("modules/core/m.js", "js")] {
        assert_eq!(served(&app, name).as_deref(), Some(text), "{name}");
    }
    assert_eq!(app.get("/").text(), "on");
}

#[test]
fn status_of_the_release_tells_what_became_of_its_assets() {
    let app = instance();
    let id = release(&app, &[INDEX], &[]);
    assert_eq!(status(&app, &id)["asset_status"], Json::Null);
    let told = assets(&app, &id, &[("a.css", "1"), ("b.css", "2")]);
    assert_eq!(
        (&told["id"], &told["asset_status"], &told["asset_report"]["upserted"]),
        (&id, &json!("success"), &json!(["app/assets/a.css", "app/assets/b.css"]))
    );
    assert_eq!(told["asset_error"], Json::Null);

    let next = release(&app, &[INDEX, ("app/views/pages/b.liquid", "b")], &[]);
    let told = assets(&app, &next, &[("a.css", "1"), ("c.css", "3")]);
    assert_eq!(
        told["asset_report"],
        json!({ "upserted": ["app/assets/c.css"], "deleted": ["app/assets/b.css"], "skipped": ["app/assets/a.css"] })
    );
    assert_eq!((served(&app, "b.css"), served(&app, "c.css").as_deref()), (None, Some("3")));
}

#[test]
fn manifest_of_a_partial_deploy_takes_nothing_away() {
    let app = instance();
    let id = release(&app, &[INDEX], &[]);
    assets(&app, &id, &[("a.css", "1"), ("b.css", "2")]);
    let part = release(&app, &[("app/views/pages/b.liquid", "b")], &[("partial_deploy", "true")]);
    let told = assets(&app, &part, &[("b.css", "two")]);
    assert_eq!(told["asset_report"]["deleted"], json!([]));
    assert_eq!(
        (served(&app, "a.css").as_deref(), served(&app, "b.css").as_deref()),
        (Some("1"), Some("two"))
    );
}

#[test]
fn assets_of_a_release_that_was_refused_change_nothing() {
    let app = instance();
    let id = release(&app, &[INDEX], &[]);
    assets(&app, &id, &[("a.css", "1")]);
    let refused = submitted(&app, &[("app/views/pages/index.liquid", "{% if %}")], &[]);
    assert_eq!(status(&app, &refused)["status"], "error");
    let told = assets(&app, &refused, &[("b.css", "2")]);

    let error = format!("release {refused} was refused, and its assets are with it: deploy again");
    assert_eq!((&told["asset_status"], &told["asset_error"]["error"]), (&json!("error"), &json!(error)));
    assert_eq!((served(&app, "a.css").as_deref(), served(&app, "b.css")), (Some("1"), None));
}

#[test]
fn asset_without_bytes_is_named_in_the_status() {
    let app = instance();
    let id = release(&app, &[INDEX], &[]);
    assets(&app, &id, &[("a.css", "1")]);
    deploy(&app, &zip_of(&[("b.css", "2")])).0.has_status(201);
    let told = named(&app, &id, &[("a.css", "1"), ("b.css", "2"), ("images/none.png", "x")]);
    assert_eq!(
        (&told["asset_status"], &told["asset_error"]["details"]["file_path"]),
        (&json!("error"), &json!("app/assets/images/none.png"))
    );
    let error = told["asset_error"]["error"].as_str().unwrap();
    assert!(error.starts_with("no bytes of `app/assets/images/none.png` have come"), "{error}");
    assert_eq!(
        (served(&app, "a.css").as_deref(), served(&app, "b.css")),
        (Some("1"), None),
        "all or nothing"
    );

    let changed = named(&app, &id, &[("a.css", "of another size")]);
    assert_eq!(changed["asset_error"]["details"]["file_path"], "app/assets/a.css", "{changed}");
    let again = named(&app, &id, &[("a.css", "1"), ("b.css", "2")]);
    assert_eq!(again["asset_status"], "success", "what has come waits on: {again}");
    assert_eq!(served(&app, "b.css").as_deref(), Some("2"));
}

#[test]
fn dry_run_tells_of_assets_and_changes_none() {
    let app = instance();
    let id = release(&app, &[INDEX], &[]);
    assets(&app, &id, &[("a.css", "1")]);
    let dry = release(&app, &[INDEX], &[("dry_run", "true")]);
    let told = named(&app, &dry, &[("b.css", "2")]);
    assert_eq!(
        told["asset_report"],
        json!({ "upserted": ["app/assets/b.css"], "deleted": ["app/assets/a.css"], "skipped": [] })
    );
    assert_eq!((served(&app, "a.css").as_deref(), served(&app, "b.css")), (Some("1"), None));
}

#[test]
fn private_copy_of_a_modules_asset_lies_where_its_manifest_says() {
    let app = instance();
    let id = release(&app, &[INDEX], &[]);
    deploy(&app, &zip_of(&[("modules/core/m.js", "js")])).0.has_status(201);
    let entry =
        json!({ "physical_file_path": "modules/core/private/assets/m.js", "updated_at": 1, "file_size": 2 });
    let body = json!({ "manifest": { "modules/core/m.js": entry }, "marketplace_release_id": id });
    app.new_browser().post_json("/api/app_builder/assets_manifest", &body).has_status(200);
    let told = status(&app, &id);
    assert_eq!(told["asset_report"]["upserted"], json!(["modules/core/private/assets/m.js"]));
    assert_eq!(served(&app, "modules/core/m.js").as_deref(), Some("js"));
}

#[test]
fn synced_asset_is_served_at_once_until_it_is_deleted() {
    let mut app = instance();
    release(&app, &[INDEX], &[]);
    sync(&app, "", "a.css", "one").has_status(201);
    assert_eq!(served(&app, "a.css").as_deref(), Some("one"));
    sync(&app, "images/deep/", "Käse 1.svg", "<svg/>").has_status(201);
    sync(&app, "modules/core/", "m.js", "js").has_status(201);
    assert_eq!(served(&app, "images/deep/K%C3%A4se%201.svg").as_deref(), Some("<svg/>"));
    assert_eq!(served(&app, "modules/core/m.js").as_deref(), Some("js"));
    manifest(&app, &[("a.css", 3), ("modules/core/m.js", 2)], None).has_status(200);
    sync(&app, "", "a.css", "longer").has_status(201);
    manifest(&app, &[("a.css", 3)], None).has_status(200);
    app.kill();
    app.restart();
    assert_eq!(served(&app, "a.css").as_deref(), Some("longer"));

    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = b"path=assets%2Fa.css&primary_key=assets%2Fa.css".to_vec();
    app.new_browser()
        .send("DELETE", "/api/app_builder/marketplace_releases/sync", &form, body)
        .has_status(200);
    assert_eq!(served(&app, "a.css"), None);
    assert_eq!(served(&app, "modules/core/m.js").as_deref(), Some("js"), "the others stay");
}

#[test]
fn asset_saved_after_its_bytes_came_is_not_undone() {
    let app = instance();
    let id = release(&app, &[INDEX], &[]);
    deploy(&app, &zip_of(&[("a.css", "old")])).0.has_status(201);
    sync(&app, "", "a.css", "new").has_status(201);
    assert_eq!(named(&app, &id, &[("a.css", "new")])["asset_status"], "success");
    assert_eq!(served(&app, "a.css").as_deref(), Some("new"));
}

#[test]
fn manifest_that_makes_no_sense_is_refused() {
    let app = instance();
    let id = release(&app, &[INDEX], &[]);
    assert_eq!(
        refusal(manifest(&app, &[("none.css", 1)], None)),
        "no bytes of `app/assets/none.css` have come, and they are not here from before: send the assets again"
    );
    for unknown in [json!(99), json!("x"), json!(-1)] {
        let error = refusal(manifest(&app, &[], Some(&unknown)));
        assert!(error.ends_with("is known here: deploy again"), "{error}");
    }
    for (name, path) in [
        ("a.css", "assets/b.css"),
        ("a", "../a"),
        ("a", "/etc/passwd"),
        ("a.css", "views/pages/a.css"),
        ("", ""),
    ] {
        let entry = json!({ "physical_file_path": path, "updated_at": 1, "file_size": 1 });
        let mut entries = serde_json::Map::new();
        entries.insert(name.to_owned(), entry);
        let body = json!({ "manifest": entries, "marketplace_release_id": id });
        refusal(app.new_browser().post_json("/api/app_builder/assets_manifest", &body));
    }
}

#[test]
fn hostile_archive_leaves_nothing() {
    let app = instance();
    let id = release(&app, &[INDEX], &[]);
    let bomb = zip_of(&[("a.css", &"0".repeat(64 * 1024 * 1024))]);
    let mut link = ZipWriter::new(Cursor::new(Vec::new()));
    link.add_symlink("a.css", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let link = link.finish().unwrap().into_inner();
    let mut cut = zip_of(&[("a.css", "body{}"), ("b.css", "x")]);
    cut.truncate(60);
    for (zip, message) in [
        (zip_of(&[("../../etc/passwd", "x")]), "has `.` or `..` in it"),
        (zip_of(&[("a.css", "x"), ("/etc/passwd", "x")]), "has an empty name in it"),
        (zip_of(&[("a\\b.css", "x")]), "has a backslash in its name"),
        (zip_of(&[("modules/../a.css", "x")]), "has `.` or `..` in it"),
        (zip_of(&[]), "the archive is empty"),
        (bomb, "the archive unpacks to more than"),
        (link, "is not a regular file"),
        (cut, "this is not a whole zip archive"),
        (Vec::from(*b"no zip"), "this is not a whole zip archive"),
    ] {
        let error = refusal(deploy(&app, &zip).0);
        assert!(error.contains(message), "{error}");
    }
    let told = named(&app, &id, &[("a.css", "x")]);
    assert_eq!(told["asset_status"], "error", "{told}");
    assert!(!app.project.path("etc").exists() && !app.project.path("target/etc").exists());
}
