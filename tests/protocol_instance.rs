//! What clients of the platform ask a server about itself, and templates they have it render.

use serde_json::{Value as Json, json};

use crate::harness::{Project, Response, TestApp};

const PARTIAL: (&str, &str) = ("app/lib/greet.liquid", "Hello {{ name }}");
const PAGE: (&str, &str) = ("app/views/pages/index.liquid", "{{ context.instance.uuid }}");

/// As the official client sends them.
const CLIENT: [(&str, &str); 4] = [
    ("authorization", "Token any"),
    ("user-agent", "pos-cli/6.4.0"),
    ("accept", "*/*"),
    ("content-type", "application/json"),
];

fn exec(app: &TestApp, body: &Json) -> Response {
    app.browser().send("POST", "//api/app_builder/liquid_exec", &CLIENT, body.to_string().into_bytes())
}

fn result(app: &TestApp, content: &str) -> Json {
    exec(app, &json!({ "content": content })).has_status(200).json()
}

#[test]
fn an_instance_is_the_same_after_a_restart_and_for_templates() {
    let mut app = Project::of(&[PAGE]).serve(&[]);
    let instance = app.get("/api/app_builder/instance").has_status(200).json();
    assert_eq!(instance["id"], 1);
    assert_eq!(app.get("//api/app_builder/instance").has_status(200).json(), instance);
    assert_eq!(app.get("/").text(), instance["uuid"].as_str().unwrap());

    app.interrupt();
    app.wait_for_exit();
    app.restart();
    assert_eq!(app.get("/api/app_builder/instance").json(), instance);

    let other = Project::of(&[PAGE]).serve(&[]);
    assert_ne!(other.get("/api/app_builder/instance").json()["uuid"], instance["uuid"]);
}

#[test]
fn a_typed_template_has_the_app_around_it() {
    let app = Project::of(&[PARTIAL, PAGE]).serve(&[]);
    let query = json!({ "query": "mutation { constant_set(name: \"K\", value: \"v\") { name } }" });
    app.browser().post_json("/api/graph", &query).has_status(200);

    for (content, expected) in [
        ("", ""),
        ("a\n", "a\n"),
        ("  {{ 1 | plus: 1 }}", "  2"),
        ("{% render 'greet', name: '<you>' %}", "Hello &lt;you&gt;"),
        ("{{ context.constants.K }}{{ context.current_user }}", "v"),
        ("{{ context.environment }}", "staging"),
        (
            "{% graphql g %}{ records(per_page: 1) { total_entries } }{% endgraphql %}{{ g.records.total_entries }}",
            "0",
        ),
    ] {
        assert_eq!(result(&app, content), json!({ "result": expected }), "{content}");
    }
}

#[test]
fn jobs_of_a_typed_template_run() {
    let app = Project::of(&[PAGE]).serve(&[]);
    let content = "{% background source_name: 'typed' %}{% log 'from the job' %}{% endbackground %}queued";
    assert_eq!(result(&app, content), json!({ "result": "queued" }));
    app.wait_for_log("info: from the job");
}

#[test]
fn an_error_is_told_and_its_jobs_are_dropped() {
    let app = Project::of(&[PAGE]).serve(&[]);
    for (content, expected) in [
        ("{% if %}", "Liquid syntax error (liquid_exec:1):"),
        ("a\n{% include 'nope' %}", "Liquid error (liquid_exec:2): can't find partial 'nope'"),
    ] {
        let answer = result(&app, content);
        assert_eq!(answer["result"], "", "{answer}");
        assert!(answer["error"].as_str().unwrap().starts_with(expected), "{answer}");
    }
    result(&app, "{% background source_name: 'lost' %}x{% endbackground %}{% include 'nope' %}");
    app.wait_until_idle();
    assert!(!app.logs().iter().any(|line| line.contains("lost")), "{:?}", app.logs());
}

#[test]
fn what_is_no_template_is_refused_with_a_sentence() {
    let app = Project::of(&[PAGE]).serve(&[]);
    for body in [json!({}), json!({ "content": 3 }), json!({ "content": null }), json!([])] {
        let answer = exec(&app, &body);
        assert!((400..500).contains(&answer.status), "{body}: {answer:?}");
        assert!(answer.json()["error"].is_string(), "{body}");
    }
    let broken = app.browser().send("POST", "/api/app_builder/liquid_exec", &CLIENT, b"{".to_vec());
    assert_eq!(broken.status, 400);
    assert_eq!(app.get("/api/app_builder/liquid_exec").status, 405);
}

#[test]
fn administration_pages_list_jobs_and_tables_with_all_their_fields() {
    let app =
        Project::of(&[PAGE, ("app/schema/todo.yml", "name: todo\nproperties:\n- name: title\n")]).serve(&[]);
    result(&app, "{% background source_name: 'later', delay: 60 %}x{% endbackground %}");
    let jobs = "{ admin_background_jobs(per_page: 20, page: 1, filter: { type: SCHEDULED }) { has_next_page \
        has_previous_page total_pages results { id arguments attempts created_at dead_at error error_class \
        error_message failed_at form_configuration_name form_name label liquid_body partial_name locked_at queue \
        resource_id resource_type retry_at run_at source_name source_type started_at updated_at } } }";
    let tables = "query($id: ID) { admin_tables(per_page: 100, filter: { id: { value: $id } }) { results { id name \
        properties { name attribute_type } } } }";
    let ask = |query: &str| app.browser().post_json("/api/graph", &json!({ "query": query })).json();

    let answer = ask(jobs);
    let job = &answer["data"]["admin_background_jobs"]["results"][0];
    assert_eq!((&job["source_name"], &job["form_name"]), (&json!("later"), &Json::Null), "{answer}");
    assert_eq!(job["updated_at"], job["created_at"]);
    let answer = ask(tables);
    assert_eq!(answer["data"]["admin_tables"]["results"][0]["properties"][0]["name"], "title", "{answer}");
    assert!(ask("{ no_such_field }")["errors"][0]["message"].is_string());
}
