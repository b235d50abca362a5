//! Queries of templates against a database in memory: what they are given, what comes of them, and what a transaction
//! undoes.

use serde_json::json;

use super::*;

const SCHEMA: &str = "name: task\nproperties:\n- name: title\n- {name: points, type: integer}\n";
const CREATE: &str = r#"mutation ($title: String, $points: Int) {
  record_create(record: { table: "task", properties: [{ name: "title", value: $title }, { name: "points", value_int: $points }] }) { id title: property(name: "title") }
}"#;
const SEARCH: &str = r#"query ($t: String) {
  records(per_page: 10, filter: { table: { value: "task" }, properties: [{ name: "title", value: $t }] }, sort: [{ id: { order: ASC } }]) { total_entries results { id title: property(name: "title") } }
}"#;
const DELETE: &str = r#"mutation ($id: ID!) {
  record_delete(id: $id, table: "task") { id }
}"#;

/// A page with this body, queries to call, and the records of tasks `Write` and `Ship`.
fn page(body: &str) -> Fixture {
    page_with(body, &[])
}

fn page_with(body: &str, files: &[(&str, &str)]) -> Fixture {
    let all = [
        ("views/pages/index.liquid", body),
        ("schema/task.yml", SCHEMA),
        ("graphql/tasks/create.graphql", CREATE),
        ("graphql/tasks/search.graphql", SEARCH),
        ("graphql/tasks/delete.graphql", DELETE),
    ];
    let mut fixture = Fixture::of(&[&all, files].concat());
    fixture.bindings.graph = Some(Graph::in_memory(&Log::starting_after(0)));
    for title in ["Write", "Ship"] {
        fixture.query(CREATE, json!({"title": title}));
    }
    fixture
}

impl Fixture {
    fn query(&self, document: &str, variables: Json) -> Json {
        let Json::Object(variables) = variables else { panic!("variables are an object") };
        let graph = self.bindings.graph.as_ref().unwrap();
        let mut data = graph.records.data(None);
        let now = jiff::Timestamp::UNIX_EPOCH;
        let mut world = crate::graphql::World::of_data(self.engine.app(), &mut data, now);
        let request = crate::graphql::Request { document, variables, operation: None };
        let answer = graph.executor.execute(&request, &mut world);
        assert_eq!(answer.errors, []);
        Json::Object(answer.data.unwrap())
    }

    /// The titles of all tasks.
    fn titles(&self) -> Vec<String> {
        let found = self.query(SEARCH, json!({}));
        let results = found["records"]["results"].as_array().unwrap();
        results.iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect()
    }
}

const OFF: (&str, &str) = ("config.yml", "liquid_raise_mode: false\n");

#[test]
fn result_is_a_hash_without_data_and_filters_apply_to_it() {
    for (body, expected) in [
        ("{% graphql t = 'tasks/search', t: 'Ship' | dig: 'records', 'results' %}{{ t[0].id }}", "2"),
        ("{% graphql g = 'tasks/search' %}{{ g.records.total_entries | plus: 1 }}{{ g.errors }}", "3"),
        (
            "{% graphql g = 'tasks/search', t: nil %}{{ g.records.results | map: 'title' | join }}",
            "Write Ship",
        ),
        (
            "{% assign h = {} %}{% graphql h.a = 'tasks/search', t: 'Ship' %}{{ h.a.records.total_entries }}",
            "1",
        ),
        (
            "{% graphql g, t: 'Ship' %}query ($t: String) { records(per_page: 1, filter: { properties: [{ name: \"title\", value: $t }] }) { n: total_entries } }{% endgraphql %}{{ g }}",
            "{&quot;records&quot;:{&quot;n&quot;:1}}",
        ),
        ("{% execute_query 'tasks/search', result_name: 'g', t: 'Ship' %}{{ g.records.total_entries }}", "1"),
        (
            "{% query_graph 'tasks/create', title: 'Old' %}{% graphql g = 'tasks/search' %}{{ g.records.total_entries }}",
            "3",
        ),
    ] {
        assert_eq!(page(body).body(), expected, "{body}");
    }
}

