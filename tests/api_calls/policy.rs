//! Who answers, and what becomes of the caller where nobody does: rules, recordings, `--offline`, attempts of jobs.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{app, error_of, in_job, lines, posting, run, send};
use crate::harness::{Peer, Reply, response};

#[test]
fn job_whose_call_is_not_answered_is_tried_again() {
    let peer = Peer::start(|before, _| {
        Reply::Bytes(if before < 2 { Vec::new() } else { response(200, &[], b"there") })
    });
    let project = app(&[("views/pages/index.liquid", &in_job(&peer.url("/")))]);
    let finished = run(&project, &[]).exits(0);
    let log = &finished.stdout;
    for attempt in ["(attempt 1/3) - FAILED", "(attempt 2/3) - FAILED", "(attempt 3/3) - SUCCESS"] {
        assert_eq!(lines(log, attempt).len(), 1, "{log}");
    }
    assert_eq!(lines(log, "api call: GET ").len(), 3, "{log}");
    assert_eq!(lines(log, "/ FAILED (").len(), 2, "{log}");
    assert_eq!(peer.received().len(), 3);
}

#[test]
fn rule_that_times_out_twice_is_tried_again_too() {
    let project = app(&[("views/pages/index.liquid", &in_job("http://erp.test/"))]);
    project.write("stubs.yml", "- reply: {error: timeout}\n  times: 2\n- reply: {status: 200}\n");
    let log = run(&project, &["--api-calls", "stub"]).exits(0).stdout;
    assert_eq!(lines(&log, "/3) - FAILED").len(), 2, "{log}");
    assert_eq!(lines(&log, "(attempt 3/3) - SUCCESS").len(), 1, "{log}");
    let calls = lines(&log, "api call: GET http://erp.test/ ");
    let unanswered = calls.iter().filter(|line| line.ends_with(": no answer within 8 seconds"));
    assert_eq!((calls.len(), unanswered.count()), (3, 2), "{log}");
}

#[test]
fn what_an_unanswered_call_does_can_be_chosen() {
    let project = app(&[("views/pages/index.liquid", &in_job("http://erp.test/"))]);
    project.write("stubs.yml", "- reply: {error: refused}\n  times: 1\n- reply: {status: 503}\n");
    let stub = ["--api-calls", "stub"];
    let log = run(&project, &[&stub[..], &["--api-failure", "return"]].concat()).exits(0).stdout;
    assert_eq!(lines(&log, "(attempt 1/3) - SUCCESS").len(), 1, "{log}");
    let log = run(&project, &[&stub[..], &["--retry-on-5xx"]].concat()).exits(1).stdout;
    assert_eq!(lines(&log, "it answered with status 503").len(), 2, "{log}");
    assert_eq!(lines(&log, "DEAD after 3 attempts").len(), 1, "{log}");
    let log = run(&project, &stub).exits(0).stdout;
    assert_eq!(lines(&log, "(attempt 2/3) - SUCCESS").len(), 1, "{log}");

    project.write("app/views/pages/index.liquid", "{% graphql g = 'inline', url: 'http://erp.test/' %}");
    let finished = run(&project, &[&stub[..], &["--api-failure", "raise"]].concat()).exits(1);
    let message = "graphql 'inline': GET http://erp.test/: connection refused";
    assert!(!lines(&finished.stdout, message).is_empty(), "{finished}");
}

#[test]
fn page_waits_five_seconds_at_most_and_a_job_as_long_as_it_wants() {
    let peer = Peer::start(|_, _| Reply::After(Duration::from_secs(6), response(200, &[], b"late")));
    let call = format!(
        "{{% parse_json o %}}{{\"timeout\": 60}}{{% endparse_json %}}{{% graphql g = 'inline', url: '{}', options: o %}}",
        peer.url("/")
    );
    let page = format!("{call}{{% print g.c %}}");
    let job = format!(
        "{{% background source_name: 'slow' %}}{call}{{% log g.c.response.body, type: 'late' %}}{{% endbackground %}}"
    );
    let app = app(&[("views/pages/page.liquid", &page), ("views/pages/job.liquid", &job)]).serve(&[]);
    app.get("/job").has_status(200);
    let began = Instant::now();
    let error = error_of(&app.get("/page").has_status(200).json());
    let took = began.elapsed();
    assert!(error.ends_with(": no answer within 5 seconds"), "{error}");
    assert!(took >= Duration::from_secs(5), "{took:?}");
    app.wait_for_log("late: late");
}

