//! `pos-cli logs ENV`: the log of a platform, shown as the local one is, whatever the platform answers.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::harness::{Answer, FakePlatform, Finished, Project, TOKEN, wait_for};

const LOGS: &str = "GET /api/app_builder/logs";

const FIRST: &str = r#"{"logs": [
    {"id": 1, "created_at": "2026-01-15T13:32:45.123Z", "error_type": "Note", "message": "one\n", "data": {"url": "shop.example/a"}},
    {"id": "2", "created_at": "2026-01-15T13:32:46Z", "error_type": "error", "message": {"a": 1}},
    {"id": 3, "message": null},
    "no row",
    {"id": 4, "created_at": "2026-01-15T13:32:50Z", "error_type": "background_job", "kind": "job", "level": "error",
     "status": "failed", "source_name": "pay", "v": 1, "message": "background job: pay (attempt 1/1) - FAILED (7ms): timeout",
     "job": {"id": "17", "attempt": 1, "max_attempts": 1, "priority": "high", "run_at": "2026-01-15T13:32:49.000Z"}, "extra": true}
]}"#;
const SECOND: &str = r#"{"logs": [
    {"id": 4, "created_at": "2026-01-15T13:32:50Z", "error_type": "Note", "message": "again"},
    {"id": 5, "created_at": "2026-01-15T13:33:00Z", "error_type": "Note", "message": "five"}
]}"#;
const NOTHING: &str = r#"{"logs": []}"#;

fn platform(answers: impl IntoIterator<Item = Answer>) -> (Project, FakePlatform) {
    let platform = FakePlatform::script().on(LOGS, answers).start();
    let project = Project::empty();
    platform.be_staging_of(&project);
    (project, platform)
}

fn two_pages() -> (Project, FakePlatform) {
    platform([Answer::Of(200, FIRST), Answer::Of(200, SECOND), Answer::Of(200, NOTHING)])
}

fn stored(project: &Project, args: &[&str]) -> Finished {
    project.cli([&["logs", "staging", "--no-follow"], args].concat()).run()
}

/// The ids that were asked for.
fn asked(platform: &FakePlatform) -> Vec<String> {
    let id = |line: &String| line.split_once("last_id=").map(|(_, id)| id.to_owned());
    platform.lines().iter().filter_map(id).collect()
}

/// `logs staging` with further arguments, running beside the test.
struct Running {
    child: Child,
    stdout: Lines,
    stderr: Lines,
}

/// What a stream has printed so far.
struct Lines(Arc<Mutex<Vec<String>>>);

impl Running {
    fn start(project: &Project, args: &[&str]) -> Self {
        let cli = project.cli([&["logs", "staging"], args].concat());
        let mut child = cli.command().stdin(Stdio::null()).spawn().unwrap();
        let (stdout, stderr) =
            (Lines::of(child.stdout.take().unwrap()), Lines::of(child.stderr.take().unwrap()));
        Self { child, stdout, stderr }
    }

