//! `pos-cli deploy ENV`: what an instance is sent, and what people read when it answers oddly.

use std::io::Cursor;
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::harness::{Answer, FakePlatform, Finished, Project, TOKEN};
use Answer::{Cut, Of, Slow};

const PAGE: (&str, &str) = ("app/views/pages/index.liquid", "hello\n");
const ASSET: (&str, &str) = ("app/assets/app.css", "body {}\n");

const SEND: &str = "POST /api/app_builder/marketplace_releases";
const STATUS: &str = "GET /api/app_builder/marketplace_releases/7";
const INSTANCE: &str = "GET /api/app_builder/instance";
const PRESIGN: &str = "GET /api/private/urls/presign-url";
const PUT: &str = "PUT /bucket/assets.zip";
const HEAD: &str = "HEAD /bucket/assets.zip";
const MANIFEST: &str = "POST /api/app_builder/assets_manifest";

const BEGUN: Answer = Of(200, r#"{"id": 7}"#);
const DONE: Answer = Of(
    200,
    r#"{"id": 7, "status": "success", "report": {"Page": {"upserted": ["app/views/pages/index.liquid"], "deleted": [], "skipped": 2}}}"#,
);

/// Deploys `project` to a platform that sends `sent` for the release and `status` for its states.
fn deploy(project: &Project, platform: &FakePlatform, args: &[&str]) -> Finished {
    platform.be_staging_of(project);
    project.cli(["deploy", "staging"].iter().chain(args)).run()
}

fn platform(sent: &[Answer], status: &[Answer]) -> FakePlatform {
    FakePlatform::script().on(SEND, sent.to_vec()).on(STATUS, status.to_vec()).start()
}

/// The fields of the release as it was sent, and the names in its archive.
fn sent_release(platform: &FakePlatform) -> (Vec<(String, String)>, Vec<String>) {
    let request = platform.requests(SEND).pop().unwrap();
    let boundary = request.header("content-type").unwrap().split_once("boundary=").unwrap().1.to_owned();
    assert_eq!(request.header("transfer-encoding"), None);
    let mut fields = Vec::new();
    let mut names = Vec::new();
    for part in split(&request.body, format!("--{boundary}\r\n").as_bytes()) {
        let Some(head_end) = find(part, b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&part[..head_end]).into_owned();
        let value = &part[head_end + 4..];
        let name = head.split('"').nth(1).unwrap().to_owned();
        if head.contains("filename=\"release.zip\"") {
            assert!(head.ends_with("Content-Type: application/octet-stream"), "{head}");
            names = names_in(value);
        } else {
            fields.push((name, String::from_utf8_lossy(value).split("\r\n").next().unwrap().to_owned()));
        }
    }
    (fields, names)
}

fn names_in(zip: &[u8]) -> Vec<String> {
    let zip = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    zip.file_names().map(|name| name.unwrap().into_owned()).collect()
}

fn find(bytes: &[u8], sought: &[u8]) -> Option<usize> {
    bytes.windows(sought.len()).position(|window| window == sought)
}

fn split<'b>(bytes: &'b [u8], boundary: &[u8]) -> Vec<&'b [u8]> {
    let mut parts = Vec::new();
    let mut rest = bytes;
    while let Some(at) = find(rest, boundary) {
        parts.push(&rest[..at]);
        rest = &rest[at + boundary.len()..];
    }
    parts.push(rest);
    parts
}

/// Durations, sizes and the port differ from run to run.
fn steady(text: &str, platform: &FakePlatform) -> String {
    let text = text.replace(&platform.url(), "URL");
    let number = regex::Regex::new(r"\d+(\.\d+)?m?s\b|\d+ bytes").unwrap();
    number.replace_all(&text, "_").into_owned()
}

