//! What the official pages for administrators ask of an instance, and what they may do there.

use std::sync::Mutex;
use std::sync::mpsc::channel;

use serde_json::{Value as Json, json};

use crate::harness::{Peer, Project, Reply, TestApp, response};

fn graph(app: &TestApp, query: &str) -> Json {
    app.new_browser().post_json("/api/graph", &json!({ "query": query })).has_status(200).json()
}

fn data(app: &TestApp, query: &str) -> Json {
    let answer = graph(app, query);
    assert_eq!(answer.get("errors"), None, "{query}: {answer}");
    answer["data"].clone()
}

/// The only job of this type, with everything that can be asked of it.
fn only_job(app: &TestApp, kind: &str) -> Json {
    let query = format!(
        "{{ jobs: admin_background_jobs(per_page: 20, page: 1, filter: {{ type: {kind} }}) {{ has_next_page has_previous_page total_pages results {{
            id arguments attempts created_at dead_at error error_class error_message failed_at form_configuration_name form_name label liquid_body
            partial_name locked_at queue resource_id resource_type retry_at run_at source_name source_type started_at updated_at }} }} }}"
    );
    app.wait_for(format!("one job that is {kind}"), || {
        let jobs = data(app, &query)["jobs"]["results"].as_array().unwrap().clone();
        if jobs.len() == 1 { Ok(jobs[0].clone()) } else { Err(jobs) }
    })
}

#[test]
fn jobs_are_shown_by_their_state_retried_and_deleted() {
    let (release, gate) = channel::<()>();
    let gate = Mutex::new(gate);
    let peer = Peer::start(move |_, _| {
        // Ends when the test does.
        let _ = gate.lock().unwrap().recv();
        Reply::Bytes(response(200, &[], b"late"))
    });
    let page = format!(
        "{{% background source_name: 'later', delay: 30, priority: 'low', n: 7 %}}later {{{{ n }}}}{{% endbackground %}}\
         {{% background source_name: 'again', max_attempts: 2 %}}{{{{ 1 | divided_by: 0 }}}}{{% endbackground %}}\
         {{% background _ = 'gone', source_name: 'failing' %}}\
         {{% background source_name: 'busy', priority: 'high' %}}{{{{ '{}' | download_file }}}}{{% log 'busy has ended' %}}{{% endbackground %}}\
         {{% background source_name: 'done' %}}{{% endbackground %}}",
        peer.url("/")
    );
    let project = Project::of(&[("app/views/pages/index.liquid", &page)]);
    let app = project.serve(&["--retry-scale", "100"]);
    app.get("/?a=1").has_status(200);
    app.wait_for_log("background job: done (attempt 1/1) - SUCCESS");

    let [later, again, failing, busy] =
        ["SCHEDULED", "RETRY", "DEAD", "RUNNING"].map(|kind| only_job(&app, kind));
    for (job, name, queue, attempts) in [
        (&later, "later", "low", 0),
        (&again, "again", "default", 1),
        (&failing, "failing", "default", 1),
        (&busy, "busy", "high", 1),
    ] {
        let found = (&job["source_name"], &job["queue"], &job["attempts"]);
        assert_eq!(found, (&json!(name), &json!(queue), &json!(attempts)), "{job:#}");
        assert_eq!(job["arguments"]["url"], format!("{}/?a=1", app.url()), "{job:#}");
        assert_eq!(job["arguments"]["context"]["location"]["href"], job["arguments"]["url"], "{job:#}");
        for (time, is_there) in [
            ("retry_at", name == "again"),
            ("dead_at", name == "failing"),
            ("failed_at", matches!(name, "again" | "failing")),
            ("started_at", matches!(name, "busy" | "failing")),
            ("locked_at", name == "busy"),
            ("error_message", matches!(name, "again" | "failing")),
            ("updated_at", true),
            ("liquid_body", name != "failing"),
        ] {
            assert_eq!(!job[time].is_null(), is_there, "{time} of {job:#}");
        }
    }
    assert_eq!((&later["arguments"]["n"], &later["liquid_body"]), (&json!(7), &json!("later {{ n }}")));
    assert_eq!(failing["partial_name"], "gone");

    let id = |job: &Json| job["id"].as_str().unwrap().to_owned();
    let one = |filter: &str| {
        let found = data(
            &app,
            &format!("{{ admin_background_jobs(filter: {{ {filter} }}) {{ results {{ id }} }} }}"),
        );
        found["admin_background_jobs"]["results"].clone()
    };
    assert_eq!(one(&format!("id: {{ value: \"{}\" }}", id(&later))), json!([{ "id": id(&later) }]));
    assert_eq!(one("type: DEAD, timestamp: { gt: \"2000-01-01\" }"), json!([{ "id": id(&failing) }]));
    assert_eq!(one("type: DEAD, timestamp: { lt: \"2000-01-01\" }"), json!([]));
    assert_eq!(one("type: RUNNING, timestamp: { lt: \"2000-01-01\" }"), json!([{ "id": id(&busy) }]));

    let retry = format!("mutation {{ job: admin_background_job_retry(id: \"{}\") {{ id }} }}", id(&failing));
    assert_eq!(data(&app, &retry)["job"]["id"], id(&failing));
    app.wait_for("a second attempt", || only_job(&app, "DEAD")["attempts"] == 2);

    let delete = |id: &str| {
        graph(&app, &format!("mutation {{ job: admin_background_job_delete(id: \"{id}\") {{ id }} }}"))
    };
    for job in [&later, &again, &failing, &busy] {
        assert_eq!(delete(&id(job)), json!({ "data": { "job": { "id": id(job) } } }), "{job:#}");
    }
    drop(release);
    app.wait_until_idle();
    assert!(!app.logs().iter().any(|line| line.contains("busy has ended")), "its result is ignored");
    for (id, message) in
        [(id(&later), format!("job {} is cancelled", id(&later))), ("999".into(), "no job 999".into())]
    {
        let refused = delete(&id);
        assert_eq!(
            (&refused["data"], &refused["errors"][0]["message"]),
            (&json!({ "job": null }), &json!(message))
        );
    }
    assert_eq!(
        data(&app, "{ admin_background_jobs { total_entries } }")["admin_background_jobs"]["total_entries"],
        0
    );
}

