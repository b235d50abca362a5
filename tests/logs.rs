//! `pos-cli logs`: what is stored, what comes, and how it behaves in a pipe.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use regex::Regex;
use serde_json::Value as Json;

use crate::harness::{Cli, Project, TestApp, wait_for};

/// A page whose job succeeds, one whose job dies, one that logs what a user typed.
fn shop() -> Project {
    Project::of(&[
        (
            "app/views/pages/index.liquid",
            "{% background source_name: 'send_email' %}{% log 'sent' %}{% endbackground %}",
        ),
        (
            "app/views/pages/pay.liquid",
            "{% background source_name: 'charge_card', max_attempts: 1 %}{{ 1 | divided_by: 0 }}{% endbackground %}",
        ),
        ("app/views/pages/note.liquid", "{% log context.params.text, type: 'Note' %}"),
    ])
}

/// One line of each sort in the log, and nothing left to do.
fn busy_app() -> TestApp {
    let app = shop().serve(&[]);
    for path in ["/", "/pay", "/note?text=hello", "/nowhere"] {
        app.get(path);
    }
    app.wait_until_idle();
    // Lines are written with the next turn; these are the last ones of the two threads that write.
    app.wait_for_log("/nowhere 404");
    app.wait_for_log("DEAD");
    app
}

/// The lines without their times, which are checked to be there.
fn bodies(stdout: &str) -> Vec<String> {
    let line = Regex::new(r"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] (.*)$").unwrap();
    stdout.lines().map(|text| line.captures(text).unwrap_or_else(|| panic!("{text}"))[1].to_owned()).collect()
}

fn shown(app: &TestApp, args: &[&str]) -> Vec<String> {
    bodies(&app.cli([&["logs"], args].concat()).run().exits(0).stdout)
}

