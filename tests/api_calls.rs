//! Calls of APIs, as an app makes them and as whoever is called sees them: against a real server that answers oddly, against
//! rules, recordings and nobody.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::harness::{Finished, Peer, Project, Reply, TestApp, response};

const SEND: &str = r#"mutation ($template: String!, $data: HashObject, $options: ApiCallSendOptions) {
  c: api_call_send(template: { name: $template }, data: $data, options: $options) { response { status body } errors { message } }
}"#;
const INLINE: &str = r#"mutation ($url: String!, $method: String = "get", $headers: HashObject, $body: String, $options: ApiCallSendOptions) {
  c: api_call_send(api_call: { url: $url, method: $method, headers: $headers, body: $body }, options: $options) { response { status body headers } errors { message } }
}"#;
const ERP: &str = r#"---
to: "{{ data.url }}/{{ data.path }}"
request_type: post
request_headers: '{"X-K": {{ data.k | json }}}'
---
{"n": {{ data.n }}}"#;

/// An app with two queries, the call `erp`, and these files of `app/`.
fn app(files: &[(&str, &str)]) -> Project {
    let project = Project::empty();
    for (path, text) in
        [("graphql/send.graphql", SEND), ("graphql/inline.graphql", INLINE), ("api_calls/erp.liquid", ERP)]
    {
        project.write(&format!("app/{path}"), text);
    }
    for (path, text) in files {
        project.write(&format!("app/{path}"), text);
    }
    project
}

fn send(app: &TestApp, data: &Json) -> Json {
    app.browser().post_json("/send", data).has_status(200).json()
}

/// A page of this body that takes posts; shows `g.c`.
fn posting(body: &str) -> String {
    format!("---\nmethod: post\nslug: send\n---\n{body}{{% print g.c %}}")
}

/// What a client of the GraphQL route gets for a call written in the mutation.
fn inline(app: &TestApp, variables: &Json) -> Json {
    let asked = json!({"query": INLINE, "variables": variables});
    let answer = app.new_browser().post_json("/api/graph", &asked).has_status(200).json();
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["c"].clone()
}

#[track_caller]
fn error_of(result: &Json) -> String {
    assert_eq!(result["response"], Json::Null, "{result}");
    let errors = result["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{result}");
    errors[0]["message"].as_str().unwrap().to_owned()
}

/// The lines of the log that contain `text`.
fn lines<'l>(log: &'l str, text: &str) -> Vec<&'l str> {
    log.lines().filter(|line| line.contains(text)).collect()
}

/// Visits `/` once and works all jobs.
fn run(project: &Project, args: &[&str]) -> Finished {
    let line = ["run", "--port", "0", "--retry-scale", "0", "--visit", "/", "--until-idle"];
    project.cli(line.iter().chain(args)).run()
}

