//! Profiles of users: made and changed with their users, found through them, deleted and imported.

use serde_json::{Value as Json, json};

use super::Fixture;

const DRIVER: &str =
    "properties:\n- {name: seats, type: integer}\n- name: town\n- {name: photo, type: upload}\n";

const READ: &str = r#"{ users(per_page: 9, sort: { id: { order: ASC } }) { results { email
    profiles { profile_type properties } driver: profile(profile_type: "driver") { seats: property_int(name: "seats") } } } }"#;

fn fixture() -> Fixture {
    Fixture::new(&[
        ("app/user_profile_types/driver.yml", DRIVER),
        ("app/user_profile_schemas/old.yml", "name: rider\nproperties:\n- name: town\n"),
        ("app/schema/town.yml", "name: town\nproperties:\n- name: code\n- {name: size, type: integer}\n"),
    ])
}

/// Ann drives and rides, Bob rides.
fn filled() -> Fixture {
    let mut fixture = fixture();
    for user in [
        r#"email: "ann@x.test", profiles: [{ name: "driver", values: { properties: [{ name: "seats", value: "4" }, { name: "town", value: "X" }] } }, { name: "rider" }]"#,
        r#"email: "bob@x.test", profiles: [{ name: "rider", values: { properties: [{ name: "town", value: "X" }] } }]"#,
    ] {
        fixture.data(&format!("mutation {{ user_create(user: {{ {user} }}) {{ id }} }}"), json!({}));
    }
    fixture
}