/// `logs` with further arguments, running beside the test.
struct Running {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

impl Running {
    fn start(project: &Project, args: &[&str]) -> Self {
        let mut child = spawn(project.cli([&["logs"], args].concat()));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (stdout, kept) = (child.stdout.take().unwrap(), Arc::clone(&lines));
        let reader = thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                kept.lock().unwrap().push(line.unwrap());
            }
        });
        Self { child, lines, reader: Some(reader) }
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    fn wait_for(&self, text: &str) {
        wait_for(format!("a followed line with {text:?}"), || {
            let lines = self.lines();
            if lines.iter().any(|line| line.contains(text)) { Ok(()) } else { Err(lines) }
        });
    }

    /// Waits for its end; all it has printed.
    fn ends(mut self) -> (ExitStatus, Vec<String>) {
        let status = wait_for("the follower to end", || self.child.try_wait().unwrap());
        self.reader.take().unwrap().join().unwrap();
        (status, self.lines())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(cli: Cli) -> Child {
    cli.command().stdin(Stdio::null()).spawn().unwrap()
}

/// Closes the command's stdout and waits for its end; its status and what it said on stderr.
fn close(mut child: Child, stdout: ChildStdout) -> (ExitStatus, String) {
    drop(stdout);
    let status = wait_for("the command to end", || child.try_wait().unwrap());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    (status, stderr)
}

#[test]
fn stored_lines_are_those_the_server_printed() {
    let app = busy_app();
    let stored = app.cli(["logs"]).run().exits(0);
    assert_eq!(stored.lines(), app.logs());
    assert_eq!(stored.stderr, "");
}

#[test]
fn lines_follow_the_grammar() {
    let app = busy_app();
    let lines = shown(&app, &[]);
    for pattern in [
        r"^system: started",
        r"^background job: send_email - QUEUED \(default\)$",
        r"^background job: send_email \(attempt 1/1\) - SUCCESS \(\d+ms\)$",
        r"^info: sent$",
        r"^background job: charge_card \(attempt 1/1\) - FAILED \(\d+ms\): Liquid error \(.+:1\): divided by 0$",
        r"^background job: charge_card - DEAD after 1 attempts$",
        r"^request: GET /note 200 \d+ms$",
        r"^request: GET /nowhere 404 \d+ms$",
        r"^Note: hello$",
    ] {
        let regex = Regex::new(pattern).unwrap();
        assert_eq!(lines.iter().filter(|line| regex.is_match(line)).count(), 1, "{pattern}: {lines:#?}");
    }
}

#[test]
fn filters_compose() {
    let app = busy_app();
    let count = |args: &[&str]| shown(&app, args).len();
    assert_eq!(count(&["--source-name=send_email"]), 3, "queued, success, and what the job logged");
    assert_eq!(count(&["--source-name", "send*", "--source-name", "charge*", "--kind", "job"]), 5);
    assert_eq!(count(&["--status", "failed,dead"]), 2);
    assert_eq!(count(&["--status", "FAILED", "--source-name", "send*"]), 0);
    assert_eq!(count(&["--filter", "note"]), 1);
    assert_eq!(count(&["--type", "request", "--level", "warn"]), 1);
    assert_eq!(count(&["-g", "charge_card", "-g", "DEAD"]), 1);
    assert_eq!(count(&["-g", "charge_card", "-x", "DEAD", "-x", "FAILED"]), 1);
    assert_eq!(count(&["--kind", "job", "-n", "2"]), 2);
    assert_eq!(shown(&app, &["--kind", "job", "--tail", "2"]), shown(&app, &["--kind", "job"])[3..]);
    assert_eq!(shown(&app, &["--since", "last-start"]), shown(&app, &[]));
    assert_eq!(count(&["--since", "1h", "--until", "1h"]), 0);
}

#[test]
fn a_record_is_json_and_leads_to_all_that_belongs_together() {
    let app = busy_app();
    let records = |args: &[&str]| -> Vec<Json> {
        let finished = app.cli([&["logs", "--json"], args].concat()).run().exits(0);
        finished.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let failed = records(&["--status", "failed"]).remove(0);
    for (field, value) in [("kind", "job"), ("level", "error"), ("error_type", "background_job")] {
        assert_eq!(failed[field], value);
    }
    assert_eq!((&failed["v"], &failed["source_name"]), (&1.into(), &"charge_card".into()));
    assert_eq!(failed["job"]["attempt"], 1);
    assert!(failed["error"]["message"].as_str().unwrap().ends_with("divided by 0"), "{failed}");

    let of_job = records(&["--job", failed["job"]["id"].as_str().unwrap()]);
    assert_eq!(of_job.len(), 3, "queued, failed, dead: {of_job:#?}");
    let of_trace = records(&["--trace", failed["trace"].as_str().unwrap()]);
    assert_eq!(of_trace.len(), 4, "the request too: {of_trace:#?}");
}

#[test]
fn text_of_users_cannot_forge_a_line_or_paint() {
    let app = shop().serve(&[]);
    app.get("/note?text=a%0A%5B2026%5D%20request%3A%1B%5B31m");
    app.wait_for_log("Note");
    assert_eq!(shown(&app, &["--type", "note"]), [r"Note: a\n[2026] request:\x1b[31m"]);
}

#[test]
fn only_colour_depends_on_the_terminal() {
    let app = busy_app();
    let plain = app.cli(["logs"]).run().exits(0).stdout;
    let painted = app.cli(["logs", "--color", "always"]).run().exits(0).stdout;
    assert!(!plain.contains('\u{1b}'));
    assert!(painted.contains("\u{1b}[31mFAILED\u{1b}[0m"), "{painted}");
    assert_eq!(Regex::new("\u{1b}\\[\\d+m").unwrap().replace_all(&painted, ""), plain);

    let with = |name: &str| app.cli(["logs"]).env(name, "1").run().exits(0).stdout;
    assert_eq!(with("NO_COLOR"), plain);
    assert_eq!(with("FORCE_COLOR"), painted);
}

#[test]
fn utc_says_so() {
    let app = busy_app();
    let line = app.cli(["logs", "--utc", "-n", "1"]).run().exits(0).stdout;
    assert!(Regex::new(r"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\] ").unwrap().is_match(&line), "{line}");
}

#[test]
fn a_pipe_closed_after_one_line_is_no_error() {
    let app = busy_app();
    for args in [&["logs"][..], &["logs", "--tail"]] {
        let mut child = spawn(app.cli(args));
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0]).unwrap();

        let (status, stderr) = close(child, stdout);
        assert_eq!((status.code(), stderr.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn a_follower_ends_when_its_reader_goes_though_no_line_comes() {
    let app = busy_app();
    let mut child = spawn(app.cli(["logs", "-f", "-n", "1"]));
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();

    let (status, stderr) = close(child, stdout.into_inner());
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_full_disk_is_an_error() {
    let Ok(full) = File::options().write(true).open("/dev/full") else { return };
    let app = busy_app();
    let output = app.cli(["logs"]).command().stdin(Stdio::null()).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: cannot write to stdout\n"));
}

#[test]
fn a_follower_waits_for_the_first_start_and_sees_each_line_once_across_restarts() {
    let project = shop();
    let mut early = spawn(project.cli(["logs", "--tail", "--json"]));
    let mut note = String::new();
    let mut stderr = BufReader::new(early.stderr.take().unwrap());
    stderr.read_line(&mut note).unwrap();
    assert_eq!(note, "waiting for `pos-cli run` to write to .pos-dev\n");
    let stdout = BufReader::new(early.stdout.take().unwrap());

    let mut app = project.serve(&[]);
    app.get("/");
    app.wait_until_idle();
    app.kill();
    app.restart();
    app.get("/pay");
    app.wait_until_idle();
    app.interrupt();
    app.wait_for_exit();
    app.restart();
    app.get("/note?text=last");

    let mut ids = Vec::new();
    for line in stdout.lines() {
        let record: Json = serde_json::from_str(&line.unwrap()).unwrap();
        ids.push(record["id"].as_str().unwrap().parse::<usize>().unwrap());
        if record["message"] == "last" {
            break;
        }
    }
    early.kill().unwrap();
    early.wait().unwrap();
    assert!(ids.len() > 10, "{ids:?}");
    assert_eq!(ids, (1..=ids.len()).collect::<Vec<_>>());
}

#[test]
fn a_follower_goes_on_with_the_new_log_after_a_reset() {
    let mut app = shop().serve(&["--reset"]);
    let follower = Running::start(&app.project, &["--tail", "--kind", "log"]);
    app.get("/note?text=first");
    follower.wait_for("first");

    app.interrupt();
    app.wait_for_exit();
    app.restart();
    app.get("/note?text=second");
    follower.wait_for("second");
    assert_eq!(bodies(&follower.lines().join("\n")), ["Note: first", "Note: second"]);
}

#[test]
fn following_ends_with_the_line_waited_for() {
    let app = shop().serve(&[]);
    let follower =
        Running::start(&app.project, &["--until-match", "send_email.*SUCCESS", "--timeout", "30s"]);
    app.get("/");

    let (status, lines) = follower.ends();
    assert_eq!(status.code(), Some(0));
    assert!(lines.last().unwrap().contains("send_email (attempt 1/1) - SUCCESS"), "{lines:#?}");
}

#[test]
fn following_gives_up_after_the_timeout() {
    let app = busy_app();
    let finished = app.cli(["logs", "-n0", "--until-match", "x", "--timeout", "50ms"]).run().exits(1);
    assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("", "no line matched within 50ms\n"));
}

#[test]
fn a_status_can_decide_the_exit_code() {
    let app = busy_app();
    app.cli(["logs", "--fail-on", "cancelled"]).run().exits(0);
    app.cli(["logs", "--fail-on", "failed", "--source-name", "send*"]).run().exits(0);
    let finished = app.cli(["logs", "--fail-on", "failed"]).run().exits(1);
    assert!(finished.stdout.contains("DEAD"), "the lines after it are printed too: {finished}");

    let (status, lines) = Running::start(&app.project, &["-f", "--fail-on", "failed"]).ends();
    assert_eq!(status.code(), Some(1));
    assert!(lines.last().unwrap().contains("FAILED"), "{lines:#?}");
}

#[test]
fn the_stored_log_outlives_the_server() {
    let mut app = busy_app();
    app.terminate();
    app.wait_for_exit();
    let lines = shown(&app, &["--source-name=charge_card", "--status=dead"]);
    assert_eq!(lines, ["background job: charge_card - DEAD after 1 attempts"]);
}

#[test]
fn no_log_and_unknown_environments_are_explained() {
    let project = shop();
    project.write(".pos", r#"{"staging": {"url": "https://staging.example", "token": "s3cret"}}"#);
    let cases = [
        (&["logs"][..], "error: no environment to use\n", "`pos-cli run`"),
        (&["logs", "local"], "error: there is no log: the folder .pos-dev does not exist\n", "`pos-cli run`"),
        (&["logs", "--tail", "production"], "error: no environment `production`\n", "`staging`"),
    ];
    for (args, error, hint) in cases {
        let finished = project.cli(args).run().exits(1);
        assert!(finished.stderr.starts_with(error) && finished.stderr.contains(hint), "{finished}");
    }
}

#[test]
fn what_cannot_be_meant_is_wrong_usage() {
    let project = shop();
    for args in [["logs", "--since=soon"], ["logs", "--grep=("], ["logs", "--status=lost"], ["logs", "-n=x"]]
    {
        let finished = project.cli(args).run().exits(2);
        assert!(finished.stderr.starts_with("error: "), "{finished}");
    }
}

#[test]
fn the_database_of_another_program_is_refused() {
    let project = shop();
    project.write(".pos-dev/queue.sqlite3", "somebody's file");
    let finished = project.cli(["logs"]).run().exits(1);
    assert!(finished.stderr.contains("another program"), "{finished}");
    assert_eq!(project.read(".pos-dev/queue.sqlite3"), "somebody's file");
}
