//! Places that clients of the platform ask for and put files to, and what data goes through them.

use std::io::{Cursor, Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value as Json, json};
use zip::ZipArchive;

use crate::harness::{Browser, Multipart, Project, Response, TestApp, zip_of};

const ITEM: (&str, &str) =
    ("app/schema/item.yml", "name: item\nproperties:\n- {name: n, type: integer}\n- name: k\n");

fn app() -> TestApp {
    Project::of(&[ITEM]).serve(&[])
}

/// Asks as the official client does: with its own headers, without `Authorization`.
fn asked(browser: &Browser, call: &str, query: &[(&str, &str)]) -> Response {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let headers = [("token", "any"), ("marketplace_domain", "127.0.0.1"), ("sec-fetch-mode", "cors")];
    browser.send("GET", &format!("/api/private/urls/{call}?{query}"), &headers, Vec::new())
}

fn presigned(app: &TestApp, file: &str, length: usize, content_type: &str) -> Json {
    let length = length.to_string();
    let query = [("fileName", file), ("contentLength", &length), ("contentType", content_type)];
    asked(&app.new_browser(), "presign-url", &query).has_status(200).json()
}

/// The path of an absolute URL of this server.
fn path<'u>(app: &TestApp, url: &'u Json) -> &'u str {
    let url = url.as_str().unwrap_or_else(|| panic!("{url} is no URL"));
    url.strip_prefix(app.url()).unwrap_or_else(|| panic!("{url} is not of {}", app.url()))
}

fn put(app: &TestApp, path: &str, content_type: &str, body: &[u8]) -> Response {
    app.new_browser().send("PUT", path, &[("content-type", content_type)], body.to_vec())
}

fn status_of_head(app: &TestApp, path: &str) -> u16 {
    app.new_browser().send("HEAD", path, &[], Vec::new()).status
}

fn files_on_disk(app: &TestApp) -> usize {
    std::fs::read_dir(app.project.path(".pos-dev/uploads")).unwrap().count()
}

fn items(app: &TestApp) -> Json {
    let query = "{ records(per_page: 20, filter: { table: { value: \"item\" } }, sort: [{ id: { order: ASC } }]) { results { id n: property_int(name: \"n\") } } }";
    let answer = app.new_browser().post_json("/api/graph", &json!({ "query": query })).has_status(200).json();
    answer["data"]["records"]["results"].clone()
}

/// Asks until it is no longer pending.
fn finished(app: &TestApp, path: &str) -> Json {
    app.wait_for("the transfer to end", || {
        let answer = app.get(path).has_status(200).json();
        if answer["status"] == "pending" { Err(answer) } else { Ok(answer) }
    })
}

#[test]
fn file_is_put_where_the_url_says_and_read_there() {
    let mut app = app();
    let urls = presigned(&app, "uploads/0f1e/Käse 1.txt", 5, "text/plain");
    let (url, access) = (path(&app, &urls["url"]), path(&app, &urls["accessUrl"]));
    assert_eq!(access, "/_uploads/uploads/0f1e/K%C3%A4se%201.txt");
    assert_eq!(status_of_head(&app, access), 404);
    let stored = put(&app, url, "text/plain", b"hello").has_status(201);
    assert_eq!((stored.text().as_str(), stored.header("etag").is_some()), ("", true));
    app.wait_for_log("request: PUT /_uploads/uploads/0f1e/Käse 1.txt 201");
    app.kill();
    app.restart();
    let served = app.get(access).has_status(200);
    assert_eq!((served.text().as_str(), served.header("content-type")), ("hello", Some("text/plain")));

    put(&app, url, "text/plain", b"again").has_status(201);
    assert_eq!(app.get(access).text(), "again");
    assert_eq!(files_on_disk(&app), 1);
}

#[test]
fn url_is_good_for_the_file_it_was_asked_for() {
    let app = app();
    let other = presigned(&app, "uploads/1/b.txt", 5, "text/plain");
    let urls = presigned(&app, "uploads/1/a.txt", 5, "text/plain");
    let url = path(&app, &urls["url"]);
    let (place, query) = url.split_once('?').unwrap();
    let (_, query_of_other) = path(&app, &other["url"]).split_once('?').unwrap();
    let elsewhere = place.replace("a.txt", "c.txt");
    for (url, content_type, body) in [
        (url, "text/html", &b"hello"[..]),
        (url, "", b"hello"),
        (place, "text/plain", b"hello"),
        (&format!("{place}?{query_of_other}"), "text/plain", b"hello"),
        (&format!("{elsewhere}?{query}"), "text/plain", b"hello"),
        (&url.replace("text%2Fplain", "text%2Fhtml"), "text/html", b"hello"),
        (&url.replace("expires=", "expires=9"), "text/plain", b"hello"),
    ] {
        let refused = put(&app, url, content_type, body).has_status(403);
        assert!(refused.text().contains("<Code>AccessDenied</Code>"), "{url}: {}", refused.text());
    }
    assert_eq!(files_on_disk(&app), 0);
    put(&app, url, "text/plain", b"hello").has_status(201);
}