#[test]
fn rows_of_a_table_are_shown_edited_and_brought_back_by_the_number_of_the_table() {
    let schema = "name: task\nproperties:\n- name: title\n- {name: points, type: integer}\n";
    let app =
        Project::of(&[("app/schema/task.yml", schema), ("app/views/pages/index.liquid", "on")]).serve(&[]);
    let tables = data(
        &app,
        "{ admin_tables(per_page: 100) { results { id name properties { name attribute_type } } } }",
    );
    let table = &tables["admin_tables"]["results"][0];
    assert_eq!(
        (&table["name"], &table["properties"]),
        (
            &json!("task"),
            &json!([{"name": "title", "attribute_type": "string"}, {"name": "points", "attribute_type": "integer"}])
        )
    );
    // The number stands in the query as one, not as a text.
    let rows = |filter: &str| {
        let id = table["id"].as_str().unwrap();
        let query = format!(
            "{{ records(page: 1 per_page: 20, sort: {{ created_at: {{ order: DESC }} }}, filter: {{ table_id: {{ value: {id} }} {filter} }}) {{ current_page total_pages results {{ id deleted_at properties }} }} }}"
        );
        data(&app, &query)["records"]["results"].clone()
    };
    let create = "mutation { record_create(record: { table: \"task\", properties: [{ name: \"title\", value: \"A\" }, { name: \"points\", value_int: 3 }] }) { id } }";
    assert_eq!(data(&app, create)["record_create"]["id"], "1");
    let shown = json!([{"id": "1", "deleted_at": null, "properties": {"title": "A", "points": 3}}]);
    assert_eq!(rows("id: { value: 1 }"), shown);
    assert_eq!(rows("properties: [{ name: \"points\", range: { gt: \"2\", lt: \"10\" } }]"), shown);
    assert_eq!(rows("properties: []"), shown);

    data(&app, "mutation { record_delete(table: \"task\", id: 1) { id } }");
    assert_eq!(rows(""), json!([]));
    assert_eq!(rows("deleted_at: { exists: true }")[0]["id"], "1");
    data(&app, "mutation { record_update(id: 1, record: { table: \"task\", deleted_at: null }) { id } }");
    assert_eq!(rows(""), shown);
}

#[test]
fn users_and_constants_are_shown_in_full() {
    let app = Project::of(&[("app/views/pages/index.liquid", "on")]).serve(&[]);
    data(
        &app,
        "mutation { user_create(user: { email: \"ann@x.test\", first_name: \"Ann\" }) { id } constant_set(name: \"K\", value: \"v\") { name value } }",
    );
    let users = data(&app, "{ users(page: 1 per_page: 50 sort: { id: { order: ASC } } filter: { id: { value: \"1\" } }) { current_page total_pages results {
        id email deleted_at created_at external_id jwt_token temporary_token name first_name middle_name last_name slug language properties } } }");
    let ann = &users["users"]["results"][0];
    assert_eq!(
        (&ann["email"], &ann["slug"], &ann["properties"]),
        (&json!("ann@x.test"), &json!("ann"), &json!({})),
        "{ann:#}"
    );
    let found =
        data(&app, "{ users(per_page: 50 filter: { email: { contains: \"NN@\" } }) { results { id } } }");
    assert_eq!(found["users"]["results"], json!([{ "id": "1" }]));
    let constants = data(&app, "{ constants(per_page: 100) { results { name, value, updated_at } } }");
    let constant = &constants["constants"]["results"][0];
    assert_eq!((&constant["name"], &constant["value"]), (&json!("K"), &json!("v")));
    assert!(constant["updated_at"].is_string(), "{constant}");
}
