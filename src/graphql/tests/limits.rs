//! What is too deep, too large or too long: refused in one sentence, or answered like everything else.

use serde_json::{Value as Json, json};

use super::Fixture;
use super::records::fixture;

/// A list in a list, `depth` times.
fn nested(depth: usize) -> Json {
    (1..depth).fold(json!([]), |inner, _| json!([inner]))
}

#[test]
fn value_that_is_stored_can_be_read_and_one_that_is_nested_deeper_is_refused() {
    let mut fixture = fixture();
    let update = r#"mutation ($v: JSONPayload) { record_update(id: 2, record: { properties: [{ name: "meta", value_json: $v }] }) { id } }"#;
    let read = r#"{ records(per_page: 1, filter: { id: { value: 2 } }) { results { meta: property_json(name: "meta") title: property(name: "title") } } }"#;
    let deepest = nested(100);
    let stored = json!({"records": {"results": [{"meta": deepest, "title": "Write spec"}]}});
    fixture.data(update, json!({ "v": deepest }));
    assert_eq!(fixture.data(read, json!({})), stored);
    let said = "property `meta` of `task`: `[[[…` is not a value that can be stored: it is nested more than 100 levels deep";
    assert_eq!(fixture.errors(update, json!({"v": nested(101)})), said);
    assert_eq!(fixture.data(read, json!({})), stored);

    let create = "mutation ($v: PropertiesObject) { records_create_rc(records: [{ table: \"task\", properties: $v }]) { id } }";
    fixture.data(create, json!({"v": {"meta": nested(100)}}));
    assert_eq!(fixture.errors(create, json!({"v": {"meta": nested(101)}})), said);
}

#[test]
fn number_that_would_be_too_large_is_refused() {
    let mut fixture = fixture();
    let update = |operation: &str, by: &str| {
        format!(
            r#"mutation {{ record_update(id: 2, record: {{ properties: [{{ name: "points", {operation}: {by} }}] }}) {{ points: property(name: "points") }} }}"#
        )
    };
    let most = i64::MAX.to_string();
    let least = i64::MIN.to_string();
    for (operation, by) in [
        ("increment", "1e300"),
        ("decrement", "1e300"),
        ("increment", most.as_str()),
        ("decrement", least.as_str()),
    ] {
        let said = fixture.errors(&update(operation, by), json!({}));
        assert_eq!(said, "property `points` of `task`: the number would be too large", "{operation} {by}");
    }
    let points = fixture.data(&update("decrement", "7"), json!({}));
    assert_eq!(points, json!({"record_update": {"points": "-2"}}));
}

#[test]
fn id_of_an_import_is_one_that_leaves_room_for_others_and_is_free() {
    let mut fixture = fixture();
    let create = r#"mutation ($id: ID) { record_create(record: { id: $id, table: "person" }) { id } }"#;
    let many = r#"mutation ($id: ID) { records_create_rc(records: [{ table: "person" }, { id: $id, table: "person" }]) { id } }"#;
    for id in ["9223372036854775807", "9007199254740992", "0", "-7", "x", ""] {
        let said = format!("id: `{id}` is not an id: these are 1 to 9007199254740991");
        assert_eq!(fixture.errors(create, json!({ "id": id })), said);
        assert_eq!(fixture.errors(many, json!({ "id": id })), said);
    }
    for document in [create, many] {
        assert_eq!(fixture.errors(document, json!({"id": 1})), "Id has already been taken");
    }
    let count = r#"{ records(per_page: 1, filter: { table: { value: "person" } }) { total_entries } }"#;
    assert_eq!(fixture.data(count, json!({})), json!({"records": {"total_entries": 1}}));
    assert_eq!(fixture.data(create, json!({"id": 70})), json!({"record_create": {"id": "70"}}));
    assert_eq!(fixture.data(create, json!({})), json!({"record_create": {"id": "71"}}));
}

/// Tasks that are related to tasks that are, and so on: each is to itself.
fn related_filter(depth: usize) -> Json {
    let join = json!({"join_on_property": "id", "foreign_property": "id"});
    let all = json!({
        "table": {"value": "task"},
        "or": [{"properties": [{"name": "title", "contains": "S"}]}, {"or": [{"id": {"range": {"gt": "0", "lt": "9"}}}]}],
        "properties": [{"name": "points", "range": {"gte": "1", "lte": "99"}}, {"name": "title", "not_value": "x"}],
    });
    (0..depth).fold(all.clone(), |inner, level| {
        let join = if level % 2 == 0 {
            join.clone()
        } else {
            json!({"join_on_property": "title", "foreign_property": "title"})
        };
        let mut filter = all.clone();
        filter["related_records"] = json!([{ "join": join, "filter": inner }]);
        filter
    })
}

#[test]
fn id_of_a_user_is_one_that_leaves_room_for_others_and_is_free() {
    let mut fixture = Fixture::new(&[("app/user.yml", "properties: []\n")]);
    let create = "mutation ($id: ID, $e: String) { user_create(id: $id, user: { email: $e }) { id } }";
    for id in ["9223372036854775807", "0", "-7"] {
        let said = format!("id: `{id}` is not an id: these are 1 to 9007199254740991");
        assert_eq!(fixture.errors(create, json!({"id": id, "e": "a@x.test"})), said);
    }
    fixture.data(create, json!({"id": 70, "e": "a@x.test"}));
    assert_eq!(fixture.errors(create, json!({"id": 70, "e": "b@x.test"})), "Id has already been taken");
    let next = fixture.data(create, json!({"e": "b@x.test"}));
    assert_eq!(next, json!({"user_create": {"id": "71"}}));
}

#[test]
fn related_filters_may_lie_in_each_other_to_a_bound() {
    let mut fixture = fixture();
    let document = "query ($f: RecordsFilterInput) { records(per_page: 9, filter: $f) { results { id } } }";
    for depth in [1, 2, 10] {
        let found = fixture.data(document, json!({"f": related_filter(depth)}));
        assert_eq!(found, json!({"records": {"results": [{"id": "2"}, {"id": "3"}]}}), "{depth}");
    }
    let said = fixture.errors(document, json!({"f": related_filter(11)}));
    assert_eq!(said, "relations in a filter may lie 10 deep in each other");
}

#[test]
fn list_of_a_filter_or_a_sort_may_be_long() {
    let mut fixture = fixture();
    let many: Vec<String> = (3..40_000).map(|id| id.to_string()).collect();
    let filter = json!({"id": {"value_in": many}, "properties": [{"name": "points", "value_in": many}]});
    let sort = json!([{"id": {"order": "ASC", "order_by_values": many}}]);
    let document = "query ($f: RecordsFilterInput, $s: [RecordsSortInput!]) { records(per_page: 9, filter: $f, sort: $s) { results { id } } }";
    for filter in [filter.clone(), json!({"table": {"value": "task"}, "or": [filter]})] {
        let found = fixture.data(document, json!({"f": filter, "s": sort}));
        assert_eq!(found, json!({"records": {"results": [{"id": "3"}]}}));
    }
}

#[test]
fn document_selects_a_hundred_thousand_fields_and_no_more() {
    let mut fixture = fixture();
    // Two fields around them, and 990 times a spread of a hundred.
    let document = |more: usize| {
        format!(
            "{{ records(per_page: 1) {{ results {{ {}{} }} }} }} fragment hundred on Record {{ {} }}",
            "...hundred ".repeat(990),
            "id ".repeat(more),
            "id ".repeat(100)
        )
    };
    fixture.data(&document(8), json!({}));
    assert_eq!(fixture.errors(&document(9), json!({})), "the document asks for more than 100000 fields");
}
