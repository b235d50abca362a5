//! What `{% background %}` asks for, and what a job gets when it runs.

use super::*;

/// What the block of `page` logs or prints, run with what it captured.
fn printed(page: &str) -> Vec<String> {
    let app = Fixture::page(page);
    app.jobs().iter().map(|job| app.run(job).unwrap().body).collect()
}

#[test]
fn block_without_arguments_takes_what_it_passes_on() {
    let cases = [
        ("{% assign x = 1 %}{% background %}{% assign y = x %}{{ y }}{% endbackground %}", "1"),
        ("{% assign x = 1 %}{% background %}{{ x }}{% endbackground %}", ""),
        ("{% assign x = 1 %}{% background z: 2 %}{% assign y = x %}{{ y }}{{ z }}{% endbackground %}", "2"),
        (
            "{% assign h = {\"a\": 1} %}{% background h: h %}{{ h.a }}{% endbackground %}{% assign h.a = 2 %}",
            "1",
        ),
    ];
    for (page, output) in cases {
        assert_eq!(printed(page), [output], "{page}");
    }
}

#[test]
fn each_turn_of_a_loop_queues_a_job_of_its_own() {
    let page = "{% for i in (1..3) %}{% background %}{% assign k = i %}{{ k }}{% assign n = forloop.index %}{{ n }}{% endbackground %}{% endfor %}";
    assert_eq!(printed(page), ["11", "22", "33"]);
}

#[test]
fn implicit_capture_is_warned_of_and_can_be_switched_off() {
    let page =
        "{% assign user = 1 %}{% background source_name: 'n' %}{% assign y = user %}{% endbackground %}";
    let mut app = Fixture::page(page);
    assert_eq!(app.jobs()[0].args, json!({"user": 1}));
    assert_eq!(
        app.logged(),
        [
            "warning: background job n: variable 'user' captured implicitly; on platformOS pass it as user: user"
        ]
    );

    app.bindings.strict_scope = true;
    assert_eq!(app.jobs()[0].args, json!({}));
    assert!(app.logged().is_empty());
}

#[test]
fn options_are_read_and_the_rest_are_arguments() {
    let page =
        "{% background j = 'p', delay: 0.5, priority: 'high', max_attempts: 9, source_name: 's', a: 1 %}";
    let app = Fixture::page(page);
    let job = app.jobs().remove(0);
    assert_eq!(job.body, Body::Partial("p".into()));
    assert_eq!((job.priority, job.delay, job.max_attempts), (Priority::High, Duration::from_secs(30), 5));
    assert_eq!((job.source_name.as_str(), job.args), ("s", json!({"a": 1})));
    assert_eq!((job.depth, job.parent, job.trace.as_str()), (0, None, "t1"));
}

#[test]
fn jobs_are_called_by_their_path_or_place() {
    let page = "---\nslug: /\n---\n\n{% background _ = 'p' %}{% background 'label' %}{% endbackground %}\n{% background %}x{% endbackground %}";
    let names: Vec<String> = Fixture::page(page).jobs().into_iter().map(|job| job.source_name).collect();
    assert_eq!(names, ["p", "label", "views/pages/index.liquid:6"]);
}

#[test]
fn error_in_a_block_points_into_the_file() {
    let app = Fixture::page("\n{% background %}\n\n{{ 1 | divided_by: 0 }}{% endbackground %}");
    let error = app.run(&app.jobs()[0]).unwrap_err();
    assert_eq!(error.message(), "Liquid error (views/pages/index.liquid:4): divided by 0");
}

#[test]
fn block_of_a_liquid_tag_runs_too() {
    let page = "{% liquid\n assign x = 1\n background\n assign y = x\n echo y\n endbackground\n%}";
    assert_eq!(printed(page), ["1"]);
}

