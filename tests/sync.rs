//! `pos-cli sync`: what a platform is sent while files are saved, and what becomes of the sync when it answers oddly.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::harness::{Answer, FakePlatform, Project, TOKEN, wait_for};

const PUT: &str = "PUT /api/app_builder/marketplace_releases/sync";
const DELETE: &str = "DELETE /api/app_builder/marketplace_releases/sync";
const INSTANCE: &str = "GET /api/app_builder/instance";
const PRESIGN: &str = "GET /api/private/urls/presign-directory";
const MANIFEST: &str = "POST /api/app_builder/assets_manifest";
const PAGE: &str = "app/views/pages/index.liquid";

fn project() -> Project {
    Project::of(&[(PAGE, "hello"), ("app/lib/old.liquid", "old")])
}

/// A platform that answers saves and deletions so, and everything else as it should.
fn platform(put: Vec<Answer>, delete: Vec<Answer>) -> FakePlatform {
    let form =
        r#"{"url": "{url}/bucket", "fields": {"key": "instances/7/assets/${filename}", "policy": "p"}}"#;
    FakePlatform::script()
        .on(INSTANCE, [Answer::Of(200, r#"{"id": 7, "uuid": "u-7"}"#)])
        .on(PRESIGN, [Answer::Of(200, form)])
        .on("POST /bucket", [Answer::Of(204, "")])
        .on(MANIFEST, [Answer::Of(200, "{}")])
        .on(PUT, put)
        .on(DELETE, delete)
        .start()
}

fn willing() -> FakePlatform {
    platform(vec![Answer::Of(200, "{}")], vec![Answer::Of(200, "{}")])
}

/// The text of one field of a form.
fn field(form: &str, name: &str) -> Option<String> {
    let rest = form.split_once(&format!("name=\"{name}\""))?.1;
    let content = rest.split_once("\r\n\r\n")?.1;
    Some(content.split_once("\r\n--pos-cli-")?.0.to_owned())
}

/// What was put so far: path and content.
fn puts(platform: &FakePlatform) -> Vec<(String, String)> {
    let field = |form: &str, name: &str| field(form, name).unwrap_or_else(|| panic!("no {name} in {form}"));
    let request = |form: String| (field(&form, "path"), field(&form, "marketplace_builder_file_body"));
    platform.requests(PUT).iter().map(|received| request(received.text())).collect()
}

fn deletions(platform: &FakePlatform) -> Vec<String> {
    platform.requests(DELETE).iter().filter_map(|received| field(&received.text(), "path")).collect()
}

fn put(path: &str, content: &str) -> (String, String) {
    (path.to_owned(), content.to_owned())
}

/// `sync staging` with further arguments, running beside the test.
struct Running {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Running {
    /// Returns when it sees changes.
    fn start(project: &Project, args: &[&str]) -> Self {
        let cli = project.cli([&["sync", "staging"], args].concat());
        let mut child = cli.command().stdin(Stdio::null()).spawn().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let readers =
            vec![keep(child.stdout.take().unwrap(), &lines), keep(child.stderr.take().unwrap(), &lines)];
        let running = Self { child, lines, readers };
        running.wait_for_line(if args.contains(&"--json") {
            "\"started\""
        } else {
            "Synchronizing changes to"
        });
        running
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    fn wait_for_line(&self, text: &str) -> String {
        wait_for(format!("a line with {text:?}"), || {
            let lines = self.lines();
            lines.iter().find(|line| line.contains(text)).cloned().ok_or(lines)
        })
    }

    fn interrupt(&self) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, Signal::INT).unwrap();
    }

    /// Waits for its end; all it has printed.
    fn ends(mut self) -> (ExitStatus, Vec<String>) {
        let status = wait_for("the sync to end", || self.child.try_wait().unwrap());
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        (status, self.lines())
    }

    /// ctrl-c, and an end in order.
    fn stops(self) -> Vec<String> {
        self.interrupt();
        let (status, lines) = self.ends();
        assert_eq!(status.code(), Some(0), "{lines:#?}");
        lines
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keep(stream: impl Read + Send + 'static, lines: &Arc<Mutex<Vec<String>>>) -> JoinHandle<()> {
    let kept = Arc::clone(lines);
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            kept.lock().unwrap().push(line.unwrap());
        }
    })
}

#[test]
fn a_saved_file_arrives_and_nothing_else() {
    let (project, platform) = (project(), willing());
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &[]);
    project.write(PAGE, "new");
    let line = sync.wait_for_line("Synced");
    let lines = sync.stops();

    assert!(line.ends_with("] [Sync] Synced: app/views/pages/index.liquid"), "{line}");
    assert_eq!(puts(&platform), [put("views/pages/index.liquid", "new")]);
    assert_eq!(platform.lines(), [INSTANCE, PUT]);
    let request = platform.requests(PUT).remove(0);
    assert_eq!(request.header("authorization"), Some(format!("Token {TOKEN}").as_str()));
    assert!(lines.last().unwrap().contains("[Sync] Stopped syncing to http://127.0.0.1:"), "{lines:#?}");
}

#[test]
fn a_rename_is_a_deletion_and_then_a_new_file() {
    let platform =
        platform(vec![Answer::Of(200, "{}")], vec![Answer::Slow(Duration::from_millis(200), 200, "{}")]);
    let project = project();
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &[]);
    std::fs::rename(project.path("app/lib/old.liquid"), project.path("app/lib/new.liquid")).unwrap();
    sync.wait_for_line("Synced: app/lib/new.liquid");
    let lines = sync.stops();

    assert_eq!(platform.lines(), [INSTANCE, DELETE, PUT]);
    assert_eq!(
        (deletions(&platform), puts(&platform)),
        (vec!["lib/old.liquid".into()], vec![put("lib/new.liquid", "old")])
    );
    let at = |text: &str| lines.iter().position(|line| line.contains(text)).unwrap();
    assert!(at("Deleted: app/lib/old.liquid") < at("Synced: app/lib/new.liquid"), "{lines:#?}");
}