#[test]
fn stub_answers_and_nothing_leaves_the_machine() {
    let project = app(&[(
        "views/pages/send.liquid",
        &posting("{% graphql g = 'send', template: 'erp', data: context.params %}"),
    )]);
    project.write("replies/order.json", r#"{"id":9}"#);
    project.write(
        "stubs.yml",
        "- match: {method: post, url: '*/orders', template: erp, body_contains: '{\"n\": 3}'}\n  reply: {status: 201, body_file: replies/order.json}\n\
         - match: {body_contains: '5}'}\n  reply: {status: 500, headers: {X-A: b}, body: oops}\n\
         - match: {body_contains: '6}'}\n  reply: {error: timeout}\n",
    );
    let app = project.serve(&["--api-calls", "stub"]);
    let send = |n| send(&app, &json!({"url": "http://127.0.0.1:9", "path": "orders", "k": "k", "n": n}));
    assert_eq!(send(3), json!({"response": {"status": 201, "body": "{\"id\":9}"}, "errors": []}));
    assert_eq!(error_of(&send(4)), "POST http://127.0.0.1:9/orders: no rule of the stubs matches");
    assert_eq!(send(5), json!({"response": {"status": 500, "body": "oops"}, "errors": []}));
    assert_eq!(error_of(&send(6)), "POST http://127.0.0.1:9/orders: no answer within 5 seconds");
}

#[test]
fn call_that_no_rule_matches_is_made_or_not() {
    let peer = Peer::answering(200, "live");
    let page =
        format!("{{% graphql g = 'inline', url: '{}' %}}{{% log g.c, type: 'result' %}}", peer.url("/"));
    let project = app(&[("views/pages/index.liquid", &page)]);
    project.write("rules.yml", "- match: {url: nothing}\n  reply: {}\n");
    let result = |more: &[&str]| {
        let args = [&["--stubs", "rules.yml"], more].concat();
        let log = run(&project, &args).exits(0).stdout;
        lines(&log, "result: ")[0].split_once("result: ").unwrap().1.to_owned()
    };
    assert!(result(&["--unmatched", "404"]).contains(r#""status":404"#));
    assert!(result(&["--unmatched", "error"]).contains("no rule of the stubs matches"));
    assert!(result(&["--unmatched", "live", "--offline"]).contains("no rule of the stubs matches"));
    assert!(peer.received().is_empty());
    assert!(result(&["--unmatched", "live"]).contains("live"));
}

#[test]
fn file_of_stubs_that_makes_no_sense_is_refused_with_its_place() {
    let project = app(&[]);
    let refused = |expected: &str| {
        let stderr = run(&project, &["--api-calls", "stub"]).exits(1).stderr;
        assert!(stderr.contains(expected), "{stderr}");
    };
    refused("cannot read the stubs");
    refused("hint: name the file of rules with `--stubs FILE`");
    project.write("stubs.yml", "- reply: {}\n  macth: {}\n");
    refused("error: stubs.yml:2:3: a rule has no key `macth`; did you mean `match`?");
}

#[test]
fn recordings_answer_when_nobody_is_there() {
    let peer = Peer::start(|before, _| {
        Reply::Bytes(response(200, &[("Set-Cookie", "a=secret")], format!("answer {before}").as_bytes()))
    });
    let url = peer.url("/?access_token=hidden");
    let page = format!(
        "{{% parse_json h %}}{{\"Authorization\": \"Bearer hidden\"}}{{% endparse_json %}}{{% for i in (1..2) %}}{{% graphql g = 'inline', url: '{url}', headers: h %}}{{% log g.c.response.body, type: 'result' %}}{{% endfor %}}"
    );
    let project = app(&[("views/pages/index.liquid", &page)]);
    let recorded = run(&project, &["--api-calls", "record"]).exits(0);
    let results = |log: &str| -> Vec<String> {
        lines(log, "result: ").iter().map(|line| line.split_once("result: ").unwrap().1.to_owned()).collect()
    };
    assert_eq!(results(&recorded.stdout), ["answer 0", "answer 1"]);
    let files: Vec<_> = fs::read_dir(project.path(".pos-dev/recordings"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 2);
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        assert!(!text.contains("hidden") && !text.contains("a=secret"), "{text}");
    }
    assert!(!recorded.stdout.contains("hidden"), "{recorded}");

    let replayed = run(&project, &["--api-calls", "replay", "--offline"]).exits(0);
    assert_eq!(results(&replayed.stdout), ["answer 0", "answer 1"]);
    assert_eq!(peer.received().len(), 2);
}

#[test]
fn offline_nothing_is_called_and_nothing_downloaded() {
    let peer = Peer::answering(200, "ok");
    let url = peer.url("/");
    let call = format!("{{% graphql g = 'inline', url: '{url}' %}}{{% print g.c %}}");
    let download = format!("{{{{ '{url}' | download_file }}}}");
    let off = r#"{"response":null,"errors":[{"message":"outgoing calls are off"}]}"#;
    for (args, downloads) in [(&["--offline"][..], false), (&["--api-calls", "off"], true)] {
        let app = app(&[("views/pages/call.liquid", &call), ("views/pages/download.liquid", &download)])
            .serve(args);
        assert_eq!(app.get("/call").has_status(200).text(), off);
        app.wait_for_log(": outgoing calls are off");
        assert_eq!(app.get("/download").status, if downloads { 200 } else { 500 });
    }
    assert_eq!(peer.received().len(), 1);
}
