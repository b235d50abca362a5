//! `{% trigger_event %}`: consumers, their options, and definitions.

use super::*;

fn app(page: &str) -> Fixture {
    Fixture::of(&[
        ("views/pages/index.liquid", page),
        (
            "lib/consumers/user_created/one.liquid",
            "{{ event.user_id }}{{ event.type }}{{ event.object.user_id }}",
        ),
        (
            "lib/consumers/user_created/two.liquid",
            "---\nmetadata:\n  priority: high\n  delay: 0.5\n  max_attempts: 2\n---\n{{ event.consumers.size }}",
        ),
        ("lib/consumers/user_created_twice/x.liquid", ""),
        ("lib/events/refused.liquid", "{% return {\"valid\": false, \"errors\": {\"a\": 1}} %}"),
        ("lib/consumers/refused/x.liquid", ""),
        ("lib/events/extended.liquid", "{% assign event.bar = 'extra' %}{% return {\"valid\": true} %}"),
        ("lib/consumers/extended/x.liquid", "{{ event.bar }}"),
    ])
}

#[test]
fn each_consumer_gets_the_event_in_a_job_of_its_own() {
    let app = app("{% trigger_event 'user.created', user_id: 5 %}");
    let jobs = app.jobs();
    let names: Vec<&str> = jobs.iter().map(|job| job.source_name.as_str()).collect();
    assert_eq!(names, ["consumers/user_created/one", "consumers/user_created/two"]);
    assert_eq!(app.run(&jobs[0]).unwrap().body, "5user.created5");
    assert_eq!(app.run(&jobs[1]).unwrap().body, "2");
}

#[test]
fn metadata_of_a_consumer_sets_its_options() {
    let jobs = app("{% trigger_event event: 'user.created', user_id: 5 %}").jobs();
    let options = |job: &NewJob| (job.priority, job.delay, job.max_attempts);
    assert_eq!(options(&jobs[0]), (Priority::Default, Duration::ZERO, 5));
    assert_eq!(options(&jobs[1]), (Priority::High, Duration::from_secs(30), 2));
}

#[test]
fn event_without_consumer_is_warned_of() {
    let app = app("{% trigger_event 'nobody.cares', a: 1 %}x");
    assert_eq!(app.body(), "x");
    assert!(
        app.logged()
            .contains(&"warning: event 'nobody.cares' has no consumer in consumers/nobody.cares/".to_owned())
    );
}

#[test]
fn definition_may_refuse_or_extend_the_event() {
    let refused = app("{% trigger_event 'refused', a: 1 %}");
    assert_eq!(refused.jobs().len(), 0);
    assert!(refused.logged()[0].starts_with("ERROR: trigger_event invalid: {\"a\":1,"));

    let extended = app("{% trigger_event 'extended', a: 1 %}");
    assert_eq!(extended.run(&extended.jobs()[0]).unwrap().body, "extra");
}

#[test]
fn rollback_drops_the_event() {
    let app = app("{% transaction %}{% trigger_event 'user.created' %}{% rollback %}{% endtransaction %}");
    assert_eq!(app.jobs().len(), 0);
}