#[test]
fn folders_come_and_go_with_their_files() {
    let (project, platform) = (project(), willing());
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &["-c", "1"]);
    std::fs::rename(project.path("app/lib"), project.path("app/kept")).unwrap();
    sync.wait_for_line("Synced: app/kept/old.liquid");
    std::fs::remove_dir_all(project.path("app/kept")).unwrap();
    sync.wait_for_line("Deleted: app/kept/old.liquid");
    sync.stops();

    assert_eq!(deletions(&platform), ["lib/old.liquid", "kept/old.liquid"]);
    assert_eq!(puts(&platform), [put("kept/old.liquid", "old")]);
}

#[test]
fn a_refused_file_is_shown_and_the_others_go_on() {
    let refusal = Answer::Of(
        422,
        r#"{"errors": ["slug is taken"], "details": {"file_path": "views/pages/index.liquid"}}"#,
    );
    let platform = platform(vec![refusal, Answer::Of(200, "{}")], vec![Answer::Of(200, "{}")]);
    let project = project();
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &[]);
    project.write(PAGE, "bad");
    let line = sync.wait_for_line("Failed to sync");
    project.write("app/lib/other.liquid", "good");
    sync.wait_for_line("Synced: app/lib/other.liquid");
    sync.stops();

    let expected = "Failed to sync: app/views/pages/index.liquid: views/pages/index.liquid: slug is taken";
    assert!(line.ends_with(expected), "{line}");
    assert_eq!(puts(&platform).len(), 2);
}

#[test]
fn a_mistake_in_a_file_is_shown_by_its_place() {
    let refusal = Answer::Of(422, r#"{"error": "app/views/pages/index.liquid:1:1: error: no end"}"#);
    let platform = platform(vec![refusal], vec![]);
    let project = project();
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &[]);
    project.write(PAGE, "bad");
    let line = sync.wait_for_line("Failed to sync");
    sync.stops();

    assert!(line.ends_with("Failed to sync: app/views/pages/index.liquid:1:1: error: no end"), "{line}");
}

#[test]
fn failures_that_pass_are_tried_again() {
    let put_answers = vec![Answer::Of(500, "<html>"), Answer::Of(500, "{}"), Answer::Of(200, "")];
    let platform = platform(put_answers, vec![Answer::Of(404, "{}")]);
    let project = project();
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &[]);
    project.write(PAGE, "new");
    sync.wait_for_line("Synced: app/views/pages/index.liquid");
    project.remove("app/lib/old.liquid");
    sync.wait_for_line("Deleted: app/lib/old.liquid");
    let lines = sync.stops();

    assert_eq!(puts(&platform), vec![put("views/pages/index.liquid", "new"); 3]);
    let failures: Vec<_> = lines.iter().filter(|line| line.contains("Failed")).collect();
    assert!(failures.len() == 1 && failures[0].ends_with("; trying again"), "{lines:#?}");
}