    fn ends(&mut self) -> ExitStatus {
        wait_for("the follower to end", || self.child.try_wait().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Lines {
    fn of(stream: impl Read + Send + 'static) -> Self {
        let kept = Arc::<Mutex<Vec<String>>>::default();
        let lines = Arc::clone(&kept);
        // Ends with the child, which does not outlive the test.
        thread::spawn(move || {
            for line in BufReader::new(stream).lines() {
                lines.lock().unwrap().push(line.unwrap());
            }
        });
        Self(kept)
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn wait_for(&self, text: &str) {
        wait_for(format!("a line with {text:?}"), || {
            let lines = self.all();
            if lines.iter().any(|line| line.contains(text)) { Ok(()) } else { Err(lines) }
        });
    }
}

#[test]
fn rows_of_a_platform_are_lines_like_ours() {
    let (project, platform) = two_pages();
    let finished = stored(&project, &["--utc"]).exits(0);

    let mut lines = finished.lines();
    // The row without a time is shown with that of its arrival.
    let odd = lines.remove(2);
    assert!(odd.starts_with("[20") && odd.ends_with("Z] error: "), "{odd}");
    assert_eq!(
        lines,
        [
            "[2026-01-15 13:32:45Z] Note: one",
            "[2026-01-15 13:32:46Z] error: {\"a\":1}",
            "[2026-01-15 13:32:50Z] background job: pay (attempt 1/1) - FAILED (7ms): timeout",
            "[2026-01-15 13:33:00Z] Note: five",
        ]
    );
    assert_eq!(asked(&platform), ["0", "4", "5"]);
    let request = platform.requests(LOGS).remove(0);
    assert_eq!(request.header("authorization"), Some(format!("Token {TOKEN}").as_str()));
    assert!(
        !finished.stderr.contains(TOKEN) && finished.stderr.starts_with("environment: staging"),
        "{finished}"
    );
}

#[test]
fn filters_and_counts_are_those_of_the_local_log() {
    for (args, expected) in [
        (&["--type", "note"][..], &["one", "five"][..]),
        (&["--status", "failed"], &["timeout"]),
        (&["--kind", "job"], &["timeout"]),
        (&["--source-name", "p*"], &["timeout"]),
        (&["--job", "17"], &["timeout"]),
        (&["-g", "Note", "-x", "five"], &["one"]),
        (&["-l", "error", "--until", "2026-01-15T13:32:50Z"], &["{\"a\":1}"]),
        (&["--since", "2026-01-15T13:32:50Z", "--until", "2026-01-16"], &["timeout", "five"]),
        (&["-n", "2", "--until", "2026-01-16"], &["timeout", "five"]),
        (&["--tail", "1", "--type", "error"], &["error: "]),
        (&["-n", "0"], &[]),
        (&["-g", "nowhere"], &[]),
    ] {
        let (project, platform) = two_pages();
        let finished = stored(&project, args).exits(0);
        let ends = finished.lines().iter().zip(expected).all(|(line, end)| line.ends_with(end));
        assert!(ends && finished.lines().len() == expected.len(), "{args:?}\n{finished}");
        assert_eq!(asked(&platform), ["0", "4", "5"], "{args:?}");
    }
}

#[test]
fn history_is_asked_for_from_its_beginning_where_ids_are_moments() {
    let newest = r#"{"logs": [{"id": "1790008926.7639065", "created_at": "2026-09-21T16:42:06.763Z", "message": "new"}]}"#;
    let all = r#"{"logs": [
        {"id": "1789000000.5", "created_at": "2026-09-10T00:26:40.500Z", "message": "old"},
        {"id": "1790008926.7639065", "created_at": "2026-09-21T16:42:06.763Z", "message": "new"}
    ]}"#;
    for (args, first, count) in [
        (&[][..], "0.000001", 2),
        (&["--since", "2026-09-10T00:26:40.5Z"], "1789000000.499999", 2),
        (&["--since", "2026-09-12"], "1789171199.999999", 1),
    ] {
        let (project, platform) = platform([newest, all, NOTHING].map(|body| Answer::Of(200, body)));
        assert_eq!(stored(&project, args).exits(0).lines().len(), count, "{args:?}");
        assert_eq!(asked(&platform), ["0", first, "1790008926.7639065"], "{args:?}");
    }
    let (project, platform) = platform([newest, NOTHING].map(|body| Answer::Of(200, body)));
    stored(&project, &["-n", "1"]).exits(0);
    assert_eq!(asked(&platform), ["0", "1790008926.7639065"]);
}

#[test]
fn json_has_our_fields_and_whatever_else_a_row_has() {
    let (project, _platform) = two_pages();
    let finished = stored(&project, &["--json"]).exits(0);
    let rows: Vec<Json> = finished.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();

    assert_eq!(
        rows[0],
        json!({
            "id": "1", "created_at": "2026-01-15T13:32:45.123Z", "error_type": "Note", "message": "one",
            "data": {"url": "shop.example/a"}, "v": 1, "kind": "log", "level": "info",
        })
    );
    assert_eq!(
        (&rows[3]["extra"], &rows[3]["job"]["id"], &rows[3]["status"]),
        (&json!(true), &json!("17"), &json!("failed"))
    );
    assert_eq!(rows.len(), 5);
}

#[test]
fn a_count_ends_and_nothing_said_follows() {
    let (project, platform) = two_pages();
    let finished = project.cli(["logs", "staging", "--tail", "1"]).run().exits(0);
    assert!(finished.stdout.ends_with("Note: five\n") && finished.lines().len() == 1, "{finished}");
    drop(platform);

    let (project, platform) = two_pages();
    let mut follower = Running::start(&project, &["-i", "20"]);
    follower.stdout.wait_for("five");
    wait_for("more requests", || if asked(&platform).len() > 4 { Ok(()) } else { Err(asked(&platform)) });
    assert_eq!(follower.child.try_wait().unwrap(), None);
    assert_eq!(follower.stdout.all().len(), 5);
}

#[test]
fn following_ends_with_the_line_waited_for() {
    let (project, _platform) = two_pages();
    let finished =
        project.cli(["logs", "staging", "--until-match", "five", "--timeout", "20s"]).run().exits(0);
    assert!(finished.stdout.ends_with("Note: five\n"), "{finished}");

    let (project, _platform) = two_pages();
    project.cli(["logs", "staging", "-f", "--fail-on", "failed"]).run().exits(1);
    let finished =
        project.cli(["logs", "staging", "--until-match", "never", "--timeout", "300ms"]).run().exits(1);
    assert!(finished.stderr.ends_with("no line matched within 300ms\n"), "{finished}");
}

#[test]
fn a_follower_survives_whatever_a_platform_answers() {
    let mut answers = vec![Answer::Of(200, FIRST), Answer::Of(200, "<html>"), Answer::Of(500, "{}")];
    answers.extend(vec![Answer::Cut; 5]);
    answers.extend([Answer::Of(200, SECOND), Answer::Of(200, "{}")]);
    let (project, platform) = platform(answers);
    let mut follower = Running::start(&project, &["-i", "20"]);
    follower.stdout.wait_for("five");
    wait_for("more requests", || if asked(&platform).len() > 10 { Ok(()) } else { Err(asked(&platform)) });
    follower.child.kill().unwrap();
    follower.ends();

    let down =
        follower.stderr.all().iter().filter(|line| line.contains("trying again until it answers")).count();
    let up = follower.stderr.all().iter().filter(|line| line.ends_with("answers again")).count();
    assert_eq!((down, up), (1, 1), "{:#?}", follower.stderr.all());
    assert!(asked(&platform).iter().skip(1).take(8).all(|id| id == "4"), "{:?}", asked(&platform));
}

#[test]
fn rows_of_a_log_that_was_reset_are_shown_though_their_ids_come_again() {
    let reset = r#"{"logs": [
        {"id": 1, "created_at": "2026-01-15T14:00:00Z", "error_type": "Note", "message": "anew"},
        {"id": 2, "created_at": "2026-01-15T14:00:01Z", "error_type": "Note", "message": "and on"}
    ]}"#;
    let (project, platform) =
        platform([Answer::Of(200, FIRST), Answer::Of(200, reset), Answer::Of(200, NOTHING)]);
    let finished = stored(&project, &["-g", "Note: an"]).exits(0);

