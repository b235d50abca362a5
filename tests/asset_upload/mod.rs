//! Assets that clients of the platform send: an archive and its manifest, or one by one.

mod deploy_target;
mod working_tree;

use serde_json::{Value as Json, json};

use crate::harness::{Multipart, Response, TestApp};

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
    let mut body = Multipart::default();
    for (name, value) in form["fields"].as_object().unwrap() {
        let value = value.as_str().unwrap();
        body =
            body.field(name, &value.replace("assets/${filename}", &format!("assets/{folders}${{filename}}")));
    }
    let body = body.file("file", file_name, text.as_bytes()).body();
    let action = form["url"].as_str().unwrap().strip_prefix(app.url()).unwrap();
    browser.send("POST", action, &[("content-type", &Multipart::content_type())], body)
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
