//! Documents as such: variables, what is refused, where an error lies.

use serde_json::json;

use super::Fixture;

fn fixture() -> Fixture {
    let mut fixture = Fixture::new(&[(
        "app/schema/task.yml",
        "name: task\nproperties:\n- name: title\n- {name: tags, type: array}\n",
    )]);
    let create = r#"mutation { record_create(record: { table: "task", properties: [{ name: "title", value: "A" }, { name: "tags", value_array: ["x"] }] }) { id } }"#;
    fixture.data(create, json!({}));
    fixture
}

#[test]
fn lone_text_may_stand_for_a_list() {
    let document = r#"query ($t: String) { records(per_page: 1, filter: { properties: [{ name: "title", value_in: $t }] }) { total_entries } }"#;
    let mut fixture = fixture();
    for (title, total) in [("A", 1), ("B", 0)] {
        assert_eq!(fixture.data(document, json!({"t": title}))["records"]["total_entries"], total);
    }
}

#[test]
fn variables_are_strict() {
    let mut fixture = fixture();
    for (ty, given, is_right) in [
        ("Int", json!(1), true),
        ("Int", json!("1"), false),
        ("Int", json!(1.5), false),
        ("Int", json!(3_000_000_000_i64), false),
        ("Float", json!(1), true),
        ("Float", json!("1"), false),
        ("Boolean", json!(true), true),
        ("Boolean", json!("true"), false),
        ("String", json!("a"), true),
        ("String", json!(1), false),
        ("ID", json!(1), true),
        ("ID", json!("a"), true),
        ("[String!]", json!("a"), true),
        ("[String!]", json!(["a"]), true),
        ("[String!]", json!([null]), false),
        ("SortOrderEnum", json!("DESC"), true),
        ("SortOrderEnum", json!("UP"), false),
        ("RecordsSortInput", json!({"id": {"order": "ASC"}}), true),
        ("RecordsSortInput", json!({"idd": {"order": "ASC"}}), false),
        ("Any", json!([{"a": 1}]), true),
        ("HashObject", json!({"a": 1}), true),
        ("HashObject", json!(null), false),
    ] {
        let used = match ty {
            "Int" => "records(per_page: 1, page: 1, options: { timeout: $v })",
            "Float" => "users(per_page: 1, filter: { properties: [{ name: \"x\", value_float: $v }] })",
            "Boolean" => "records(per_page: 1, options: { read_replica: $v })",
            "String" => "records(per_page: 1, filter: { table: { value: $v } })",
            "ID" => "records(per_page: 1, filter: { id: { value: $v } })",
            "[String!]" => "records(per_page: 1, filter: { table: { value_in: $v } })",
            "SortOrderEnum" => "records(per_page: 1, sort: { properties: [{ name: \"title\", order: $v }] })",
            "RecordsSortInput" => "records(per_page: 1, sort: [$v])",
            _ => "records(per_page: 1)",
        };
        // A variable that is not used is refused by validation, so the open types are given to a mutation.
        let document = match ty {
            "Any" => "mutation ($v: Any!) { session_create_field(name: \"a\", value: $v) }".to_owned(),
            "HashObject" => {
                "mutation ($v: HashObject!) { embedding_create_rc(embedding: { content: \"a\", embedding: [1], metadata: $v }) { id } }".to_owned()
            }
            "SortOrderEnum" | "RecordsSortInput" => format!("query ($v: {ty}!) {{ {used} {{ per_page }} }}"),
            _ => format!("query ($v: {ty}) {{ {used} {{ per_page }} }}"),
        };
        fixture.session = Some(crate::graphql::Session::new(serde_json::Map::new, None));
        let answer = fixture.answer(&document, json!({"v": given}));
        assert_eq!(answer.errors.is_empty(), is_right, "{ty} {given}: {:?}", answer.errors);
        if !is_right {
            let message = &answer.errors[0].message;
            let required = if document.contains(&format!("{ty}!)")) { "!" } else { "" };
            assert_eq!(*message, format!("Variable $v of type {ty}{required} was provided invalid value"));
            assert_eq!(answer.data, None);
        }
    }
}

#[test]
fn error_says_where_it_lies() {
    let mut fixture = fixture();
    let answer = fixture
        .answer("{\n  ok: constant { name }\n  gone: user(id: 1) {\n    name\n    nope\n  }\n}", json!({}));
    assert_eq!(answer.data, None);
    assert_eq!(
        serde_json::to_value(&answer.errors).unwrap(),
        json!([{"message": "type `User` does not have a field `nope`", "locations": [{"line": 5, "column": 5}]}])
    );

    let answer = fixture.answer(
        "mutation {\n  a: constant_unset(name: \"x\") { name }\n  b: user_delete(id: 9) { id }\n}",
        json!({}),
    );
    assert_eq!(answer.data.map(serde_json::Value::Object), Some(json!({"a": null, "b": null})));
    assert_eq!(
        serde_json::to_value(&answer.errors).unwrap(),
        json!([{"message": "Can't find User with id=9", "locations": [{"line": 3, "column": 6}], "path": ["b"]}])
    );
}

#[test]
fn field_that_must_have_a_value_takes_all_data_with_it() {
    let mut fixture = fixture();
    let document =
        r#"mutation { a: constant_set(name: "K", value: "v") { name } b: record_delete(id: 9) { id } }"#;
    let answer = fixture.answer(document, json!({}));
    assert_eq!(answer.data, None);
    assert_eq!(answer.errors.len(), 1);
    let kept = fixture.data(r#"{ constant(filter: {name: "K"}) { value } }"#, json!({}));
    assert_eq!(kept, json!({"constant": {"value": "v"}}), "mutations before it stay");
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    let mut fixture = fixture();
    for (document, message) in [
        ("{ admin_form_configurations { id } }", "not supported here: RootQuery.admin_form_configurations"),
        ("mutation { profile_approve { id } }", "not supported here: RootMutation.profile_approve"),
        (
            "{ records(per_page: 1, filter: { fulltext: { raw: true } }) { total_entries } }",
            "not supported here: Query.raw",
        ),
        ("", "no valid GraphQL"),
        ("{", "no valid GraphQL"),
    ] {
        let errors = fixture.errors(document, json!({}));
        assert!(errors.contains(message), "{document}: {errors}");
    }
}

#[test]
fn schema_can_be_asked_about() {
    let answer = fixture()
        .data("{ __schema { queryType { name } } __typename current_user { __typename } }", json!({}));
    assert_eq!(
        answer,
        json!({"__schema": {"queryType": {"name": "RootQuery"}}, "__typename": "RootQuery", "current_user": null})
    );
    let document = "query ($n: String!, $d: Boolean = false) { __type(name: $n) { name fields @include(if: $d) { name } } }";
    for (variables, name) in
        [(json!({"n": "User"}), json!({"name": "User"})), (json!({"n": "None"}), json!(null))]
    {
        assert_eq!(fixture().data(document, variables), json!({"__type": name}));
    }
}
