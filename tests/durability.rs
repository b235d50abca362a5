//! What was acknowledged survives `kill -9`.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::harness::{Project, TestApp};

const QUEUED: usize = 200;

/// A page that queues `QUEUED` jobs of every kind: most end well, some fail, a few are slow enough to be killed.
fn app() -> Project {
    let page = format!(
        "{{% for n in (1..{QUEUED}) %}}{{% background source_name: 'work', n: n, max_attempts: 2 %}}\
         {{% if n <= 8 %}}{{% for i in (1..100000000) %}}{{% endfor %}}{{% endif %}}\
         {{% assign rest = n | modulo: 10 %}}{{% if rest == 0 %}}{{% include 'nope' %}}{{% endif %}}\
         {{% endbackground %}}{{% endfor %}}queued"
    );
    Project::of(&[
        ("app/views/pages/index.liquid", &page),
        ("pos-cli.toml", "[run.time_limits]\ndefault = \"2s\"\n"),
    ])
}

fn jobs(app: &TestApp) -> Vec<Json> {
    app.get("/_dev/jobs?all=1&limit=1000").has_status(200).json()["jobs"].as_array().unwrap().clone()
}

fn states(jobs: &[Json]) -> BTreeMap<&str, usize> {
    let mut states = BTreeMap::new();
    for job in jobs {
        *states.entry(job["state"].as_str().unwrap()).or_default() += 1;
    }
    states
}

#[test]
fn kill_in_the_middle_loses_no_job_and_ends_each_once() {
    let mut app = app().serve(&["--retry-scale", "0", "--workers", "9"]);
    app.get("/").has_status(200);
    app.wait_for("eight running jobs", || {
        let jobs = jobs(&app);
        let states = states(&jobs);
        if states.get("running") == Some(&8) { Ok(()) } else { Err(format!("{states:?}")) }
    });
    app.kill();
    app.restart();
    app.wait_until_idle();

    let jobs = jobs(&app);
    assert_eq!(jobs.len(), QUEUED);
    let ended = states(&jobs);
    assert_eq!(ended.values().sum::<usize>(), ended["completed"] + ended["dead"], "{ended:?}");

    let logs = app.cli(["logs", "--kind", "job"]).run().exits(0).stdout;
    let rescued = logs.lines().filter(|line| line.contains(" - RESCUED (process died in attempt 1)")).count();
    assert_eq!(rescued, 8, "{logs}");
    let dead = logs.lines().filter(|line| line.contains("- DEAD after ")).count();
    assert_eq!(dead, ended["dead"], "{logs}");
    for job in &jobs {
        let id = job["id"].as_str().unwrap();
        let shown = app.get(&format!("/_dev/jobs/{id}")).has_status(200).json();
        let history = shown["history"].as_array().unwrap();
        assert_eq!(history.len() as u64, job["attempts"].as_u64().unwrap(), "{shown}");
        let successes = history.iter().filter(|attempt| attempt["outcome"] == "success").count();
        assert_eq!(successes, usize::from(job["state"] == "completed"), "{shown}");
    }
}

#[test]
fn stop_puts_running_jobs_back_without_costing_an_attempt() {
    let page =
        "{% background source_name: 'long' %}{% for i in (1..100000000000) %}{% endfor %}{% endbackground %}";
    let mut app = Project::of(&[("app/views/pages/index.liquid", page)]).serve(&["--grace", "0s"]);
    app.get("/").has_status(200);
    app.wait_for("the job to run", || jobs(&app)[0]["state"] == "running");
    app.interrupt();
    assert_eq!(app.wait_for_exit().code(), Some(0));
    let listed = app.cli(["jobs", "list", "--json"]).run().exits(0).stdout;
    let job: Json = serde_json::from_str(listed.trim()).unwrap();
    assert_eq!((&job["state"], &job["attempts"]), (&Json::from("queued"), &Json::from(0)), "{job}");
}

#[test]
fn enqueued_job_is_there_after_a_kill_right_behind_the_answer() {
    let page = "{% background source_name: 'kept' %}x{% endbackground %}answered";
    let mut app = Project::of(&[("app/views/pages/index.liquid", page)]).serve(&["--no-jobs"]);
    app.get("/").has_status(200);
    app.kill();
    app.restart();
    let jobs = jobs(&app);
    assert_eq!(states(&jobs), BTreeMap::from([("queued", 1)]));
}
