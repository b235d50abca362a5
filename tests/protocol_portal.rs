//! A server that is its own portal: signing in, and installing modules from it.

use std::io::Cursor;

use serde_json::json;

use crate::harness::{Project, Response, TestApp, zip_of};

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
        ("/api/pos_modules/..%2F..%2Fetc/archives/1.zip", 404, "a registry has no"),
        ("/api/pos_modules/../presign_url", 422, "`..` is no name of a module"),
        ("/api/pos_modules/a%20b/presign_url", 422, "`a b` is no name of a module"),
        ("/api/pos_modules/core/pos_module_versions/7.0.0", 404, "was not pushed"),
        ("/api/pos_modules/core/owners", 404, "a registry has no"),
    ] {
        let answer = app.get(path).has_status(status).json();
        assert!(answer["error"].as_str().unwrap().contains(part), "{path}: {answer}");
    }
    assert_eq!(app.get("/oauth/device_token").status, 405);
}

/// Puts `zip` where the server says, and names it a version.
fn push(app: &TestApp, name: &str, version: &str, zip: Vec<u8>) -> Response {
    let presigned = app.get(&format!("/api/pos_modules/{name}/presign_url")).has_status(200).json();
    let put = presigned["upload_url"].as_str().unwrap().strip_prefix(app.url()).unwrap();
    app.browser().send("PUT", put, &[("content-type", "application/zip")], zip).has_status(201);
    let asked = json!({ "pos_module_version": { "archive": presigned["access_url"], "name": version } });
    app.browser().post_json(&format!("/api/pos_modules/{name}/pos_module_versions"), &asked)
}

#[test]
fn a_module_is_pushed_and_installed_also_after_a_restart() {
    let mut app = app();
    let signed_in = [("authorization", "Bearer local")];
    let named = app.browser().send("GET", "/api/pos_modules/?modules=mine", &signed_in, Vec::new()).json();
    assert_eq!(named, json!([{ "id": "mine", "module": "mine", "versions": {} }]));
    assert_eq!(app.get("/api/pos_modules?modules=mine").json(), json!([]), "nothing can be installed yet");

    let manifest = r#"{ "dependencies": { "core": "^1.0.0" } }"#;
    for text in ["first", "second"] {
        let zip = zip_of(&[("mine/pos-module.json", manifest), ("mine/public/lib/a.liquid", text)]);
        assert_eq!(push(&app, "mine", "1.2.0", zip).has_status(200).json(), json!({ "id": "1.2.0" }));
    }
    let shown = app.get("/api/pos_modules/mine/pos_module_versions/1.2.0").has_status(200).json();
    assert_eq!(shown["status"], "accepted");
    push(&app, "core", "9.0.0", zip_of(&[("core/public/lib/b.liquid", "nine")])).has_status(200);

    app.kill();
    app.restart();
    assert_eq!(
        app.get("/api/pos_modules?modules=mine,core").json(),
        json!([
            { "id": "mine", "module": "mine", "versions": { "1.2.0": { "dependencies": { "core": "^1.0.0" } } } },
            { "id": "core", "module": "core", "versions": { "9.0.0": { "dependencies": {} }, "1.0.0": { "dependencies": {} } } },
        ])
    );
    let version = app.get("/api/pos_module_version?name=mine@1.2.0").has_status(200).json();
    let url = version["public_archive"].as_str().unwrap().strip_prefix(app.url()).unwrap().to_owned();
    let mut archive = zip::ZipArchive::new(Cursor::new(app.get(&url).has_status(200).body)).unwrap();
    let file = std::io::read_to_string(archive.by_name("mine/public/lib/a.liquid").unwrap()).unwrap();
    assert_eq!(file, "second");
}

#[test]
fn what_is_no_module_is_not_pushed() {
    let app = app();
    let zip = |name: &str| zip_of(&[(name, "x")]);
    for (name, version, zip, part) in [
        (
            "mine",
            "1.0.0",
            zip("other/public/a.liquid"),
            "`other/public/a.liquid` in the archive is not below `mine/`",
        ),
        ("mine", "1.0.0", zip("mine/../../a.liquid"), "is not below `mine/`"),
        ("mine", "1.0.0", zip("/mine/a.liquid"), "is not below `mine/`"),
        ("mine", "1.0.0", zip_of(&[]), "no files"),
        ("mine", "1.0.0", b"not an archive".to_vec(), "no zip archive"),
        ("mine", "../1", zip("mine/a.liquid"), "a version such as 1.2.0"),
        ("mine", "", zip("mine/a.liquid"), "a version such as 1.2.0"),
    ] {
        let answer = push(&app, name, version, zip).has_status(422).json();
        assert!(answer["error"].as_str().unwrap().contains(part), "{version} {part}: {answer}");
    }
    for archive in ["http://127.0.0.1:1/_uploads/pos_modules/mine/arrived/a.zip", "file:///etc/passwd", ""] {
        let asked = json!({ "pos_module_version": { "archive": archive, "name": "1.0.0" } });
        app.browser().post_json("/api/pos_modules/mine/pos_module_versions", &asked).has_status(422);
    }
    app.browser().post_json("/api/pos_modules/mine/pos_module_versions", &json!({})).has_status(422);
    assert_eq!(app.get("/api/pos_modules?modules=mine").json(), json!([]));
}

#[test]
fn a_page_of_the_app_wins() {
    let project = Project::fixture("core");
    project.write("app/views/pages/api/pos_modules.json.liquid", "---\nslug: api/user_tokens\n---\n\"mine\"");
    let app = project.serve(&[]);
    assert_eq!(app.get("/api/user_tokens.json").text().trim(), "\"mine\"");
    assert!(app.get("/api/pos_modules").json().is_array());
}
