//! The queue as administration pages see it.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::Fixture;
use crate::jobs::{Body, NewJob, Options, Priority, Queue};
use crate::store::{Database, Store};

/// Three jobs that wait: `mail` now, `report` in an hour, `clean` tomorrow.
fn fixture() -> Fixture {
    let mut fixture = Fixture::new(&[("app/views/pages/index.liquid", "")]);
    let store = Store::memory(Database::Queue).unwrap();
    let queue = Queue::open(store, crate::logs::Log::starting_after(0), Options::default()).unwrap();
    let jobs = vec![
        job(&queue, "mail", Priority::High, 0),
        job(&queue, "report", Priority::Default, 3600),
        job(&queue, "clean", Priority::Low, 86400),
    ];
    queue.enqueue(jobs).unwrap();
    fixture.queue = Some(queue);
    fixture
}

/// A job that waits these seconds.
fn job(queue: &Queue, name: &str, priority: Priority, delay: u64) -> NewJob {
    NewJob {
        id: queue.ids().next(),
        source_name: name.to_owned(),
        body: Body::Partial(format!("jobs/{name}")),
        args: json!({"n": 1}),
        context: json!({"location": {"href": "http://h/a?b=1"}}),
        priority,
        delay: Duration::from_secs(delay),
        max_attempts: 3,
        trace: "t".to_owned(),
        request: None,
        depth: 0,
        parent: None,
    }
}

fn names(fixture: &mut Fixture, arguments: &str) -> Json {
    let document = format!("{{ admin_background_jobs({arguments}) {{ results {{ source_name }} }} }}");
    let found = fixture.data(&document, json!({}));
    let found = found["admin_background_jobs"]["results"].as_array().unwrap().clone();
    found.iter().map(|job| job["source_name"].clone()).collect()
}

#[test]
fn jobs_are_found_by_what_they_wait_for() {
    let mut fixture = fixture();
    for (arguments, expected) in [
        ("page: 1", json!(["clean", "report", "mail"])),
        ("filter: { type: SCHEDULED }", json!(["clean", "report", "mail"])),
        ("filter: { type: DEAD }", json!([])),
        (r#"filter: { source_name: { contains: "P" } }"#, json!(["report"])),
        (
            r#"filter: { or: [{ source_name: { value: "mail" } }, { queue: { value: "low" } }] }"#,
            json!(["clean", "mail"]),
        ),
        (
            r#"filter: { type: SCHEDULED, timestamp: { gt: "2000-01-01" } }"#,
            json!(["clean", "report", "mail"]),
        ),
        (r#"filter: { created_at: { lt: "2000-01-01" } }"#, json!([])),
        ("sort: [{ source_name: { order: ASC } }]", json!(["clean", "mail", "report"])),
        ("sort: [{ run_at: { order: ASC } }], per_page: 2, page: 2", json!(["clean"])),
        ("sort: [{ queue: { order: ASC } }]", json!(["report", "mail", "clean"])),
        (
            "sort: [{ class_name: { order: ASC } }, { enqueued_at: { order: ASC } }, { retry: { order: ASC } }, { source_name: { order: DESC } }]",
            json!(["report", "mail", "clean"]),
        ),
    ] {
        assert_eq!(names(&mut fixture, arguments), expected, "{arguments}");
    }
    for (arguments, message) in [
        ("page: 51", "page must be at most 50, not 51"),
        ("per_page: 101", "per_page must be at most 100, not 101"),
        ("page: 0", "page must be at least 1, not 0"),
    ] {
        let document = format!("{{ admin_background_jobs({arguments}) {{ total_entries }} }}");
        assert_eq!(fixture.errors(&document, json!({})), message);
    }
}

#[test]
fn job_tells_what_it_was_given() {
    let mut fixture = fixture();
    let document = r#"{ admin_background_jobs(filter: { source_name: { value: "report" } }) { total_entries results { queue attempts arguments partial_name started_at dead_at retry_at error_message } } }"#;
    assert_eq!(
        fixture.data(document, json!({}))["admin_background_jobs"],
        json!({"total_entries": 1, "results": [{
            "queue": "default", "attempts": 0, "partial_name": "jobs/report", "started_at": null,
            "arguments": {"context": {"location": {"href": "http://h/a?b=1"}}, "url": "http://h/a?b=1", "n": 1},
            "dead_at": null, "retry_at": null, "error_message": null,
        }]})
    );
}

#[test]
fn variable_called_context_stays_and_every_job_has_a_location() {
    for (args, context, expected) in [
        (json!({"context": "mine"}), json!({}), json!({"context": "mine", "url": null})),
        (
            json!({}),
            json!({"language": "pl"}),
            json!({"context": {"language": "pl", "location": {}}, "url": null}),
        ),
    ] {
        let mut fixture = fixture();
        let queue = fixture.queue.as_ref().unwrap();
        let job = NewJob { source_name: "own".into(), args, context, ..job(queue, "own", Priority::High, 0) };
        queue.enqueue(vec![job]).unwrap();
        let document = r#"{ jobs: admin_background_jobs(filter: { source_name: { value: "own" } }) { results { arguments } } }"#;
        let found = fixture.data(document, json!({}));
        assert_eq!(found["jobs"]["results"], json!([{ "arguments": expected }]));
    }
}

#[test]
fn jobs_are_hurried_and_deleted() {
    let mut fixture = fixture();
    let found = fixture.data(
        r#"{ admin_background_jobs(filter: { source_name: { value: "report" } }) { results { id } } }"#,
        json!({}),
    );
    let id = found["admin_background_jobs"]["results"][0]["id"].clone();
    let retried = fixture
        .data("mutation ($id: ID!) { admin_background_job_retry(id: $id) { id run_at } }", json!({"id": id}));
    assert_eq!(retried["admin_background_job_retry"]["id"], id);
    let delete = "mutation ($id: ID!) { admin_background_job_delete(id: $id) { source_name } }";
    let deleted = fixture.data(delete, json!({"id": id}));
    assert_eq!(deleted, json!({"admin_background_job_delete": {"source_name": "report"}}));
    assert_eq!(names(&mut fixture, "page: 1"), json!(["clean", "mail"]));
    assert_eq!(fixture.errors(delete, json!({"id": "999999"})), "no job 999999");
    assert_eq!(fixture.errors(delete, json!({"id": "x"})), "id: `x` is not an id");

    let document = r#"mutation { admin_background_jobs_delete_all(filter: { queue: { value: "low" } }) { results { source_name } } }"#;
    let deleted = fixture.data(document, json!({}));
    assert_eq!(deleted, json!({"admin_background_jobs_delete_all": {"results": [{"source_name": "clean"}]}}));
    assert_eq!(names(&mut fixture, "page: 1"), json!(["mail"]));
}

#[test]
fn without_a_queue_there_are_no_jobs_to_ask_for() {
    let mut fixture = fixture();
    fixture.queue = None;
    let errors = fixture.errors("{ admin_background_jobs { total_entries } }", json!({}));
    assert_eq!(errors, "there is no job queue here");
}
