//! Bad input gets one clear sentence with the place and the next step; nothing is lost and the server lives.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use crate::harness::{Project, TestApp};

const PAGE: &str = "app/views/pages/index.liquid";

fn hello() -> TestApp {
    Project::fixture("hello").serve(&[])
}

#[test]
fn folder_without_an_app_says_what_to_create() {
    let finished = Project::empty().cli(["run", "--port", "0"]).run().exits(1);
    assert!(finished.stderr.starts_with("error: "), "{finished}");
    assert!(finished.stderr.contains("app/views/pages/index.liquid"), "{finished}");
}

#[test]
fn empty_app_folder_says_what_to_create() {
    let project = Project::empty();
    std::fs::create_dir_all(project.path("app")).unwrap();
    let finished = project.cli(["run", "--port", "0"]).run().exits(1);
    assert!(finished.stderr.contains("create `app/views/pages/index.liquid`"), "{finished}");
}

#[test]
fn second_run_on_the_same_data_is_refused() {
    let app = hello();
    let finished = app.cli(["run", "--port", "0"]).run().exits(1);
    assert!(finished.stderr.contains(&app.pid().to_string()), "{finished}");
    app.get("/").has_status(200);
}

#[test]
fn foreign_database_is_refused_and_untouched() {
    let project = Project::fixture("hello");
    let foreign = b"this is no database of ours, and not SQLite either".repeat(100);
    project.write(".pos-dev/queue.sqlite3", &foreign);
    let finished = project.cli(["run", "--port", "0"]).run().exits(1);
    assert!(finished.stderr.contains(".pos-dev/queue.sqlite3"), "{finished}");
    assert_eq!(std::fs::read(project.path(".pos-dev/queue.sqlite3")).unwrap(), foreign);
}

#[test]
fn taken_port_moves_on_or_fails_as_asked() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let project = Project::fixture("hello");
    let strict = project.cli(["run", "--port", &port, "--strict-port"]).run().exits(1);
    assert!(strict.stderr.contains(&port), "{strict}");
    let next = project.cli(["run", "--port", &port, "--visit", "/", "--until-idle"]).run().exits(0);
    assert!(next.stderr.contains(&port) && next.stderr.contains("ready url="), "{next}");
    assert!(!next.stderr.contains(&format!("ready url=http://127.0.0.1:{port} ")), "{next}");
}

#[test]
fn broken_file_leaves_the_last_good_page_serving() {
    let app = hello();
    let good = app.get("/").has_status(200).text();
    app.project.write(PAGE, "line one\n{% if broken %}");
    let line = app.wait_for_log("system: ");
    app.wait_for("the problem", || {
        app.stderr().iter().any(|line| line.contains("app/views/pages/index.liquid:2:1: error:"))
    });
    let failed = app.wait_for_log("- FAILED: app/views/pages/index.liquid:2:1: ");
    assert!(failed.contains("'if' tag was never closed"), "{failed}; {line}");
    assert_eq!(app.get("/").has_status(200).text(), good);
    app.project.write(PAGE, "mended");
    app.wait_for("the mended page", || app.get("/").text().contains("mended"));
}

#[test]
fn new_changed_and_removed_files_are_live() {
    let app = hello();
    app.get("/new").has_status(404);
    app.project.write("app/views/pages/new.liquid", "one");
    app.wait_for("the new page", || app.get("/new").status == 200);
    app.project.write("app/views/pages/new.liquid", "two");
    app.wait_for("the changed page", || app.get("/new").text().contains("two"));
    app.project.remove("app/views/pages/new.liquid");
    app.wait_for("the page to go", || app.get("/new").status == 404);
}

#[test]
fn two_pages_on_one_route_are_named() {
    let app = Project::of(&[
        ("app/views/pages/one.liquid", "---\nslug: same\n---\none"),
        ("app/views/pages/two.liquid", "---\nslug: same\n---\ntwo"),
    ])
    .serve(&[]);
    let named = app.stderr().iter().any(|line| line.contains("one.liquid") && line.contains("two.liquid"));
    assert!(named, "{:?}", app.stderr());
    app.get("/same").has_status(200);
}

#[test]
fn body_over_the_limit_is_413_and_the_server_lives() {
    let app =
        Project::of(&[("app/views/pages/in.liquid", "---\nslug: in\nmethod: post\n---\nok")]).serve(&[]);
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    if let Ok(answer) = app.browser().try_send("POST", "/in", &kind, vec![b'x'; 60 * 1024 * 1024]) {
        answer.has_status(413);
    }
    assert_eq!(app.post("/in", &[]).status, 200);
}

