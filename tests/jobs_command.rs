//! `pos-cli jobs`: the queue from the terminal, with a server running and without one.

use serde_json::{Value as Json, json};

use crate::harness::{Finished, Project, TestApp};

/// A page that queues a job which succeeds, and one that queues a job which dies.
fn shop() -> Project {
    Project::of(&[
        (
            "app/views/pages/index.liquid",
            "{% background source_name: 'greet' %}{% log 'greeted' %}{% endbackground %}",
        ),
        (
            "app/views/pages/broken.liquid",
            "{% background source_name: 'pay', max_attempts: 1 %}{% include 'nowhere' %}{% endbackground %}",
        ),
    ])
}

/// A server that works no jobs, with one job queued by each page.
fn waiting_app() -> TestApp {
    let app = shop().serve(&["--no-jobs"]);
    app.get("/").has_status(200);
    app.get("/broken").has_status(200);
    app
}

fn records(finished: &Finished) -> Vec<Json> {
    finished.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// `(id, source_name, state)`, oldest first.
fn jobs(app: &TestApp) -> Vec<(String, String, String)> {
    let finished = app.cli(["jobs", "list", "--all", "--json"]).run().exits(0);
    let field = |record: &Json, name: &str| record[name].as_str().unwrap().to_owned();
    let all = records(&finished);
    all.iter().rev().map(|job| (field(job, "id"), field(job, "source_name"), field(job, "state"))).collect()
}

fn states(app: &TestApp) -> Vec<(String, String)> {
    jobs(app).into_iter().map(|(_, name, state)| (name, state)).collect()
}

fn pair(name: &str, state: &str) -> (String, String) {
    (name.to_owned(), state.to_owned())
}

#[test]
fn without_any_state_it_says_what_to_start() {
    for command in ["list", "stats", "drain"] {
        let finished = shop().cli(["jobs", command]).run().exits(1);

        assert!(
            finished.stderr.starts_with("error: no jobs yet: there is no ./.pos-dev/queue.sqlite3\n"),
            "{finished}"
        );
        assert!(finished.stderr.contains("hint: `pos-cli run`"), "{finished}");
    }
}

#[test]
fn the_list_is_the_same_with_a_server_and_without() {
    let mut app = waiting_app();
    let served = app.cli(["jobs", "list"]).run().exits(0);
    app.kill();
    let stored = app.cli(["jobs", "list"]).run().exits(0);

    assert_eq!(served.stdout, stored.stdout);
    let lines = served.lines();
    assert_eq!(lines.len(), 3, "{served}");
    let cells = |line: usize| lines[line].split_whitespace().collect::<Vec<_>>();
    assert_eq!(cells(0), ["ID", "STATE", "PRIORITY", "ATTEMPTS", "WHEN", "NAME", "ERROR"]);
    assert_eq!(cells(1)[1..4], ["queued", "default", "0/1"]);
    assert_eq!((cells(1)[6], cells(2)[6]), ("pay", "greet"));
}

#[test]
fn a_limit_shows_the_newest_and_says_that_there_are_more() {
    let app = waiting_app();
    let finished = app.cli(["jobs", "list", "--limit", "1"]).run().exits(0);

    assert!(finished.lines()[1].contains("pay") && finished.lines().len() == 2, "{finished}");
    assert!(finished.stderr.starts_with("there are more; these are the newest 1"), "{finished}");
}

#[test]
fn jobs_are_cancelled_and_retried_with_a_server_and_without() {
    let mut app = waiting_app();
    let ids: Vec<String> = jobs(&app).into_iter().map(|(id, _, _)| id).collect();
    let [greet, pay] = ids.as_slice() else { panic!("{ids:?}") };

    let cancelled = app.cli(["jobs", "cancel", greet, pay]).run().exits(0);
    assert_eq!(cancelled.stdout, format!("job {greet} is cancelled\njob {pay} is cancelled\n"));
    assert_eq!(states(&app), [pair("greet", "cancelled"), pair("pay", "cancelled")]);

    app.kill();
    let retried = app.cli(["jobs", "retry", greet]).run().exits(0);
    assert_eq!(retried.stdout, format!("job {greet} is queued\n"));
    assert!(retried.stderr.contains("no server runs here"), "{retried}");
    assert_eq!(states(&app), [pair("greet", "queued"), pair("pay", "cancelled")]);
}

#[test]
fn one_unknown_job_does_not_keep_the_others() {
    let app = waiting_app();
    let (greet, _, _) = jobs(&app).remove(0);
    let finished = app.cli(["jobs", "cancel", "987654", &greet]).run().exits(1);

    assert_eq!(finished.stdout, format!("job {greet} is cancelled\n"));
    assert_eq!(finished.stderr, "error: no job 987654\n");
}

#[test]
fn drain_without_a_server_works_the_jobs_and_tells_of_the_dead() {
    let mut app = waiting_app();
    app.kill();
    let finished = app.cli(["jobs", "drain"]).run().exits(1);

    assert_eq!(finished.stderr, "error: 1 job died\n  hint: `pos-cli jobs list --all` shows why\n");
    assert_eq!(states(&app), [pair("greet", "completed"), pair("pay", "dead")]);
    let again = app.cli(["jobs", "drain"]).run().exits(0);
    assert_eq!(again.stderr, "no jobs are left\n");
}

#[test]
fn drain_waits_for_the_server() {
    let app = shop().serve(&[]);
    app.get("/").has_status(200);
    let finished = app.cli(["jobs", "drain"]).run().exits(0);

    assert_eq!(finished.stderr, "no jobs are left\n");
    assert_eq!(states(&app), [pair("greet", "completed")]);
}

#[test]
fn drain_gives_up_after_its_timeout() {
    let app = waiting_app();
    let finished = app.cli(["jobs", "drain", "--timeout", "10ms", "--json"]).run().exits(1);

    assert_eq!(records(&finished)[0]["idle"], false);
    assert!(finished.stderr.starts_with("error: jobs are left after 10ms: 2 queued\n"), "{finished}");
}

#[test]
fn show_tells_arguments_attempts_and_the_place_of_the_error() {
    let app = shop().serve(&[]);
    app.get("/broken").has_status(200);
    app.wait_until_idle();
    let (id, _, state) = jobs(&app).remove(0);
    let finished = app.cli(["jobs", "show", &id]).run().exits(0);

    assert_eq!(state, "dead");
    assert!(finished.stdout.starts_with(&format!("job {id}: pay\n  state       dead\n")), "{finished}");
    assert!(finished.stdout.contains("  attempts    1 of 1\n"), "{finished}");
    assert!(finished.stdout.contains("app/views/pages/broken.liquid:1:"), "{finished}");

    let record = &records(&app.cli(["jobs", "show", &id, "--json"]).run().exits(0))[0];
    assert_eq!(record["history"][0]["outcome"], "failed");
    app.cli(["jobs", "show", "987654"]).run().exits(1);
}

#[test]
fn stats_count_every_state() {
    let app = waiting_app();
    let finished = app.cli(["jobs", "stats", "--json"]).run().exits(0);
    let counts = &records(&finished)[0];

    assert_eq!(counts["queued"], 2, "{finished}");
    for state in ["scheduled", "running", "retrying", "completed", "dead", "cancelled"] {
        assert_eq!(counts[state], 0, "{state}: {finished}");
    }
    let table = app.cli(["jobs", "stats"]).run().exits(0);
    assert!(table.lines().iter().any(|line| line.split_whitespace().eq(["queued", "2"])), "{table}");
}

#[test]
fn job_is_shown_with_what_it_was_given_and_what_it_printed() {
    let page = "{% background source_name: 'x' %}[{{ context.constants.K }}|{{ context.params.q }}]{% endbackground %}{% background j = 'p', a: 1 %}{{ j | size }}";
    let project =
        Project::of(&[("app/views/pages/index.liquid", page), ("app/lib/p.liquid", "{{ a | plus: 1 }}")]);
    let mut waiting = project.serve(&["--no-jobs"]);
    waiting.cli(["constants", "set", "--name", "K", "--value", "value"]).run().exits(0);
    assert_eq!(waiting.get("/?q=7").has_status(200).text().trim(), "1");
    let ids = jobs(&waiting);
    let show = |app: &TestApp, name: &str| {
        let (id, ..) = ids.iter().find(|(_, known, _)| known == name).unwrap();
        let shown = app.cli(["jobs", "show", id, "--json"]).run().exits(0);
        serde_json::from_str::<Json>(&shown.stdout).unwrap()
    };
    let queued = show(&waiting, "p");
    assert_eq!(
        (&queued["arguments"], &queued["priority"], &queued["attempts"], &queued["state"]),
        (&json!({"a": 1}), &json!("default"), &json!(0), &json!("queued")),
        "{queued:#}"
    );
    assert_eq!(queued["context"]["location"]["search"], "?q=7");
    let block = show(&waiting, "x");
    assert_eq!((&block["arguments"], &block["context"]["params"]), (&json!({}), &Json::Null), "{block:#}");

    waiting.kill();
    waiting.cli(["jobs", "drain"]).run().exits(0);
    for (name, output) in [("x", "[value|]"), ("p", "2")] {
        assert_eq!(show(&waiting, name)["output"].as_str().map(str::trim), Some(output), "{name}");
    }
}