#[test]
fn a_file_that_always_breaks_the_platform_is_given_up() {
    let platform = platform(vec![Answer::Of(500, "{}")], vec![]);
    let project = project();
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &[]);
    project.write(PAGE, "new");
    wait_for("the last failure", || {
        let lines = sync.lines();
        let count = lines.iter().filter(|line| line.contains("Failed to sync")).count();
        if count == 2 { Ok(()) } else { Err(lines) }
    });
    sync.stops();

    assert_eq!(puts(&platform).len(), 5);
}

#[test]
fn a_platform_that_is_silent_is_waited_for() {
    let mut answers = vec![Answer::Cut; 3];
    answers.push(Answer::Of(200, "{}"));
    let platform = platform(answers, vec![]);
    let project = project();
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &[]);
    project.write(PAGE, "new");
    sync.wait_for_line("Synced: app/views/pages/index.liquid");
    let lines = sync.stops();

    let away = lines.iter().filter(|line| line.contains("everything waits until it answers")).count();
    let back = lines.iter().filter(|line| line.contains("answers again")).count();
    assert_eq!((away, back), (1, 1), "{lines:#?}");
}

#[test]
fn a_file_saved_while_it_is_sent_is_sent_once_more() {
    let slow = Answer::Slow(Duration::from_millis(400), 200, "{}");
    let platform = platform(vec![slow, Answer::Of(200, "{}")], vec![]);
    let project = project();
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &[]);
    project.write(PAGE, "first");
    wait_for("the first save to be under way", || platform.requests(PUT).len() == 1);
    for content in ["second", "third", "last"] {
        project.write(PAGE, content);
    }
    wait_for("both saves", || {
        let lines = sync.lines();
        if lines.iter().filter(|line| line.contains("Synced")).count() == 2 { Ok(()) } else { Err(lines) }
    });
    sync.stops();

    let page = "views/pages/index.liquid";
    assert_eq!(puts(&platform), [put(page, "first"), put(page, "last")]);
}

#[test]
fn several_files_are_under_way_at_once() {
    let platform = platform(vec![Answer::Slow(Duration::from_millis(600), 200, "{}")], vec![]);
    let project = project();
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &["-c", "2"]);
    for name in ["a", "b", "c"] {
        project.write(&format!("app/lib/{name}.liquid"), name);
    }
    wait_for("two requests", || platform.requests(PUT).len() == 2);
    assert!(!sync.lines().iter().any(|line| line.contains("Synced")));
    sync.wait_for_line("Synced: app/lib/c.liquid");
    sync.stops();

    assert_eq!(puts(&platform).len(), 3);
}

#[test]
fn only_files_a_platform_knows_are_sent() {
    let (project, platform) = (project(), willing());
    platform.be_staging_of(&project);
    project.write(".posignore", "app/drafts/\n");
    let sync = Running::start(&project, &[]);
    for (path, content) in [
        ("app/notes.md", "x"),
        ("app/empty.yml", ""),
        ("app/drafts/a.liquid", "x"),
        ("modules/core/README.txt", "x"),
        ("modules/core/pos-module.json", "{}"),
        ("modules/core/public/template-values.json", "{}"),
        ("modules/core/public/lib/a.liquid", "module"),
        ("package.json", "{}"),
    ] {
        project.write(path, content);
    }
    sync.wait_for_line("Synced: modules/core/public/lib/a.liquid");
    sync.wait_for_line("Not synced: app/notes.md: its extension");
    sync.wait_for_line("Not synced: app/empty.yml: it is empty");
    sync.stops();

    assert_eq!(puts(&platform), [put("modules/core/public/lib/a.liquid", "module")]);
}

#[test]
fn a_new_rule_keeps_the_files_here_that_are_saved_after_it() {
    let (project, platform) = (project(), willing());
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &[]);
    project.write("app/notes.yml", "a: 1");
    sync.wait_for_line("Synced: app/notes.yml");
    project.write(".posignore", "*.yml\n");
    project.write("app/notes.yml", "a: secret");
    project.write(PAGE, "page");
    sync.wait_for_line("Synced: app/views/pages/index.liquid");
    project.write(".posignore", "app/{a\n");
    project.write("app/notes.yml", "a: secret again");
    project.write(PAGE, "page again");
    sync.wait_for_line("Failed to sync: .posignore:1: cannot understand this rule");
    sync.stops();

    assert_eq!(puts(&platform).iter().filter(|(path, _)| path == "notes.yml").count(), 1);
}

