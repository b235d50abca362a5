//! Users: who they are, what proves it, and the visitor's session.

use serde_json::{Map, Value as Json, json};

use super::Fixture;
use crate::graphql::{Session, SessionChange};
use crate::records::{SESSION_LIFETIME, UserId};

/// An app whose users have a property, and one user: Ann.
fn fixture() -> Fixture {
    let mut fixture = Fixture::new(&[
        ("app/user.yml", "properties:\n- {name: points, type: integer}\n- name: city\n"),
        ("app/schema/profile.yml", "name: profile\nproperties:\n- name: user_id\n- name: bio\n"),
    ]);
    let document = r#"mutation { user_create(user: { email: "Ann@x.test", password: "Secret12", first_name: "Ann", properties: [{ name: "points", value: "3" }] }) { id email first_name name slug points: property_int(name: "points") } }"#;
    assert_eq!(
        fixture.data(document, json!({})),
        json!({"user_create": {"id": "1", "email": "Ann@x.test", "first_name": "Ann", "name": "Ann", "slug": "ann", "points": 3}})
    );
    fixture
}

/// What one field of `authenticate` says of Ann.
fn authenticates(fixture: &mut Fixture, check: &str) -> Json {
    let document = format!(r#"{{ user(id: 1) {{ authenticate {{ ok: {check} }} }} }}"#);
    fixture.data(&document, json!({}))["user"]["authenticate"]["ok"].clone()
}

/// What one field says of Ann.
fn of_ann(fixture: &mut Fixture, field: &str) -> Json {
    let document = format!("{{ user(id: 1) {{ answer: {field} }} }}");
    fixture.data(&document, json!({}))["user"]["answer"].clone()
}

#[test]
fn user_is_found_by_address_and_known_by_password() {
    let mut fixture = fixture();
    let document = r#"query ($p: String!) { users(per_page: 1, filter: { email: { value: "ann@x.test" } }) { total_entries results { id encrypted_password authenticate { password(password: $p) } } } }"#;
    for (password, expected) in [("Secret12", true), ("no", false), ("", false)] {
        let found = fixture.data(document, json!({"p": password}));
        assert_eq!(found["users"]["total_entries"], 1);
        let user = &found["users"]["results"][0];
        assert_eq!(user["authenticate"], json!({"password": expected}), "{password:?}");
        assert!(user["encrypted_password"].as_str().unwrap().starts_with("$2"));
    }
    let document =
        r#"query ($e: String) { users(per_page: 1, filter: { email: { value: $e } }) { total_entries } }"#;
    for (email, total) in [(json!(""), 0), (json!("nobody@x.test"), 0), (json!(null), 1)] {
        assert_eq!(fixture.data(document, json!({"e": email}))["users"]["total_entries"], total, "{email}");
    }
}

#[test]
fn user_is_answered_by_what_names_it() {
    let mut fixture = fixture();
    for (arguments, id) in [
        ("id: 1", json!({"id": "1"})),
        (r#"email: "ANN@x.test""#, json!({"id": "1"})),
        (r#"slug: "ann", id: "1""#, json!({"id": "1"})),
        (r#"slug: "ann", id: "2""#, json!(null)),
        (r#"id: "x""#, json!(null)),
        (r#"email: """#, json!(null)),
        ("id: null", json!(null)),
        ("id: 1, is_deleted: true", json!(null)),
    ] {
        let found = fixture.data(&format!("{{ user({arguments}) {{ id }} }}"), json!({}));
        assert_eq!(found["user"], id, "{arguments}");
    }
}

#[test]
fn user_changes_what_is_named() {
    let mut fixture = fixture();
    let update = r#"mutation ($u: UserInputType!) { user_update(id: 1, user: $u) { email name slug city: property(name: "city") points: property_int(name: "points") } }"#;
    let updated = fixture.data(
        update,
        json!({"u": {"email": "ann@x.test", "last_name": "Lee", "properties": [{"name": "city", "value": "Rome"}, {"name": "points", "increment": 2}]}}),
    );
    assert_eq!(
        updated["user_update"],
        json!({"email": "ann@x.test", "name": "Ann Lee", "slug": "ann", "city": "Rome", "points": 5})
    );
    for (user, message) in [
        (json!({"email": null}), "Email can't be blank"),
        (
            json!({"properties": [{"name": "points", "value": "x"}]}),
            "property `points` of a user: `x` is not an integer",
        ),
        (
            json!({"properties": [{"name": "ctiy", "value": "x"}]}),
            "a user has no property `ctiy`; did you mean `city`?",
        ),
    ] {
        assert_eq!(fixture.errors(update, json!({"u": user})), message);
    }
    assert_eq!(of_ann(&mut fixture, "email"), "ann@x.test");
}

#[test]
fn address_is_taken_until_its_user_is_deleted() {
    let mut fixture = fixture();
    let create = r#"mutation { user_create(user: { email: "ann@X.test" }) { id } }"#;
    assert_eq!(fixture.errors(create, json!({})), "Email has already been taken");
    assert_eq!(
        fixture.errors("mutation { user_delete(id: 7) { id } }", json!({})),
        "Can't find User with id=7"
    );

    let deleted = fixture.data("mutation { user_delete(id: 1) { id deleted_at } }", json!({}));
    assert_eq!(deleted["user_delete"], json!({"id": "1", "deleted_at": "2023-11-14T22:13:20.000Z"}));
    assert_eq!(
        fixture.data("{ users(per_page: 9) { total_entries } }", json!({}))["users"]["total_entries"],
        0
    );
    assert_eq!(fixture.data("{ user(id: 1) { id } }", json!({}))["user"], json!(null));
    assert_eq!(
        fixture.data("{ user(id: 1, is_deleted: true) { id } }", json!({}))["user"],
        json!({"id": "1"})
    );
    assert_eq!(fixture.data(create, json!({})), json!({"user_create": {"id": "2"}}));
}

#[test]
fn tokens_are_good_until_their_end_or_a_new_password() {
    let mut fixture = fixture();
    let minute = jiff::SignedDuration::from_mins(1);
    for (field, check) in [
        ("temporary_token(expires_in: 1)", "temporary_token("),
        ("temporary_token(expires_in: 48, valid_for: 1)", "temporary_token("),
        ("jwt_token(expires_in: 3600)", "jwt("),
        ("jwt_token(algorithm: ES384, expires_in: 3600)", "jwt(algorithm: ES384, "),
        ("jwt_token(algorithm: PS256, expires_in: 3600)", "jwt(algorithm: PS256, "),
    ] {
        let token = of_ann(&mut fixture, field);
        let check = format!("{check}token: {token})");
        assert_eq!(authenticates(&mut fixture, &check), true, "{field}");
        let start = fixture.now;
        fixture.now = start + minute * 59;
        assert_eq!(authenticates(&mut fixture, &check), true, "{field}");
        fixture.now = start + minute * 61;
        assert_eq!(authenticates(&mut fixture, &check), false, "{field}");
        fixture.now = start;
        let document = r#"mutation { user_update(id: 1, user: { password: "Other123" }) { id } }"#;
        fixture.data(document, json!({}));
        assert_eq!(authenticates(&mut fixture, &check), false, "{field}");
    }
    assert_eq!(authenticates(&mut fixture, r#"temporary_token(token: "")"#), false);
}

#[test]
fn one_time_password_is_that_of_the_secret() {
    let mut fixture = fixture();
    assert_eq!(authenticates(&mut fixture, r#"otp_code(code: "")"#), false, "no secret was made");
    let otp = of_ann(&mut fixture, "otp { secret current_code secret_as_svg_qr_code(issuer: \"Shop\") }");
    assert_eq!(of_ann(&mut fixture, "otp { secret }")["secret"], otp["secret"]);
    assert_ne!(of_ann(&mut fixture, r#"otp(otp_name: "b") { secret }"#)["secret"], otp["secret"]);
    assert!(otp["secret_as_svg_qr_code"].as_str().unwrap().starts_with("<svg "));

    let check = |drift: i64| format!("otp_code(code: {}, drift: {drift})", otp["current_code"]);
    assert_eq!(authenticates(&mut fixture, &check(0)), true);
    fixture.now += jiff::SignedDuration::from_secs(35);
    assert_eq!(authenticates(&mut fixture, &check(0)), false);
    assert_eq!(authenticates(&mut fixture, &check(30)), true);
}

#[test]
fn users_and_records_are_related_either_way() {
    let mut fixture = fixture();
    let document = r#"mutation { record_create(record: { table: "profile", user_id: 1, properties: [{ name: "user_id", value: "1" }, { name: "bio", value: "hi" }] }) { related_user { email } } }"#;
    let created = fixture.data(document, json!({}));
    assert_eq!(created["record_create"], json!({"related_user": {"email": "Ann@x.test"}}));
    let related = of_ann(
        &mut fixture,
        r#"related_record(table: "profile", join_on_property: "id", foreign_property: "user_id") { bio: property(name: "bio") }"#,
    );
    assert_eq!(related, json!({"bio": "hi"}));
    let document = r#"query ($bio: String) { users(per_page: 5, filter: { related_records: [{ join: { foreign_property: "user_id" }, filter: { table: { value: "profile" }, properties: [{ name: "bio", value: $bio }] } }] }) { total_entries } }"#;
    for (bio, total) in [("hi", 1), ("no", 0)] {
        assert_eq!(fixture.data(document, json!({"bio": bio}))["users"]["total_entries"], total);
    }
}

#[test]
fn visitor_signs_in_and_out() {
    let mut fixture = fixture();
    let cart = || Map::from_iter([("cart".to_owned(), json!("9"))]);
    fixture.session = Some(Session::new(cart, None));
    let me = "{ current_user { id } }";
    assert_eq!(fixture.data(me, json!({})), json!({"current_user": null}));
    let sign_in =
        "mutation ($e: String, $p: String!) { user_session_create(email: $e, password: $p) { id } }";
    for (email, password) in [("ann@x.test", "no"), ("nobody@x.test", "Secret12"), ("", "")] {
        let errors = fixture.errors(sign_in, json!({"e": email, "p": password}));
        assert_eq!(errors, "Invalid email or password");
    }
    fixture.data(sign_in, json!({"e": "ann@x.test", "p": "Secret12"}));
    assert_eq!(fixture.data(me, json!({})), json!({"current_user": {"id": "1"}}));
    let updated = fixture.data(r#"mutation { user_update(user: { name: "Me" }) { id name } }"#, json!({}));
    assert_eq!(updated["user_update"], json!({"id": "1", "name": "Me"}));
    fixture.data("mutation { user_session_destroy }", json!({}));
    assert_eq!(fixture.data(me, json!({})), json!({"current_user": null}));
    assert_eq!(
        fixture.session.take().unwrap().into_changes(),
        [SessionChange::SignIn { user: UserId(1), lifetime: SESSION_LIFETIME }, SessionChange::SignOut]
    );
}

#[test]
fn mutation_of_a_user_whose_answer_fails_does_nothing() {
    let failing = r#"{ id related_records(table: "profile", join_on_property: "id", foreign_property: "user_id", filter: { created_at: { gt: "soon" } }) { id } }"#;
    let mut fixture = fixture();
    fixture.session = Some(Session::new(Map::new, None));
    let users = "{ users(per_page: 9) { results { email } } current_user { id } }";
    let before = fixture.data(users, json!({}));
    for mutation in [
        r#"user_create(user: { email: "bob@x.test" })"#,
        r#"user_update(id: 1, user: { email: "bob@x.test" })"#,
        "user_delete(id: 1)",
        r#"user_session_create(email: "ann@x.test", password: "Secret12")"#,
    ] {
        let errors = fixture.errors(&format!("mutation {{ {mutation} {failing} }}"), json!({}));
        assert_eq!(errors, "`soon` is not a date and time", "{mutation}");
        assert_eq!(fixture.data(users, json!({})), before, "{mutation}");
    }
}

#[test]
fn session_fields_are_set_and_deleted() {
    let mut fixture = fixture();
    fixture.session = Some(Session::new(Map::new, None));
    let document = r#"mutation { a: session_create_field(name: "a", value: {b: [1]}) c: session_create_field(name: "c", value: "x") d: session_create_field(name: "c", value: "") e: session_delete_field(name: "none") }"#;
    assert_eq!(
        fixture.data(document, json!({})),
        json!({"a": {"a": {"b": [1]}}, "c": {"a": {"b": [1]}, "c": "x"}, "d": {"a": {"b": [1]}}, "e": {"a": {"b": [1]}}})
    );
    assert_eq!(
        fixture.session.take().unwrap().into_changes(),
        [
            SessionChange::Set("a".into(), json!({"b": [1]})),
            SessionChange::Set("c".into(), json!("x")),
            SessionChange::Delete("c".into()),
            SessionChange::Delete("none".into()),
        ]
    );
}

#[test]
fn nobody_visits_in_a_job() {
    let mut fixture = fixture();
    for document in [
        r#"mutation { session_create_field(name: "a", value: 1) }"#,
        r#"mutation { session_delete_field(name: "a") }"#,
        r#"mutation { user_session_destroy }"#,
        r#"mutation { user_session_create(email: "ann@x.test", password: "Secret12") { id } }"#,
    ] {
        let errors = fixture.errors(document, json!({}));
        assert_eq!(errors, "there is no session here: no visitor's request is under way", "{document}");
    }
    assert_eq!(fixture.data("{ current_user { id } }", json!({})), json!({"current_user": null}));
    let errors = fixture.errors("mutation { user_update(user: {}) { id } }", json!({}));
    assert_eq!(errors, "user_update needs an `id` where nobody is signed in");
}

#[test]
fn many_users_change_together_or_not_at_all() {
    let mut fixture = fixture();
    for name in ["bob", "cy"] {
        let document = format!(r#"mutation {{ user_create(user: {{ email: "{name}@x.test" }}) {{ id }} }}"#);
        fixture.data(&document, json!({}));
    }
    let update = "mutation ($f: UsersFilterInput, $u: UserInputType!, $all: Boolean) { users_update_all(filter: $f, user: $u, all_users: $all) { n: count } }";
    let some = json!({"email": {"ends_with": "x.test"}, "id": {"not_value_in": ["1"]}});
    let city = json!({"properties": [{"name": "city", "value": "Graz"}]});
    assert_eq!(fixture.data(update, json!({"f": some, "u": city})), json!({"users_update_all": {"n": 2}}));
    let cities = "{ users(per_page: 9, sort: [{id: {order: ASC}}]) { results { c: property(name: \"city\") email } } }";
    let all = json!({"users": {"results": [
        {"c": null, "email": "Ann@x.test"}, {"c": "Graz", "email": "bob@x.test"}, {"c": "Graz", "email": "cy@x.test"},
    ]}});
    assert_eq!(fixture.data(cities, json!({})), all);

    for (variables, said) in [
        (json!({"u": city}), "users_update_all needs a `filter`, or `all_users: true`"),
        (json!({"f": {"id": null}, "u": city}), "users_update_all needs a `filter`, or `all_users: true`"),
        (json!({"f": some, "u": {"email": "one@x.test"}}), "Email has already been taken"),
        (json!({"f": some, "u": {"slug": "one"}}), "Slug has already been taken"),
        (json!({"all": true, "u": {"properties": [{"name": "points", "value": "x"}]}}), "points"),
    ] {
        let errors = fixture.errors(update, variables.clone());
        assert!(errors.contains(said), "{variables}: {errors}");
    }
    assert_eq!(fixture.data(cities, json!({})), all);

    let delete = "mutation ($f: UsersFilterInput, $all: Boolean) { users_delete_all(filter: $f, all_users: $all) { count } }";
    assert_eq!(
        fixture.errors(delete, json!({"f": {}})),
        "users_delete_all needs a `filter`, or `all_users: true`"
    );
    for (variables, count) in [(json!({"f": some}), 2), (json!({"all": true}), 1), (json!({"all": true}), 0)]
    {
        assert_eq!(fixture.data(delete, variables)["users_delete_all"]["count"], count);
    }
}

#[test]
fn one_time_secrets_are_renewed_and_taken_away_by_name() {
    let mut fixture = fixture();
    let secret =
        |fixture: &mut Fixture| of_ann(fixture, "otp(otp_name: \"phone\") { secret }")["secret"].clone();
    let first = secret(&mut fixture);
    assert_eq!(of_ann(&mut fixture, "otp_tokens"), json!(["phone"]));
    let refresh = r#"mutation { r: user_otp_secret_refresh(user_id: 1, otp_name: "phone") { user_id otp_name status } }"#;
    let refreshed = json!({"r": {"user_id": "1", "otp_name": "phone", "status": "refreshed"}});
    assert_eq!(fixture.data(refresh, json!({})), refreshed);
    assert_ne!(secret(&mut fixture), first);
    let delete = r#"mutation { user_otp_delete_token(user_id: 1, otp_name: "phone") { status } }"#;
    for _ in 0..2 {
        assert_eq!(fixture.data(delete, json!({})), json!({"user_otp_delete_token": {"status": "deleted"}}));
    }
    assert_eq!(of_ann(&mut fixture, "otp_tokens"), json!([]));
    for document in [refresh, delete] {
        let missing = fixture.errors(&document.replace("user_id: 1", "user_id: 9"), json!({}));
        assert_eq!(missing, "Can't find User with id=9");
    }
}