    assert_eq!(finished.lines().len(), 2, "{finished}");
    assert_eq!(asked(&platform), ["0", "4", "2"]);
}

#[test]
fn a_token_that_is_not_taken_ends_it() {
    for args in [&["-f"][..], &["--no-follow"]] {
        let (project, _platform) = platform([Answer::Of(401, r#"{"error": "unauthorized"}"#)]);
        let finished = project.cli([&["logs", "staging"], args].concat()).run().exits(1);
        assert!(
            finished.stderr.contains("error: unauthorized\n") && finished.stderr.contains("hint: the token"),
            "{finished}"
        );
    }
}

#[test]
fn without_following_a_failure_is_an_error() {
    for answer in [Answer::Of(500, "{}"), Answer::Of(200, "<html>")] {
        let (project, _platform) = platform([answer]);
        let finished = stored(&project, &[]).exits(1);
        assert!(finished.stderr.contains("error: http://127.0.0.1:"), "{finished}");
    }
}

#[test]
fn one_request_at_a_time_however_slow() {
    let (project, platform) =
        platform([Answer::Slow(Duration::from_millis(300), 200, SECOND), Answer::Of(200, NOTHING)]);
    let follower = Running::start(&project, &["-i", "1"]);
    wait_for("the first request", || !asked(&platform).is_empty());
    assert_eq!(asked(&platform).len(), 1);
    follower.stdout.wait_for("five");

    assert!(asked(&platform).iter().skip(1).all(|id| id == "5"));
}

#[test]
fn a_closed_pipe_ends_it_though_the_platform_is_silent() {
    let (project, _platform) =
        platform([Answer::Of(200, SECOND), Answer::Slow(Duration::from_secs(9), 200, NOTHING)]);
    let mut child =
        project.cli(["logs", "staging", "-i", "1"]).command().stdin(Stdio::null()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    let closed = Instant::now();
    let status = wait_for("the follower to end", || child.try_wait().unwrap());

    assert_eq!(status.code(), Some(0));
    assert!(closed.elapsed() < Duration::from_secs(5), "{:?}", closed.elapsed());
}

#[test]
fn the_last_start_is_known_of_the_local_log_only() {
    let (project, platform) = two_pages();
    let finished = stored(&project, &["--since", "last-start"]).exits(2);
    assert!(finished.stderr.contains("`last-start` is known of the local log only"), "{finished}");
    assert_eq!(platform.lines(), Vec::<String>::new());
}
