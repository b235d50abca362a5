//! Signing in and out, and what a session keeps: what a browser and a client with a token see.

use serde_json::{Value as Json, json};

use crate::harness::{Browser, Project, Response, TestApp};

const WHO: (&str, &str) = (
    "app/views/pages/index.liquid",
    "{{ context.current_user.email }}|{{ context.session.cart }}|{% graphql g %}{ current_user { id } }{% endgraphql %}{{ g.current_user.id }}",
);
const CHANGE: (&str, &str) = (
    "app/views/pages/change.liquid",
    "---\nmethod: post\n---\n{{ context.csrf_request_valid }}:{{ context.current_user.email }}",
);
const FORM: (&str, &str) = ("app/views/pages/form.liquid", "{{ context.authenticity_token }}");

/// An app with the user `Ann@x.test`, and pages of these bodies besides those above.
fn app(pages: &[(&str, &str)]) -> TestApp {
    let project = Project::of(&[WHO, CHANGE, FORM]);
    for (name, body) in pages {
        project.write(&format!("app/views/pages/{name}.liquid"), body);
    }
    let app = project.serve(&[]);
    let create = r#"mutation { user_create(user: { email: "Ann@x.test", password: "Secret12" }) { id } }"#;
    assert_eq!(graph(&app, create)["user_create"]["id"], "1");
    app
}

fn graph(app: &TestApp, query: &str) -> Json {
    let answer = app.new_browser().post_json("/api/graph", &json!({ "query": query })).has_status(200).json();
    assert_eq!(answer["errors"], Json::Null, "{answer}");
    answer["data"].clone()
}

/// The line that sets the session's cookie.
fn session_cookie(response: &Response) -> Option<String> {
    let mut lines = response.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, line)| line);
    lines.find(|line| line.starts_with("_pos_session=")).cloned()
}

fn value(cookie: &str) -> String {
    cookie.split(';').next().unwrap().to_owned()
}

const SIGN_IN: (&str, &str) = (
    "in",
    "{% session cart = \"9\" %}{% sign_in user_id: \"1\" %}{{ context.current_user.email }}|{{ context.session.cart }}",
);

#[test]
fn signing_in_begins_another_session_without_the_fields_of_the_old_one() {
    let app = app(&[SIGN_IN, ("cart", "{% session cart = 1 %}")]);
    let before = value(&session_cookie(&app.get("/cart")).unwrap());
    assert_eq!(app.get("/").text(), "|1|");

    let signed_in = app.get("/in").has_status(200);
    assert_eq!(signed_in.text(), "Ann@x.test|");
    let cookie = session_cookie(&signed_in).unwrap();
    assert_ne!(value(&cookie), before);
    assert!(cookie.contains("; HttpOnly; Max-Age=31536000; SameSite=Lax"), "{cookie}");
    assert_eq!(app.get("/").text(), "Ann@x.test||1");

    let thief = app.new_browser().send("GET", "/", &[("cookie", &before)], Vec::new());
    assert_eq!(thief.text(), "||", "the id from before the sign-in is worth nothing");
}

#[test]
fn what_is_set_after_signing_in_or_out_stays() {
    let app = app(&[
        ("in", "{% sign_in user_id: 1 %}{% session cart = 'new' %}{{ context.session.cart }}"),
        (
            "out",
            "{% graphql g %}mutation { user_session_destroy }{% endgraphql %}{% session cart = 'left' %}{{ context.current_user }}",
        ),
    ]);
    assert_eq!(app.get("/in").text(), "new");
    assert_eq!(app.get("/").text(), "Ann@x.test|new|1");
    let stolen = value(&session_cookie(&app.get("/in")).unwrap());
    assert_eq!(app.get("/out").text(), "");
    assert_eq!(app.get("/").text(), "|left|");
    let thief = app.new_browser().send("GET", "/", &[("cookie", &stolen)], Vec::new());
    assert_eq!(thief.text(), "||", "the id of a session that was signed out is worth nothing");
}

#[test]
fn session_field_is_there_at_once_and_null_deletes_it() {
    let body =
        "{% session a = \"1\" %}{{ context.session.a }}{% session a = null %}[{{ context.session.a }}]";
    assert_eq!(app(&[("fields", body)]).get("/fields").text(), "1[]");
}

#[test]
fn signing_in_for_minutes_ends_with_them() {
    let app = app(&[
        ("long", "{% sign_in user_id: 1, timeout_in_minutes: 5 %}"),
        ("short", "{% assign m = 0.002 %}{% sign_in_rc user_id: 1, timeout_in_minutes: m %}"),
    ]);
    let cookie = session_cookie(&app.get("/long").has_status(200)).unwrap();
    assert!(cookie.contains("; Max-Age=300;"), "{cookie}");
    let key = value(&session_cookie(&app.get("/short").has_status(200)).unwrap());
    let visit = || app.new_browser().send("GET", "/", &[("cookie", &key)], Vec::new()).text();
    app.wait_for("the session to be over", || visit() == "||");
}

