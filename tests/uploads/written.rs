//! Files the app writes with a record.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use serde_json::{Value as Json, json};

use super::{SCHEMA, answer, app, error, file, files_on_disk, graph, path, saved};
use crate::harness::{Project, Response, TestApp};

const WRITE: &str = "mutation ($file: ValueUploadInput!, $table: String = \"doc\") { record_create(record: { table: $table, properties: [{ name: \"scan\", value_upload: $file }] }) { id scan: property_upload(name: \"scan\", expires_in: 60) { url file_name extension } open: property_upload(name: \"scan\") { url } } }";

/// The record that a file was written for.
fn written(app: &TestApp, file: Json) -> Json {
    graph(app, WRITE, &json!({ "file": file }))["record_create"].clone()
}

fn served(app: &TestApp, record: &Json) -> Response {
    app.get(path(app, record["scan"]["url"].as_str().unwrap())).has_status(200)
}

#[test]
fn app_writes_a_file_which_is_private_unless_it_says() {
    let app = app(&[]);
    let record = written(&app, json!({"type": "plain", "content": "a,b", "content_type": "text/csv"}));
    assert_eq!(record["open"]["url"], Json::Null);
    assert_eq!((&record["scan"]["file_name"], &record["scan"]["extension"]), (&json!("scan"), &Json::Null));
    let csv = served(&app, &record);
    assert_eq!((csv.text().as_str(), csv.header("content-type")), ("a,b", Some("text/csv")));
    let url = record["scan"]["url"].as_str().unwrap();
    app.get(path(&app, url.split('?').next().unwrap())).has_status(403);

    let record = written(
        &app,
        json!({"type": "plain", "content": "Käse", "acl": "public", "file_path": "/reports/Mai 2024.txt", "content_disposition": "attachment", "cache_control": "no-store"}),
    );
    assert_eq!(record["open"]["url"], json!(format!("{}/_uploads/reports/Mai%202024.txt", app.url())));
    let text = served(&app, &record);
    assert_eq!(text.text(), "Käse");
    assert_eq!(text.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(text.header("content-disposition"), Some("attachment"));
    assert_eq!(text.header("cache-control"), Some("no-store"));

    let page =
        written(&app, json!({"type": "pdf", "content": "<h1>Bill</h1>", "content_type": "application/pdf"}));
    let page = served(&app, &page);
    assert_eq!(
        (page.text().as_str(), page.header("content-type")),
        ("<h1>Bill</h1>", Some("text/html; charset=utf-8"))
    );
}

#[test]
fn update_writes_a_file_without_naming_the_table() {
    let app = app(&[]);
    let id = saved(&app, "title", "t");
    let document = format!(
        "mutation {{ record_update(id: {id}, record: {{ properties: [{{ name: \"scan\", value_upload: {{ type: plain, content: \"x\", acl: public }} }}] }}) {{ scan: property_upload(name: \"scan\") {{ url }} }} }}"
    );
    let record = graph(&app, &document, &json!({}))["record_update"].clone();
    assert!(record["scan"]["url"].as_str().unwrap().contains("/_uploads/doc/scan/"), "{record}");
    assert_eq!(served(&app, &record).text(), "x");
    let clear = document.replace("{ type: plain, content: \"x\", acl: public }", "null");
    assert_eq!(graph(&app, &clear, &json!({}))["record_update"]["scan"], Json::Null);
    let missing = document.replace(&format!("id: {id}"), "id: 999");
    assert_eq!(error(&app, &missing), "Can't find Record with id=999");
}

#[test]
fn users_and_models_have_files_too() {
    let app = app(&[]);
    let user = "mutation { user_create(user: { email: \"ann@x.test\", password: \"Secret12\", properties: [{ name: \"face\", value_upload: { type: plain, content: \":-)\", acl: public } }] }) { scan: property_upload(name: \"face\") { url } } }";
    let created = graph(&app, user, &json!({}))["user_create"].clone();
    assert!(created["scan"]["url"].as_str().unwrap().contains("/_uploads/users/face/"), "{created}");
    assert_eq!(served(&app, &created).text(), ":-)");
    assert_eq!(error(&app, user), "Email has already been taken");
    assert_eq!(files_on_disk(&app), 1);

    let model = "mutation { model_create(model: { model_schema_name: \"doc\", properties: [{ name: \"scan\", value_upload: { type: plain, content: \"m\", acl: public } }] }) { scan: property_upload(name: \"scan\") { url } } }";
    assert_eq!(served(&app, &graph(&app, model, &json!({}))["model_create"]).text(), "m");

    let all = "mutation { records_update_all(table: \"doc\", record: { properties: [{ name: \"scan\", value_upload: { type: plain, content: \"all\", acl: public, file_path: \"all.txt\" } }] }) { count } }";
    assert_eq!(graph(&app, all, &json!({}))["records_update_all"]["count"], 1);
    let found = graph(
        &app,
        "{ records(per_page: 1) { results { scan: property_upload(name: \"scan\") { url } } } }",
        &json!({}),
    );
    assert_eq!(served(&app, &found["records"]["results"][0]).text(), "all");

    let url = found["records"]["results"][0]["scan"]["url"].clone();
    let many = "mutation ($p: PropertiesObject) { records_create_rc(records: [{ table: \"doc\", properties: $p }]) { id } }";
    let id = graph(&app, many, &json!({ "p": { "scan": url } }))["records_create_rc"][0]["id"].clone();
    assert_eq!(file(&app, id.as_str().unwrap(), "scan", "")["file_name"], "all.txt");
}

#[test]
fn file_that_cannot_be_written_is_refused_with_the_record() {
    let app = app(&[]);
    for (file, message) in [
        (json!({"type": "plain"}), "needs `content` or `remote_url`"),
        (
            json!({"type": "plain", "content": "a", "remote_url": "http://x.test"}),
            "give `content` or `remote_url`, not both",
        ),
        (json!({"type": "image", "content": "a"}), "an image comes by `remote_url`, not as `content`"),
        (
            json!({"type": "plain", "content": "a", "file_path": "../data.sqlite3"}),
            "`file_path`: `.` and `..` are no names",
        ),
        (
            json!({"type": "plain", "content": "a", "content_type": "text/csv\r\nX: 1"}),
            "`content_type` holds a control character",
        ),
        (
            json!({"type": "plain", "remote_url": "file:///etc/passwd"}),
            "cannot download `file:///etc/passwd`: the address must begin with http:// or https://",
        ),
    ] {
        let refused = answer(&app, WRITE, &json!({ "file": file }));
        assert_eq!(refused["errors"][0]["message"], json!(format!("value_upload of `scan`: {message}")));
    }
    let wrong = "mutation { record_create(record: { table: \"doc\", properties: [{ name: \"title\", value_upload: { type: plain, content: \"x\" } }] }) { id } }";
    assert_eq!(error(&app, wrong), "value_upload of `title`: the property is not of type `upload`");
    let twice = "mutation { record_create(record: { table: \"doc\", properties: [{ name: \"scan\", value_upload: { type: plain, content: \"x\" } }, { name: \"nope\", value: \"x\" }] }) { id } }";
    assert!(error(&app, twice).contains("has no property `nope`"));
    assert_eq!(files_on_disk(&app), 0);
    assert_eq!(
        graph(&app, "{ records(per_page: 1) { total_entries } }", &json!({}))["records"]["total_entries"],
        0
    );
}

#[test]
fn rollback_leaves_neither_record_nor_file() {
    let write = |content: &str| {
        format!(
            "{{% graphql g %}}mutation {{ record_create(record: {{ table: \"doc\", properties: [{{ name: \"scan\", value_upload: {{ type: plain, content: \"{content}\", acl: public, file_path: \"same.txt\" }} }}] }}) {{ id }} }}{{% endgraphql %}}"
        )
    };
    let (one, two) = (write("one"), write("two"));
    let app = app(&[
        ("app/views/pages/keep.liquid", &format!("{{% transaction %}}{one}{{% endtransaction %}}")),
        (
            "app/views/pages/undo.liquid",
            &format!("{{% transaction %}}{two}{{% rollback %}}{{% endtransaction %}}"),
        ),
        (
            "app/views/pages/fail.liquid",
            &format!("{{% transaction %}}{two}{{% include 'nope' %}}{{% endtransaction %}}"),
        ),
    ]);
    app.get("/undo").has_status(200);
    assert_eq!(files_on_disk(&app), 0);
    app.get("/_uploads/same.txt").has_status(404);
    app.get("/keep").has_status(200);
    app.get("/undo").has_status(200);
    app.get("/fail").has_status(500);
    assert_eq!(app.get("/_uploads/same.txt").has_status(200).text(), "one");
    assert_eq!(files_on_disk(&app), 1);
    assert_eq!(
        graph(&app, "{ records(per_page: 1) { total_entries } }", &json!({}))["records"]["total_entries"],
        1
    );
}

#[test]
fn remote_file_is_fetched_before_it_is_kept() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/cat.png", listener.local_addr().unwrap());
    let peer = thread::spawn(move || {
        for answer in [
            &b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 3\r\nconnection: close\r\n\r\nPNG"[..],
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\nconnection: close\r\n\r\n",
        ] {
            let mut stream = BufReader::new(listener.accept().unwrap().0);
            let mut line = String::new();
            while stream.read_line(&mut line).unwrap() > 2 {
                line.clear();
            }
            stream.get_mut().write_all(answer).unwrap();
            // Until the client hangs up.
            let _ = stream.read(&mut [0]);
        }
    });
    let app = app(&[]);
    let record = written(&app, json!({"type": "image", "remote_url": url, "file_path": "cats/cat.png"}));
    let image = served(&app, &record);
    assert_eq!((image.text().as_str(), image.header("content-type")), ("PNG", Some("image/png")));
    for reason in ["it answered with status 404", "it is larger than 50 MB"] {
        let refused = answer(&app, WRITE, &json!({"file": {"type": "plain", "remote_url": url}}));
        let message = format!("value_upload of `scan`: cannot download `{url}`: {reason}");
        assert_eq!(refused["errors"][0]["message"], json!(message));
    }
    peer.join().unwrap();
    assert_eq!(files_on_disk(&app), 1);
}

#[test]
fn reset_forgets_the_files_too() {
    let project = Project::of(&[SCHEMA]);
    let app = project.serve(&["--reset"]);
    let mut app = app;
    written(&app, json!({"type": "plain", "content": "a"}));
    assert_eq!(files_on_disk(&app), 1);
    app.terminate();
    app.wait_for_exit();
    app.restart();
    assert_eq!(files_on_disk(&app), 0);
}

#[test]
fn offline_no_file_is_fetched() {
    let app =
        Project::of(&[("app/schema/doc.yml", "name: doc\nproperties:\n- {name: scan, type: upload}\n")])
            .serve(&["--offline"]);
    let file = json!({ "type": "plain", "remote_url": "http://127.0.0.1:9/a.txt" });
    let answer = answer(&app, WRITE, &json!({ "file": file }));
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.ends_with("cannot download `http://127.0.0.1:9/a.txt`: `--offline` is on"), "{answer}");
}