#[test]
fn assets_are_posted_by_the_presigned_form_and_named_together() {
    let (project, platform) = (project(), willing());
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &[]);
    project.write("app/assets/img/a.png", "png");
    project.write("modules/core/public/assets/m.js", "js");
    sync.wait_for_line("Synced asset: app/assets/img/a.png");
    sync.wait_for_line("Synced asset: modules/core/public/assets/m.js");
    project.remove("app/assets/img/a.png");
    sync.wait_for_line("Deleted: app/assets/img/a.png");
    sync.stops();

    let presign = platform.lines().into_iter().find(|line| line.starts_with(PRESIGN)).unwrap();
    assert_eq!(presign, format!("{PRESIGN}?directory=instances%2F7%2Fassets"));
    let presign = platform.requests(PRESIGN).remove(0);
    assert_eq!(
        (presign.header("token"), presign.header("marketplace_domain")),
        (Some(TOKEN), Some("127.0.0.1"))
    );
    let mut posted: Vec<String> = platform.requests("POST /bucket").iter().map(|post| post.text()).collect();
    posted.sort_by_key(|form| field(form, "key"));
    let keys: Vec<_> = posted.iter().map(|form| field(form, "key").unwrap()).collect();
    assert_eq!(keys, ["instances/7/assets/img/${filename}", "instances/7/assets/modules/core/${filename}"]);
    assert_eq!(field(&posted[0], "Content-Type").as_deref(), Some("image/png"));
    assert_eq!(field(&posted[0], "file").as_deref(), Some("png"));
    assert!(
        posted[0].contains("filename=\"a.png\"")
            && posted[0].find("Content-Type\"") < posted[0].find("\"file\"")
    );
    assert_eq!(platform.requests("POST /bucket")[0].header("authorization"), None);

    let mut named = json!({});
    for request in platform.requests(MANIFEST) {
        let manifest: Json = serde_json::from_str(&request.text()).unwrap();
        for (key, entry) in manifest["manifest"].as_object().unwrap() {
            named[key] = json!([entry["physical_file_path"], entry["file_size"]]);
        }
    }
    assert_eq!(
        named,
        json!({"img/a.png": ["assets/img/a.png", 3], "modules/core/m.js": ["modules/core/public/assets/m.js", 2]})
    );
    assert_eq!(deletions(&platform), ["assets/img/a.png"]);
}