#[test]
fn malformed_bodies_are_400_with_a_reason() {
    let app =
        Project::of(&[("app/views/pages/in.liquid", "---\nslug: in\nmethod: post\n---\nok")]).serve(&[]);
    for (kind, body) in [
        ("application/json", "{\"a\":"),
        ("multipart/form-data; boundary=X", "--X\r\nbroken"),
        ("multipart/form-data", "no boundary"),
    ] {
        let answer = app.browser().send("POST", "/in", &[("content-type", kind)], body.as_bytes().to_vec());
        assert_eq!(answer.status, 400, "{kind}: {}", answer.text());
        assert!(answer.text().len() > 10, "{kind}");
    }
    assert_eq!(app.post("/in", &[]).status, 200);
}

#[test]
fn foreign_host_and_cross_site_changes_are_refused() {
    let app = hello();
    let rebound = app.browser().send("GET", "/", &[("host", "evil.example")], Vec::new());
    assert!([403, 421].contains(&rebound.status), "{}", rebound.status);
    let cross = [("sec-fetch-site", "cross-site"), ("origin", "http://evil.example")];
    app.browser().send("POST", "/_dev/jobs/1/retry", &cross, Vec::new()).has_status(403);
    app.browser().send("POST", "/_dev/jobs/1/retry", &[], Vec::new()).has_status(404);
}

#[test]
fn invalid_utf8_is_named_by_its_byte() {
    let project = Project::of(&[(PAGE, "fine")]);
    project.write("app/views/pages/bad.liquid", b"line\ncaf\xe9\n");
    let app = project.serve(&[]);
    let named = app.stderr().iter().any(|line| line.contains("app/views/pages/bad.liquid:2:4: error:"));
    assert!(named, "{:?}", app.stderr());
    app.get("/").has_status(200);
}

#[test]
fn endless_templates_end() {
    let app = Project::of(&[
        (PAGE, "fine"),
        ("app/views/pages/loop.liquid", "{% include 'self' %}"),
        ("app/lib/self.liquid", "{% include 'self' %}"),
        ("app/views/pages/grow.liquid", "{% assign s = 'xxxxxxxxxxxxxxxx' %}{% for i in (1..100) %}{% assign s = s | append: s %}{% endfor %}"),
        ("app/views/pages/cycle.liquid", "{% assign h = {} %}{% assign h.h = h %}{% print h %}ok"),
    ])
    .serve(&[]);
    app.get("/loop").has_status(500);
    app.get("/grow").has_status(500);
    app.get("/cycle").has_status(200);
    app.get("/").has_status(200);
}

#[test]
fn full_disk_fails_the_request_and_not_the_server() {
    let project = Project::of(&[
        (PAGE, "{% assign s = 'x' | pad_left: 60000, 'x' %}{% background s: s %}{% endbackground %}queued"),
        ("app/views/pages/plain.liquid", "plain"),
    ]);
    // No file of this process may grow beyond 512 KiB; a write that tries fails as on a full disk.
    let app = project.serve_behind("trap '' XFSZ; ulimit -f 1024", &["--no-jobs"]);
    let statuses: Vec<u16> = (0..40).map(|_| app.get("/").status).collect();
    assert!(statuses.contains(&200) && statuses.contains(&500), "{statuses:?}");
    app.get("/plain").has_status(200);
    let queued =
        app.get("/_dev/jobs?all=1&limit=1000").has_status(200).json()["jobs"].as_array().unwrap().len();
    assert_eq!(queued, statuses.iter().filter(|status| **status == 200).count());
}

#[test]
fn whoever_is_refused_may_send_to_the_end_and_reads_why() {
    let app = hello();
    let own = app.url().strip_prefix("http://").unwrap();
    let body = vec![b'a'; 8 << 20];
    for (path, host, origin, status) in [
        ("/api/graph", own, "http://evil.example", 403),
        ("/", "evil.example", "http://evil.example", 421),
        ("/assets/none.css", own, app.url(), 405),
        ("/_dev/nothing", own, app.url(), 404),
        ("/_uploads/none.png", own, app.url(), 403),
    ] {
        let method = if path.starts_with("/_uploads") { "PUT" } else { "POST" };
        let mut stream = TcpStream::connect(own).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        stream.write_all(&body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
    }
}