#[test]
fn a_release_is_sent_and_reported() {
    let project = Project::of(&[PAGE]);
    let platform = platform(&[BEGUN], &[DONE]);
    let finished = deploy(&project, &platform, &[]).exits(0);

    assert_eq!(
        steady(&finished.stdout, &platform),
        "checked   1 file in _\n\
         packed    1 file, _, in _: tmp/release.zip\n\
         sent      release 7, in _\n\
         imported  in _\n\
         report:\n\
         \x20 Page  1 upserted  0 deleted  2 skipped\n"
    );
    assert_eq!(steady(&finished.stderr, &platform), "deploying to staging (URL)\ndeployed in _\n");
    assert_eq!(platform.lines(), [SEND, STATUS]);
    let request = platform.requests(SEND).remove(0);
    assert_eq!(request.header("authorization"), Some(format!("Token {TOKEN}").as_str()));
    assert_eq!(request.header("from"), Some("dev@shop.example"));
    let (fields, names) = sent_release(&platform);
    assert_eq!(fields, [("marketplace_builder[partial_deploy]".to_owned(), "false".to_owned())]);
    assert_eq!(names, [PAGE.0]);
}

#[test]
fn partial_dry_and_verbose_are_passed_on() {
    let project = Project::of(&[PAGE]);
    let platform = platform(&[BEGUN], &[DONE]);
    let finished = deploy(&project, &platform, &["-p", "--dry-run", "--verbose"]).exits(0);

    let (fields, _) = sent_release(&platform);
    let expected =
        [("marketplace_builder[partial_deploy]", "true"), ("marketplace_builder[dry_run]", "true")];
    assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert!(finished.stdout.ends_with("\n    + app/views/pages/index.liquid\n"), "{finished}");
    assert!(finished.stderr.contains("\ndry run completed in "), "{finished}");
    assert!(!format!("{finished}").contains(TOKEN), "{finished}");
}