#[test]
fn body_that_stops_leaves_nothing() {
    let app = app();
    let urls = presigned(&app, "uploads/1/a.bin", 300_000, "application/octet-stream");
    let mut connection = TcpStream::connect(app.url().trim_start_matches("http://")).unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: 300000\r\n\r\n",
        path(&app, &urls["url"])
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(&vec![7; 200_000]).unwrap();
    app.wait_for("the file to be written", || files_on_disk(&app) == 1);
    drop(connection);
    app.wait_for("the rest to be removed", || files_on_disk(&app) == 0);
    assert_eq!(status_of_head(&app, path(&app, &urls["accessUrl"])), 404);
}

#[test]
fn announced_length_is_no_promise_but_a_file_too_large_is_refused() {
    let app = app();
    let urls = presigned(&app, "instances/1/data_imports/0f", 300, "application/zip");
    let url = path(&app, &urls["url"]);
    put(&app, url, "application/zip", &[7; 333]).has_status(201);
    let answer = put(&app, url, "application/zip", &vec![7; 64 * 1024 * 1024 + 1]).has_status(400);
    assert!(answer.text().contains("<Code>EntityTooLarge</Code>"), "{}", answer.text());
    assert_eq!(app.get(path(&app, &urls["accessUrl"])).body.len(), 333, "the one before stays");
    assert_eq!(files_on_disk(&app), 1);
}

#[test]
fn place_is_given_only_where_files_go() {
    let app = app();
    let browser = app.new_browser();
    let file = |name: &str, length: &str| {
        asked(&browser, "presign-url", &[("fileName", name), ("contentLength", length)])
    };
    for (name, length, message) in [
        ("", "1", "`fileName` says which file is meant"),
        ("../../etc/passwd", "1", "`fileName` names no file: `.` and `..` are no names"),
        ("instances/1/../2/assets/x", "1", "`fileName` names no file: `.` and `..` are no names"),
        ("order/scan/1/a.png", "1", "`fileName` begins with `instances/ID/assets/`"),
        ("instances/1/data_exports/x.zip", "1", "`fileName` begins with"),
        ("uploads/1/a", "-1", "`contentLength` is a number of bytes, not `-1`"),
        ("uploads/1/a", "many", "`contentLength` is a number of bytes"),
        (
            "instances/1/data_imports/0f",
            "67108865",
            "`0f` has 67108865 bytes, and at most 67108864 are taken",
        ),
        ("instances/1/assets/1.assets_deploy.zip", "99999999999", "at most 268435456 are taken"),
    ] {
        let error = file(name, length).has_status(422).json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(message), "{name}: {error}");
    }
    for directory in ["", "order", "instances/1", "instances/1/data_imports", "instances/1/assets/../x"] {
        let refused = asked(&browser, "presign-directory", &[("directory", directory)]).has_status(422);
        assert!(refused.json()["error"].is_string(), "{directory}");
    }
    browser.post_json("/api/private/urls/presign-url", &json!({})).has_status(405);
    app.get("/api/private/urls/nope").has_status(404);
    let foreign = [("sec-fetch-site", "cross-site")];
    browser
        .send("GET", "/api/private/urls/presign-url?fileName=uploads/a", &foreign, Vec::new())
        .has_status(403);
}

