//! Users through templates and `POST /api/graph`: their passwords and tokens, and what no two of them may share.

use serde_json::{Value as Json, json};

use crate::harness::{Project, TestApp};

fn graph(app: &TestApp, query: &str, variables: &Json) -> Json {
    let asked = json!({ "query": query, "variables": variables });
    app.new_browser().post_json("/api/graph", &asked).has_status(200).json()
}

const ANN: &str = r#"mutation { user_create(user: { email: "Ann@x.test", password: "Secret12", first_name: "Ann" }) { id email first_name } }"#;

#[test]
fn address_is_taken_once_and_a_password_is_only_checked() {
    let app = Project::of(&[("app/views/pages/index.liquid", "")]).serve(&[]);
    let created = graph(&app, ANN, &json!({}));
    assert_eq!(
        created["data"]["user_create"],
        json!({"id": "1", "email": "Ann@x.test", "first_name": "Ann"})
    );
    let again = graph(&app, &ANN.replace("Ann@x", "ann@X"), &json!({}));
    assert_eq!(again["errors"][0]["message"], "Email has already been taken");

    let query = "query ($p: String!, $e: String) { users(per_page: 1, filter: { email: { value: $e } }) { total_entries results { id encrypted_password authenticate { password(password: $p) } } } }";
    for (email, password, total, is_right) in [
        ("ann@x.test", "Secret12", 1, json!(true)),
        ("ANN@x.test", "no", 1, json!(false)),
        ("", "no", 0, json!(null)),
    ] {
        let users = graph(&app, query, &json!({"p": password, "e": email}))["data"]["users"].clone();
        assert_eq!(users["total_entries"], total, "{email}");
        assert_eq!(users["results"][0]["authenticate"]["password"], is_right, "{email} {password}");
        let hash = users["results"][0]["encrypted_password"].as_str();
        assert!(hash.is_none_or(|hash| hash.starts_with("$2")), "{hash:?}");
    }
}

#[test]
fn temporary_token_is_valid_for_its_user_until_the_password_changes() {
    let page = "{{ context.params.t | is_token_valid: context.params.id }}";
    let app = Project::of(&[("app/views/pages/index.liquid", page)]).serve(&[]);
    graph(&app, ANN, &json!({}));
    graph(&app, r#"mutation { user_create(user: { email: "bob@x.test" }) { id } }"#, &json!({}));
    let query = "query ($h: Float) { user(id: 1) { t: temporary_token(expires_in: $h) } }";
    let token = |hours: f64| {
        graph(&app, query, &json!({"h": hours}))["data"]["user"]["t"].as_str().unwrap().to_owned()
    };
    let good = token(1.0);
    let is_valid = |token: &str, id: &str| app.get(&format!("/?t={token}&id={id}")).has_status(200).text();
    for (token, id, expected) in [
        (good.as_str(), "1", "true"),
        (&good, "2", "false"),
        (&good, "9", "false"),
        (&good, "", "false"),
        (&good, "x", "false"),
        ("", "1", "false"),
        (&token(0.0), "1", "false"),
    ] {
        assert_eq!(is_valid(token, id), expected, "{token} {id}");
    }
    graph(&app, r#"mutation { user_update(id: 1, user: { password: "Other123" }) { id } }"#, &json!({}));
    assert_eq!(is_valid(&good, "1"), "false");
}

#[test]
fn constant_that_is_set_is_read_in_the_same_render() {
    let set =
        "{% graphql g %}mutation { constant_set(name: \"K\", value: \"new\") { name } }{% endgraphql %}";
    let page = format!(
        "{{{{ context.constants.K }}}}|{set}{{{{ context.constants.K }}}}|{{% graphql g %}}mutation {{ constant_unset(name: \"K\") {{ name }} }}{{% endgraphql %}}{{{{ context.constants.K }}}}|\
         {{% transaction %}}{set}{{{{ context.constants.K }}}}{{% rollback %}}{{% endtransaction %}}|{{{{ context.constants.K }}}}|{{% print context.constants.other %}}{{{{ context | json }}}}"
    );
    let app = Project::of(&[("app/views/pages/index.liquid", &page)]).serve(&[]);
    let text = app.get("/").has_status(200).text();
    assert!(text.starts_with("|new||new||{"), "{text}");
    assert!(!text.contains("constants"), "{text}");
}

#[test]
fn profiles_travel_with_their_users() {
    let files = [
        (
            "app/user_profile_types/driver.yml",
            "properties:\n- {name: seats, type: integer}\n- {name: photo, type: upload}\n",
        ),
        (
            "app/views/pages/index.liquid",
            "{% graphql g %}{ users(per_page: 9, filter: { profiles: [{ name: \"driver\", properties: [{ name: \"seats\", range: { gte: \"4\" } }] }] }) { results { email profile(profile_type: \"driver\") { properties } } } }{% endgraphql %}{% for u in g.users.results %}{{ u.email }}:{{ u.profile.properties.seats }}{% endfor %}",
        ),
    ];
    let app = Project::of(&files).serve(&[]);
    let create = r#"mutation { user_create(user: { email: "ann@x.test", profiles: [{ name: "driver", values: { properties: [
        { name: "seats", value: "4" }, { name: "photo", value_upload: { type: plain, content: "hi", acl: public } }] } }] }) {
        profile(profile_type: "driver") { id property_upload(name: "photo") { url } } } }"#;
    let profile = graph(&app, create, &json!({}))["data"]["user_create"]["profile"].clone();
    let url = profile["property_upload"]["url"].as_str().unwrap().strip_prefix(app.url()).unwrap().to_owned();
    assert_eq!(app.get(&url).has_status(200).text(), "hi");
    assert_eq!(app.get("/").text().trim(), "ann@x.test:4");

    app.cli(["data", "export", "all.json"]).run().exits(0);
    app.cli(["data", "clean", "--yes"]).run().exits(0);
    assert_eq!(app.get("/").text().trim(), "");
    app.cli(["data", "import", "all.json"]).run().exits(0);
    assert_eq!(app.get("/").text().trim(), "ann@x.test:4");

    let delete = |id: &Json| {
        format!(
            r#"mutation {{ upload_delete(attribute_name: "photo", upload_object_id: {id}, upload_object_type: UserProfile) {{ upload_object_type }} }}"#
        )
    };
    let id = graph(
        &app,
        "{ user(email: \"ann@x.test\") { profile(profile_type: \"driver\") { id } } }",
        &json!({}),
    )["data"]["user"]["profile"]["id"]
        .clone();
    let deleted = graph(&app, &delete(&id), &json!({}));
    assert_eq!(deleted["data"]["upload_delete"]["upload_object_type"], "UserProfile", "{deleted}");
    let none = graph(&app, &delete(&json!("99")), &json!({}));
    assert_eq!(none["errors"][0]["message"], "Can't find UserProfile with id=99");
}
