//! No document brings the server down, and no value gets out of its place: each is answered rightly or with one clear
//! error, and the next request is served.

use serde_json::{Value as Json, json};

use crate::harness::{Project, TestApp};

const ROWS: usize = 10_000;

fn app() -> TestApp {
    let project = Project::of(&[
        ("app/views/pages/index.liquid", "alive"),
        (
            "app/schema/task.yml",
            "name: task\nproperties:\n- name: title\n- {name: points, type: integer}\n- name: it's \"x\"\n",
        ),
    ]);
    project.serve(&[])
}

fn answer(app: &TestApp, query: &str, variables: &Json) -> Json {
    let asked = json!({ "query": query, "variables": variables });
    app.new_browser().post_json("/api/graph", &asked).has_status(200).json()
}

/// The one message of a document that is refused.
fn refusal(app: &TestApp, query: &str) -> String {
    let answer = answer(app, query, &json!({}));
    let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{answer:.300}"));
    assert_eq!(errors.len(), 1, "{answer:.1000}");
    assert_eq!(app.get("/").text(), "alive");
    errors[0]["message"].as_str().unwrap().to_owned()
}

fn create(app: &TestApp, tasks: impl Iterator<Item = Json>) {
    let records: Vec<Json> =
        tasks.map(|properties| json!({"table": "task", "properties": properties})).collect();
    let document = "mutation ($r: [RecordsCreateInputType!]!) { records_create_rc(records: $r) { id } }";
    let created = answer(app, document, &json!({ "r": records }));
    assert_eq!(created.get("errors"), None);
}