#[test]
fn variables_come_by_name_or_in_args() {
    for (arguments, expected) in [
        ("t: 'Ship', junk: 1", "Ship"),
        ("args: a", "Ship"),
        ("args: a, t: 'Write'", "Write"),
        ("t: 'Write', args: a", "Write"),
        ("args: '{\"t\": \"Ship\"}'", "Ship"),
        ("args: nil", "Write Ship"),
        ("args: ''", "Write Ship"),
    ] {
        let body = format!(
            "{{% assign a = {{ \"t\": \"Ship\", \"junk\": {{ \"b\": [1] }} }} %}}\
             {{% graphql g = 'tasks/search', {arguments} %}}{{{{ g.records.results | map: 'title' | join }}}}"
        );
        assert_eq!(page(&body).body(), expected, "{arguments}");
    }
    for args in ["'[1]'", "'{'", "3", "'x'"] {
        let error = page(&format!("{{% graphql g = 'tasks/search', args: {args} %}}")).error();
        assert_eq!(error, "Liquid error (views/pages/index.liquid:1): args is no hash and no JSON object");
    }
}

#[test]
fn mistakes_name_both_places() {
    let files = [("graphql/bad.graphql", "query {\n  records(per_page: 1) { nope }\n}")];
    for (body, message, hint) in [
        (
            "\n{% graphql g = 'tasks/serch' %}",
            "Liquid error (views/pages/index.liquid:2): can't find query 'tasks/serch'",
            Some("did you mean 'tasks/search'?"),
        ),
        (
            "\n{% graphql g = 'bad' %}",
            "Liquid error (views/pages/index.liquid:2): graphql 'bad': type `RecordCollection` does not have a field `nope`",
            Some("see app/graphql/bad.graphql:2:26"),
        ),
        (
            "{% graphql g = 'tasks/delete' %}",
            "Liquid error (views/pages/index.liquid:1): graphql 'tasks/delete': Variable $id of type ID! was provided invalid value",
            Some("see app/graphql/tasks/delete.graphql:1:11"),
        ),
        (
            "\n{% graphql g = 'tasks/delete', id: 999 %}",
            "Liquid error (views/pages/index.liquid:2): graphql 'tasks/delete': Can't find Task with id=999",
            Some("see app/graphql/tasks/delete.graphql:2:3"),
        ),
        (
            "{% graphql g %}\n{ records(per_page: 1) {\n  nope } }{% endgraphql %}",
            "Liquid error (views/pages/index.liquid:3): graphql: type `RecordCollection` does not have a field `nope`",
            None,
        ),
    ] {
        let error = page_with(body, &files).get("/").unwrap_err();
        assert_eq!((error.message().as_str(), error.hint()), (message, hint), "{body}");
    }
}

#[test]
fn where_errors_are_not_raised_the_result_has_them() {
    let body = "{% graphql g = 'tasks/delete', id: 999 %}{{ g.errors[0].message }}|{{ g.record_delete }}|on";
    let fixture = page_with(body, &[OFF]);
    assert_eq!(fixture.body(), "Can&#39;t find Task with id=999||on");
    assert_eq!(
        fixture.logged(),
        [
            "error: Liquid error (views/pages/index.liquid:1): graphql 'tasks/delete': Can't find Task with id=999"
        ]
    );
}

#[test]
fn try_catches_a_failed_query() {
    let body = "{% try %}{% graphql g = 'tasks/delete', id: 999 %}no{% catch e %}{{ e.message }}{% endtry %}";
    for config in [("config.yml", "liquid_raise_mode: true\n"), OFF] {
        let text = page_with(body, &[config]).body();
        assert!(text.ends_with("id=999"), "{text}");
    }
}

