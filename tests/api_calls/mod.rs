//! Calls of APIs, as an app makes them and as whoever is called sees them.

mod net;
mod policy;
mod templates;

use serde_json::{Value as Json, json};

use crate::harness::{Finished, Project, TestApp};

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

/// A page whose job calls `url`, three times if need be.
fn in_job(url: &str) -> String {
    format!(
        "{{% background source_name: 'sync', max_attempts: 3, url: '{url}' %}}{{% graphql g = 'inline', url: url, method: 'get', options: options %}}{{% log g.c, type: 'result' %}}{{% endbackground %}}"
    )
}
