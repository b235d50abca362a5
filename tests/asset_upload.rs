//! Assets that clients of the platform send: an archive and its manifest, or one by one.

use std::io::{Cursor, Write as _};

use serde_json::{Value as Json, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::harness::{Project, Response, TestApp};

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Puts an archive as `deploy` does; the answer, and where it would be until it is unpacked.
fn deploy(app: &TestApp, zip: &[u8]) -> (Response, String) {
    let browser = app.new_browser();
    let urls = browser
        .get(&format!(
            "/api/private/urls/presign-url?fileName=instances%2F1%2Fassets%2F1700000000000.assets_deploy.zip&contentLength={}&contentType=application%2Fzip",
            zip.len()
        ))
        .has_status(200)
        .json();
    let path = |url: &Json| url.as_str().unwrap().strip_prefix(app.url()).unwrap().to_owned();
    let sent = browser.send("PUT", &path(&urls["url"]), &[("content-type", "application/zip")], zip.to_vec());
    (sent, path(&urls["accessUrl"]))
}

/// Posts one asset as `sync` does, with the folders of its name in the key.
fn sync(app: &TestApp, folders: &str, file_name: &str, text: &str) -> Response {
    let browser = app.new_browser();
    let form = browser
        .get("/api/private/urls/presign-directory?directory=instances%2F1%2Fassets")
        .has_status(200)
        .json();
    let mut body = String::new();
    for (name, value) in form["fields"].as_object().unwrap() {
        let value =
            value.as_str().unwrap().replace("assets/${filename}", &format!("assets/{folders}${{filename}}"));
        body.push_str(&format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    body.push_str(&format!(
        "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\nContent-Type: application/octet-stream\r\n\r\n{text}\r\n--X--\r\n"
    ));
    let action = form["url"].as_str().unwrap().strip_prefix(app.url()).unwrap();
    browser.send("POST", action, &[("content-type", "multipart/form-data; boundary=X")], body.into_bytes())
}

fn manifest(app: &TestApp, assets: &[(&str, usize)], release: Option<&Json>) -> Response {
    let entries = assets.iter().map(|(name, size)| {
        let path = match name.strip_prefix("modules/").and_then(|rest| rest.split_once('/')) {
            Some((module, rest)) => format!("modules/{module}/public/assets/{rest}"),
            None => format!("assets/{name}"),
        };
        let entry = json!({ "physical_file_path": path, "updated_at": 1_700_000_000, "file_size": size });
        ((*name).to_owned(), entry)
    });
    let mut body = json!({ "manifest": entries.collect::<serde_json::Map<_, _>>() });
    if let Some(release) = release {
        body["marketplace_release_id"] = release.clone();
    }
    app.new_browser().post_json("/api/app_builder/assets_manifest", &body)
}

fn refusal(response: Response) -> String {
    response.has_status(422).json()["error"].as_str().unwrap().to_owned()
}

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
    let (sent, access) = deploy(&app, &archive(&TREE));
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
        assert_eq!(refusal(deploy(&app, &archive(files)).0), message);
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
    for body in [json!({}), json!({ "manifest": [] }), json!({ "manifest": { "a.css": {} } })] {
        let refused = app.new_browser().post_json("/api/app_builder/assets_manifest", &body);
        assert!(refusal(refused).starts_with("the body is no manifest of assets"), "{body}");
    }
    app.get("/api/app_builder/assets_manifest").has_status(405);
}
