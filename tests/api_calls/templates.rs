//! What the head of a template says: whether there is a call, when, and what comes after it.

use serde_json::json;

use super::{INLINE, app};
use crate::harness::Peer;

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
    app.wait_for_log("app/api_calls/headers.liquid: `request_headers` must be a JSON object of names and values: expected value at line 1 column 1");
    let asked = json!({"query": "mutation { api_call_send { errors { message } } }"});
    let answer = app.new_browser().post_json("/api/graph", &asked).json();
    assert_eq!(answer["errors"][0]["message"], "api_call_send needs a `template` or an `api_call`");
    let asked = json!({"query": INLINE, "variables": {"url": "file:///etc/passwd"}});
    let answer = app.new_browser().post_json("/api/graph", &asked).json();
    let expected = "cannot call `file://`: the address must begin with http:// or https://";
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
fn templates_of_old_are_called_too() {
    let peer = Peer::answering(200, "");
    let old = format!(
        "---\nname: other\nto: {}\nrequest_type: PaTcH\nformat: http\nheaders: '{{\"X-A\": \"{{{{ form.a }}}}\"}}'\n---\n{{{{ data.a }}}}",
        peer.url("/old")
    );
    let page = "{% parse_json d %}{\"a\": 7}{% endparse_json %}{% graphql g = 'send', template: 'crm/old', data: d %}{{ g.c.response.status }}";
    let app = app(&[
        ("notifications/api_call_notifications/crm/old.liquid", &old),
        ("views/pages/index.liquid", page),
    ])
    .serve(&[]);
    assert_eq!(app.get("/").has_status(200).text(), "200");
    let call = &peer.received()[0];
    assert_eq!((call.line.as_str(), call.text().as_str()), ("PATCH /old", "7"));
    assert_eq!(call.header("x-a"), Some("7"));
}
