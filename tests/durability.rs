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

const ROUNDS: usize = 4;
const VISITORS: usize = 50;

/// A page that creates an order and queues a job for it; the job writes down that it ran.
fn ordering() -> Project {
    let page = "{% graphql g, number: context.params.n %}mutation ($number: String!) {
  record_create(record: { table: \"order\", properties: [{ name: \"number\", value: $number }] }) { id }
}{% endgraphql %}{% background source_name: 'bill', number: context.params.n %}{% graphql g, number: number %}mutation ($number: String!) {
  record_create(record: { table: \"bill\", properties: [{ name: \"number\", value: $number }] }) { id }
}{% endgraphql %}{% endbackground %}ordered";
    Project::of(&[
        ("app/views/pages/order.liquid", page),
        ("app/schema/order.yml", "name: order\nproperties:\n- name: number\n"),
        ("app/schema/bill.yml", "name: bill\nproperties:\n- name: number\n"),
    ])
}

/// The numbers in the records of a table, sorted.
fn numbers(app: &TestApp, table: &str) -> Vec<String> {
    let query = format!(
        "{{ records(per_page: 10000, filter: {{ table: {{ value: \"{table}\" }} }}) {{ results {{ n: property(name: \"number\") }} }} }}"
    );
    let answer = app.new_browser().post_json("/api/graph", &serde_json::json!({ "query": query })).json();
    let results = answer["data"]["records"]["results"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let mut numbers: Vec<String> =
        results.iter().map(|record| record["n"].as_str().unwrap().to_owned()).collect();
    numbers.sort();
    numbers
}

/// Visitors order one thing after the other until the server is gone; the numbers of the answered orders. The server is
/// killed when `answers` have come.
fn order_until_killed(app: &mut TestApp, round: usize, answers: usize) -> Vec<String> {
    let (answered, heard) = std::sync::mpsc::channel();
    let url = app.url().to_owned();
    std::thread::scope(|scope| {
        for visitor in 0..VISITORS {
            let (answered, url) = (answered.clone(), &url);
            scope.spawn(move || {
                let browser = crate::harness::Browser::new(url);
                for order in 0.. {
                    let number = format!("{round}-{visitor}-{order}");
                    match browser.try_send("GET", &format!("/order?n={number}"), &[], Vec::new()) {
                        Ok(answer) if answer.status == 200 => drop(answered.send(number)),
                        Ok(answer) => panic!("{}: {}", answer.status, answer.text()),
                        Err(_) => return,
                    }
                }
            });
        }
        drop(answered);
        let mut numbers: Vec<String> = heard.iter().take(answers).collect();
        app.kill();
        numbers.extend(heard.iter());
        numbers
    })
}

#[test]
fn kill_amid_fifty_visitors_loses_no_record_and_no_job_that_was_answered() {
    let mut app = ordering().serve(&["--workers", "2"]);
    let mut answered = Vec::new();
    for round in 0..ROUNDS {
        answered.extend(order_until_killed(&mut app, round, VISITORS + 37 * round));
        app.restart();
    }
    app.wait_until_idle();

    let (orders, bills) = (numbers(&app, "order"), numbers(&app, "bill"));
    for number in &answered {
        assert!(orders.binary_search(number).is_ok(), "the answered order {number} is lost");
        assert!(bills.binary_search(number).is_ok(), "the job of the answered order {number} is lost");
    }
    for number in &bills {
        assert!(orders.binary_search(number).is_ok(), "there is a job of {number}, but no order");
    }
    let mut once = orders.clone();
    once.dedup();
    assert_eq!(once, orders, "an order is there twice");
    let jobs = jobs(&app);
    assert_eq!(states(&jobs).keys().collect::<Vec<_>>(), [&"completed"]);
}