#[test]
fn archive_is_put_imported_and_gone() {
    let app = app();
    let zip = zip_of(&[("records.csv", "id,model_schema,properties\n7,item,\"{\"\"n\"\": 5}\"\n")]);
    let urls = presigned(&app, "instances/1/data_imports/0f0f", zip.len(), "application/zip");
    let (url, access) = (path(&app, &urls["url"]), path(&app, &urls["accessUrl"]));
    put(&app, url, "application/zip", &zip).has_status(201);
    assert_eq!(status_of_head(&app, access), 200);
    assert_eq!(status_of_head(&app, access.split('?').next().unwrap()), 403, "it is private");

    let import = json!({ "zip_file_url": urls["accessUrl"], "raw_ids": false });
    let begun = app.new_browser().post_json("//api/app_builder/imports", &import).has_status(200).json();
    let status = format!("/api/app_builder/imports/{}?csv_import=true", begun["id"].as_str().unwrap());
    assert_eq!(finished(&app, &status)["status"], "done");
    assert_eq!(items(&app), json!([{ "id": "7", "n": 5 }]));
    assert_eq!(status_of_head(&app, access), 404);
    assert_eq!(files_on_disk(&app), 0);

    let again = app.new_browser().post_json("/api/app_builder/imports", &import).has_status(200).json();
    let again = finished(&app, &format!("/api/app_builder/imports/{}", again["id"].as_str().unwrap()));
    assert_eq!(again["status"], "failed");
    assert!(again["error"].as_str().unwrap().contains("or it has been imported already"), "{again}");
}

#[test]
fn archive_of_another_server_is_not_fetched() {
    let app = app();
    for url in [
        "http://example.test/_uploads/instances/1/data_imports/0f".to_owned(),
        "http://169.254.169.254/latest".to_owned(),
        "file:///etc/passwd".to_owned(),
        format!("{}.evil.test/_uploads/instances/1/data_imports/0f", app.url()),
        format!("{}/_uploads/order/scan/1/a.zip", app.url()),
        "nonsense".to_owned(),
    ] {
        let asked = json!({ "zip_file_url": url, "raw_ids": false });
        let refused = app.new_browser().post_json("/api/app_builder/imports", &asked).has_status(422).json();
        let error = refused["error"].as_str().unwrap();
        assert!(error.starts_with("`zip_file_url` is not a URL of this server"), "{url}: {error}");
    }
}

#[test]
fn exported_archive_is_fetched_without_credentials() {
    let mut app = app();
    let created = json!({ "query": "mutation { record_create(record: { table: \"item\", properties: [{ name: \"n\", value_int: 3 }] }) { id } }" });
    app.new_browser().post_json("/api/graph", &created).has_status(200);
    let export = json!({ "export_internal": "false" });
    let begun = app.new_browser().post_json("/api/app_builder/exports?csv_export=true", &export).json();
    let status = format!("/api/app_builder/exports/{}?csv_export=true", begun["id"].as_str().unwrap());
    let done = finished(&app, &status);
    let url = path(&app, &done["zip_file_url"]).to_owned();
    app.kill();
    app.restart();
    app.get(url.split('?').next().unwrap()).has_status(403);
    let zip = app.new_browser().get(&url).has_status(200);
    let mut zip = ZipArchive::new(Cursor::new(zip.body)).unwrap();
    let mut records = String::new();
    zip.by_name("records.csv").unwrap().read_to_string(&mut records).unwrap();
    assert!(records.contains("\"\"n\"\":3"), "{records}");
}

#[test]
fn update_changes_rows_and_keeps_the_rest_of_them() {
    let app = app();
    app.project.write(
        "rows.json",
        r#"{"models": [{"id": "a", "type_name": "item", "properties": {"n": 1, "k": "kept"}}]}"#,
    );
    app.cli(["data", "import", "rows.json"]).run().exits(0);
    let send = |file: &str| {
        let form = Multipart::default().file("update[data]", "data-updated.json", file.as_bytes());
        let content_type = Multipart::content_type();
        let headers = [("content-type", content_type.as_str()), ("authorization", "Token x")];
        app.new_browser().send("POST", "/api/app_builder/data_updates", &headers, form.body())
    };
    let updated =
        send(r#"{"models": [{"id": "a", "type_name": "item", "properties": {"n": 2}}]}"#).has_status(200);
    assert_eq!(updated.json()["records"], 1);
    let query = "{ records(per_page: 9, filter: { table: { value: \"item\" } }) { results { properties } } }";
    let stored = app.new_browser().post_json("/api/graph", &json!({ "query": query })).json();
    assert_eq!(stored["data"]["records"]["results"], json!([{ "properties": { "n": 2, "k": "kept" } }]));
    for (file, message) in [
        ("", "`update[data]` is not JSON"),
        ("[]", "the file is no JSON object with `users` and `models`"),
        (r#"{"models": [{"id": "a"}]}"#, "models[0]: `type_name` names no table"),
    ] {
        let error = send(file).has_status(422).json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(message), "{file}: {error}");
    }
    app.new_browser().post_json("/api/app_builder/data_updates", &json!({})).has_status(422);
}
