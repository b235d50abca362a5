//! Records: filters, sorting, relations, writes.

use serde_json::{Value as Json, json};

use super::Fixture;

const TASK: &str = "name: task
properties:
- name: title
- {name: points, type: integer}
- {name: done, type: boolean}
- {name: tags, type: array}
- name: meta
- {name: due, type: datetime}
- name: owner_id
";

pub(super) fn fixture() -> Fixture {
    let mut fixture = Fixture::new(&[
        ("app/schema/task.yml", TASK),
        ("app/schema/person.yml", "name: person\nproperties:\n- name: name\n"),
        ("app/schema/status.yml", "name: status\nproperties:\n- name: task_id\n- name: name\n"),
    ]);
    for record in [
        json!({"table": "person", "properties": [{"name": "name", "value": "Ada"}]}),
        json!({"table": "task", "properties": [
            {"name": "title", "value": "Write spec"}, {"name": "points", "value_int": 5}, {"name": "done", "value_boolean": false},
            {"name": "tags", "value_array": ["a", "b"]}, {"name": "owner_id", "value": "1"}]}),
        json!({"table": "task", "properties": [
            {"name": "title", "value": "Ship"}, {"name": "points", "value_int": 12}, {"name": "done", "value_boolean": true},
            {"name": "tags", "value_array": ["b"]}]}),
        json!({"table": "task", "properties": [{"name": "title", "value": "write docs"}, {"name": "points", "value_int": 3}]}),
    ] {
        fixture.data(
            "mutation ($r: RecordInputType!) { record_create(record: $r) { id } }",
            json!({"r": record}),
        );
    }
    fixture.data(r#"mutation { record_delete(id: 4, table: "task") { id } }"#, json!({}));
    fixture
}

/// The ids of the tasks for which the property filter holds.
fn tasks(fixture: &mut Fixture, filter: &str) -> Json {
    let document = format!(
        r#"{{ records(per_page: 10, filter: {{ table: {{ value: "task" }}, properties: [{{ {filter} }}] }}) {{ results {{ id }} }} }}"#
    );
    let ids = fixture.data(&document, json!({}));
    ids["records"]["results"].as_array().unwrap().iter().map(|record| record["id"].clone()).collect()
}

#[test]
fn text_is_found_whatever_its_case_and_deleted_records_are_hidden() {
    let document = r#"query { records(per_page: 10, filter: { table: { value: "task" }, properties: [{ name: "title", contains: "WRITE" }] }) {
        total_entries results { id title: property(name: "title") p: property(name: "points") n: property_int(name: "points") done: property_boolean(name: "done") } } }"#;
    assert_eq!(
        fixture().data(document, json!({})),
        json!({"records": {"total_entries": 1, "results": [{"id": "2", "title": "Write spec", "p": "5", "n": 5, "done": false}]}})
    );
}