#[test]
fn template_is_rendered_and_its_answer_is_in_the_next_line() {
    let peer = Peer::answering(201, r#"{"id":9}"#);
    let app = app(&[(
        "views/pages/send.liquid",
        &posting("{% graphql g = 'send', template: 'erp', data: context.params %}"),
    )])
    .serve(&[]);
    let data = json!({"url": peer.url(""), "path": "orders", "k": "v\"1", "n": 3});
    let answered = json!({"response": {"status": 201, "body": "{\"id\":9}"}, "errors": []});
    assert_eq!(send(&app, &data), answered);

    let received = peer.received();
    let [call] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!((call.line.as_str(), call.text().as_str()), ("POST /orders", "{\"n\": 3}"));
    assert_eq!(call.header("x-k"), Some("v\"1"));
    assert_eq!(call.header("content-type"), Some("application/json"));
    let line = app.wait_for_log("api call: ");
    assert!(line.contains(&format!("api call: POST {} 201 (", peer.url("/orders"))), "{line}");
}

#[test]
fn mutation_that_says_itself_what_to_send_is_never_liquid() {
    let peer = Peer::answering(200, "ok");
    let app = app(&[]).serve(&[]);
    let body = "{{ not_liquid }} &";
    let call = json!({"url": peer.url("/x"), "method": "PUT", "headers": {"A": 1, "B": null}, "body": body});
    assert_eq!(inline(&app, &call)["response"]["status"], 200);
    let call = &peer.received()[0];
    assert_eq!((call.line.as_str(), call.text().as_str()), ("PUT /x", body));
    assert_eq!((call.header("a"), call.header("b")), (Some("1"), None));
    assert_eq!(call.header("content-type"), Some("text/plain"));
}

#[test]
fn odd_answers_are_answers_or_one_error() {
    let app = app(&[]).serve(&[]);
    let gzip = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all("zażółć".as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let (ok, latin) = (response(200, &[("X-A", "1"), ("X-A", "2")], b"ok"), response(200, &[], b"a\xffb"));
    let zipped = response(200, &[("content-encoding", "gzip")], &gzip);
    for (bytes, status, body) in [
        (ok, 200, "ok"),
        (latin, 200, "a\u{fffd}b"),
        (zipped, 200, "zażółć"),
        (response(500, &[], b"oops"), 500, "oops"),
        (response(204, &[], b""), 204, ""),
        (b"HTTP/1.1 404 x\r\nconnection: close\r\n\r\nto the end".to_vec(), 404, "to the end"),
    ] {
        let peer = Peer::start(move |_, _| Reply::Bytes(bytes.clone()));
        let result = inline(&app, &json!({"url": peer.url("/")}));
        assert_eq!(result["errors"], json!([]), "{result}");
        assert_eq!(
            (&result["response"]["status"], &result["response"]["body"]),
            (&json!(status), &json!(body))
        );
    }

    let half = b"HTTP/1.1 200 x\r\ncontent-length: 100\r\n\r\nhal".to_vec();
    let vast = b"HTTP/1.1 200 x\r\ncontent-length: 60000000\r\n\r\n".to_vec();
    for (reply, expected) in [
        (Reply::Bytes(Vec::new()), "the connection was closed before the answer was complete"),
        (Reply::Bytes(half), "the connection was closed before the answer was complete"),
        (Reply::Bytes(b"SSH-2.0\r\n\r\n".to_vec()), "http"),
        (Reply::Bytes(vast), "the answer is larger than 50 MB"),
        (Reply::Endless(60 << 20), "the answer is larger than 50 MB"),
        (Reply::Never, "no answer within 1 second"),
    ] {
        let reply = std::sync::Mutex::new(Some(reply));
        let peer = Peer::start(move |_, _| reply.lock().unwrap().take().unwrap_or(Reply::Never));
        let url = peer.url("/x");
        let timeout = if expected.ends_with("second") { 1 } else { 5 };
        let error = error_of(&inline(&app, &json!({"url": url, "options": {"timeout": timeout}})));
        assert!(error.starts_with(&format!("GET {url}: ")) && error.contains(expected), "{error}");
    }

    let garbage = Peer::start(|_, _| Reply::Bytes(b"\x15\x03\x01\x00\x02\x02\x28".to_vec()));
    error_of(&inline(
        &app,
        &json!({"url": garbage.url("/").replace("http:", "https:"), "options": {"timeout": 2}}),
    ));
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = error_of(&inline(&app, &json!({"url": format!("http://{nobody}/")})));
    assert_eq!(error, format!("GET http://{nobody}/: connection refused"));
    assert_eq!(app.get("/_dev/idle").status, 200);
}

#[test]
fn redirects_are_followed_for_requests_that_only_read() {
    let app = app(&[]).serve(&[]);
    let peer = Peer::start(|_, request| {
        Reply::Bytes(match request.line.as_str() {
            "GET /loop" => response(302, &[("location", "/loop")], b""),
            "GET /there" => response(200, &[], b"there"),
            _ => response(302, &[("location", "/there")], b"moved"),
        })
    });
    let call = |method: &str, path: &str| inline(&app, &json!({"url": peer.url(path), "method": method}));
    assert_eq!(call("get", "/")["response"]["body"], "there");
    let posted = call("post", "/");
    assert_eq!((&posted["response"]["status"], &posted["response"]["body"]), (&json!(302), &json!("moved")));
    assert_eq!(posted["response"]["headers"]["location"], "/there");
    assert!(error_of(&call("get", "/loop")).ends_with("over 5 redirects"));
}

#[test]
fn mistakes_of_the_app_are_errors_with_a_place() {
    let app = app(&[
        ("views/pages/index.liquid", "{% graphql g = 'send', template: 'epr' %}"),
        ("views/pages/headers.liquid", "{% graphql g = 'send', template: 'headers' %}"),
        ("api_calls/headers.liquid", "---\nto: http://x\nrequest_type: get\nrequest_headers: 'A: 1'\n---\n"),
    ])
    .serve(&[]);
    assert_eq!(app.get("/").status, 500);
    app.wait_for_log("Liquid error (views/pages/index.liquid:1): graphql 'send': can't find API call 'epr'; did you mean 'erp'?");
    assert_eq!(app.get("/headers").status, 500);
    app.wait_for_log("app/api_calls/headers.liquid: `request_headers` must be a JSON object of names and values, not `A: 1`");
    let asked = json!({"query": "mutation { api_call_send { errors { message } } }"});
    let answer = app.new_browser().post_json("/api/graph", &asked).json();
    assert_eq!(answer["errors"][0]["message"], "api_call_send needs a `template` or an `api_call`");
    let asked = json!({"query": INLINE, "variables": {"url": "file:///etc/passwd"}});
    let answer = app.new_browser().post_json("/api/graph", &asked).json();
    let expected = "cannot call `file:///etc/passwd`: the address must begin with http:// or https://";
    assert_eq!(answer["errors"][0]["message"], expected);
}

#[test]
fn nothing_is_called_where_the_template_does_not_want_it() {
    let peer = Peer::answering(200, "");
    let call = |head: &str| format!("---\nto: {}\nrequest_type: post\n{head}\n---\n", peer.url("/"));
    let (off, untrue, blank) = (
        call("enabled: false"),
        call("trigger_condition: '{% if data.x %}true{% endif %}'"),
        call("request_headers: ' {% if false %}{}{% endif %} '\ntrigger_condition: true"),
    );
    let page = "{% for name in context.params.names %}{% graphql g = 'send', template: name %}{% print g.c %}{% endfor %}";
    let app = app(&[
        ("views/pages/index.liquid", page),
        ("api_calls/off.liquid", &off),
        ("api_calls/untrue.liquid", &untrue),
        ("api_calls/blank.liquid", &blank),
    ])
    .serve(&[]);
    let none = r#"{"response":null,"errors":[]}"#;
    assert_eq!(app.get("/?names[]=off&names[]=untrue").has_status(200).text(), format!("{none}{none}"));
    assert!(peer.received().is_empty());
    let answered = r#"{"response":{"status":200,"body":""},"errors":[]}"#;
    assert_eq!(app.get("/?names[]=blank").has_status(200).text(), answered);
}

const NOTES: (&str, &str) = ("schema/note.yml", "name: note\nproperties:\n- name: text\n");
const SAVE: (&str, &str) = (
    "graphql/save.graphql",
    r#"mutation ($v: String) { record_create(record: { table: "note", properties: [{ name: "text", value: $v }] }) { id } }"#,
);
const SAVED: (&str, &str) = (
    "graphql/saved.graphql",
    r#"{ records(per_page: 5, filter: { table: { value: "note" } }) { results { text: property(name: "text") } } }"#,
);

#[test]
fn callback_has_run_before_the_next_line() {
    let peer = Peer::answering(201, r#"{"id":"9"}"#);
    let crm = format!(
        "---\nto: {}\nrequest_type: get\ncallback: '{{% assign j = response.body | parse_json %}}{{% assign v = j.id | append: response.status | append: form.x %}}{{% graphql _ = \"save\", v: v %}}'\n---\n",
        peer.url("/")
    );
    let page = "{% graphql g = 'send', template: 'crm', data: data %}{% graphql s = 'saved' %}{{ s.records.results | map: 'text' | join }}";
    let page = format!("{{% parse_json data %}}{{\"x\": \"!\"}}{{% endparse_json %}}{page}");
    let broken = format!(
        "---\nto: {}\nrequest_type: get\ncallback: '{{{{ 1 | divided_by: 0 }}}}'\n---\n",
        peer.url("/")
    );
    let app = app(&[
        NOTES,
        SAVE,
        SAVED,
        ("api_calls/crm.liquid", &crm),
        ("api_calls/broken.liquid", &broken),
        ("views/pages/index.liquid", &page),
        ("views/pages/undone.liquid", "{% transaction %}{% graphql g = 'send', template: 'crm' %}{% rollback %}{% endtransaction %}{% graphql s = 'saved' %}{{ s.records.results | size }}"),
        ("views/pages/broken.liquid", "{% graphql g = 'send', template: 'broken' %}{{ g.c.response.status }}"),
    ])
    .serve(&[]);
    assert_eq!(app.get("/").has_status(200).text(), "9201!");
    assert_eq!(app.get("/undone").has_status(200).text(), "1");
    assert_eq!(app.get("/broken").has_status(200).text(), "201");
    app.wait_for_log(
        "error: callback of api call 'broken': Liquid error (api_calls/broken.liquid:4): divided by 0",
    );
    assert_eq!(peer.received().len(), 3);
}

/// A page whose job calls `url`, three times if need be.
fn in_job(url: &str) -> String {
    format!(
        "{{% background source_name: 'sync', max_attempts: 3, url: '{url}' %}}{{% graphql g = 'inline', url: url, method: 'get', options: options %}}{{% log g.c, type: 'result' %}}{{% endbackground %}}"
    )
}

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
    assert_eq!(
        lines(&log, "api call: GET http://erp.test/ FAILED (0ms): no answer within 8 seconds").len(),
        2,
        "{log}"
    );
    assert_eq!(lines(&log, "api call: GET http://erp.test/ 200 (0ms)").len(), 1, "{log}");
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
    assert!((Duration::from_secs(5)..Duration::from_secs(6)).contains(&took), "{took:?}");
    app.wait_for_log("late: late");
}

#[test]
fn delayed_call_is_made_by_a_job_with_its_callback() {
    let peer = Peer::answering(201, "made");
    let later = format!(
        "---\nto: {}\nrequest_type: post\ndelay: '{{{{ data.minutes }}}}'\ncallback: '{{% log response.body, type: \"callback\" %}}'\n---\n{{{{ form.n }}}}",
        peer.url("/later")
    );
    let page = "{% parse_json d %}{\"minutes\": 0.001, \"n\": 3}{% endparse_json %}{% graphql g = 'send', template: 'later', data: d %}{% log g.c, type: 'result' %}";
    let project = app(&[("api_calls/later.liquid", &later), ("views/pages/index.liquid", page)]);
    let app = project.serve(&[]);
    app.get("/").has_status(200);
    app.wait_for_log(r#"result: {"response":null,"errors":[]}"#);
    app.wait_for_log("background job: later - QUEUED (default, in 60ms)");
    app.wait_for_log("background job: later (attempt 1/1) - SUCCESS");
    app.wait_for_log("callback: made");
    assert_eq!(peer.received()[0].text(), "3");
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
        let args = [&["--api-calls", "stub", "--stubs", "rules.yml"], more].concat();
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
    refused("stubs.yml:2:3: a rule has no key `macth`; did you mean `match`?");
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
        app.wait_for_log("FAILED (0ms): outgoing calls are off");
        assert_eq!(app.get("/download").status, if downloads { 200 } else { 500 });
    }
    assert_eq!(peer.received().len(), 1);
}

#[test]
fn pages_that_call_their_own_server_do_not_wait_for_each_other() {
    let outer = "{% capture url %}https://{{ context.location.host }}/inner{% endcapture %}{% graphql g = 'inline', url: url %}{{ g.c.response.body }}";
    let own_loop = "{% parse_json o %}{\"internal\": true}{% endparse_json %}{% graphql g = 'inline', url: '/loop', options: o %}[{{ g.c.response.body }}{{ g.c.errors[0].message }}]";
    let app = app(&[
        ("views/pages/outer.liquid", outer),
        ("views/pages/inner.liquid", "inner"),
        ("views/pages/loop.liquid", own_loop),
    ])
    .serve(&[]);
    let calls: Vec<_> = (0..64)
        .map(|_| app.new_browser())
        .map(|browser| thread::spawn(move || browser.get("/outer").text()))
        .collect();
    for call in calls {
        assert_eq!(call.join().unwrap(), "inner");
    }
    let text = app.get("/loop").has_status(200).text();
    assert!(text.contains("the page calls itself, directly or through others: 9 deep"), "{text}");
    assert_eq!(text.matches('[').count(), 9, "{text}");
}

#[test]
fn files_are_fetched_and_sent_as_parts_of_a_form() {
    let peer = Peer::start(|_, request| {
        Reply::Bytes(match request.line.as_str() {
            "GET /a.pdf" => response(200, &[("content-type", "application/pdf")], b"%PDF\xff"),
            "POST /up" => response(200, &[], b"taken"),
            _ => response(404, &[], b""),
        })
    });
    let app = app(&[]).serve(&[]);
    let call = |body: &Json| {
        let headers = json!({"Content-Type": "application/json"});
        inline(
            &app,
            &json!({"url": peer.url("/up"), "method": "post_multipart", "headers": headers, "body": body.to_string()}),
        )
    };
    let body = json!({"doc": {"url": peer.url("/a.pdf"), "name": "Käse.pdf"}, "n": 3});
    assert_eq!(call(&body)["response"]["body"], "taken");
    let sent = peer.received().into_iter().find(|request| request.line == "POST /up").unwrap();
    let boundary =
        sent.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"doc\"; filename=\"Käse.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\u{fffd}\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n3\r\n--{boundary}--\r\n"
    );
    assert_eq!(sent.text(), expected);
    let error = error_of(&call(&json!({"doc": {"url": peer.url("/none.pdf")}})));
    assert!(
        error.ends_with(&format!("file `doc`: {} answered with status 404", peer.url("/none.pdf"))),
        "{error}"
    );
}

#[test]
fn exchanges_are_kept_with_their_place_and_without_secrets() {
    let peer = Peer::answering(201, "made for sk_live_1234");
    let page = format!(
        "\n{{% parse_json h %}}{{\"X-Api-Key\": \"hidden\", \"X-B\": \"b\"}}{{% endparse_json %}}{{% graphql g = 'inline', url: '{}?token=hidden&a=1', method: 'post', headers: h, body: 'sk_live_1234 and 2' %}}",
        peer.url("/x")
    );
    let project = app(&[("views/pages/index.liquid", &page)]);
    project.write("secrets.env", "KEY=sk_live_1234\n");
    let log = run(&project, &["--constants", "secrets.env"]).exits(0).stdout;
    assert_eq!(
        lines(&log, &format!("api call: POST {}?token=***&a=1 201 (", peer.url("/x"))).len(),
        1,
        "{log}"
    );
    let logged = project.cli(["logs", "--kind", "api", "--json"]).run().exits(0).stdout;
    let logged: Json = serde_json::from_str(logged.trim()).unwrap();
    assert_eq!(
        (&logged["kind"], &logged["error_type"], &logged["level"]),
        (&json!("api"), &json!("api_call"), &json!("info"))
    );
    assert_eq!(logged["data"]["place"], "views/pages/index.liquid:2");

    let db = rusqlite::Connection::open(project.path(".pos-dev/queue.sqlite3")).unwrap();
    let row: Json = db
        .query_row(
            "SELECT json_object('place', place, 'url', url, 'sent', json(request_headers), 'body', request_body, 'status', status,
                                'answer', response_body, 'trace', trace, 'request', request) FROM api_calls",
            [],
            |row| Ok(serde_json::from_str(&row.get::<_, String>(0)?).unwrap()),
        )
        .unwrap();
    let expected = json!({
        "place": "views/pages/index.liquid:2",
        "url": format!("{}?token=***&a=1", peer.url("/x")),
        "sent": {"X-Api-Key": "***", "X-B": "b"},
        "body": "*** and 2",
        "status": 201,
        "answer": "made for ***",
        "trace": logged["trace"],
        "request": logged["request"],
    });
    assert_eq!(row, expected);
    let options: String = db
        .query_row("SELECT options FROM sent_notifications WHERE kind = 'API_CALL'", [], |row| row.get(0))
        .unwrap();
    let options: Json = serde_json::from_str(&options).unwrap();
    assert_eq!((&options["request_type"], &options["response_status"]), (&json!("POST"), &json!(201)));
}
