//! Records and users through templates, jobs and `POST /api/graph`, as an app and its clients see them.

use serde_json::{Value as Json, json};

use crate::harness::{Project, TestApp};

const SCHEMA: (&str, &str) = (
    "app/schema/task.yml",
    "name: task\nproperties:\n- name: title\n- {name: points, type: integer}\n- {name: done, type: boolean}\n",
);
const CREATE: (&str, &str) = (
    "app/graphql/tasks/create.graphql",
    r#"mutation ($title: String!, $points: Int) {
  task: record_create(record: { table: "task", properties: [{ name: "title", value: $title }, { name: "points", value_int: $points }] }) { id }
}"#,
);
const SEARCH: (&str, &str) = (
    "app/graphql/tasks/search.graphql",
    r#"query ($t: String) {
  records(per_page: 10, filter: { table: { value: "task" }, properties: [{ name: "title", value: $t }] }, sort: [{ id: { order: ASC } }]) {
    total_entries
    results { id title: property(name: "title") points: property_int(name: "points") }
  }
}"#,
);

/// An app of these pages (`name`, body) with the table `task` and two queries.
fn app(pages: &[(&str, &str)]) -> Project {
    let project = Project::of(&[SCHEMA, CREATE, SEARCH]);
    for (name, body) in pages {
        project.write(&format!("app/views/pages/{name}.liquid"), body);
    }
    project
}

fn graph(app: &TestApp, query: &str, variables: &Json) -> Json {
    let asked = json!({ "query": query, "variables": variables });
    app.new_browser().post_json("/api/graph", &asked).has_status(200).json()
}

/// The titles of all tasks, as a client reads them.
fn titles(app: &TestApp) -> Vec<String> {
    let answer = graph(app, SEARCH.1, &json!({}));
    let results = answer["data"]["records"]["results"].as_array().unwrap_or_else(|| panic!("{answer}"));
    results.iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect()
}

const CREATING: (&str, &str) =
    ("create", "{% graphql g = 'tasks/create', title: context.params.title %}{{ g.task.id }}");
const LISTING: (&str, &str) = (
    "index",
    "{% graphql tasks = 'tasks/search' | dig: 'records', 'results' %}{% for task in tasks %}{{ task.id }} {{ task.title }};{% endfor %}",
);

#[test]
fn page_creates_and_lists_records_that_survive_a_crash() {
    let mut app = app(&[CREATING, LISTING]).serve(&[]);
    for (id, title) in [("1", "Write"), ("2", "Käse &amp; Brot")] {
        let url = format!("/create?title={}", title.replace("&amp;", "%26").replace(' ', "+"));
        assert_eq!(app.get(&url).has_status(200).text(), id);
    }
    let listed = "1 Write;2 Käse &amp; Brot;";
    assert_eq!(app.get("/").text(), listed);

    app.kill();
    app.restart();
    assert_eq!(app.get("/").text(), listed);
    assert_eq!(app.get("/create?title=Ship").text(), "3");
}

#[test]
fn failed_query_is_told_with_both_places() {
    let app = app(&[("index", "a\n{% graphql g = 'tasks/create', title: nil %}b")]).serve(&[]);
    let page = app.get("/").has_status(500).text();
    let message = "Liquid error (views/pages/index.liquid:2): graphql 'tasks/create': Variable $title of type String! was provided invalid value";
    assert!(page.contains(&message.replace('\'', "&#39;")), "{page}");
    assert!(page.contains("hint: see app/graphql/tasks/create.graphql:1:11"), "{page}");
    app.wait_for_log(message);

    app.project.write("app/config.yml", "liquid_raise_mode: false\n");
    app.project.write("app/graphql/bad.graphql", "{\n  records(per_page: 1) { results { nope } }\n}");
    app.project.write("app/views/pages/bad.liquid", "{% graphql g = 'bad' %}{{ g.errors | size }} on");
    app.wait_for("the page to be served", || app.get("/bad").status == 200);
    assert_eq!(app.get("/bad").text(), "1 on");
    app.wait_for_log(
        "Liquid error (views/pages/bad.liquid:1): graphql 'bad': type `Record` does not have a field `nope`",
    );
}