#[test]
fn nobody_is_signed_in_who_is_not_there() {
    let app = app(&[
        ("in", "{% sign_in user_id: context.params.id, timeout_in_minutes: context.params.minutes %}in"),
        ("job", "{% background source_name: 'j' %}{% sign_in user_id: 1 %}{% endbackground %}"),
    ]);
    graph(
        &app,
        r#"mutation { user_create(user: { email: "bob@x.test" }) { id } user_delete(id: 2) { id } }"#,
    );
    for (query, said) in [
        ("", "sign_in: user_id is blank"),
        ("?id=2", "sign_in: there is no user with id &#39;2&#39;"),
        ("?id=3", "sign_in: there is no user with id &#39;3&#39;"),
        ("?id=-1", "sign_in: there is no user with id &#39;-1&#39;"),
        ("?id=1+OR+1", "sign_in: there is no user with id &#39;1 OR 1&#39;"),
        ("?id=99999999999999999999", "there is no user with id"),
        ("?id=1&minutes=0", "sign_in: timeout_in_minutes must be a number above 0, not &#39;0&#39;"),
        ("?id=1&minutes=soon", "not &#39;soon&#39;"),
    ] {
        let page = app.get(&format!("/in{query}")).has_status(500).text();
        assert!(page.contains(said), "{query}: {page}");
        assert_eq!(app.get("/").text(), "||", "{query}");
    }
    app.get("/job").has_status(200);
    app.wait_for_log("sign_in: nobody visits a background job");
}

#[test]
fn post_without_the_token_runs_without_the_session() {
    let app = app(&[SIGN_IN]);
    let sign_in = || {
        let browser = app.new_browser();
        browser.get("/in").has_status(200);
        browser
    };
    for (field, expected) in [("", "false:"), ("authenticity_token", "true:Ann@x.test")] {
        let browser = sign_in();
        let token = browser.get("/form").text();
        assert_eq!(browser.post("/change", &[(field, &token)]).has_status(200).text(), expected);
        let after = if field.is_empty() { "||" } else { "Ann@x.test||1" };
        assert_eq!(browser.get("/").text(), after, "the session of a refused request is over");
    }
    let browser = sign_in();
    let token = browser.get("/form").text();
    let posted = browser.send("POST", "/change", &[("x-csrf-token", &token)], Vec::new());
    assert_eq!(posted.has_status(200).text(), "true:Ann@x.test");

    let foreign = app.new_browser().get("/form").text();
    let posted = browser.post("/change", &[("authenticity_token", &foreign)]);
    assert_eq!(posted.text(), "false:", "the token of another session");
}

#[test]
fn temporary_token_in_the_header_signs_in_one_request() {
    let app = app(&[]);
    let token = |hours: f64| {
        let query =
            format!("{{ users(per_page: 1) {{ results {{ t: temporary_token(expires_in: {hours:?}) }} }} }}");
        graph(&app, &query)["users"]["results"][0]["t"].as_str().unwrap().to_owned()
    };
    let browser = app.new_browser();
    let visit = |browser: &Browser, token: &str| {
        browser.send("GET", "/", &[("UserTemporaryToken", token)], Vec::new()).has_status(200).text()
    };
    let good = token(1.0);
    assert_eq!(visit(&browser, &good), "Ann@x.test||1");
    assert_eq!(browser.get("/").text(), "||", "the next request has no session from it");
    let posted = browser.send("POST", "/change", &[("UserTemporaryToken", &good)], Vec::new());
    assert_eq!(posted.has_status(200).text(), "false:Ann@x.test");
    for bad in ["", "1", "1.2.3", &token(0.0), &good.replacen('1', "2", 1), &"x".repeat(4000)] {
        assert_eq!(visit(&browser, bad), "||", "{bad}");
    }
    graph(&app, r#"mutation { user_update(id: 1, user: { password: "Other123" }) { id } }"#);
    assert_eq!(visit(&browser, &good), "||", "void by a new password");
}

#[test]
fn deleted_user_is_signed_out_everywhere() {
    let app = app(&[SIGN_IN]);
    app.get("/in").has_status(200);
    graph(&app, "mutation { user_delete(id: 1) { id } }");
    assert_eq!(app.get("/").text(), "||");
}

#[test]
fn printed_session_shows_the_fields_of_the_app_alone() {
    let app = app(&[
        ("set", "{% session cart = 1 %}{{ context.authenticity_token }}"),
        ("print.txt", "{{ context.session }}"),
        ("names", "{% for entry in context.session %}{{ entry[0] }} {% endfor %}"),
        (
            "mutation.txt",
            "{% graphql g %}mutation { session_create_field(name: \"b\", value: 2) }{% endgraphql %}{{ g.session_create_field }}",
        ),
        (
            "known",
            "{% assign s = context.session %}{{ s.session_id.size }} {{ context.session['_csrf_token'].size }} {{ s.language }} {{ s['cart'] }}",
        ),
        (
            "out",
            "{% graphql g %}mutation { user_session_destroy }{% endgraphql %}[{{ context.session.session_id }}{{ context.session._csrf_token }}]",
        ),
        ("forget", "{% session language = nil %}[{{ context.session.language }}]"),
    ]);
    app.get("/set?language=de").has_status(200);
    assert_eq!(app.get("/known").text(), "32 64 de 1");
    assert_eq!(app.get("/names").text(), "cart ");
    assert_eq!(app.get("/mutation.txt").text(), r#"{"cart":1,"b":2}"#);
    assert_eq!(app.get("/print.txt").text(), r#"{"cart":1,"b":2}"#);
    assert_eq!(app.get("/forget").text(), "[]");
    assert_eq!(app.get("/out").text(), "[]");
}
