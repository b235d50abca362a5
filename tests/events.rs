//! Events: `{% trigger_event %}` and the consumers it reaches.

use crate::harness::{Finished, Project};

const PAGE: &str = "app/views/pages/index.liquid";

fn run(files: &[(&str, &str)]) -> Finished {
    let project = Project::of(files);
    project
        .cli(["run", "--port", "0", "--ephemeral", "--retry-scale", "0", "--visit", "/", "--until-idle"])
        .run()
}

#[test]
fn consumer_sees_payload_type_and_alias() {
    let finished = run(&[
        (PAGE, "before{% trigger_event 'user.created', user_id: 5 %}after"),
        (
            "app/lib/consumers/user_created/one.liquid",
            "{% log \"{{ event.user_id }} {{ event.type }} {{ event.object.user_id }}\" %}{% log event.consumers, type: 'consumers' %}{% log event.valid, type: 'valid' %}{% assign d = event.date | size %}{% log d, type: 'date' %}{% assign u = event.uuid | size %}{% log u, type: 'uuid' %}",
        ),
    ])
    .exits(0);
    for text in [
        "info: 5 user.created 5",
        "consumers: [{\"path\":\"consumers/user_created/one\"",
        "valid: true",
        "uuid: 36",
        "background job: consumers/user_created/one - QUEUED (default)",
        "background job: consumers/user_created/one (attempt 1/5) - SUCCESS",
    ] {
        assert!(finished.stdout.contains(text), "{text}: {finished}");
    }
    assert!(!finished.stdout.contains("date: 0"), "{finished}");
}

#[test]
fn dotted_folder_and_named_form_work_too() {
    let finished = run(&[
        (PAGE, "{% trigger_event event: 'email.send_welcome', resource_id: 9 %}"),
        (
            "app/lib/consumers/email.send_welcome/deliver.liquid",
            "{% log \"{{ event.type }} {{ event.resource_id }}\" %}",
        ),
    ])
    .exits(0);
    assert!(finished.stdout.contains("info: email.send_welcome 9"), "{finished}");
}

#[test]
fn metadata_of_a_consumer_sets_its_job() {
    let metadata = "---\nmetadata:\n  priority: high\n  max_attempts: 2\n  delay: 0.5\n---\nx";
    let finished = run(&[
        (PAGE, "{% trigger_event 'a_happened' %}"),
        ("app/lib/consumers/a_happened/late.liquid", metadata),
        (
            "app/lib/consumers/a_happened/odd.liquid",
            "---\nmetadata:\n  priority: urgent\n  max_attempts: 0\n---\nx",
        ),
        ("app/lib/consumers/a_happened/plain.liquid", "x"),
        ("app/lib/consumers/a_happened_twice/other.liquid", "x"),
    ])
    .exits(0);
    for text in [
        "background job: consumers/a_happened/late - QUEUED (high, in 30s)",
        "background job: consumers/a_happened/odd - QUEUED (default)",
        "background job: consumers/a_happened/odd (attempt 1/1) - SUCCESS",
        "background job: consumers/a_happened/plain (attempt 1/5) - SUCCESS",
    ] {
        assert!(finished.stdout.contains(text), "{text}: {finished}");
    }
    assert!(!finished.stdout.contains("a_happened_twice"), "{finished}");
}

#[test]
fn consumers_of_app_and_modules_both_run() {
    let finished = run(&[
        (PAGE, "{% trigger_event 't', x: 7 %}"),
        ("app/lib/consumers/t/x.liquid", "{% log event.x, type: 'app' %}"),
        ("modules/m/public/lib/consumers/t/y.liquid", "{% log event.object.x, type: 'module' %}"),
    ])
    .exits(0);
    for text in ["app: 7", "module: 7", "background job: modules/m/consumers/t/y (attempt 1/5) - SUCCESS"] {
        assert!(finished.stdout.contains(text), "{text}: {finished}");
    }
}

#[test]
fn failing_consumer_leaves_the_others_alone() {
    let finished = run(&[
        (PAGE, "{% trigger_event 't' %}"),
        ("app/lib/consumers/t/bad.liquid", "---\nmetadata:\n  max_attempts: 2\n---\n{{ 1 | divided_by: 0 }}"),
        ("app/lib/consumers/t/good.liquid", "{% log 'good' %}"),
    ])
    .exits(1);
    for text in [
        "info: good",
        "background job: consumers/t/bad (attempt 2/2) - FAILED",
        "background job: consumers/t/bad - DEAD after 2 attempts",
        "Liquid error (lib/consumers/t/bad.liquid:5): divided by 0",
    ] {
        assert!(finished.stdout.contains(text), "{text}: {finished}");
    }
}

#[test]
fn event_that_nobody_consumes_is_one_warning() {
    let finished = run(&[(PAGE, "{% trigger_event 'lonely' %}")]).exits(0);
    let warnings = finished
        .lines()
        .iter()
        .filter(|line| line.contains("warning: event 'lonely' has no consumer"))
        .count();
    assert_eq!(warnings, 1, "{finished}");
}

#[test]
fn event_falls_with_its_transaction() {
    let finished = run(&[
        (PAGE, "{% transaction %}{% trigger_event 't' %}{% rollback %}{% endtransaction %}"),
        ("app/lib/consumers/t/x.liquid", "{% log 'ran' %}"),
    ])
    .exits(0);
    assert!(!finished.stdout.contains("consumers/t/x"), "{finished}");
}

#[test]
fn event_without_a_name_is_an_error() {
    for page in ["{% trigger_event %}", "{% trigger_event event: nothing %}"] {
        let finished = run(&[(PAGE, page)]).exits(1);
        assert!(finished.stdout.contains("request: GET / 500"), "{finished}");
        assert!(finished.stdout.to_lowercase().contains("event"), "{finished}");
    }
}