#[test]
fn rollback_and_errors_drop_the_jobs_of_a_transaction() {
    let page = "{% background _ = 'kept' %}\
        {% transaction %}{% background _ = 'p' %}{% for i in (1..2) %}{% rollback %}{% endfor %}{% endtransaction %}\
        {% try %}{% transaction %}{% background _ = 'p' %}{% include 'nope' %}{% endtransaction %}{% catch %}{% endtry %}\
        {% transaction %}{% background _ = 'kept too' %}{% endtransaction %}";
    let names: Vec<String> = Fixture::page(page).jobs().into_iter().map(|job| job.source_name).collect();
    assert_eq!(names, ["kept", "kept too"]);
}

#[test]
fn context_of_a_job_leaves_out_what_belongs_to_the_visitor() {
    let app = Fixture::page("{% background %}{% endbackground %}");
    let context = json!({
        "params": {"q": 1}, "session": {}, "current_user": {"id": 1}, "language": "pl",
        "location": {"host": "h"}, "environment": "staging", "page": {"slug": "/", "metadata": {"a": 1}},
    });
    let job = app.get_as("/", context).unwrap().jobs.remove(0);
    let expected = json!({
        "language": "pl", "location": {"host": "h"}, "environment": "staging", "page": {"slug": "/"},
    });
    assert_eq!(job.context, expected);
}

#[test]
fn jobs_within_jobs_end_at_the_limit() {
    let mut app = Fixture::of(&[
        ("lib/again.liquid", "{% background _ = 'again' %}"),
        ("views/pages/index.liquid", "{% background _ = 'again' %}"),
    ]);
    app.bindings.max_job_depth = 1;
    let first = app.jobs().remove(0);
    let second = app.run(&first).unwrap().jobs.remove(0);
    assert_eq!((second.depth, second.parent), (1, Some(first.id)));
    let error = app.run(&second).unwrap_err();
    assert!(error.text().starts_with("too many background jobs within background jobs"), "{error}");
}

#[test]
fn arguments_over_the_limit_are_refused_and_large_ones_warned_of() {
    let page = "{% capture s %}{% for i in (1..120000) %}x{% endfor %}{% endcapture %}{% background _ = 'p', s: s %}";
    let mut app = Fixture::page(page);
    assert_eq!(app.jobs().len(), 1);
    assert_eq!(app.logged(), ["warning: background job p: arguments take 117 KB; pass ids instead"]);

    app.bindings.max_payload = 1000;
    assert!(app.error().contains("arguments take 120008 bytes, 1000 are allowed"));
}

#[test]
fn what_a_job_logs_is_found_by_the_job() {
    let app = Fixture::page("{% background source_name: 'n' %}{% log 'x' %}{% endbackground %}");
    let job = app.jobs().remove(0);
    app.run(&job).unwrap();
    let entry = app.bindings.log.take_pending().remove(0).event;
    assert_eq!((entry.source_name, entry.job), (Some("n".into()), Some(reference(&job))));
}

#[test]
fn job_has_no_session() {
    let app = Fixture::page("{% background %}{% session a = 1 %}{% endbackground %}");
    let error = app.run(&app.jobs()[0]).unwrap_err();
    assert_eq!(error.text(), "there is no session in a background job");
}

#[test]
fn blank_path_is_an_error_and_a_missing_partial_one_of_the_job() {
    assert!(Fixture::page("{% background _ = nope %}").error().contains("needs the path of a partial"));
    let app = Fixture::page("{% background _ = 'missing/partial' %}");
    let error = app.run(&app.jobs()[0]).unwrap_err();
    assert_eq!(error.text(), "can't find partial 'missing/partial'");
}

#[test]
fn ids_are_handed_out_in_order() {
    let mut app = Fixture::page("{% background a = 'p' %}{% background %}{% endbackground %}{{ a }}");
    app.bindings.job_ids = JobIds::starting_at(7);
    let rendered = app.get("/").unwrap();
    assert_eq!(rendered.body, "7");
    assert_eq!(rendered.jobs.iter().map(|job| job.id).collect::<Vec<_>>(), [JobId(7), JobId(8)]);
}