#[test]
fn rollback_and_failure_leave_nothing() {
    let inside = |end: &str| {
        format!(
            "{{% transaction %}}{{% graphql g = 'tasks/create', title: 'no' %}}{end}{{% endtransaction %}}on"
        )
    };
    let job = "{% background source_name: 'never' %}{% log 1 %}{% endbackground %}";
    let app = app(&[
        ("rollback", &inside(&format!("{job}{{% rollback %}}"))),
        ("failure", &inside(&format!("{job}{{% include 'nope' %}}"))),
        (
            "late",
            &inside("{% for i in (1..100000000000) %}{% endfor %}")
                .replace("transaction %", "transaction timeout: 0.2 %"),
        ),
    ])
    .serve(&[]);
    app.get("/rollback").has_status(200);
    app.get("/failure").has_status(500);
    app.get("/late").has_status(500);
    assert_eq!(titles(&app), [""; 0]);
    assert_eq!(app.wait_until_idle()["counts"]["completed"], 0);
}

#[test]
fn transaction_of_one_page_holds_up_neither_readers_nor_itself() {
    let slow = "{% session seen = 'yes' %}{% transaction %}{% graphql g = 'tasks/create', title: 'slow' %}\
                {% background source_name: 'after' %}{% graphql g = 'tasks/create', title: 'job' %}{% endbackground %}\
                {% for i in (1..100000) %}{% endfor %}{% endtransaction %}{{ context.session.seen }}";
    let app = app(&[("slow", slow), LISTING, CREATING]).serve(&[]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let browser = app.new_browser();
            scope.spawn(move || assert_eq!(browser.get("/slow").has_status(200).text(), "yes"));
            let browser = app.new_browser();
            scope.spawn(move || drop(browser.get("/").has_status(200)));
            let browser = app.new_browser();
            scope.spawn(move || drop(browser.get("/create?title=quick").has_status(200)));
        }
    });
    app.wait_until_idle();
    for title in ["job", "quick", "slow"] {
        let found = graph(&app, SEARCH.1, &json!({ "t": title }));
        assert_eq!(found["data"]["records"]["total_entries"], 4, "{title}");
    }
}

#[test]
fn job_writes_records() {
    let page = "{% background source_name: 'make', title: 'Made' %}{% graphql g = 'tasks/create', title: title %}{% endbackground %}";
    let failing = "{% background source_name: 'fail', max_attempts: 2 %}{% graphql g = 'tasks/create' %}{% endbackground %}";
    let app = app(&[("index", page), ("failing", failing)]).serve(&["--retry-scale", "0"]);
    app.get("/").has_status(200);
    app.get("/failing").has_status(200);
    assert_eq!(app.wait_until_idle()["counts"]["dead"], 1);
    assert_eq!(titles(&app), ["Made"]);
    app.wait_for_log("Variable $title of type String! was provided invalid value");
}

#[test]
fn visitor_signs_in_and_out() {
    let sign_in = "{% graphql g %}mutation { user_session_create(email: \"ann@x.test\", password: \"pw-12345\") { id } }{% endgraphql %}{{ context.current_user.email }}";
    let sign_out =
        "{% graphql g %}mutation { user_session_destroy }{% endgraphql %}{{ context.current_user.email }}";
    let who = "{{ context.current_user.email }}|{{ context.session.cart }}|{% graphql g %}{ current_user { email } }{% endgraphql %}{{ g.current_user.email }}";
    let app = app(&[("cart", "{% session cart = 9 %}"), ("in", sign_in), ("out", sign_out), ("index", who)])
        .serve(&[]);
    let create = r#"mutation { user_create(user: { email: "ann@x.test", password: "pw-12345" }) { id } }"#;
    assert_eq!(graph(&app, create, &json!({}))["data"]["user_create"]["id"], "1");

    app.get("/cart").has_status(200);
    assert_eq!(app.get("/").text(), "|9|");
    assert_eq!(app.get("/in").has_status(200).text(), "ann@x.test");
    assert_eq!(app.get("/").text(), "ann@x.test||ann@x.test");
    assert_eq!(app.new_browser().get("/").text(), "||");
    assert_eq!(app.get("/out").has_status(200).text(), "");
    assert_eq!(app.get("/").text(), "||");
}