#[test]
fn texts_of_a_module_have_its_values_filled_in() {
    let (project, platform) = (project(), willing());
    platform.be_staging_of(&project);
    project.write("modules/core/pos-module.json", r#"{"machine_name": "core", "color": "red"}"#);
    let sync = Running::start(&project, &[]);
    project.write("modules/core/public/lib/a.liquid", "<%= color =%>\n");
    project.write("modules/core/public/lib/bad.liquid", "\n<%= color");
    sync.wait_for_line("Synced: modules/core/public/lib/a.liquid");
    let failure = sync.wait_for_line("Failed to sync: modules/core/public/lib/bad.liquid");
    sync.stops();

    assert!(failure.contains("bad.liquid:2:1: "), "{failure}");
    assert_eq!(puts(&platform), [put("modules/core/public/lib/a.liquid", "red\n")]);
}

#[test]
fn a_form_that_is_no_longer_good_is_asked_for_anew() {
    let form = r#"{"url": "{url}/bucket", "fields": {"key": "assets/${filename}"}}"#;
    let platform = FakePlatform::script()
        .on(INSTANCE, [Answer::Of(200, r#"{"id": "7", "uuid": "u-7"}"#)])
        .on(PRESIGN, [Answer::Of(200, form)])
        .on("POST /bucket", [Answer::Of(204, ""), Answer::Of(403, "<Error/>"), Answer::Of(204, "")])
        .on(MANIFEST, [Answer::Of(200, "{}")])
        .start();
    let project = project();
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &[]);
    project.write("app/assets/a.css", "a");
    sync.wait_for_line("Synced asset: app/assets/a.css");
    project.write("app/assets/b.css", "b");
    sync.wait_for_line("Synced asset: app/assets/b.css");
    sync.stops();

    assert_eq!((platform.requests(PRESIGN).len(), platform.requests("POST /bucket").len()), (2, 3));
}

#[test]
fn the_next_start_sends_what_was_changed_meanwhile() {
    let (project, platform) = (project(), willing());
    platform.be_staging_of(&project);
    Running::start(&project, &[]).stops();
    project.write(PAGE, "changed");
    project.write("app/lib/new.liquid", "new");
    project.remove("app/lib/old.liquid");
    let sync = Running::start(&project, &[]);
    for text in
        ["Deleted: app/lib/old.liquid", "Synced: app/lib/new.liquid", "Synced: app/views/pages/index.liquid"]
    {
        sync.wait_for_line(text);
    }
    let lines = sync.stops();
    Running::start(&project, &[]).stops();

    assert!(lines.iter().any(|line| line.ends_with(", 3 files behind")), "{lines:#?}");
    assert_eq!((puts(&platform).len(), deletions(&platform).len()), (2, 1));
}

#[test]
fn every_file_is_sent_first_if_asked_for() {
    let (project, platform) = (project(), willing());
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &["--all", "--json"]);
    for path in ["app/lib/old.liquid", PAGE] {
        sync.wait_for_line(path);
    }
    let lines = sync.stops();

    let objects: Vec<Json> = lines
        .iter()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(objects[0]["behind"], 2);
    assert!(objects.contains(&json!({"event": "synced", "path": PAGE, "asset": false})), "{objects:#?}");
    assert_eq!(objects.last(), Some(&json!({"event": "stopped", "left": 0})));
    assert_eq!(puts(&platform).len(), 2);
}

#[test]
fn what_is_under_way_arrives_before_the_end() {
    let platform = platform(vec![Answer::Slow(Duration::from_millis(500), 200, "{}")], vec![]);
    let project = project();
    platform.be_staging_of(&project);
    let sync = Running::start(&project, &["-c", "1"]);
    project.write(PAGE, "new");
    wait_for("the save to be under way", || platform.requests(PUT).len() == 1);
    let lines = sync.stops();

    assert!(lines.iter().any(|line| line.contains("Synced: app/views/pages/index.liquid")), "{lines:#?}");
}

#[test]
fn a_second_interrupt_waits_for_nothing() {
    let platform = platform(vec![Answer::Slow(Duration::from_secs(20), 200, "{}")], vec![]);
    let project = project();
    platform.be_staging_of(&project);
    let mut sync = Running::start(&project, &[]);
    project.write(PAGE, "new");
    wait_for("the save to be under way", || platform.requests(PUT).len() == 1);
    let started = std::time::Instant::now();
    let status = wait_for("the sync to end", || {
        sync.interrupt();
        sync.child.try_wait().unwrap()
    });

    assert_eq!(status.code(), Some(1));
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn one_file_can_be_sent_alone() {
    let answers = vec![Answer::Of(200, "{}"), Answer::Of(422, r#"{"error": "no"}"#)];
    let platform = platform(answers, vec![]);
    let project = project();
    platform.be_staging_of(&project);
    project.write(".posignore", "*.test.liquid\n");
    project.write("app/a.test.liquid", "");
    let one = |file: &str| project.cli(["sync", "staging", "-f", file]).run();

    let done = one("./app/lib/../lib/old.liquid").exits(0);
    assert!(done.stdout.ends_with("[Sync] Synced: app/lib/old.liquid\n"), "{done}");
    for (file, error) in [
        (PAGE, "error: no\n"),
        ("app/lib/gone.liquid", "error: there is no file app/lib/gone.liquid in this project\n"),
        ("/etc/hostname", "error: there is no file /etc/hostname in this project\n"),
        (".pos", "error: .pos is not synced: it is no part of the app"),
        ("app/a.test.liquid", "error: app/a.test.liquid is not synced: .posignore keeps it out\n"),
    ] {
        let failed = one(file).exits(1);
        assert!(failed.stderr.contains(error), "{failed}");
    }
    assert_eq!(puts(&platform), [put("lib/old.liquid", "old"), put("views/pages/index.liquid", "hello")]);

    project.write("app/assets/a.css", "a");
    one("app/assets/a.css").exits(0);
    assert_eq!(platform.requests(MANIFEST).len(), 1);
}

#[test]
fn a_sync_that_cannot_begin_says_why() {
    let project = project();
    let platform =
        FakePlatform::script().on(INSTANCE, [Answer::Of(401, r#"{"error": "bad token"}"#)]).start();
    platform.be_staging_of(&project);

    let failed = project.cli(["sync", "staging"]).run().exits(1);
    assert!(failed.stderr.contains("error: bad token\n  hint: the token does not count there"), "{failed}");
    let failed = project.cli(["sync", "staging", "-c", "0"]).run().exits(2);
    assert!(failed.stderr.contains("--concurrency"), "{failed}");
    let failed = project.cli(["sync", "staging"]).env("CONCURRENCY", "many").run().exits(2);
    assert!(failed.stderr.contains("CONCURRENCY must be a number"), "{failed}");
    let failed = project.cli(["sync", "local"]).run().exits(1);
    assert!(failed.stderr.contains("no server runs here"), "{failed}");
}