#[test]
fn null_and_blank_operands_are_no_condition() {
    let mut fixture = fixture();
    let document = r#"query ($t: String, $id: ID) { records(per_page: 1, filter: { id: { value: $id }, table: { value: "task" }, properties: [{ name: "title", value: $t }] }) {
        total_entries total_pages has_next_page has_previous_page current_page } }"#;
    let all = json!({"records": {"total_entries": 2, "total_pages": 2, "has_next_page": true, "has_previous_page": false, "current_page": 1}});
    assert_eq!(fixture.data(document, json!({})), all);
    assert_eq!(fixture.data(document, json!({"t": null})), all);
    assert_eq!(fixture.data(document, json!({"t": "", "junk": {"valid": true}})), all);
    assert_eq!(
        fixture.data(document, json!({"t": "Ship"})),
        json!({"records": {"total_entries": 1, "total_pages": 1, "has_next_page": false, "has_previous_page": false, "current_page": 1}})
    );
    assert_eq!(tasks(&mut fixture, r#"name: "", value: """#), json!(["2", "3"]));
    assert_eq!(tasks(&mut fixture, r#"name: "owner_id", value: "", allow_empty: true"#), json!([]));
}

#[test]
fn each_operator_finds_its_records() {
    let mut fixture = fixture();
    for (filter, expected) in [
        (r#"name: "points", range: { gt: "4", lt: "12" }"#, json!(["2"])),
        (r#"name: "points", value: "12""#, json!(["3"])),
        (r#"name: "points", value_int: 12"#, json!(["3"])),
        (r#"name: "points", not_value: "12""#, json!(["2"])),
        (r#"name: "done", value_boolean: true"#, json!(["3"])),
        (r#"name: "title", value_in: ["Ship", "x"]"#, json!(["3"])),
        (r#"name: "title", starts_with: "wri""#, json!(["2"])),
        (r#"name: "title", starts_with: "wri", case_sensitive: true"#, json!([])),
        (r#"name: "tags", array_contains: ["a"]"#, json!(["2"])),
        (r#"name: "tags", array_contains: "b""#, json!(["2", "3"])),
        (r#"name: "tags", not_array_contains: ["a"]"#, json!(["3"])),
        (r#"name: "tags", array_overlaps: ["a", "z"]"#, json!(["2"])),
        (r#"name: "tags", value_in: ["b", "c"]"#, json!(["3"])),
        (r#"name: "owner_id", exists: false"#, json!(["3"])),
        (r#"name: "owner_id", not_value: "1""#, json!(["3"])),
        (r#"name: "points", value_float: 5"#, json!(["2"])),
        (r#"name: "points", not_value_int: 5"#, json!(["3"])),
        (r#"name: "points", not_value_in: ["5"]"#, json!(["3"])),
        (r#"name: "points", value: "5", not_value: "5""#, json!([])),
        (r#"name: "done", not_value_boolean: true"#, json!(["2"])),
        (r#"name: "done", value: "true""#, json!(["3"])),
        (r#"name: "title", not_contains: "R""#, json!(["3"])),
        (r#"name: "title", ends_with: "SPEC""#, json!(["2"])),
        (r#"name: "title", not_ends_with: "SPEC""#, json!(["3"])),
        (r#"name: "title", not_starts_with: "w", case_sensitive: true"#, json!(["2", "3"])),
        (r#"name: "title", range: { gt: "Sz" }"#, json!(["2"])),
        (r#"name: "title", contains: """#, json!(["2", "3"])),
        (r#"name: "title", value: null"#, json!(["2", "3"])),
        (r#"name: "tags", value_array: ["a", "b"]"#, json!(["2"])),
        (r#"name: "tags", value_array: ["b", "a"]"#, json!([])),
        (r#"name: "tags", not_value_array: ["b"]"#, json!(["2"])),
        (r#"name: "tags", not_array_overlaps: ["a", "z"]"#, json!(["3"])),
        (r#"name: "tags", not_value_in: ["b", "c"]"#, json!(["2"])),
        (r#"name: "tags", contains: "\"A\"""#, json!(["2"])),
        (r#"name: "tags", value_in: []"#, json!(["2", "3"])),
        (r#"name: "meta", not_array_contains: ["a"]"#, json!(["2", "3"])),
        (r#"name: "due", exists: true"#, json!([])),
        (r#"name: "title", value: "'; DROP TABLE records; --""#, json!([])),
        (r#"name: "x\") OR 1=1 --", value: "1""#, json!([])),
    ] {
        assert_eq!(tasks(&mut fixture, filter), expected, "{filter}");
    }
}

#[test]
fn table_is_known_by_its_number_too() {
    let mut fixture = fixture();
    let tables = r#"query ($f: TablesFilterInput) { admin_tables(per_page: 100, filter: $f) { results { id name } } }"#;
    let found = fixture.data(tables, json!({"f": {"name": {"value": "task"}}}));
    let id = found["admin_tables"]["results"][0]["id"].as_str().unwrap().to_owned();
    assert!(id.parse::<u64>().is_ok_and(|id| id < 1 << 53), "{id}");
    assert_eq!(fixture.data(tables, json!({"f": {"id": {"value": id}}})), found);

    let of_table = |filter: &str| {
        format!(
            r#"{{ records(per_page: 20, filter: {{ {filter} properties: [{{ name: "points", range: {{ gt: "4" }} }}] }}) {{ results {{ id table_id }} }} }}"#
        )
    };
    let tasks = json!({"records": {"results": [{"id": "2", "table_id": id}, {"id": "3", "table_id": id}]}});
    for filter in [
        format!("table_id: {{ value: {id} }}"),
        format!("table_id: {{ value_in: [{id}, 7] }}"),
        r#"table_id: { value: "task" }"#.to_owned(),
        format!("table_id: {{ not_value_in: [7] }} or: [{{ table_id: {{ value: {id} }} }}]"),
        "table_id: null".to_owned(),
    ] {
        assert_eq!(fixture.data(&of_table(&filter), json!({})), tasks, "{filter}");
    }
    let others = fixture.data(&of_table("table_id: { value: 7 }"), json!({}));
    assert_eq!(others, json!({"records": {"results": []}}));
    let models = format!(
        "{{ models(per_page: 9, filter: {{ model_schema_id: {{ value: {id} }} }}) {{ total_entries }} }}"
    );
    assert_eq!(fixture.data(&models, json!({})), json!({"models": {"total_entries": 3}}));
}

#[test]
fn relations_are_joined_as_text() {
    let mut fixture = fixture();
    let document = r#"query { records(per_page: 5, filter: { table: { value: "task" } }, sort: [{ properties: [{ name: "points", order: DESC }] }]) {
        results { id owner: related_record(table: "person", join_on_property: "owner_id") { id name: property(name: "name") } } } }"#;
    assert_eq!(
        fixture.data(document, json!({})),
        json!({"records": {"results": [{"id": "3", "owner": null}, {"id": "2", "owner": {"id": "1", "name": "Ada"}}]}})
    );
    let document = r#"query ($with: Boolean = false) { records(per_page: 1, filter: { table: { value: "person" } }) {
        results { tasks: related_records(table: "task", join_on_property: "id", foreign_property: "owner_id", limit: 5) @include(if: $with) { id } } } }"#;
    assert_eq!(
        fixture.data(document, json!({"with": true})),
        json!({"records": {"results": [{"tasks": [{"id": "2"}]}]}})
    );
    assert_eq!(fixture.data(document, json!({})), json!({"records": {"results": [{}]}}));
}

#[test]
fn one_related_record_is_the_last_of_them() {
    let mut fixture = fixture();
    for name in ["A", "B"] {
        let document = r#"mutation ($n: String) { record_create(record: { table: "status", properties: [{ name: "task_id", value: "2" }, { name: "name", value: $n }] }) { id } }"#;
        fixture.data(document, json!({"n": name}));
    }
    let document = r#"{ records(per_page: 1, filter: { id: { value: 2 } }) { results { status: related_record(
        table: "status", join_on_property: "id", foreign_property: "task_id", sort: { created_at: { order: ASC } }) { name: property(name: "name") } } } }"#;
    assert_eq!(
        fixture.data(document, json!({})),
        json!({"records": {"results": [{"status": {"name": "B"}}]}})
    );
}

#[test]
fn writes_are_typed_and_change_only_what_they_name() {
    let document = r#"mutation ($id: ID!) { record_update(id: $id, record: { table: "task", properties: [{ name: "points", increment: 2 }, { name: "tags", array_append: "c" }, { name: "done", value: "true" }] }) {
        n: property_int(name: "points") tags: property_array(name: "tags") done: property_boolean(name: "done") t: property(name: "title") } }"#;
    assert_eq!(
        fixture().data(document, json!({"id": "2"})),
        json!({"record_update": {"n": 7, "tags": ["a", "b", "c"], "done": true, "t": "Write spec"}})
    );
}

#[test]
fn deleted_record_can_be_brought_back() {
    let mut fixture = fixture();
    let deleted =
        fixture.data(r#"mutation { record_delete(id: "3", table: "task") { id deleted_at } }"#, json!({}));
    assert_eq!(deleted, json!({"record_delete": {"id": "3", "deleted_at": "2023-11-14T22:13:20.000Z"}}));
    assert_eq!(tasks(&mut fixture, r#"name: "", value: """#), json!(["2"]));
    let document = r#"mutation { record_update(id: "3", record: { deleted_at: null }) { deleted_at } }"#;
    assert_eq!(fixture.data(document, json!({})), json!({"record_update": {"deleted_at": null}}));
    assert_eq!(tasks(&mut fixture, r#"name: "", value: """#), json!(["2", "3"]));
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut fixture = fixture();
    for (document, message) in [
        (r#"{ records(filter: {}) { total_entries } }"#, "per_page"),
        (r#"{ records(per_page: 0) { total_entries } }"#, "per_page must be at least 1, not 0"),
        (
            r#"mutation { record_update(id: "999", record: { table: "task" }) { id } }"#,
            "Can't find Task with id=999",
        ),
        (r#"mutation { record_delete(id: "3", table: "person") { id } }"#, "Can't find Person with id=3"),
        (
            r#"mutation { record_create(record: { table: "nope" }) { id } }"#,
            "no table `nope` is declared in app/schema",
        ),
        (
            r#"mutation { record_create(record: { table: "task", properties: [{ name: "points", value: "abc" }] }) { id } }"#,
            "property `points` of `task`: `abc` is not an integer",
        ),
        (
            r#"mutation { record_create(record: { table: "task", properties: [{ name: "titel", value: "x" }] }) { id } }"#,
            "table `task` has no property `titel`; did you mean `title`?",
        ),
        (
            r#"{ admin_form_configurations { id } }"#,
            "not supported here: RootQuery.admin_form_configurations",
        ),
    ] {
        let answer = fixture.answer(document, json!({}));
        assert!(answer.errors.iter().any(|error| error.message.contains(message)), "{document}: {answer:?}");
        assert_eq!(answer.data, None, "{document}");
    }
    let errors = fixture.errors(
        "query ($id: ID!) { records(per_page: 1, filter: { id: { value: $id } }) { total_entries } }",
        json!({"id": null}),
    );
    assert_eq!(errors, "Variable $id of type ID! was provided invalid value");
    assert_eq!(tasks(&mut fixture, r#"name: "", value: """#), json!(["2", "3"]));
}

#[test]
fn many_records_are_created_and_deleted_at_once() {
    let mut fixture = fixture();
    let document = r#"mutation { r: records_create_rc(records: [{ table: "person", properties: { name: "Bo" } }, { table: "person", properties: { name: "Cy" } }]) { id table } }"#;
    assert_eq!(
        fixture.data(document, json!({})),
        json!({"r": [{"id": "5", "table": "person"}, {"id": "6", "table": "person"}]})
    );
    let document = r#"mutation { records_delete_all(table: "person", filter: { properties: [{ name: "name", value_in: ["Bo", "Cy"] }] }, sync: true) { count } }"#;
    assert_eq!(fixture.data(document, json!({})), json!({"records_delete_all": {"count": 2}}));
}

#[test]
fn stored_values_have_the_declared_types() {
    let mut fixture = Fixture::new(&[(
        "app/schema/item.yml",
        "name: item\nproperties:\n- {name: n, type: integer}\n- {name: ok, type: boolean}\n- {name: tags, type: array}\n- {name: at, type: datetime}\n- name: note\n",
    )]);
    let document = r#"mutation { record_create(record: { table: "item", properties: [{ name: "n", value: "7" }, { name: "ok", value: "t" }, { name: "tags", value_array: ["x", "y"] }, { name: "at", value: "2024-05-01 10:00:00 +0200" }, { name: "note", value_json: { a: [1] } }] }) {
        id table n: property_int(name: "n") ok: property_boolean(name: "ok") tags: property_array(name: "tags") at: property(name: "at") note: property_object(name: "note") none: property(name: "n2") user_id deleted_at } }"#;
    assert_eq!(
        fixture.data(document, json!({})),
        json!({"record_create": {"id": "1", "table": "item", "n": 7, "ok": true, "tags": ["x", "y"], "at": "2024-05-01T08:00:00.000Z", "note": {"a": [1]}, "none": null, "user_id": null, "deleted_at": null}})
    );
}

#[test]
fn list_takes_one_statement_for_each_level_however_long_it_is() {
    let document = r#"{ records(per_page: 100, filter: { table: { value: "task" } }) { total_entries results {
        owner: related_record(table: "person", join_on_property: "owner_id") {
            tasks: related_records(table: "task", join_on_property: "id", foreign_property: "owner_id") { id owner: related_user { id } } }
        statuses: related_records(table: "status", join_on_property: "id", foreign_property: "task_id", limit: 2) { id } } } }"#;
    let mut fixture = fixture();
    let statements = |fixture: &mut Fixture| {
        let before = fixture.data.calls();
        fixture.data(document, json!({}));
        fixture.data.calls() - before
    };
    let few = statements(&mut fixture);
    for number in 0..40 {
        let create = r#"mutation ($n: Int) { record_create(record: { table: "task", properties: [{ name: "points", value_int: $n }, { name: "owner_id", value: "1" }] }) { id } }"#;
        fixture.data(create, json!({"n": number}));
    }
    assert_eq!((few, statements(&mut fixture)), (4, 4));
}

#[test]
fn property_that_is_not_declared_is_hidden_and_kept() {
    let mut fixture = fixture();
    let all = r#"{ records(per_page: 1, filter: { id: { value: 1 } }) { results { name: property(name: "name") properties } } }"#;
    let shown =
        |name, properties| json!({"records": {"results": [{"name": name, "properties": properties}]}});
    fixture.declare("app/schema/person.yml", "name: person\nproperties:\n- name: nick\n");
    assert_eq!(fixture.data(all, json!({})), shown(json!(null), json!({})));
    let document =
        r#"mutation { record_update(id: 1, record: { properties: [{ name: "nick", value: "A" }] }) { id } }"#;
    fixture.data(document, json!({}));
    fixture.declare("app/schema/person.yml", "name: person\nproperties:\n- name: name\n");
    assert_eq!(fixture.data(all, json!({})), shown(json!("Ada"), json!({"name": "Ada"})));
}

#[test]
fn query_with_options_ends_with_its_time() {
    let mut fixture = fixture();
    let query = "query ($o: QueryOptionsInput) { records(per_page: 1, options: $o) { total_entries } users(per_page: 1, options: $o) { total_entries } }";
    let stopped = fixture.errors(query, json!({"o": {"timeout": 0}}));
    assert_eq!(stopped, ["the query was stopped: its time was over"; 2].join("\n"));
    for options in [json!(null), json!({}), json!({"timeout": 5}), json!({"read_replica": true})] {
        fixture.data(query, json!({"o": options}));
    }
}

#[test]
fn mutation_through_a_form_keeps_its_rules() {
    let mut fixture = fixture();
    let form = "---\nresource: task\nresource_owner: anyone\nfields:\n  properties:\n    title: {validation: {presence: true, unique: true}}\n    points: {validation: {numericality: {allow_nil: true, less_than: 9}}}\n---\n";
    fixture.declare("app/forms/task.liquid", form);
    fixture.declare("app/forms/calls.liquid", &form.replace("fields:", "callback_actions: x\nfields:"));
    let create = r#"mutation ($f: String, $p: [PropertyInputType]) { r: record_create(form_name: $f, record: { table: "task", properties: $p }) { title: property(name: "title") points: property(name: "points") done: property(name: "done") } }"#;
    let properties = json!([{"name": "title", "value": "Form"}, {"name": "points", "value_int": 3}, {"name": "done", "value_boolean": true}]);
    let created = fixture.data(create, json!({"f": "task", "p": properties}));
    assert_eq!(
        created,
        json!({"r": {"title": "Form", "points": "3", "done": null}}),
        "done is no field of the form"
    );
    for (form, properties, said) in [
        ("task", properties.clone(), "form `task`: properties.title has already been taken"),
        (
            "task",
            json!([{"name": "points", "value": "9"}]),
            "form `task`: properties.title can't be blank; properties.points must be less than 9",
        ),
        (
            "task",
            json!([{"name": "points", "increment": 1}]),
            "not supported here: `increment` through a form",
        ),
        ("taks", properties, "no form `taks`; did you mean `task`?"),
        ("calls", json!([{"name": "title", "value": "Calls"}]), "no template can be rendered here"),
    ] {
        assert_eq!(fixture.errors(create, json!({"f": form, "p": properties})), said);
    }
    let called = r#"{ records(per_page: 1, filter: { properties: [{ name: "title", value: "Calls" }] }) { total_entries } }"#;
    assert_eq!(fixture.data(called, json!({}))["records"]["total_entries"], 0);
    let elsewhere = create.replace("\"task\"", "\"person\"");
    let said = "form `task` writes `task`, not `person`";
    assert_eq!(fixture.errors(&elsewhere, json!({"f": "task", "p": []})), said);
    let update = r#"mutation ($id: ID!) { r: record_update(id: $id, form_name: "task", record: { properties: [{ name: "points", value_int: 4 }] }) { title: property(name: "title") points: property_int(name: "points") } }"#;
    let id = fixture.data(r#"{ records(per_page: 1, filter: { properties: [{ name: "title", value: "Form" }] }) { results { id } } }"#, json!({}));
    let id = &id["records"]["results"][0]["id"];
    assert_eq!(fixture.data(update, json!({"id": id})), json!({"r": {"title": "Form", "points": 4}}));
    assert_eq!(fixture.errors(update, json!({"id": "999"})), "Can't find Task with id=999");
}

#[test]
fn table_of_a_module_has_its_full_name() {
    let mut fixture = Fixture::new(&[
        ("modules/crm/public/schema/lead.yml", "name: lead\nproperties:\n- name: old\n"),
        ("app/modules/crm/public/schema/lead.yml", "name: lead\nproperties:\n- name: name\n"),
    ]);
    let create = r#"mutation ($t: String) { record_create(record: { table: $t, properties: [{ name: "name", value: "Bo" }] }) { table } }"#;
    assert_eq!(
        fixture.data(create, json!({"t": "modules/crm/lead"})),
        json!({"record_create": {"table": "modules/crm/lead"}})
    );
    assert_eq!(fixture.errors(create, json!({"t": "lead"})), "no table `lead` is declared in app/schema");
    let count =
        r#"query ($t: String) { records(per_page: 1, filter: { table: { value: $t } }) { total_entries } }"#;
    for (table, total) in [("modules/crm/lead", 1), ("lead", 0)] {
        assert_eq!(fixture.data(count, json!({"t": table}))["records"]["total_entries"], total, "{table}");
    }
}

#[test]
fn records_are_sorted_by_columns_by_listed_values_and_by_chance() {
    let mut fixture = fixture();
    for (id, external_id) in [(2, "b"), (3, "a")] {
        let document =
            r#"mutation ($id: ID!, $e: ID) { record_update(id: $id, record: { external_id: $e }) { id } }"#;
        fixture.data(document, json!({"id": id, "e": external_id}));
    }
    let document = r#"query ($s: [RecordsSortInput!]) { records(per_page: 9, sort: $s, filter: { or: [{ table: { value: "task" } }, { table: { value: "person" } }] }) { results { id } } }"#;
    for (sort, expected) in [
        (json!({"external_id": {"order": "ASC"}}), ["3", "2", "1"]),
        (json!({"external_id": {"order": "DESC"}}), ["1", "2", "3"]),
        (json!({"table_id": {"order": "DESC"}}), ["3", "2", "1"]),
        (json!([{"table_id": {"order": "ASC"}}, {"id": {"order": "DESC"}}]), ["1", "3", "2"]),
        (json!({"id": {"order": "ASC", "order_by_values": ["3", "1"]}}), ["3", "1", "2"]),
    ] {
        let found = fixture.data(document, json!({"s": sort}));
        let expected: Vec<Json> = expected.iter().map(|id| json!({ "id": id })).collect();
        assert_eq!(found["records"]["results"], json!(expected), "{sort}");
    }
    let mut first = std::collections::BTreeSet::new();
    for _ in 0..100 {
        let found = fixture.data(document, json!({"s": {"random_sort": true}}));
        assert_eq!(found["records"]["results"].as_array().unwrap().len(), 3);
        first.insert(found["records"]["results"][0]["id"].to_string());
    }
    assert_eq!(first.len(), 3);
}

#[test]
fn records_are_found_by_their_users() {
    let mut fixture = fixture();
    for (email, task) in [("ann@x.test", 2), ("bob@x.test", 3)] {
        let document = "mutation ($e: String, $id: ID!, $u: ID) { user_create(user: { email: $e }) { id } record_update(id: $id, record: { user_id: $u }) { id } }";
        fixture.data(document, json!({"e": email, "id": task, "u": task - 1}));
    }
    let document = r#"query ($e: String) { records(per_page: 9, filter: { related_users: [{ join: { join_on_property: "user_id", foreign_property: "id" }, filter: { email: { value: $e } } }] }) { results { id related_user { email } } } }"#;
    assert_eq!(
        fixture.data(document, json!({"e": "bob@x.test"})),
        json!({"records": {"results": [{"id": "3", "related_user": {"email": "bob@x.test"}}]}})
    );
    assert_eq!(fixture.data(document, json!({"e": "nobody@x.test"})), json!({"records": {"results": []}}));
}

#[test]
fn mutation_whose_answer_fails_stores_nothing() {
    let failing = r#"{ id related_records(table: "task", join_on_property: "id", foreign_property: "owner_id", filter: { created_at: { gt: "soon" } }) { id } }"#;
    let mut fixture = fixture();
    let names = "{ records(per_page: 9, filter: { table: { value: \"person\" } }) { results { name: property(name: \"name\") } } }";
    let ada = json!({"records": {"results": [{"name": "Ada"}]}});
    for mutation in [
        r#"record_create(record: { table: "person", properties: [{ name: "name", value: "Bob" }] })"#,
        r#"record_update(id: 1, record: { properties: [{ name: "name", value: "Bob" }] })"#,
        r#"record_delete(id: 1, table: "person")"#,
    ] {
        let errors = fixture.errors(&format!("mutation {{ {mutation} {failing} }}"), json!({}));
        assert_eq!(errors, "`soon` is not a date and time", "{mutation}");
        assert_eq!(fixture.data(names, json!({})), ada, "{mutation}");
    }
}

#[test]
fn related_rows_of_a_list_are_sorted_and_limited_as_one() {
    let mut fixture = fixture();
    for (name, task) in [("B", "2"), ("A", "3"), ("C", "2")] {
        let create = r#"mutation ($n: String, $t: String) { record_create(record: { table: "status", properties: [{ name: "name", value: $n }, { name: "task_id", value: $t }] }) { id } }"#;
        fixture.data(create, json!({"n": name, "t": task}));
    }
    let tags = r#"mutation { record_update(id: 2, record: { properties: [{ name: "tags", value_array: ["3", "2", "9", "3"] }] }) { id } }"#;
    fixture.data(tags, json!({}));
    let document = r#"query ($limit: Int, $order: SortOrderEnum!) { records(per_page: 1, filter: { id: { value: 2 } }) { results {
        all: related_records(table: "status", join_on_property: "tags", foreign_property: "task_id", limit: $limit, sort: { properties: [{ name: "name", order: $order }] }) { name: property(name: "name") }
        last: related_record(table: "status", join_on_property: "tags", foreign_property: "task_id", sort: { properties: [{ name: "name", order: $order }] }) { name: property(name: "name") } } } }"#;
    for (limit, order, names, last) in [
        (json!(null), "ASC", vec!["A", "B", "C"], "C"),
        (json!(null), "DESC", vec!["C", "B", "A"], "A"),
        (json!(2), "ASC", vec!["A", "B"], "C"),
        (json!(1), "DESC", vec!["C"], "A"),
    ] {
        let found = fixture.data(document, json!({"limit": limit, "order": order}));
        let named = |name: &str| json!({ "name": name });
        let names: Vec<Json> = names.into_iter().map(named).collect();
        assert_eq!(
            found["records"]["results"][0],
            json!({"all": names, "last": named(last)}),
            "{order} {limit}"
        );
    }
}

#[test]
fn records_created_at_once_keep_what_an_import_says_of_them() {
    let mut fixture = fixture();
    let create = r#"mutation { records_create_rc(records: [{ table: "person", external_id: "e", created_at: "2020-01-01", updated_at: "2020-01-02", deleted_at: "2020-01-03" }]) { id } }"#;
    fixture.data(create, json!({}));
    let read = "{ records(per_page: 1, filter: { deleted_at: { exists: true }, external_id: { value: \"e\" } }) { results { created_at updated_at deleted_at } } }";
    assert_eq!(
        fixture.data(read, json!({})),
        json!({"records": {"results": [{"created_at": "2020-01-01T00:00:00.000Z", "updated_at": "2020-01-02T00:00:00.000Z", "deleted_at": "2020-01-03T00:00:00.000Z"}]}})
    );
}

#[test]
fn property_in_a_branch_has_the_type_its_table_declares() {
    let mut fixture = fixture();
    fixture.declare("app/schema/game.yml", "name: game\nproperties:\n- name: points\n");
    let document = r#"{ records(per_page: 9, filter: { or: [{ table: { value: "task" }, properties: [{ name: "points", range: { gt: "4" } }] }] }) { results { id } } }"#;
    assert_eq!(
        fixture.data(document, json!({})),
        json!({"records": {"results": [{"id": "2"}, {"id": "3"}]}})
    );
}

#[test]
fn blank_date_does_not_ask_for_deleted_records() {
    let mut fixture = fixture();
    let document = r#"query ($d: DateFilter) { records(per_page: 9, filter: { table: { value: "task" }, deleted_at: $d }) { results { id } } }"#;
    for (deleted_at, expected) in [
        (json!({"gt": ""}), json!([{"id": "2"}, {"id": "3"}])),
        (json!({"gt": null, "exists": null}), json!([{"id": "2"}, {"id": "3"}])),
        (json!({"exists": false}), json!([{"id": "2"}, {"id": "3"}])),
        (json!({"exists": true, "gt": ""}), json!([{"id": "4"}])),
        (json!({"gt": "2000-01-01"}), json!([{"id": "4"}])),
        (json!({"gt": "2030-01-01"}), json!([])),
    ] {
        let found = fixture.data(document, json!({ "d": deleted_at }));
        assert_eq!(found["records"]["results"], expected, "{deleted_at}");
    }
}

#[test]
fn rows_that_multiply_are_refused() {
    let mut fixture = fixture();
    for n in 0..3 {
        let create = r#"mutation ($n: String) { record_create(record: { table: "status", properties: [{ name: "task_id", value: "2" }, { name: "name", value: $n }] }) { id } }"#;
        fixture.data(create, json!({"n": n.to_string()}));
    }
    let nested = |depth: usize| {
        let relation = r#"{ r: related_records(table: "status", join_on_property: "task_id", foreign_property: "task_id") "#;
        let inner = relation.repeat(depth) + "{ id }" + &" }".repeat(depth);
        format!(
            r#"{{ records(per_page: 1, filter: {{ table: {{ value: "status" }} }}) {{ results {inner} }} }}"#
        )
    };
    let found = fixture.data(&nested(3), json!({}));
    assert_eq!(found["records"]["results"][0]["r"][2]["r"][2]["r"].as_array().unwrap().len(), 3);
    assert_eq!(fixture.errors(&nested(13), json!({})), "the document asks for more than 500000 rows");
}