#[test]
fn clients_ask_over_http() {
    let app = app(&[]).serve(&[]);
    let created = graph(&app, CREATE.1, &json!({"title": "A", "points": 3}));
    assert_eq!(created, json!({"data": {"task": {"id": "1"}}}));
    let found = graph(&app, SEARCH.1, &Json::Null);
    assert_eq!(found["data"]["records"]["results"], json!([{"id": "1", "title": "A", "points": 3}]));
    let failed = graph(&app, "mutation { record_delete(id: \"9\") { id } }", &json!({}));
    assert!(failed["errors"][0]["message"].as_str().unwrap().contains("id=9"), "{failed}");
    let unknown = graph(&app, "mutation { streams }", &json!({}));
    assert_eq!(
        unknown,
        json!({"errors": [{"message": "not supported here: RootMutation.streams", "locations": [{"line": 1, "column": 12}]}]})
    );
    let two = json!({ "query": "query a { __typename } query b { records(per_page: 1) { total_entries } }", "operationName": "b" });
    let answer = app.browser().post_json("/api/graph", &two).json();
    assert_eq!(answer, json!({"data": {"records": {"total_entries": 1}}}));
}

#[test]
fn requests_that_hold_no_document_are_refused() {
    let app = app(&[]).serve(&[]);
    let browser = app.browser();
    for body in ["", "{", "[]", "{}", r#"{"query": 1}"#, r#"{"query": "{ a }", "variables": [1]}"#, "\u{0}"] {
        let answer = browser.send("POST", "/api/graph", &[], body.as_bytes().to_vec()).has_status(400);
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(error.starts_with("the body is not JSON of `query` and `variables`: "), "{error}");
    }
    let deep = format!(r#"{{"query": "{{ a }}", "variables": {}}}"#, "[".repeat(100_000));
    browser.send("POST", "/api/graph", &[], deep.into_bytes()).has_status(400);
    let braces = json!({ "query": "{a".repeat(100_000) });
    assert!(browser.post_json("/api/graph", &braces).has_status(200).text().contains("braces lie too deep"));
    browser.get("/api/graph").has_status(405);
    let body = json!({ "query": "{ __typename }" }).to_string().into_bytes();
    for (headers, status) in [
        (&[("origin", "http://evil.example")][..], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("host", "evil.example")], 421),
        (&[("authorization", "Token any"), ("sec-fetch-mode", "cors")], 200),
    ] {
        browser.send("POST", "/api/graph", headers, body.clone()).has_status(status);
    }
}

