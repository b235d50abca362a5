//! `pos-cli data` against a platform: what it is sent, and what is made of its answers.

use std::fs;

use serde_json::{Value as Json, json};

use crate::harness::{Answer, FakePlatform, Finished, Project, TOKEN};

const IMPORTS: &str = "POST /api/app_builder/imports";
const IMPORT: &str = "GET /api/app_builder/imports/7";
const EXPORTS: &str = "POST /api/app_builder/exports";
const EXPORT: &str = "GET /api/app_builder/exports/7";
const CLEAN: &str = "POST /api/app_builder/data_clean";
const CLEANED: &str = "GET /api/app_builder/data_clean/7";
const UPDATES: &str = "POST /api/app_builder/data_updates";
const INSTANCE: &str = "GET /api/app_builder/instance";
const PRESIGN: &str = "GET /api/private/urls/presign-url";

const BEGUN: Answer = Answer::Of(200, r#"{"id": 7}"#);
const DONE: Answer = Answer::Of(200, r#"{"status": {"name": "done"}}"#);
const PENDING: Answer = Answer::Of(200, r#"{"status": "pending"}"#);

const SEED: &str = r#"{"users": [], "models": [{"id": 1, "attachments": [{"url": "https://x.test/a.png"}, {}], "properties": {"images": [1]}}]}"#;

fn run(platform: &FakePlatform, files: &[(&str, &[u8])], args: &[&str]) -> (Project, Finished) {
    let project = Project::empty();
    for (path, content) in files {
        project.write(path, content);
    }
    platform.be_staging_of(&project);
    let finished = project.cli(["data"].iter().chain(args)).run();
    (project, finished)
}

fn sent(platform: &FakePlatform, route: &str) -> Json {
    serde_json::from_slice(&platform.requests(route)[0].body).unwrap()
}

#[test]
fn json_is_imported_and_waited_for_through_every_word() {
    let platform = FakePlatform::script()
        .on(IMPORTS, [BEGUN])
        .on(
            IMPORT,
            [
                PENDING,
                Answer::Of(200, r#"{"status": {"name": ""}}"#),
                Answer::Cut,
                Answer::Of(503, ""),
                Answer::Of(200, r#"{"status": "in_progress"}"#),
                DONE,
            ],
        )
        .start();
    // As some editors write it.
    let file = format!("\u{feff}{SEED}");
    let (_, finished) =
        run(&platform, &[("a.json", file.as_bytes())], &["import", "staging", "-p", "a.json", "--raw-ids"]);
    let finished = finished.exits(0);

    assert_eq!(finished.stdout, "imported\n");
    assert!(
        finished
            .stderr
            .contains("warning: attachments and images stay where they are, and were not copied: 2\n"),
        "{finished}"
    );
    let seed: Json = serde_json::from_str(SEED).unwrap();
    assert_eq!(sent(&platform, IMPORTS), json!({ "import": { "data": seed }, "raw_ids": true }));
    assert_eq!(platform.requests(IMPORT).len(), 6);
}

#[test]
fn archive_is_put_where_the_platform_says_and_named_to_it() {
    let presigned = r#"{"url": "{url}/put?signature=1", "accessUrl": "{url}/stored/a.zip"}"#;
    let platform = FakePlatform::script()
        .on(INSTANCE, [Answer::Of(200, r#"{"id": 12, "uuid": "u"}"#)])
        .on(PRESIGN, [Answer::Of(200, presigned)])
        .on("PUT /put", [Answer::Of(200, "")])
        .on(IMPORTS, [BEGUN])
        .on(IMPORT, [DONE])
        .start();
    let (_, finished) =
        run(&platform, &[("a.zip", b"PK\x03\x04\xff")], &["import", "a.zip", "staging", "-z"]);
    finished.exits(0);

    let lines = platform.lines();
    let [_, presign, put, begun, status] = lines.as_slice() else { panic!("{lines:?}") };
    let name = presign.split_once("?fileName=instances%2F12%2Fdata_imports%2F").unwrap().1;
    let (name, rest) = name.split_once('&').unwrap();
    assert!(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    assert_eq!(rest, "contentLength=5&contentType=application%2Fzip");
    assert_eq!(put, "PUT /put?signature=1");
    assert_eq!(
        (begun.as_str(), status.as_str()),
        (IMPORTS, "GET /api/app_builder/imports/7?csv_import=true")
    );
    let put = platform.requests("PUT /put").remove(0);
    assert_eq!(put.body, b"PK\x03\x04\xff");
    assert_eq!((put.header("authorization"), put.header("token")), (None, None));
    assert_eq!(platform.requests(PRESIGN)[0].header("token"), Some(TOKEN));
    let stored = format!("{}/stored/a.zip", platform.url());
    assert_eq!(sent(&platform, IMPORTS), json!({ "zip_file_url": stored, "raw_ids": false }));
}

#[test]
fn exports_are_asked_for_with_a_form_and_written_whole() {
    let data =
        r#"{"status": "done", "data": {"users": {"results": [{"id": 1}]}, "models": {"results": []}}}"#;
    let platform =
        FakePlatform::script().on(EXPORTS, [BEGUN]).on(EXPORT, [PENDING, Answer::Of(200, data)]).start();
    let (project, finished) = run(&platform, &[], &["export", "staging", "-p", "out.json", "-e", "true"]);
    finished.exits(0);
    let written: Json = serde_json::from_str(&project.read("out.json")).unwrap();
    assert_eq!(written, json!({ "users": [{ "id": 1 }], "transactables": [], "models": [] }));
    let request = platform.requests(EXPORTS).remove(0);
    assert!(request.header("content-type").unwrap().starts_with("multipart/form-data; boundary="));
    assert!(request.text().contains("name=\"export_internal\"\r\n\r\ntrue\r\n"), "{}", request.text());

    let ready = r#"{"status": {"name": "done"}, "zip_file_url": "{url}/files/out.zip"}"#;
    let platform = FakePlatform::script()
        .on(EXPORTS, [BEGUN])
        .on(EXPORT, [Answer::Of(200, ready)])
        .on("GET /files/out.zip", [Answer::Of(200, "PK")])
        .start();
    let (project, finished) = run(&platform, &[], &["export", "out.zip", "staging"]);
    finished.exits(0);
    assert_eq!(fs::read(project.path("out.zip")).unwrap(), b"PK");
    assert_eq!(
        platform.lines(),
        [
            "POST /api/app_builder/exports?csv_export=true",
            "GET /api/app_builder/exports/7?csv_export=true",
            "GET /files/out.zip",
        ]
    );
}

#[test]
fn update_is_sent_as_a_file() {
    let platform = FakePlatform::script().on(UPDATES, [Answer::Of(200, "")]).start();
    let (_, finished) = run(&platform, &[("a.json", br#"{"models": []}"#)], &["update", "a.json", "staging"]);
    assert_eq!(finished.exits(0).stdout, "updated\n");
    let request = platform.requests(UPDATES).remove(0);
    let part = "name=\"update[data]\"; filename=\"data-updated.json\"\r\nContent-Type: application/octet-stream\r\n\r\n{\"models\": []}\r\n";
    assert!(request.text().contains(part), "{}", request.text());

    let (_, archive) = run(&platform, &[("a.zip", b"PK")], &["update", "a.zip", "staging"]);
    assert!(archive.exits(1).stderr.starts_with("error: a.zip is an archive; an update is JSON\n"));
}

#[test]
fn clean_says_its_words_and_what_keeps_a_platform_from_it() {
    let platform = FakePlatform::script().on(CLEAN, [BEGUN]).on(CLEANED, [DONE]).start();
    let (project, finished) = run(&platform, &[], &["clean", "staging", "--yes"]);
    assert_eq!(finished.exits(0).stdout, "all data is gone\n");
    assert_eq!(sent(&platform, CLEAN), json!({ "confirmation": "CLEAN DATA" }));
    project
        .cli(["data", "clean", "staging", "--auto-confirm", "-i"])
        .env("CONFIRMATION_TEXT", "ja")
        .run()
        .exits(0);
    let second: Json = serde_json::from_slice(&platform.requests(CLEAN)[1].body).unwrap();
    assert_eq!(second, json!({ "confirmation": "ja", "include_schema": true }));

    for (answer, message) in [
        (Answer::Of(422, ""), "error: the server does not clean data, or that is switched off\n"),
        (Answer::Of(422, r#"{"error": "say it"}"#), "error: say it\n"),
        (
            Answer::Of(401, ""),
            "  hint: the token does not count there; `pos-cli env refresh-token ENV` gets another\n",
        ),
    ] {
        let platform = FakePlatform::script().on(CLEAN, [answer]).start();
        let (_, finished) = run(&platform, &[], &["clean", "staging", "--yes"]);
        assert!(finished.exits(1).stderr.ends_with(message), "{message}");
    }
}

#[test]
fn odd_endings_are_errors_in_the_words_of_the_platform() {
    for (status, message) in [
        (r#"{"status": "failed", "error": "row 3 is odd"}"#, "error: row 3 is odd\n"),
        (r#"{"status": {"name": "failed"}, "error": ["a", "b"]}"#, "error: [\"a\",\"b\"]\n"),
        (r#"{"status": "failed"}"#, "error: the server does not say why it failed\n"),
        (
            r#"{"status": "exploded"}"#,
            "error: the server says that it is `exploded`, which is neither done nor pending\n",
        ),
        (r#"{}"#, "did not answer as pos-cli does\n"),
    ] {
        let platform =
            FakePlatform::script().on(IMPORTS, [BEGUN]).on(IMPORT, [Answer::Of(200, status)]).start();
        let (_, finished) = run(&platform, &[("a.json", b"{}")], &["import", "a.json", "staging"]);
        let finished = finished.exits(1);
        assert!(finished.stderr.contains(message), "{finished}");
    }
    let platform = FakePlatform::script().on(EXPORTS, [BEGUN]).on(EXPORT, [DONE]).start();
    let (project, finished) = run(&platform, &[], &["export", "a.zip", "staging"]);
    assert!(finished.exits(1).stderr.ends_with("error: the server says nothing of where the archive is\n"));
    assert!(!project.path("a.zip").exists());
}