fn emails(fixture: &mut Fixture, filter: &str) -> String {
    let document = format!(
        "{{ users(per_page: 9, sort: {{ id: {{ order: ASC }} }}, filter: {{ {filter} }}) {{ results {{ email }} }} }}"
    );
    let found = fixture.data(&document, json!({}));
    let users = found["users"]["results"].as_array().unwrap().clone();
    users.iter().map(|user| user["email"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn profiles_are_read_with_their_users_in_one_statement() {
    let mut fixture = filled();
    assert_eq!(
        fixture.data(READ, json!({}))["users"]["results"],
        json!([
            {
                "email": "ann@x.test",
                "profiles": [
                    { "profile_type": "driver", "properties": { "seats": 4, "town": "X" } },
                    { "profile_type": "rider", "properties": {} },
                ],
                "driver": { "seats": 4 },
            },
            {
                "email": "bob@x.test",
                "profiles": [{ "profile_type": "rider", "properties": { "town": "X" } }],
                "driver": null,
            },
        ])
    );
    let few = fixture.data.calls();
    fixture.data(READ, json!({}));
    let for_two = fixture.data.calls() - few;
    fixture.data(
        r#"mutation { user_create(user: { email: "c@x.test", profiles: [{ name: "driver" }] }) { id } }"#,
        json!({}),
    );
    let few = fixture.data.calls();
    fixture.data(READ, json!({}));
    assert_eq!(fixture.data.calls() - few, for_two);
}

#[test]
fn profile_is_changed_by_its_type_and_deleted_softly() {
    let mut fixture = filled();
    let mut change = |values: &str| {
        let document = format!(
            r#"mutation {{ user_update(id: 1, user: {{ profiles: [{{ name: "driver", values: {{ {values} }} }}] }}) {{
                profiles(profile_type: "driver") {{ id properties }} }} }}"#
        );
        fixture.data(&document, json!({}))["user_update"]["profiles"].clone()
    };
    let seats = r#"properties: [{ name: "seats", increment: 1 }]"#;
    let town = r#"properties: [{ name: "town", value: "Y" }]"#;
    assert_eq!(change(seats), json!([{ "id": "1", "properties": { "seats": 5, "town": "X" } }]));
    assert_eq!(change(r#"deleted_at: "2024-01-01""#), json!([]));
    assert_eq!(change(town), json!([{ "id": "4", "properties": { "town": "Y" } }]));
    assert_eq!(emails(&mut fixture, r#"profiles: [{ properties: [{ name: "seats", value_int: 5 }] }]"#), "");
}

#[test]
fn users_are_found_by_their_profiles() {
    let mut fixture = filled();
    for (filter, expected) in [
        (r#"profiles: [{ name: "driver" }]"#, "ann@x.test"),
        (r#"profiles: [{ name: "rider" }]"#, "ann@x.test bob@x.test"),
        (r#"profiles: [{ name_filter: { starts_with: "dri" } }]"#, "ann@x.test"),
        (
            r#"profiles: [{ name: "driver", properties: [{ name: "seats", range: { gt: "3" } }] }]"#,
            "ann@x.test",
        ),
        (r#"profiles: [{ name: "driver", properties: [{ name: "seats", range: { gt: "10" } }] }]"#, ""),
        (r#"profiles: [{ properties: [{ name: "town", value: "X" }] }]"#, "ann@x.test bob@x.test"),
        (r#"profiles: [{ name: "rider" }, { name: "driver" }]"#, "ann@x.test"),
        (
            r#"or: [{ profiles: [{ name: "driver" }] }, { email: { value: "bob@x.test" } }]"#,
            "ann@x.test bob@x.test",
        ),
        ("profiles: [{}]", "ann@x.test bob@x.test"),
        (r#"profiles: [{ name: "' OR 1=1 --" }]"#, ""),
    ] {
        assert_eq!(emails(&mut fixture, filter), expected, "{filter}");
    }
}

#[test]
fn profile_is_related_to_records_and_knows_its_user() {
    let mut fixture = filled();
    fixture.data(r#"mutation { record_create(record: { table: "town", properties: [{ name: "code", value: "X" }, { name: "size", value: "7" }] }) { id } }"#, json!({}));
    let document = r#"{ user(id: 1) { profile(profile_type: "driver") { related_user { email }
        related_record(table: "town", join_on_property: "town", foreign_property: "code") { size: property_int(name: "size") } } } }"#;
    assert_eq!(
        fixture.data(document, json!({}))["user"]["profile"],
        json!({ "related_user": { "email": "ann@x.test" }, "related_record": { "size": 7 } })
    );
}

#[test]
fn what_makes_no_sense_is_refused_and_leaves_nothing() {
    let mut fixture = fixture();
    for (profiles, said) in [
        (
            r#"[{ name: "drivr" }]"#,
            "no user profile `drivr` is declared in app/user_profile_types; did you mean `driver`?",
        ),
        (r#"[{ name: "driver" }, { name: "driver" }]"#, "profiles: `driver` is there twice"),
        (
            r#"[{ name: "driver", values: { properties: [{ name: "seat", value: "1" }] } }]"#,
            "profile `driver` has no property `seat`; did you mean `seats`?",
        ),
        (
            r#"[{ name: "driver", values: { properties: [{ name: "seats", value: "many" }] } }]"#,
            "property `seats` of profile `driver`: `many` is not an integer",
        ),
        (
            r#"[{ name: "driver", values: { deleted_at: "soon" } }]"#,
            "deleted_at: `soon` is not a date and time",
        ),
        (
            r#"[{ name: "driver", values: { custom_images: [] } }]"#,
            "not supported here: DefaultProfileInputType.custom_images",
        ),
    ] {
        let document = format!(
            r#"mutation {{ user_create(user: {{ email: "a@x.test", profiles: {profiles} }}) {{ id }} }}"#
        );
        assert_eq!(fixture.errors(&document, json!({})), said, "{profiles}");
    }
    assert_eq!(fixture.data(READ, json!({}))["users"]["results"], json!([]));
}

#[test]
fn profiles_of_many_users_change_at_once_and_go_with_them() {
    let mut fixture = filled();
    let document = r#"mutation { users_update_all(all_users: true, user: { profiles: [{ name: "rider", values: { properties: [{ name: "town", value: "Z" }] } }] }) { count } }"#;
    assert_eq!(fixture.data(document, json!({}))["users_update_all"]["count"], 2);
    assert_eq!(
        emails(&mut fixture, r#"profiles: [{ name: "rider", properties: [{ name: "town", value: "Z" }] }]"#),
        "ann@x.test bob@x.test"
    );
    fixture.data("mutation { users_delete_all(all_users: true) { count } }", json!({}));
    let imported = r#"mutation { import_users(users: [{ id: "7", email: "ann@x.test", slug: "ann", profiles: [{ type_name: "rider" }] }]) { ids } }"#;
    fixture.data(imported, json!({}));
    assert_eq!(emails(&mut fixture, r#"profiles: [{ properties: [{ name: "town", exists: true }] }]"#), "");
}

#[test]
fn import_writes_over_the_profile_of_that_type() {
    let mut fixture = fixture();
    for properties in [json!({ "seats": 2, "town": "X" }), json!({ "seats": 3 })] {
        let document = r#"mutation ($p: HashObject) { import_users(users: [{ id: "7", email: "ann@x.test", slug: "ann", profiles: [{ id: "70", type_name: "driver", properties: $p }] }]) { ids } }"#;
        fixture.data(document, json!({ "p": properties }));
    }
    let users: Json = fixture.data(READ, json!({}))["users"]["results"].clone();
    assert_eq!(
        users[0]["profiles"],
        json!([{ "profile_type": "driver", "properties": { "seats": 3, "town": "X" } }])
    );
    let unknown = r#"mutation { import_users(users: [{ email: "b@x.test", slug: "b", profiles: [{ type_name: "pilot" }] }]) { ids } }"#;
    assert_eq!(
        fixture.errors(unknown, json!({})),
        "no user profile `pilot` is declared in app/user_profile_types"
    );
}