#[test]
fn assets_go_past_the_release() {
    let private = ("modules/core/private/assets/m.js", "private");
    let project = Project::of(&[PAGE, ASSET, private, ("modules/core/public/assets/m.js", "public")]);
    let over = Of(200, r#"{"id": 7, "status": "success", "asset_report": {"upserted": ["a", "b"]}}"#);
    let platform = FakePlatform::script()
        .on(SEND, [BEGUN])
        .on(STATUS, [DONE, Of(200, r#"{"id": 7, "status": "success", "asset_status": "in_progress"}"#), over])
        .on(INSTANCE, [Of(200, r#"{"id": 42, "uuid": "u"}"#)])
        .on(
            PRESIGN,
            [Of(200, r#"{"url": "{url}/bucket/assets.zip", "accessUrl": "{url}/bucket/assets.zip?a"}"#)],
        )
        .on(PUT, [Of(503, ""), Of(200, "")])
        .on(HEAD, [Of(200, ""), Of(403, "")])
        .on(MANIFEST, [Of(200, "")])
        .start();
    let finished = deploy(&project, &platform, &[]).exits(0);

    let lines = platform.lines();
    let routes: Vec<&str> = lines.iter().map(|line| line.split('?').next().unwrap()).collect();
    assert_eq!(
        routes,
        [SEND, STATUS, INSTANCE, PRESIGN, PUT, PUT, HEAD, HEAD, MANIFEST, STATUS, STATUS],
        "{finished}"
    );
    let query = lines[3].split_once('?').unwrap().1;
    assert!(query.starts_with("fileName=instances%2F42%2Fassets%2F"), "{query}");
    assert!(query.contains(".assets_deploy.zip&contentLength=") && query.ends_with("=application%2Fzip"));
    let presign = platform.requests(PRESIGN).remove(0);
    assert_eq!((presign.header("token"), presign.header("authorization")), (Some(TOKEN), None));
    assert_eq!(presign.header("marketplace_domain"), Some("127.0.0.1"));

    let put = platform.requests(PUT).remove(1);
    assert_eq!((put.header("authorization"), put.header("token")), (None, None));
    assert_eq!(names_in(&put.body), ["app.css", "modules/core/m.js"]);
    let manifest: Json = serde_json::from_slice(&platform.requests(MANIFEST)[0].body).unwrap();
    assert_eq!(manifest["marketplace_release_id"], 7);
    assert_eq!(manifest["manifest"]["app.css"]["physical_file_path"], "assets/app.css");
    assert_eq!(manifest["manifest"]["app.css"]["file_size"], 8);
    let module = &manifest["manifest"]["modules/core/m.js"];
    assert_eq!((&module["physical_file_path"], &module["file_size"]), (&json!(private.0), &json!(7)));
    assert!(module["updated_at"].as_i64().unwrap() > 1_000_000_000);

    assert_eq!(sent_release(&platform).1, [PAGE.0]);
    assert!(finished.stdout.contains("\nassets    2 files, "), "{finished}");
    assert!(finished.stdout.contains("\n  Asset  2 upserted  0 deleted  0 skipped\n"), "{finished}");
}

#[test]
fn a_deploy_service_is_asked_where_assets_are_put() {
    let project = Project::of(&[PAGE, ASSET]);
    let over = Of(200, r#"{"id": 7, "status": "success", "asset_report": {"upserted": 1}}"#);
    let platform = FakePlatform::script()
        .on(SEND, [BEGUN])
        .on(STATUS, [DONE, over])
        .on(INSTANCE, [Of(200, r#"{"id": 42, "uuid": "u"}"#)])
        .on(MANIFEST, [Of(200, "")])
        .start();
    platform.be_staging_of(&project);
    let place = r#"{"url": "{url}/bucket/assets.zip", "accessUrl": "{url}/bucket/assets.zip"}"#;
    let service = FakePlatform::script()
        .on("GET /api/presign-url", [Of(200, place)])
        .on(PUT, [Of(200, "")])
        .on(HEAD, [Of(403, "")])
        .start();
    let url = format!("{}/api/", service.url());
    project.cli(["deploy", "staging"]).env("DEPLOY_SERVICE_URL", url).run().exits(0);

    let asked = service.requests("GET /api/presign-url").remove(0);
    assert!(asked.line.contains("?fileName=instances%2F42%2Fassets%2F"), "{}", asked.line);
    assert_eq!((asked.header("token"), asked.header("marketplace_domain")), (Some(TOKEN), Some("127.0.0.1")));
    assert_eq!(service.requests(PUT).len(), 1);
    assert_eq!(platform.requests(PRESIGN).len(), 0);

    let finished = project.cli(["deploy", "staging"]).env("DEPLOY_SERVICE_URL", "nowhere").run().exits(1);
    assert!(
        finished.stderr.contains("DEPLOY_SERVICE_URL: the url is not `https://` or `http://` and a host"),
        "{finished}"
    );
}

#[test]
fn assets_of_a_dry_run_are_only_announced() {
    let project = Project::of(&[ASSET]);
    let platform = FakePlatform::script().on(MANIFEST, [Of(200, "{}")]).start();
    let finished = deploy(&project, &platform, &["--dry-run", "--no-check"]).exits(0);

    assert_eq!(platform.lines(), [MANIFEST]);
    assert!(finished.stdout.starts_with("packed    nothing: there are only assets\n"), "{finished}");
}

#[test]
fn one_archive_holds_the_assets_too() {
    let project = Project::of(&[PAGE, ASSET, (".posignore", "*.md\n"), ("app/notes.md", "secret")]);
    let platform = platform(&[BEGUN], &[DONE]);
    deploy(&project, &platform, &["-o"]).exits(0);

    assert_eq!(sent_release(&platform).1, [ASSET.0, PAGE.0]);
    assert_eq!(platform.lines(), [SEND, STATUS]);
}

#[test]
fn one_archive_without_an_app_would_remove_it() {
    let project = Project::of(&[("modules/core/public/lib/a.liquid", "a"), ("app/.keep", "")]);
    let platform = platform(&[BEGUN], &[DONE]);
    let finished = deploy(&project, &platform, &["-o"]).exits(1);

    assert!(finished.stderr.contains("error: the `app` folder has no files: "), "{finished}");
    assert_eq!(platform.lines(), [""; 0]);
    deploy(&project, &platform, &["-o", "-p"]).exits(0);
}

#[test]
fn what_no_instance_takes_is_not_sent() {
    let project = Project::of(&[PAGE]);
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    })
    .take(51 * 1024 * 1024)
    .collect();
    project.write("app/film.bin", noise);
    let platform = platform(&[BEGUN], &[DONE]);
    let finished = deploy(&project, &platform, &["--no-check"]).exits(1);

    assert!(finished.stderr.contains("; an instance takes 52428800\n  hint: "), "{finished}");
    assert_eq!(platform.lines(), [""; 0]);
}

#[test]
fn a_folder_without_an_app_has_nothing_to_deploy() {
    let project = Project::empty();
    let platform = platform(&[BEGUN], &[DONE]);
    for args in [&[][..], &["--no-check"]] {
        let finished = deploy(&project, &platform, args).exits(1);
        assert!(finished.stderr.contains("\nerror: "), "{finished}");
        assert!(finished.stderr.contains("no `app`"), "{finished}");
    }
    assert_eq!(platform.lines(), [""; 0]);
}

#[test]
fn the_old_folder_is_sent_as_the_new_one_with_a_warning() {
    let project = Project::of(&[("marketplace_builder/views/pages/index.liquid", "hi")]);
    let platform = platform(&[BEGUN], &[DONE]);
    let finished = deploy(&project, &platform, &[]).exits(0);

    assert_eq!(sent_release(&platform).1, [PAGE.0]);
    assert!(finished.stderr.contains("\nwarning: `marketplace_builder` is packed as `app`"), "{finished}");
}

#[test]
fn what_fails_in_passing_is_tried_again_and_said() {
    let project = Project::of(&[PAGE]);
    let sent = [Cut, Of(500, "oops"), BEGUN];
    let status =
        [Of(502, ""), Cut, Slow(Duration::from_millis(300), 200, r#"{"status": "in_progress"}"#), DONE];
    let platform = platform(&sent, &status);
    let finished = deploy(&project, &platform, &[]).exits(0);

    assert_eq!(platform.lines(), [SEND, SEND, SEND, STATUS, STATUS, STATUS, STATUS]);
    let notes: Vec<&str> =
        finished.stderr.lines().filter(|line| line.starts_with("sending it again: ")).collect();
    let [cut, failed] = notes[..] else { panic!("{finished}") };
    assert!(cut.contains("the connection to "), "{finished}");
    assert!(failed.ends_with("answered with status 500"), "{finished}");
}

#[test]
fn what_goes_on_failing_is_given_up() {
    let project = Project::of(&[PAGE]);
    let platform = platform(&[Cut], &[DONE]);
    let finished = deploy(&project, &platform, &[]).exits(1);

    assert_eq!(platform.lines(), [SEND; 4]);
    assert!(finished.stderr.contains("\nerror: the connection to "), "{finished}");
}

#[test]
fn refusals_are_told_in_the_words_of_the_server() {
    let project = Project::of(&[PAGE]);
    for (answer, expected) in [
        (
            Of(422, r#"{"error": "bad tag", "details": {"file_path": "app/a.liquid"}}"#),
            "error: app/a.liquid: bad tag\n",
        ),
        (Of(422, r#"{"errors": ["one", "two"]}"#), "error: one, two\n"),
        (Of(422, "{}"), "error: URL/api/app_builder/marketplace_releases answered with status 422\n"),
        (
            Of(401, r#"{"error": "who are you"}"#),
            "error: who are you\n  hint: the token does not count there; ",
        ),
        (
            Of(404, "<html>"),
            "error: URL/api/app_builder/marketplace_releases answered with status 404\n  hint: no instance answers ",
        ),
        (
            Of(413, ""),
            "error: URL/api/app_builder/marketplace_releases answered with status 413\n  hint: an archive may have 50 MB",
        ),
        (
            Of(200, "<html>"),
            "error: URL/api/app_builder/marketplace_releases did not answer as pos-cli does\n",
        ),
    ] {
        let platform = platform(&[answer], &[DONE]);
        let finished = deploy(&project, &platform, &[]).exits(1);
        let stderr = steady(&finished.stderr, &platform);
        let error = stderr.strip_prefix("deploying to staging (URL)\n").unwrap();
        assert!(error.starts_with(expected), "{finished}");
        assert_eq!(platform.lines(), [SEND], "{finished}");
        assert!(!format!("{finished}").contains(TOKEN), "{finished}");
    }
}

#[test]
fn failed_imports_are_told_with_their_file() {
    let project = Project::of(&[PAGE]);
    for (status, expected) in [
        (
            r#"{"status": "error", "warning": "old tag", "error": {"error": "bad tag", "details": {"file_path": "views/a.liquid"}}}"#,
            "warning: old tag\nerror: views/a.liquid: bad tag\n  hint: ",
        ),
        (r#"{"status": "error", "error": {"error": "bad tag"}}"#, "error: bad tag\n"),
        (r#"{"status": "error", "error": "bad\u001b[2J tag"}"#, "error: bad\\x1b[2J tag\n"),
        (r#"{"status": "error"}"#, "error: the instance does not say why"),
    ] {
        let pending = Of(200, r#"{"status": "ready_for_import"}"#);
        let platform = platform(&[BEGUN], &[pending, Of(200, status)]);
        let finished = deploy(&project, &platform, &[]).exits(1);

        let stderr = steady(&finished.stderr, &platform);
        let told = stderr.strip_prefix("deploying to staging (URL)\n").unwrap();
        assert!(told.starts_with(expected), "{finished}");
    }
}

#[test]
fn any_other_word_is_the_end() {
    let project = Project::of(&[PAGE]);
    let platform = platform(&[Of(200, r#"{"id": "7"}"#)], &[Of(200, r#"{"status": "splendid"}"#)]);
    let finished = deploy(&project, &platform, &[]).exits(0);

    assert!(!finished.stdout.contains("report"), "{finished}");
}

#[test]
fn for_programs_each_phase_is_one_object() {
    let project = Project::of(&[PAGE]);
    let platform = platform(&[BEGUN], &[DONE]);
    let finished = deploy(&project, &platform, &["--json", "--quiet"]).exits(0);

    let phases: Vec<Json> = finished.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&Json> = phases.iter().map(|phase| &phase["phase"]).collect();
    assert_eq!(names, ["check", "pack", "send", "import", "done"]);
    assert_eq!(phases[4]["report"]["Page"]["skipped"], 2);
    assert_eq!(phases[2]["release"], "7");
    assert_eq!(finished.stderr, "");
}

#[test]
fn an_app_with_a_mistake_is_sent_only_unchecked() {
    let project = Project::of(&[("app/views/pages/index.liquid", "{% if x %}")]);
    let platform = platform(&[BEGUN], &[DONE]);

    deploy(&project, &platform, &[]).exits(1);
    assert_eq!(platform.lines(), [""; 0]);
    let finished = deploy(&project, &platform, &["--no-check"]).exits(0);
    assert!(finished.stdout.starts_with("packed "), "{finished}");
}

#[test]
fn variables_name_an_instance_too() {
    let project = Project::of(&[PAGE]);
    let platform = platform(&[BEGUN], &[DONE]);
    let cli = project.cli(["deploy"]).env("MPKIT_URL", format!("{}//", platform.url()));
    let finished = cli.env("MPKIT_EMAIL", "a@b.example").env("MPKIT_TOKEN", TOKEN).run().exits(0);

    assert_eq!(platform.lines(), [SEND, STATUS]);
    assert!(finished.stderr.starts_with("deploying to MPKIT_URL (http://127.0.0.1:"), "{finished}");
}

#[test]
fn a_local_server_that_keeps_releases_is_sent_one() {
    let app = Project::of(&[PAGE]).serve(&[]);
    let identity = r#"{"root": "/", "files": 0, "digest": "", "pid": 1, "is_instance": true}"#;
    let platform = FakePlatform::script()
        .on("GET /_dev/app", [Of(200, identity)])
        .on(SEND, [BEGUN])
        .on(STATUS, [DONE])
        .start();
    app.project.write(".pos-dev/run.json", json!({ "pid": 1, "url": platform.url() }).to_string());
    let finished = app.cli(["deploy"]).run().exits(0);

    assert_eq!(platform.lines(), ["GET /_dev/app", SEND, STATUS], "{finished}");
    assert_eq!(platform.requests(SEND)[0].header("authorization"), None);
    assert!(finished.stdout.contains("\nsent      release 7, in "), "{finished}");
}

#[test]
fn texts_of_modules_are_sent_filled_in() {
    let partial = "modules/core/public/views/partials/a.liquid";
    let project = Project::of(&[
        PAGE,
        ("modules/core/pos-module.json", r#"{"machine_name": "core", "version": "1.2.0"}"#),
        ("modules/core/template-values.json", r#"{"colour": "red"}"#),
        (partial, "<%= version =%> <%= colour =%> <%= unknown =%>\n"),
    ]);
    let platform = platform(&[BEGUN], &[DONE]);
    deploy(&project, &platform, &[]).exits(0);

    let (_, names) = sent_release(&platform);
    assert_eq!(names, [PAGE.0, partial, "modules/core/pos-module.json"]);
    let archive = std::fs::read(project.path("tmp/release.zip")).unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    assert_eq!(std::io::read_to_string(zip.by_name(partial).unwrap()).unwrap(), "1.2.0 red \n");

    project.write("modules/core/template-values.json", "{");
    let finished = deploy(&project, &platform, &["--no-check"]).exits(1);
    assert!(
        finished.stderr.contains("\nmodules/core/template-values.json:1:1: error: is not a JSON object\n"),
        "{finished}"
    );
    assert_eq!(platform.requests(SEND).len(), 1);
}

#[test]
fn kept_releases_are_listed_and_served_again() {
    let kept = r#"{"releases": [
        {"id": 3, "created_at": "2026-01-03T00:00:00.000Z", "origin": "deploy", "files": 3, "bytes": 30, "is_current": false},
        {"id": 2, "created_at": "2026-01-02T00:00:00.000Z", "origin": "sync", "files": 2, "bytes": 20, "is_current": true},
        {"id": 1, "created_at": "2026-01-01T00:00:00.000Z", "origin": "deploy", "files": 1, "bytes": 10, "is_current": false}
    ]}"#;
    let first = r#"{"id": 1, "created_at": "2026-01-01T00:00:00.000Z", "origin": "deploy", "files": 1, "bytes": 10, "is_current": true}"#;
    let project = Project::of(&[PAGE]);
    let platform = FakePlatform::script()
        .on("GET /_dev/releases", [Of(200, kept)])
        .on("POST /_dev/releases/1/activate", [Of(200, first)])
        .start();

    let listed = deploy(&project, &platform, &["--releases"]).exits(0);
    assert_eq!(
        listed.stdout,
        "RELEASE  DEPLOYED                  BY      FILES  BYTES\n\
         3        2026-01-03T00:00:00.000Z  deploy  3      30\n\
         2        2026-01-02T00:00:00.000Z  sync    2      20     current\n\
         1        2026-01-01T00:00:00.000Z  deploy  1      10\n"
    );
    for args in [&["--rollback"][..], &["--rollback", "1"]] {
        let finished = deploy(&project, &platform, args).exits(0);
        assert!(
            finished.stdout.starts_with("rolled back to release 1 of 2026-01-01T00:00:00.000Z (1 file), in "),
            "{finished}"
        );
    }
    let missing = deploy(&project, &platform, &["--rollback", "9"]).exits(1);
    assert!(missing.stderr.contains(" keeps no release 9\n  hint: "), "{missing}");
}

#[test]
fn a_platform_keeps_no_releases_to_go_back_to() {
    let project = Project::of(&[PAGE]);
    let platform = platform(&[BEGUN], &[DONE]);
    let finished = deploy(&project, &platform, &["--rollback"]).exits(1);

    assert!(
        finished.stderr.contains(" keeps no releases to go back to\n  hint: only `pos-cli run"),
        "{finished}"
    );
    deploy(&project, &platform, &["--rollback", "--dry-run"]).exits(2);
}
