//! A server that is its own portal: signing in, and installing modules from it.

use std::io::Cursor;

use serde_json::json;

use crate::harness::{Project, TestApp};

fn app() -> TestApp {
    let project = Project::fixture("core");
    let manifest = r#"{ "machine_name": "stock", "version": "0.3.0", "dependencies": { "core": "^1.0.0" } }"#;
    project.write("modules/stock/pos-module.json", manifest);
    project.write("modules/unversioned/public/lib/a.liquid", "a");
    project.serve(&[])
}

#[test]
fn a_client_signs_in_by_device_or_password() {
    let app = app();
    let begun = app.post("/oauth/authorize_device", &[("domain", "localhost")]).has_status(200).json();
    let page = begun["verification_uri_complete"].as_str().unwrap();
    app.get(page.strip_prefix(app.url()).unwrap()).has_status(200);

    let trade = |code: &str| app.post("/oauth/device_token", &[("grant_type", "x"), ("device_code", code)]);
    let code = begun["device_code"].as_str().unwrap();
    let token = trade(code).has_status(200).json()["access_token"].clone();
    assert!(token.is_string());
    for code in [code, "guessed", ""] {
        assert_eq!(trade(code).has_status(400).json(), json!({ "error": "invalid_grant" }), "{code}");
    }
    assert_eq!(app.get("/api/user_tokens").has_status(200).json(), json!([{ "token": token }]));
    let signed_in = app.post("/api/authenticate", &[("email", "a@b.c"), ("password", "x")]);
    assert_eq!(signed_in.has_status(200).json(), json!({ "auth_token": token }));
}

#[test]
fn a_page_of_another_site_gets_no_token() {
    let app = app();
    for (method, path) in [("GET", "/api/user_tokens"), ("POST", "/oauth/authorize_device")] {
        let foreign = [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")];
        app.browser().send(method, path, &foreign, Vec::new()).has_status(403);
    }
}

#[test]
fn modules_of_the_app_are_listed_and_fetched() {
    let app = app();
    let listed = app.get("/api/pos_modules?modules=core,stock,unversioned,absent").has_status(200).json();
    assert_eq!(
        listed,
        json!([
            { "id": "core", "module": "core", "versions": { "1.0.0": { "dependencies": {} } } },
            { "id": "stock", "module": "stock", "versions": { "0.3.0": { "dependencies": { "core": "^1.0.0" } } } },
        ])
    );
    assert_eq!(app.get("/api/pos_modules/").has_status(200).json(), json!([]));

    let version = app.get("/api/pos_module_version?name=core@1.0.0").has_status(200).json();
    let url = version["public_archive"].as_str().unwrap();
    let zip = app.get(url.strip_prefix(app.url()).unwrap()).has_status(200);
    let mut archive = zip::ZipArchive::new(Cursor::new(zip.body)).unwrap();
    assert!(archive.by_name("core/pos-module.json").is_ok());
    assert!(archive.by_name("core/public/lib/commands/events/publish.liquid").is_ok());
}

#[test]
fn what_is_not_there_is_said() {
    let app = app();
    for (path, status, part) in [
        ("/api/pos_module_version?name=core@9.0.0", 404, "version 1.0.0"),
        ("/api/pos_module_version?name=absent@1.0.0", 404, "`absent`"),
        ("/api/pos_module_version?name=unversioned@1", 404, "`unversioned`"),
        ("/api/pos_module_version", 404, "no module"),
        ("/api/pos_modules/core/archives/9.0.0.zip", 404, "9.0.0.zip"),
        ("/api/pos_modules/..%2F..%2Fetc/archives/1.zip", 422, "no registry"),
        ("/api/pos_modules/7/presign_url", 422, "no registry"),
    ] {
        let answer = app.get(path).has_status(status).json();
        assert!(answer["error"].as_str().unwrap().contains(part), "{path}: {answer}");
    }
    assert_eq!(app.get("/oauth/device_token").status, 405);
}

#[test]
fn a_page_of_the_app_wins() {
    let project = Project::fixture("core");
    project.write("app/views/pages/api/pos_modules.json.liquid", "---\nslug: api/user_tokens\n---\n\"mine\"");
    let app = project.serve(&[]);
    assert_eq!(app.get("/api/user_tokens.json").text().trim(), "\"mine\"");
    assert!(app.get("/api/pos_modules").json().is_array());
}