#[test]
fn page_of_ten_thousand_rows_is_answered() {
    let app = app();
    create(&app, (0..ROWS).map(|n| json!({"title": format!("t{n}"), "points": n})));
    let document = "query ($size: Int!) { records(per_page: $size, filter: { table: { value: \"task\" } }, sort: [{ properties: [{ name: \"points\", order: DESC }] }]) {
        total_entries has_next_page results { id points: property_int(name: \"points\")
            same: related_record(table: \"task\", join_on_property: \"title\", foreign_property: \"title\") { id } } } }";
    for size in [ROWS, 2_147_483_647] {
        let found = answer(&app, document, &json!({ "size": size }));
        let page = &found["data"]["records"];
        assert_eq!((&page["total_entries"], &page["has_next_page"]), (&json!(ROWS), &json!(false)));
        let results = page["results"].as_array().unwrap();
        assert_eq!(results.len(), ROWS);
        assert!(results.iter().all(|row| row["same"]["id"] == row["id"]));
        assert_eq!((&results[0]["points"], &results[ROWS - 1]["points"]), (&json!(ROWS - 1), &json!(0)));
    }
    let past = answer(
        &app,
        "{ records(per_page: 10, page: 2147483647) { total_entries results { id } } }",
        &json!({}),
    );
    assert_eq!(past["data"]["records"], json!({"total_entries": ROWS, "results": []}));
}

#[test]
fn value_and_name_stay_what_they_are() {
    let app = app();
    let nasty = [
        "'; DROP TABLE records; --",
        "\" OR 1=1 --",
        "') OR ('1'='1",
        "$.title",
        "$[0]",
        "%",
        "_",
        "\\",
        "?1",
        ":a",
        "NULL",
        "\u{202e}\u{feff}",
    ];
    create(&app, nasty.iter().map(|text| json!({"title": text, "points": 1, "it's \"x\"": text})));
    let every = answer(&app, "{ records(per_page: 100) { total_entries } }", &json!({}));
    assert_eq!(every["data"]["records"]["total_entries"], nasty.len());

    let of_property = "query ($name: String!, $v: String, $in: [String!]) { records(per_page: 100, filter: { table: { value: \"task\" }, properties: [{ name: $name, value: $v, value_in: $in, contains: $v, starts_with: $v, ends_with: $v, range: { gte: $v, lte: $v } }] }) { results { title: property(name: $name) } } }";
    for text in nasty {
        for name in ["title", "it's \"x\""] {
            let found = answer(&app, of_property, &json!({"name": name, "v": text, "in": [text]}));
            assert_eq!(found["data"]["records"]["results"], json!([{"title": text}]), "{name} {text:?}");
        }
    }
    for name in nasty.into_iter().chain(["\u{0}"]) {
        let found = answer(&app, of_property, &json!({"name": name, "v": "x"}));
        assert_eq!(found["data"]["records"]["results"], json!([]), "{name:?}");
        let document = "query ($n: String!, $p: PropertyName!) { records(per_page: 100, filter: { table: { value: $n } }) { total_entries }
            sorted: records(per_page: 100, sort: [{ properties: [{ name: $n, order: DESC }] }]) { total_entries }
            listed: records(per_page: 100, sort: [{ id: { order: ASC, order_by_values: [$n] } }]) { total_entries }
            related: records(per_page: 100, filter: { related_records: [{ join: { foreign_property: $p, join_on_property: $p }, filter: { table: { value: $n } } }] }) { total_entries results {
                related_records(table: [$n], join_on_property: $n, foreign_property: $n) { id } } } }";
        let found = answer(&app, document, &json!({"n": name, "p": name}));
        assert_eq!(
            found,
            json!({"data": {
                "records": {"total_entries": 0},
                "sorted": {"total_entries": nasty.len()},
                "listed": {"total_entries": nasty.len()},
                "related": {"total_entries": 0, "results": []},
            }}),
            "{name:?}"
        );
    }
    assert_eq!(answer(&app, "{ records(per_page: 100) { total_entries } }", &json!({})), every);
}

#[test]
fn document_of_any_shape_is_answered_or_refused_with_one_error() {
    let app = app();
    let deep = |levels: usize| {
        let open = "related_records(table: \"task\", join_on_property: \"id\", foreign_property: \"id\") { ";
        format!(
            "{{ records(per_page: 1) {{ results {{ {}id{} }} }} }}",
            open.repeat(levels),
            " }".repeat(levels)
        )
    };
    create(&app, std::iter::once(json!({"title": "a"})));
    assert!(answer(&app, &deep(15), &json!({})).get("errors").is_none());
    assert_eq!(refusal(&app, &deep(200)), "the document is nested too deep");
    assert_eq!(refusal(&app, &deep(5_000)), "no valid GraphQL: braces lie too deep");

    let branches = |levels: usize| {
        let (open, close) = ("{ or: [".repeat(levels), "] }".repeat(levels));
        format!(
            "{{ records(per_page: 1, filter: {open}{{ id: {{ value: 1 }} }}{close}) {{ total_entries }} }}"
        )
    };
    assert_eq!(answer(&app, &branches(50), &json!({}))["data"]["records"]["total_entries"], 1);
    assert!(!refusal(&app, &branches(5_000)).is_empty());

    let aliases: String =
        (0..1_000).map(|n| format!("a{n}: records(per_page: 1) {{ total_entries }} ")).collect();
    let answered = answer(&app, &format!("{{ {aliases} }}"), &json!({}));
    assert_eq!(answered["data"].as_object().unwrap().len(), 1_000);

    let laughs: String = (0..15)
        .map(|n| format!(" fragment f{n} on User {{ a: related_user {{ ...f{m} }} b: related_user {{ ...f{m} }} c: related_user {{ ...f{m} }} }}", m = n + 1))
        .collect();
    let laughs =
        format!("{{ users(per_page: 1) {{ results {{ ...f0 }} }} }}{laughs} fragment f15 on User {{ id }}");
    assert_eq!(refusal(&app, &laughs), "the document asks for more than 100000 fields");

    let many: Vec<String> = (0..100_000).map(|n| format!("x{n}")).collect();
    let asking = |operator: &str| {
        format!(
            "query ($x: [String!]) {{ records(per_page: 1, filter: {{ table: {{ value: \"task\" }}, properties: [{{ name: \"title\", {operator}: $x }}] }}) {{ total_entries }} }}"
        )
    };
    for (operator, total) in [("value_in", 0), ("not_value_in", 1)] {
        let answered = answer(&app, &asking(operator), &json!({ "x": many }));
        assert_eq!(answered["data"]["records"]["total_entries"], total, "{answered:.300}");
    }
    for operator in ["array_contains", "not_array_overlaps"] {
        let answered = answer(&app, &asking(operator), &json!({ "x": many }));
        let errors = json!([{"message": "a filter may have at most 4000 conditions", "locations": [{"line": 1, "column": 25}], "path": ["records"]}]);
        assert_eq!(answered["errors"], errors, "{answered:.300}");
        let answered = answer(&app, &asking(operator), &json!({ "x": &many[..3_900] }));
        let total = usize::from(operator.starts_with("not"));
        assert_eq!(answered["data"]["records"]["total_entries"], total, "{answered:.300}");
    }
    let any: Vec<Json> = (0..2_000)
        .map(|n| json!({"id": {"value": n}, "properties": [{"name": "title", "contains": "a"}]}))
        .collect();
    let document =
        "query ($x: [RecordsFilterInput!]) { records(per_page: 1, filter: { or: $x }) { total_entries } }";
    let answered = answer(&app, document, &json!({ "x": any }));
    assert_eq!(answered["data"]["records"]["total_entries"], 1, "{answered:.300}");

    for (fragments, message) in [
        ("{ records(per_page: 1) { ...a } } fragment a on RecordCollection { ...a }", "a"),
        (
            "{ records(per_page: 1) { ...a } } fragment a on RecordCollection { ...b } fragment b on RecordCollection { ...a }",
            "a",
        ),
    ] {
        let answered = answer(&app, fragments, &json!({}));
        let errors = answered["errors"].as_array().unwrap();
        assert!(
            errors.iter().any(|error| error["message"].as_str().unwrap().contains(message)),
            "{answered}"
        );
        assert_eq!(app.get("/").text(), "alive");
    }

    let comment = format!("{{ __typename }} #{}", "x".repeat(10_000_000));
    assert_eq!(refusal(&app, &comment), "the document has 10000016 bytes, at most 1048576 are allowed");
    let unknown: String = (0..20_000).map(|n| format!("x{n} ")).collect();
    let answered = answer(&app, &format!("{{ {unknown} }}"), &json!({}));
    assert_eq!(answered["errors"].as_array().unwrap().len(), 20);
    assert_eq!(app.get("/").text(), "alive");
}
