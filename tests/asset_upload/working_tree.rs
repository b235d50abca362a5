//! A server of a working tree: it takes what equals its files.

use serde_json::json;

use super::{deploy, manifest, refusal, sync};
use crate::harness::{Project, TestApp, zip_of};

fn working_tree() -> TestApp {
    Project::of(&[
        ("app/views/pages/index.liquid", "on"),
        ("app/assets/a.css", "body{}"),
        ("app/assets/images/i.png", "x"),
        ("modules/core/public/assets/m.js", "js"),
    ])
    .serve(&[])
}

const TREE: [(&str, &str); 3] = [("a.css", "body{}"), ("images/i.png", "x"), ("modules/core/m.js", "js")];

#[test]
fn working_tree_takes_the_assets_it_has() {
    let app = working_tree();
    let (sent, access) = deploy(&app, &zip_of(&TREE));
    sent.has_status(201);
    app.new_browser().send("HEAD", &access, &[], Vec::new()).has_status(404);
    manifest(&app, &[("a.css", 6), ("modules/core/m.js", 2)], Some(&json!(1))).has_status(200);
    sync(&app, "", "a.css", "body{}").has_status(201);
    sync(&app, "images/", "i.png", "x").has_status(201);
    sync(&app, "modules/core/", "m.js", "js").has_status(201);
}

#[test]
fn working_tree_refuses_assets_that_differ_and_says_what_to_do() {
    let app = working_tree();
    let differs = "asset `a.css` differs from `app/assets/a.css`, which is served here: save that file, or deploy to a server of `pos-cli run --instance DIR`";
    let unknown = "asset `none.css` is not in the folder that is served here: save it there, or deploy to a server of `pos-cli run --instance DIR`";
    for (files, message) in [
        (&[("a.css", "body{color:red}")][..], differs),
        (&[("a.css", "body")], differs),
        (&[("a.css", "")], differs),
        (&[("a.css", "body{}"), ("none.css", "")], unknown),
    ] {
        assert_eq!(refusal(deploy(&app, &zip_of(files)).0), message);
    }
    assert_eq!(refusal(sync(&app, "", "a.css", "other")), differs);
    assert_eq!(refusal(sync(&app, "", "none.css", "")), unknown);
    assert_eq!(refusal(manifest(&app, &[("a.css", 7)], None)), differs);
    assert_eq!(refusal(manifest(&app, &[("none.css", 7)], None)), unknown);
    assert!(refusal(deploy(&app, b"no zip").0).starts_with("the archive of assets cannot be read: "));
    assert_eq!(app.get("/assets/a.css").text(), "body{}");
    let uploads = app.project.path(".pos-dev/uploads");
    assert_eq!(std::fs::read_dir(uploads).unwrap().count(), 0);
}

#[test]
fn body_that_is_no_manifest_is_refused() {
    let app = working_tree();
    for (body, reason) in [
        (json!({}), "missing field `manifest`"),
        (json!({ "manifest": [] }), "invalid type: sequence, expected a map"),
        (json!({ "manifest": { "a.css": {} } }), "missing field `physical_file_path`"),
        (json!({ "manifest": {}, "marketplace_release_id": {} }), "an id is a number or a text"),
    ] {
        let refused = refusal(app.new_browser().post_json("/api/app_builder/assets_manifest", &body));
        assert!(refused.starts_with("the body is no manifest of assets"), "{body}: {refused}");
        assert!(refused.ends_with(reason), "{body}: {refused}");
    }
    app.get("/api/app_builder/assets_manifest").has_status(405);
}
