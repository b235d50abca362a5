//! Records by their oldest name.

use serde_json::{Value as Json, json};

use super::Fixture;

/// Cars 1 to 3, of which the last is deleted, and the driver 4 of the first.
fn fixture() -> Fixture {
    let mut fixture = Fixture::new(&[
        (
            "app/schema/car.yml",
            "name: car\nproperties:\n- name: color\n- {name: doors, type: integer}\n- {name: tags, type: array}\n",
        ),
        ("app/schema/driver.yml", "name: driver\nproperties:\n- name: car_id\n"),
    ]);
    for record in [
        json!({"table": "car", "external_id": "x", "properties": [{"name": "color", "value": "red"}, {"name": "doors", "value_int": 3}, {"name": "tags", "value_array": ["a", "b"]}]}),
        json!({"table": "car", "properties": [{"name": "color", "value": "blue"}, {"name": "doors", "value_int": 5}, {"name": "tags", "value_array": ["b"]}]}),
        json!({"table": "car"}),
        json!({"table": "driver", "properties": [{"name": "car_id", "value": "1"}]}),
    ] {
        let create = "mutation ($r: RecordInputType!) { record_create(record: $r) { id } }";
        fixture.data(create, json!({ "r": record }));
    }
    fixture.data("mutation { record_delete(id: 3, table: \"car\") { id } }", json!({}));
    fixture
}

#[test]
fn customizations_are_found_by_conditions_of_old() {
    let mut fixture = fixture();
    for (arguments, expected) in [
        ("", "1 2 4"),
        ("name: \"car\"", "1 2"),
        ("names: [\"car\", \"driver\"], ids: [], without_ids: [2]", "1 4"),
        ("without_names: [\"car\"]", "4"),
        ("model_schema: { name: \"driver\" }", "4"),
        ("model_schema: { names: [\"driver\", \"x\"] }", "4"),
        ("id: 2", "2"),
        ("ids: [1, 4], name: \"car\"", "1"),
        ("external_id: \"x\"", "1"),
        ("user_ids: [7]", ""),
        ("is_deleted: true", "3"),
        ("is_deleted: null, name: \"car\"", "1 2 3"),
        ("created_at: { lt: \"2000-01-01\" }", ""),
        ("name: \"car\", properties: [{ name: \"color\", value: \"red\" }]", "1"),
        ("name: \"car\", properties: [{ name: \"color\", value: \"red\", exclude: true }]", "2"),
        ("name: \"car\", properties: { name: \"color\", values: [\"red\", \"blue\"] }", "1 2"),
        ("name: \"car\", properties: { name: \"tags\", values: [\"a\", \"b\"], values_operator: AND }", "1"),
        (
            "name: \"car\", properties: { name: \"tags\", values: [\"a\"], values_operator: AND, exclude: true }",
            "2",
        ),
        ("name: \"car\", properties: { name: \"doors\", range: { gt: \"3\" } }", "2"),
        ("properties: { name: \"car_id\", exists: true }", "4"),
        ("properties: { name: \"car_id\", exists: true, exclude: true }", "1 2"),
        ("name: \"car\", sort: [{ name: \"id\", order: \"desc\" }]", "2 1"),
        ("name: \"car\", sort: { name: \"created_at\" }, per_page: 1, page: 2", "2"),
    ] {
        let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
        let found =
            fixture.data(&format!("{{ customizations{arguments} {{ results {{ id }} }} }}"), json!({}));
        let results = found["customizations"]["results"].as_array().unwrap();
        let ids: Vec<&str> = results.iter().map(|found| found["id"].as_str().unwrap()).collect();
        assert_eq!(ids.join(" "), expected, "{arguments}");
    }
}

#[test]
fn customizations_tell_what_records_tell() {
    let asked = "{ customizations(name: \"car\", ids: [1]) { total_entries results {
        id name color: property(name: \"color\") tags: property_array(name: \"tags\") properties external_id deleted_at __typename
        related_models(model_schema_name: \"driver\", join_on_property: \"id\", foreign_property: \"car_id\") {
            id related_model(model_schema_name: \"car\", join_on_property: \"car_id\") { id } } } } }";
    let expected: Json = json!({"total_entries": 1, "results": [{
        "id": "1", "name": "car", "color": "red", "tags": ["a", "b"],
        "properties": {"color": "red", "doors": 3, "tags": ["a", "b"]},
        "external_id": "x", "deleted_at": null, "__typename": "ListingsCustomization",
        "related_models": [{"id": "4", "related_model": {"id": "1"}}],
    }]});
    assert_eq!(fixture().data(asked, json!({}))["customizations"], expected);
}

#[test]
fn what_cannot_be_said_in_words_of_records_is_refused() {
    let mut fixture = fixture();
    for (arguments, expected) in [
        ("sort: { name: \"color\" }", "not supported here: customizations sorted by `color`"),
        (
            "properties: { name: \"doors\", range: { gt: \"1\" }, exclude: true }",
            "not supported here: `exclude` with `range` of a property",
        ),
        ("query: { keyword: \"x\" }", "not supported here: argument `query` of RootQuery.customizations"),
    ] {
        let document = format!("{{ customizations({arguments}) {{ total_entries }} }}");
        assert_eq!(fixture.errors(&document, json!({})), expected);
    }
}
