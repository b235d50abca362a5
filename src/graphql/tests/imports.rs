//! Many rows at once: what their ids mean, and what a mistake leaves.

use serde_json::{Value as Json, json};

use super::Fixture;

const MODELS: &str = "mutation ($m: [CustomizationImport!]!, $r: Boolean) { done: import_models(models: $m, _id_remap: $r) { ids external_ids } }";
const USERS: &str = "mutation ($u: [UserImport!]!, $r: Boolean) { done: import_users(users: $u, _id_remap: $r) { ids external_ids } }";
const STORED: &str = "{ records(per_page: 9, sort: [{ id: { order: ASC } }]) { results { id external_id user_id created_at properties } } }";

fn fixture() -> Fixture {
    Fixture::new(&[
        (
            "app/schema/house.yml",
            "name: house\nproperties:\n- name: color\n- {name: next, belongs_to: house}\n",
        ),
        ("app/user.yml", "properties:\n- {name: points, type: integer}\n"),
    ])
}

fn stored(fixture: &mut Fixture) -> Json {
    fixture.data(STORED, json!({}))["records"]["results"].clone()
}

#[test]
fn rows_get_ids_of_this_installation_and_are_found_again() {
    let mut fixture = fixture();
    let users = json!([{ "id": 1000, "email": "tom@x.test", "slug": "tom", "password": "Secret12", "properties": { "points": 3 } }]);
    let created = fixture.data(USERS, json!({ "u": users }));
    assert_eq!(created["done"], json!({ "ids": ["1"], "external_ids": ["1000"] }));
    let user = fixture.data(
        "{ user(id: 1) { email points: property_int(name: \"points\") authenticate { password(password: \"Secret12\") } } }",
        json!({}),
    );
    assert_eq!(
        user["user"],
        json!({ "email": "tom@x.test", "points": 3, "authenticate": { "password": true } })
    );

    let models = json!([
        { "id": "7", "user_id": "1000", "type_name": "house", "properties": { "color": "red", "next": "8" }, "created_at": "2024-05-02T10:00:00+02:00" },
        { "id": "8", "type_name": "house" },
    ]);
    for _ in 0..2 {
        let done = fixture.data(MODELS, json!({ "m": models }));
        assert_eq!(done["done"], json!({ "ids": ["1", "2"], "external_ids": ["7", "8"] }));
    }
    let houses = stored(&mut fixture);
    assert_eq!(houses.as_array().unwrap().len(), 2);
    assert_eq!(
        houses[0],
        json!({
            "id": "1", "external_id": "7", "user_id": "1", "created_at": "2024-05-02T08:00:00.000Z",
            "properties": { "color": "red", "next": "2" },
        })
    );
}

#[test]
fn ids_are_kept_where_that_is_asked() {
    let mut fixture = fixture();
    let models = json!([{ "id": 70, "user_id": 5, "type_name": "house", "properties": { "next": "9" } }]);
    let done = fixture.data(MODELS, json!({ "m": models, "r": false }));
    assert_eq!(done["done"]["ids"], json!(["70"]));
    let house = stored(&mut fixture)[0].clone();
    assert_eq!((&house["user_id"], &house["properties"]["next"]), (&json!("5"), &json!("9")));

    let users = json!([{ "id": 9, "external_id": "x", "email": "a@x.test", "slug": "a" }]);
    let done = fixture.data(USERS, json!({ "u": users, "r": false }));
    assert_eq!(done["done"], json!({ "ids": ["9"], "external_ids": ["x"] }));
}

#[test]
fn user_without_an_id_is_known_by_its_external_id() {
    let mut fixture = fixture();
    let user = |name: &str| json!({ "u": [{ "external_id": "x", "email": "a@x.test", "slug": "a", "first_name": name }] });
    for name in ["Ann", "Bea"] {
        let done = fixture.data(USERS, user(name));
        assert_eq!(done["done"], json!({ "ids": ["1"], "external_ids": ["x"] }));
    }
    let found = fixture.data("{ user(external_id: \"x\") { first_name } }", json!({}));
    assert_eq!(found["user"]["first_name"], "Bea");
}

#[test]
fn mistake_in_one_row_leaves_nothing_of_any() {
    let mut fixture = fixture();
    for (rows, message) in [
        (
            json!([{ "type_name": "house" }, { "type_name": "hose" }]),
            "no table `hose` is declared in app/schema; did you mean `house`?",
        ),
        (
            json!([{ "type_name": "house" }, { "type_name": "house", "user_id": "77" }]),
            "models[1]: user_id `77` is no user of this file",
        ),
    ] {
        let errors = fixture.errors(MODELS, json!({ "m": rows }));
        assert!(errors.contains(message), "{errors}");
        assert_eq!(stored(&mut fixture), json!([]));
    }
    let twice = json!([{ "email": "a@x.test", "slug": "a" }, { "email": "A@x.test", "slug": "b" }]);
    let errors = fixture.errors(USERS, json!({ "u": twice }));
    assert!(errors.contains("users[1]: Email has already been taken"), "{errors}");
    let users = fixture.data("{ users(per_page: 1) { total_entries } }", json!({}));
    assert_eq!(users["users"]["total_entries"], 0);
    let none = fixture.data(MODELS, json!({ "m": [] }));
    assert_eq!(none["done"], json!({ "ids": [], "external_ids": [] }));
}
