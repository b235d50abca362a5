//! The log as clients of the platform follow and search it.

use serde_json::{Value as Json, json};

use crate::harness::{Project, Response, TestApp};

/// A page that logs, one that fails in a partial, a job that fails.
fn project() -> Project {
    Project::of(&[
        ("app/views/pages/note.liquid", "{% log context.params.text, type: 'Note' %}"),
        ("app/views/pages/pay.liquid", "<p>\n{% render 'pay' %}"),
        ("app/views/partials/pay.liquid", "one\n  {% include 'gone' %}\nthree"),
        (
            "app/views/pages/later.liquid",
            "{% background source_name: 'charge', max_attempts: 1 %}\n{{ 1 | divided_by: 0 }}{% endbackground %}",
        ),
    ])
}

fn rows(app: &TestApp, last_id: &str) -> Vec<Json> {
    let answer = app.get(&format!("/api/app_builder/logs?last_id={last_id}")).has_status(200).json();
    answer["logs"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
}

fn id(row: &Json) -> u64 {
    row["id"].as_str().unwrap().parse().unwrap()
}

/// The first row whose message contains `text`.
fn row(app: &TestApp, text: &str) -> Json {
    app.wait_for(format!("a row with {text:?}"), || {
        rows(app, "0").into_iter().find(|row| row["message"].as_str().unwrap().contains(text))
    })
}

#[test]
fn rows_come_in_order_and_only_what_is_new_comes_again() {
    let app = project().serve(&[]);
    app.get("/note?text=one");
    let first = rows(&app, "0");
    assert!(first.iter().any(|row| row["message"] == "one" && row["error_type"] == "Note"), "{first:?}");
    assert!(first.is_sorted_by_key(id));
    for row in &first {
        assert!(row["created_at"].is_string() && row["message"].is_string(), "{row}");
    }
    let last = id(first.last().unwrap()).to_string();
    assert_eq!(rows(&app, &last), [] as [Json; 0], "to ask is no news");

    app.get("/note?text=two");
    let news: Vec<_> = rows(&app, &last).iter().map(|row| row["message"].clone()).collect();
    assert_eq!(news[0], "two");
    assert_eq!(news.len(), 2, "{news:?}");
}

#[test]
fn clients_that_begin_say_so_in_many_ways() {
    let app = project().serve(&[]);
    let all = rows(&app, "0");
    for last_id in ["", "null", "undefined", "%20"] {
        assert_eq!(rows(&app, last_id), all, "{last_id}");
    }
    assert_eq!(app.get("/api/app_builder/logs").json()["logs"], json!(all));
    // As one does that has followed a log which was reset.
    for last_id in ["5000", "99999999999999999999"] {
        assert_eq!(rows(&app, last_id), all, "{last_id}");
    }
}

#[test]
fn a_moment_says_where_to_begin_as_ids_of_the_platform_do() {
    let app = project().serve(&[]);
    app.get("/note?text=early");
    let all = rows(&app, "0");
    let started: jiff::Timestamp = all[0]["created_at"].as_str().unwrap().parse().unwrap();
    let seconds = started.as_second();

    assert_eq!(rows(&app, "0.000001"), all);
    assert_eq!(rows(&app, &format!("{}.{:03}", seconds, started.subsec_millisecond())), all);
    assert_eq!(rows(&app, &format!("{}.5", seconds + 3600)), [] as [Json; 0]);
}

#[test]
fn a_client_that_begins_gets_the_newest_and_one_that_goes_on_loses_nothing() {
    let app = project().serve(&[]);
    let many = "{% for i in (1..2500) %}{% log i, type: 'n' %}{% endfor %}";
    app.browser().post_json("/api/app_builder/liquid_exec", &json!({ "content": many })).has_status(200);

    let newest = rows(&app, "0");
    assert_eq!(newest.len(), 200);
    assert!(newest.iter().any(|row| row["message"] == "2500"));

    let (mut last, mut numbers) = (1, Vec::new());
    loop {
        let page = rows(&app, &last.to_string());
        assert!(page.len() <= 1000);
        let Some(end) = page.last() else { break };
        last = id(end);
        numbers.extend(page.iter().filter(|row| row["error_type"] == "n").map(|row| row["message"].clone()));
    }
    assert!(numbers.iter().eq((1..=2500).map(|n| json!(n.to_string())).collect::<Vec<_>>().iter()));
}

#[test]
fn an_error_of_a_page_is_a_diagnostic() {
    let app = project().serve(&[]);
    app.get("/pay?card=4111").has_status(500);

    let host = app.url().strip_prefix("http://").unwrap();
    assert_eq!(
        row(&app, "GET /pay 500")["data"],
        json!({
            "schema_version": 1, "type": "Liquid error", "message": "can't find partial 'gone'",
            "source_span": "{% include 'gone' %}",
            "stack": [
                { "path": "app/views/partials/pay.liquid", "line": 2 },
                { "path": "app/views/pages/pay.liquid", "line": 2 },
            ],
            "context": { "url": format!("{host}/pay"), "user": { "email": null } },
        })
    );
}

#[test]
fn an_error_of_a_job_is_a_diagnostic_and_other_rows_say_where_they_are_from() {
    let app = project().serve(&[]);
    app.get("/later");
    app.wait_until_idle();
    let failed = row(&app, "charge (attempt 1/1) - FAILED");
    assert_eq!(failed["data"]["schema_version"], 1, "{failed}");
    assert_eq!(failed["data"]["stack"][0], json!({ "path": "app/views/pages/later.liquid", "line": 2 }));
    assert_eq!(failed["data"]["source_span"], "{{ 1 | divided_by: 0 }}");

    app.get("/note?text=here");
    let note = row(&app, "here");
    let host = app.url().strip_prefix("http://").unwrap();
    assert_eq!(note["data"]["url"], format!("{host}/note?text=here"));
    assert_eq!(note["data"]["page"], "note");
    assert_eq!(row(&app, "GET /note 200")["data"], Json::Null);
}

fn search(app: &TestApp, body: &Json) -> Response {
    let uuid = app.get("/api/app_builder/instance").json()["uuid"].as_str().unwrap().to_owned();
    app.browser().post_json(&format!("/api/{uuid}/_search"), body)
}

#[test]
fn the_log_is_searched_by_time_and_column() {
    let app = project().serve(&[]);
    for path in ["/note?text=a", "/note?text=b", "/nowhere", "/later"] {
        app.get(path);
    }
    app.wait_until_idle();

    let sql = "SELECT * FROM logs WHERE type = 'Note' ORDER BY _timestamp";
    let aggs =
        json!({ "histogram": "SELECT histogram(_timestamp, '1 day') AS key, COUNT(*) AS num FROM query" });
    let query =
        json!({ "sql": sql, "from": 0, "size": 1, "start_time": 0, "end_time": 0, "track_total_hits": true });
    let found = search(&app, &json!({ "query": query, "aggs": aggs })).has_status(200).json();
    assert_eq!((&found["total"], &found["hits"][0]["message"]), (&json!(2), &json!("a")), "{found}");
    assert_eq!(found["hits"].as_array().unwrap().len(), 1);
    let counted: u64 =
        found["aggs"]["histogram"].as_array().unwrap().iter().map(|row| row["num"].as_u64().unwrap()).sum();
    assert_eq!(counted, 2);

    let at = found["hits"][0]["_timestamp"].as_i64().unwrap();
    let before = json!({ "query": { "sql": sql, "end_time": at } });
    assert_eq!(search(&app, &before).json()["hits"], json!([]));

    let requests = json!({ "query": { "sql": "SELECT * FROM requests WHERE lb_status_code = 404" } });
    let hits = search(&app, &requests).json()["hits"].clone();
    assert_eq!(hits[0]["http_request_path"], "/nowhere", "{hits}");
    assert_eq!(hits.as_array().unwrap().len(), 1);

    let uuid = app.get("/api/app_builder/instance").json()["uuid"].as_str().unwrap().to_owned();
    let around = app.get(&format!("/api/{uuid}/logs/_around?key={at}&size=4")).has_status(200).json();
    assert!(around["hits"].as_array().unwrap().iter().any(|hit| hit["message"] == "a"), "{around}");
}

#[test]
fn what_a_search_does_not_understand_is_refused_by_name() {
    let app = project().serve(&[]);
    for (body, part) in [
        (json!({ "query": { "sql": "SELECT type, count(*) FROM logs GROUP BY type" } }), "`type`"),
        (json!({ "query": { "sql": "SELECT * FROM secrets" } }), "`secrets`"),
        (json!({ "query": {} }), "sql"),
        (json!({ "query": { "sql": "SELECT * FROM logs" }, "aggs": { "top": "x" } }), "`top`"),
    ] {
        let answer = search(&app, &body).has_status(400).json();
        assert!(answer["error"].as_str().unwrap().contains(part), "{body}: {answer}");
    }
    let uuid = app.get("/api/app_builder/instance").json()["uuid"].as_str().unwrap().to_owned();
    let alerts = app.get(&format!("/api/{uuid}/alerts")).has_status(422).json();
    assert!(alerts["error"].as_str().unwrap().contains("no alerts"), "{alerts}");
    assert_eq!(app.get(&format!("/api/{uuid}/logs/_around?key=now")).status, 400);
    assert_eq!(app.get("/api/00000000-0000-4000-8000-000000000000/_search").status, 404);
}