#[test]
fn check_holds_queries_against_the_schema() {
    let project = app(&[LISTING]);
    project.cli(["check"]).run().exits(0);
    project.write(
        "app/graphql/bad.graphql",
        "query {\n  records { results { id } }\n  admin_form_configurations { id }\n}\n",
    );
    let told = project.cli(["check"]).run().exits(1).stdout;
    for line in [
        "app/graphql/bad.graphql:2:3: error: the required argument `RootQuery.records(per_page:)` is not provided",
        "app/graphql/bad.graphql:3:3: error: not supported here: RootQuery.admin_form_configurations",
    ] {
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn job_goes_through_thousands_of_records_while_pages_are_answered() {
    let list = "query ($page: Int!) { records(per_page: 1000, page: $page, filter: { table: { value: \"task\" } }) { has_next_page results { id } } }";
    let update = "mutation ($id: ID!) { record_update(id: $id, record: { properties: [{ name: \"points\", increment: 1 }] }) { id } }";
    let page = format!(
        "{{% background source_name: 'batch' %}}{{% for page in (1..100) %}}\
         {{% graphql g, page: page %}}{list}{{% endgraphql %}}{{% log 'a page of tasks' %}}\
         {{% for task in g.records.results %}}{{% graphql u, id: task.id %}}{update}{{% endgraphql %}}{{% endfor %}}\
         {{% unless g.records.has_next_page %}}{{% break %}}{{% endunless %}}\
         {{% endfor %}}{{% endbackground %}}"
    );
    let app = app(&[("batch", &page), LISTING]).serve(&[]);
    let tasks: Vec<Json> =
        (0..2_500).map(|n| json!({"table": "task", "properties": {"title": format!("t{n}")}})).collect();
    let create = "mutation ($r: [RecordsCreateInputType!]!) { records_create_rc(records: $r) { id } }";
    assert_eq!(graph(&app, create, &json!({ "r": tasks })).get("errors"), None);

    app.get("/batch").has_status(200);
    app.wait_for_log("a page of tasks");
    assert!(app.get("/").has_status(200).text().starts_with("1 t0;"));
    let counts = app.wait_until_idle()["counts"].clone();
    assert_eq!((&counts["completed"], &counts["dead"]), (&json!(1), &json!(0)));

    assert_eq!(app.logs().iter().filter(|line| line.contains("a page of tasks")).count(), 3);
    let first = graph(&app, "{ records(per_page: 1) { results { created_at } } }", &json!({}));
    let moved = "query ($t: String) { records(per_page: 1, filter: { updated_at: { gt: $t }, properties: [{ name: \"points\", value: \"1\" }] }) { total_entries } }";
    let created_at = &first["data"]["records"]["results"][0]["created_at"];
    let found = graph(&app, moved, &json!({ "t": created_at }));
    assert_eq!(found["data"]["records"]["total_entries"], 2_500);
}

#[test]
fn feeds_and_places_are_found_in_the_file_that_others_write_to() {
    let project = app(&[]);
    project.write("app/schema/shop.yml", "name: shop\nproperties:\n- {name: place, type: geojson}\n");
    let mut app = project.serve(&[]);
    let create = r#"mutation ($p: JSONPayload) {
      record_create(record: { table: "shop", properties: [{ name: "place", value_json: $p }] }) { id }
      activity_create(payload: { type: "opened" }) { uuid }
    }"#;
    let warsaw = json!({"type": "Point", "coordinates": [21.01, 52.23]});
    let created = graph(&app, create, &json!({ "p": warsaw }));
    let publish = r#"mutation ($u: ID!) { activity_publish(uuid: $u, feed_type: "News", ids: ["7"]) }"#;
    let uuid = &created["data"]["activity_create"]["uuid"];
    let published = graph(&app, publish, &json!({ "u": uuid }));
    assert!(published["data"]["activity_publish"].is_string(), "{published}");

    app.kill();
    app.restart();
    let near = r#"query ($c: GeometryJSON, $km: Float) {
      records(per_page: 5, filter: { properties: [{ name: "place", distance_sphere: { center: $c, distance_in_km: $km } }] }) { results { id } }
      streams(feed_type: "News", feed_id: 7, reset_last_read: false) { unread_count results { payload } }
    }"#;
    let cracow = json!({"type": "Point", "coordinates": [19.94, 50.06]});
    for (kilometers, found) in [(200, json!([])), (300, json!([{"id": "1"}]))] {
        let answer = graph(&app, near, &json!({"c": cracow, "km": kilometers}));
        assert_eq!(answer["data"]["records"]["results"], found, "{answer}");
        assert_eq!(answer["data"]["streams"]["unread_count"], 1, "{answer}");
        assert_eq!(answer["data"]["streams"]["results"][0]["payload"]["type"], "opened", "{answer}");
    }
}

#[test]
fn delete_names_its_table_where_the_app_asks_for_it() {
    let project = app(&[]);
    project.write("app/config.yml", "require_table_for_record_delete_mutation: true\n");
    let app = project.serve(&[]);
    graph(&app, CREATE.1, &json!({"title": "A"}));
    let refused = graph(&app, "mutation { record_delete(id: 1) { id } }", &json!({}));
    let message = "record_delete needs a `table`: require_table_for_record_delete_mutation is set";
    assert_eq!(refused["errors"][0]["message"], message);
    assert_eq!(titles(&app), ["A"]);
    let deleted = graph(&app, "mutation { record_delete(id: 1, table: \"task\") { id } }", &json!({}));
    assert_eq!(deleted, json!({"data": {"record_delete": {"id": "1"}}}));
    assert_eq!(titles(&app), [""; 0]);
}

#[test]
fn queries_are_found_in_each_folder_by_names_that_may_be_variables() {
    let query = |key: &str| format!("{{ records(per_page: 1) {{ {key}: total_entries }} }}");
    let page = "{% graphql a = 'a' %}{% graphql b = 'b-b' %}{% assign name = 'modules/m/c' %}{% graphql c = name %}{% print a %}{% print b %}{% print c %}";
    let project = app(&[("index", page)]);
    for (path, key) in [
        ("app/graphqls/a.graphql", "a"),
        ("app/graph_queries/b-b.graphql", "b"),
        ("modules/m/public/graphql/c.graphql", "module"),
        ("app/modules/m/public/graphql/c.graphql", "app"),
    ] {
        project.write(path, query(key));
    }
    let text = project.serve(&[]).get("/").has_status(200).text();
    assert_eq!(text, r#"{"records":{"a":0}}{"records":{"b":0}}{"records":{"app":0}}"#);
}