#[test]
fn transaction_keeps_all_or_nothing() {
    let create = |title: &str| format!("{{% graphql g = 'tasks/create', title: '{title}' %}}");
    let (a, b, c) = (create("A"), create("B"), create("C"));
    let fails = "{% graphql g = 'tasks/delete', id: 999 %}";
    let seen = "{% graphql g = 'tasks/search' %}{{ g.records.total_entries }}";
    let inside = |body: &str| format!("{{% transaction %}}{body}{{% endtransaction %}}");
    for (body, text, added) in [
        (inside(&format!("{a}{b}")), "", &["A", "B"][..]),
        (inside(&format!("{a}{seen}{{% rollback %}}{b}")) + "!", "3!", &[]),
        (inside(&a) + &inside(&format!("{b}{{% rollback %}}")), "", &["A"]),
        (inside(&format!("{a}{}{c}", inside(&format!("{b}{{% rollback %}}")))), "", &["A", "C"]),
        (inside(&format!("{a}{}{{% rollback %}}", inside(&b))), "", &[]),
        (
            format!("{{% try %}}{}{{% catch %}}x{{% endtry %}}{c}", inside(&format!("{a}{fails}"))),
            "x",
            &["C"],
        ),
        (
            inside(&format!(
                "{a}{{% try %}}{}{{% catch %}}x{{% endtry %}}{c}",
                inside(&format!("{b}{fails}"))
            )),
            "x",
            &["A", "C"],
        ),
        (inside(&format!("{a}{{% try %}}{fails}{{% catch %}}x{{% endtry %}}{c}")), "x", &["A", "C"]),
        (
            format!("{{% for i in (1..2) %}}{}{{% endfor %}}", inside(&format!("{a}{{% break %}}"))),
            "",
            &["A"],
        ),
    ] {
        let fixture = page(&body);
        assert_eq!(fixture.body(), text, "{body}");
        assert_eq!(fixture.titles(), [&["Write", "Ship"][..], added].concat(), "{body}");
    }

    let fixture = page(&inside(&format!("{a}{fails}")));
    assert!(fixture.error().contains("id=999"));
    assert_eq!(fixture.titles(), ["Write", "Ship"]);
    let late = page(&format!(
        "{{% transaction timeout: 0.05 %}}{a}{{% for i in (1..100000000) %}}{{% endfor %}}{{% endtransaction %}}"
    ));
    assert!(late.error().contains("transaction timeout"));
    assert_eq!(late.titles(), ["Write", "Ship"]);
}

#[test]
fn session_changes_show_at_once_and_reach_whoever_stores_them() {
    let sign_in = "{% graphql g %}mutation { user_create(user: { email: \"ann@x.test\", password: \"pw-12345\" }) { id } }{% endgraphql %}\
        {% graphql g %}mutation { user_session_create(email: \"ANN@x.test\", password: \"pw-12345\") { id } }{% endgraphql %}";
    let set = "{% graphql g %}mutation { session_create_field(name: \"a\", value: [1]) }{% endgraphql %}";
    let current = "{% graphql g %}{ current_user { email } }{% endgraphql %}{{ g.current_user.email }}";
    for (body, text, changes) in [
        (set.to_owned() + "{{ context.session.a[0] }}", "1", 1),
        (
            format!(
                "{{% session b = 1 %}}{sign_in}{{{{ context.current_user.email }}}}{{{{ context.session.b }}}}{current}"
            ),
            "ann@x.testann@x.test",
            2,
        ),
        (
            format!(
                "{sign_in}{set}{{% graphql g %}}mutation {{ user_session_destroy }}{{% endgraphql %}}{{{{ context.current_user }}}}{{{{ context.session.a }}}}{current}"
            ),
            "",
            3,
        ),
    ] {
        let rendered = page(&body).get("/").unwrap();
        assert_eq!((rendered.body.as_str(), rendered.session.len()), (text, changes), "{body}");
    }
}

#[test]
fn job_has_data_but_no_session() {
    let body = "{% background source_name: 'j', t: 'Made' %}{% graphql g = 'tasks/create', title: t %}{{ g.record_create.title }}{% endbackground %}\
        {% background source_name: 's' %}{% graphql g %}mutation { session_create_field(name: \"a\", value: 1) }{% endgraphql %}{% endbackground %}";
    let fixture = page(body);
    let jobs = fixture.jobs();
    assert_eq!(fixture.run(&jobs[0]).unwrap().body, "Made");
    assert_eq!(fixture.titles(), ["Write", "Ship", "Made"]);
    assert!(fixture.run(&jobs[1]).unwrap_err().message().contains("there is no session here"));
}
