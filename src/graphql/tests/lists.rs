//! Constants, activities, the app's files, and models.

use serde_json::json;

use super::Fixture;

fn fixture() -> Fixture {
    Fixture::new(&[
        ("app/schema/car.yml", "name: car\nproperties:\n- name: color\n- {name: doors, type: integer}\n"),
        ("app/lib/events/order_paid.liquid", "{% return true %}"),
        ("app/lib/consumers/order_paid/mail.liquid", "---\nmetadata:\n  priority: low\n---\nsend"),
        ("modules/crm/public/lib/consumers/order_paid/log.liquid", "log"),
        (
            "app/views/pages/docs/index.liquid",
            "---\nslug: docs\nsearchable: true\nmetadata:\n  title: Docs\n---\nbody",
        ),
        ("app/views/pages/data.json.liquid", "{}"),
    ])
}

#[test]
fn constants_are_set_listed_and_unset() {
    let mut fixture = fixture();
    let set = r#"mutation { constant_set(name: "K", value: "v") { name value } }"#;
    assert_eq!(fixture.data(set, json!({})), json!({"constant_set": {"name": "K", "value": "v"}}));
    assert_eq!(
        fixture.data(r#"{ constants(per_page: 20, filter: {name: {value: "K"}}) { total_entries results { value } } one: constant(filter: {name: "K"}) { value } none: constant(filter: {name: "k"}) { value } }"#, json!({})),
        json!({"constants": {"total_entries": 1, "results": [{"value": "v"}]}, "one": {"value": "v"}, "none": null})
    );
    let unset = r#"mutation { constant_unset(name: "K") { name } }"#;
    assert_eq!(fixture.data(unset, json!({})), json!({"constant_unset": {"name": "K"}}));
    assert_eq!(fixture.data(unset, json!({})), json!({"constant_unset": null}));
    let blank = r#"mutation { constant_set(name: " ", value: "v") { name } }"#;
    assert_eq!(fixture.errors(blank, json!({})), "Name can't be blank");
}

#[test]
fn activities_are_stored_with_their_names() {
    let mut fixture = fixture();
    let create =
        "mutation ($p: ActivityStreamsPayload!) { activity_create(payload: $p) { id uuid payload } }";
    let created = fixture.data(create, json!({"p": {"type": "order_paid", "object_id": 7}}));
    let activity = &created["activity_create"];
    assert_eq!(
        activity["payload"],
        json!({"type": "order_paid", "object_id": 7, "id": "ActivityStreams::Activity.1", "uuid": activity["uuid"]})
    );
    fixture.data(create, json!({"p": {}}));
    let list = "query ($u: [String], $i: [ID]) { activities(uuids: $u, ids: $i, sort: [{ id: { order: DESC } }]) { total_entries results { id } } }";
    for (variables, expected) in [
        (json!({}), json!(["2", "1"])),
        (json!({"u": [activity["uuid"]]}), json!(["1"])),
        (json!({"u": activity["uuid"]}), json!(["1"])),
        (json!({"i": ["ActivityStreams::Activity.2"]}), json!(["2"])),
        (json!({"i": [2, 1], "u": ["none"]}), json!([])),
    ] {
        let found = fixture.data(list, variables.clone());
        let ids: serde_json::Value = found["activities"]["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| found["id"].clone())
            .collect();
        assert_eq!(ids, expected, "{variables}");
    }
    assert!(fixture.errors(create, json!({"p": "text"})).contains("`payload` that is a hash"));
    assert!(fixture.errors("mutation { activity_delete_all }", json!({})).contains("confirm"));
    let deleted = fixture.data("mutation { activity_delete_all(confirm: true) }", json!({}));
    assert_eq!(deleted, json!({"activity_delete_all": ["1", "2"]}));
}

#[test]
fn partials_are_listed_by_the_names_templates_use() {
    let mut fixture = fixture();
    let list = "query ($f: LiquidPartialsFilterInput) { admin_liquid_partials(filter: $f, sort: [{ path: { order: ASC } }]) { per_page results { path metadata body physical_file_path } } }";
    let found = fixture.data(list, json!({"f": {"path": {"contains": "consumers/order_paid/"}}}));
    assert_eq!(
        found["admin_liquid_partials"],
        json!({"per_page": 20, "results": [
            {"path": "consumers/order_paid/mail", "metadata": {"priority": "low"}, "body": "send", "physical_file_path": "app/lib/consumers/order_paid/mail.liquid"},
            {"path": "modules/crm/consumers/order_paid/log", "metadata": {}, "body": "log", "physical_file_path": "modules/crm/public/lib/consumers/order_paid/log.liquid"},
        ]})
    );
    let found = fixture.data(list, json!({"f": {"metadata": [{"has_key": "priority"}]}}));
    assert_eq!(found["admin_liquid_partials"]["results"].as_array().unwrap().len(), 1);
}

#[test]
fn pages_and_tables_are_listed() {
    let mut fixture = fixture();
    let pages = r#"{ admin_pages(sort: [{ slug: { order: ASC } }]) { results { slug format searchable metadata content } } docs: pages(filter: { metadata: [{ has_key: "title" }], format: { value: html } }) { results { slug } } }"#;
    assert_eq!(
        fixture.data(pages, json!({})),
        json!({
            "admin_pages": {"results": [
                {"slug": "data", "format": "json", "searchable": false, "metadata": {}, "content": "{}"},
                {"slug": "docs", "format": "html", "searchable": true, "metadata": {"title": "Docs"}, "content": "body"},
            ]},
            "docs": {"results": [{"slug": "docs"}]},
        })
    );
    let create = r#"mutation { record_create(record: { table: "car" }) { id } }"#;
    fixture.data(create, json!({}));
    assert_eq!(
        fixture.data(
            "{ admin_tables { results { name records_count_rc properties { name attribute_type } } } }",
            json!({})
        ),
        json!({"admin_tables": {"results": [{"name": "car", "records_count_rc": 1, "properties": [
            {"name": "color", "attribute_type": "string"}, {"name": "doors", "attribute_type": "integer"},
        ]}]}})
    );
}

#[test]
fn models_are_records_by_other_words() {
    let mut fixture = fixture();
    for color in ["red", "blue"] {
        let create = r#"mutation ($c: String) { model_create(model: { model_schema_name: "car", properties: [{ name: "color", value: $c }] }) { id model_schema_name color: property(name: "color") __typename } }"#;
        let created = fixture.data(create, json!({"c": color}));
        assert_eq!(created["model_create"]["model_schema_name"], "car");
        assert_eq!(
            (&created["model_create"]["color"], &created["model_create"]["__typename"]),
            (&json!(color), &json!("Model"))
        );
    }
    fixture.data(r#"mutation { model_update(id: 1, model: { properties: [{ name: "color", value: "green" }] }) { id } }"#, json!({}));
    fixture.data("mutation { model_delete(id: 1) { deleted_at } }", json!({}));
    let list = "query ($d: DateFilter) { models(per_page: 9, filter: { model_schema_name: { value: \"car\" }, deleted_at: $d }) { results { id color: property(name: \"color\") related_models(model_schema_name: \"car\", join_on_property: \"id\", foreign_property: \"id\") { id } } } }";
    for (deleted, expected) in [
        (
            json!(null),
            json!([{"id": "1", "color": "green", "related_models": []}, {"id": "2", "color": "blue", "related_models": [{"id": "2"}]}]),
        ),
        (json!({"exists": false}), json!([{"id": "2", "color": "blue", "related_models": [{"id": "2"}]}])),
        (json!({"exists": true}), json!([{"id": "1", "color": "green", "related_models": []}])),
    ] {
        assert_eq!(fixture.data(list, json!({"d": deleted}))["models"]["results"], expected, "{deleted}");
    }
    let deleted =
        fixture.data(r#"mutation { models_delete_all(model_schema_name: "car") { count } }"#, json!({}));
    assert_eq!(deleted, json!({"models_delete_all": {"count": 2}}));
}
