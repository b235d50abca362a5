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
    for filter in
        ["", "(filter: null)", "(filter: {})", "(filter: {name: null})", "(filter: {id: {value: null}})"]
    {
        let document = format!("{{ constant{filter} {{ value }} }}");
        assert_eq!(fixture.data(&document, json!({})), json!({"constant": null}), "{filter}");
    }
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
    let nested = |depth| (2..depth).fold(json!([]), |inner, _| json!([inner]));
    let deepest = fixture.data(create, json!({"p": {"of": nested(100)}}));
    let id = &deepest["activity_create"]["id"];
    let read = "query ($i: [ID]) { activities(ids: $i) { results { payload } } }";
    let found = fixture.data(read, json!({"i": [id]}));
    assert_eq!(found["activities"]["results"][0]["payload"], deepest["activity_create"]["payload"]);
    let said = "the `payload` of activity_create may be nested 100 levels deep";
    assert_eq!(fixture.errors(create, json!({"p": {"of": nested(101)}})), said);
    assert!(fixture.errors("mutation { activity_delete_all }", json!({})).contains("confirm"));
    let deleted = fixture.data("mutation { activity_delete_all(confirm: true) }", json!({}));
    assert_eq!(deleted, json!({"activity_delete_all": ["1", "2", "3"]}));
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

#[test]
fn embeddings_are_found_by_their_distance() {
    let mut fixture = fixture();
    let create = "mutation ($e: EmbeddingCreateInputType!) { embedding_create_rc(embedding: $e) { id embedding content metadata token_count } }";
    for (vector, page) in [([1.0, 0.0], "a"), ([0.0, 0.5], "b"), ([0.9, 0.1], "a")] {
        let new = json!({"embedding": vector, "content": page, "metadata": {"page": page}, "token_count": 3});
        let created = fixture.data(create, json!({ "e": new }));
        assert_eq!(created["embedding_create_rc"]["embedding"], json!(vector));
        assert_eq!(created["embedding_create_rc"]["metadata"], json!({"page": page}));
    }
    let nearest = "query ($p: [Float!], $f: EmbeddingsFilterInput) { embeddings_rc(per_page: 2, filter: $f, sort: [{ embedding: { order: euclidean, embedding: $p } }]) { total_entries results { id } } }";
    for (point, filter, total, ids) in [
        (json!([0.8, 0.1]), json!({}), 3, json!([{"id": "3"}, {"id": "1"}])),
        (json!([0.0, 0.0]), json!({}), 3, json!([{"id": "2"}, {"id": "3"}])),
        (
            json!([0.0, 0.0]),
            json!({"metadata": [{"attribute": {"key": "page", "value": "a"}}]}),
            2,
            json!([{"id": "3"}, {"id": "1"}]),
        ),
    ] {
        let found = fixture.data(nearest, json!({"p": point, "f": filter}));
        assert_eq!(found["embeddings_rc"], json!({"total_entries": total, "results": ids}), "{point}");
    }
    assert_eq!(
        fixture.errors(nearest, json!({"p": [1.0]})),
        "embedding 1 has 2 dimensions, the one to compare with 1"
    );

    let update =
        "mutation { embedding_update_rc(id: 3, embedding: { content: \"c\" }) { content embedding } }";
    assert_eq!(
        fixture.data(update, json!({})),
        json!({"embedding_update_rc": {"content": "c", "embedding": [0.9, 0.1]}})
    );
    assert_eq!(fixture.errors(create, json!({"e": {"embedding": []}})), "Embedding can't be blank");
    let delete = "mutation { embedding_delete_rc(id: 3) { id } }";
    assert_eq!(fixture.data(delete, json!({})), json!({"embedding_delete_rc": {"id": "3"}}));
    assert_eq!(fixture.errors(delete, json!({})), "Can't find Embedding with id=3");
}

#[test]
fn assets_are_listed() {
    let mut fixture = Fixture::new(&[("app/views/pages/index.liquid", ""), ("app/assets/css/a.css", "a {}")]);
    let list = "query ($n: String) { admin_assets(filter: { name: { ends_with: $n } }) { total_entries results { name content_type file_size physical_file_path url } } }";
    let found = fixture.data(list, json!({"n": ".css"}));
    assert_eq!(
        found["admin_assets"],
        json!({"total_entries": 1, "results": [{
            "name": "css/a.css", "content_type": "text/css", "file_size": 4, "physical_file_path": "app/assets/css/a.css", "url": "/assets/css/a.css",
        }]})
    );
    assert_eq!(fixture.data(list, json!({"n": ".js"}))["admin_assets"]["total_entries"], 0);
}
