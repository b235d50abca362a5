//! `context` as a page of a running app sees it: every member, with its name and type.

use serde_json::{Value as Json, json};

use crate::harness::{Project, TestApp};

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 \
    (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1";

/// Pages that print the context, or one member of it, as JSON.
fn serve() -> TestApp {
    Project::of(&[
        ("app/config.yml", "slug_exact_match: false\n"),
        ("app/views/layouts/plain.liquid", "---\nmetadata:\n  width: 2\n---\n{{ content_for_layout }}"),
        (
            "app/views/pages/all.json.liquid",
            "---\nslug: shop/all\nlayout: plain\nmetadata:\n  title: 'T {{ context.params.q }}'\n---\n{{ context }}",
        ),
        ("app/views/pages/raw.json.liquid", "---\nslug: raw\nmethod: post\n---\n{{ context.post_params | json }}"),
        ("app/views/pages/secret.json.liquid", "[{{ context.constants.KEY | json }}, {{ context.constants['KEY'] | json }}]"),
        ("modules/core/pos-module.json", r#"{"name": "pOS Core", "machine_name": "core", "version": "2.0.7"}"#),
        ("modules/core/public/lib/x.liquid", ""),
        ("constants.env", "KEY=s3cret\n"),
    ])
    .serve(&["--constants", "constants.env"])
}

fn all(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Json {
    app.browser().send("GET", path, headers, Vec::new()).has_status(200).json()
}

#[test]
fn request_is_described_with_the_platforms_names() {
    let app = serve();
    let headers = [
        ("user-agent", IPHONE),
        ("referer", "http://localhost/from"),
        ("x-api-key", "k"),
        ("x-forwarded-for", "1.2.3.4"),
        ("x-requested-with", "XMLHttpRequest"),
        ("cookie", "theme=dark"),
    ];
    let context = all(&app, "/shop/all/7.json?q=5&ids[]=1&c[d]=e", &headers);

    let host = app.url().trim_start_matches("http://").trim_end_matches('/').to_owned();
    let (name, port) = host.split_once(':').unwrap();
    let search = "?q=5&ids[]=1&c[d]=e";
    assert_eq!(
        context["location"],
        json!({
            "href": format!("http://{host}/shop/all/7.json{search}"),
            "host": host,
            "pathname": "/shop/all/7.json",
            "search": search,
            "url": format!("{host}/shop/all/7.json{search}"),
        })
    );
    assert_eq!(
        context["params"],
        json!({
            "q": "5", "ids": ["1"], "c": {"d": "e"}, "slug": "shop", "slug2": "all", "slug3": "7", "format": "json",
        })
    );
    for (key, value) in [
        ("SERVER_NAME", name),
        ("SERVER_PORT", port),
        ("REQUEST_METHOD", "GET"),
        ("PATH_INFO", "/shop/all/7.json"),
        ("REQUEST_URI", "/shop/all/7.json?q=5&ids[]=1&c[d]=e"),
        ("QUERY_STRING", "q=5&ids[]=1&c[d]=e"),
        ("HTTP_HOST", &host),
        ("HTTP_USER_AGENT", IPHONE),
        ("HTTP_REFERER", "http://localhost/from"),
        ("HTTP_API_KEY", ""),
        ("HTTP_X_API_KEY", "k"),
        ("HTTP_X_FORWARDED_FOR", "1.2.3.4"),
        ("X-FORWARDED-FOR", "1.2.3.4"),
    ] {
        assert_eq!(context["headers"][key].as_str().unwrap_or_default(), value, "{key}");
    }
    let device = &context["device"];
    assert_eq!((&device["device_type"], &device["os_name"]), (&json!("smartphone"), &json!("iOS")));
    assert_eq!((&device["name"], &device["bot"]), (&json!("Mobile Safari"), &json!(false)));
    assert_eq!((&context["is_xhr"], &context["useragent"]), (&json!(true), &json!(IPHONE)));
    assert_eq!(
        (&context["visitor"]["ip"], &context["cookies"]),
        (&json!("127.0.0.1"), &json!({"theme": "dark"}))
    );
    assert_eq!((&context["csrf_request_valid"], &context["current_user"]), (&json!(true), &Json::Null));
}

#[test]
fn instance_page_and_modules_are_described() {
    let app = serve();
    let context = all(&app, "/shop/all.json?q=5", &[]);

    assert_eq!(context["is_xhr"], Json::Null);
    assert_eq!((&context["environment"], &context["language"]), (&json!("staging"), &json!("en")));
    assert_eq!(
        (&context["flash"], &context["session"], &context["exports"]),
        (&json!({}), &json!({}), &json!({}))
    );
    assert!(context["authenticity_token"].as_str().is_some_and(|token| token.len() > 20));
    assert!(context["version"].is_string() && context["hcaptcha_site_key"].is_string());

    let instance = &context["instance"];
    assert_eq!(instance["id"], json!(1));
    assert_eq!(instance["uuid"].as_str().map(str::len), Some(36), "{instance}");
    assert!(instance["name"].is_string(), "{instance}");

    let page = &context["page"];
    assert!(page["id"].is_u64(), "{page}");
    assert_eq!(
        (&page["slug"], &page["layout"], &page["layout_name"]),
        (&json!("shop/all"), &json!("plain"), &json!("plain"))
    );
    assert_eq!(context["layout"]["metadata"], json!({"width": 2}));
    assert_eq!(
        context["modules"],
        json!({"core": {
            "name": "pOS Core", "scope_name": "core", "version": "2.0.7",
            "version_info": {"version_name": "2.0.7"}, "subscription_info": null,
        }})
    );
    for zones in ["all", "us_zones"] {
        let text = context["globals"]["time_zones"][zones].as_str().unwrap();
        assert!(serde_json::from_str::<Vec<Json>>(text).unwrap().len() >= 8, "{zones}");
    }
}

#[test]
fn constants_are_read_by_name_and_never_printed() {
    let app = serve();
    assert!(!all(&app, "/shop/all.json", &[]).to_string().contains("s3cret"));
    assert_eq!(app.get("/secret.json").has_status(200).json(), json!(["s3cret", "s3cret"]));
}

#[test]
fn body_of_a_webhook_is_read_as_it_was_sent() {
    let app = serve();
    let sent = "{\"a\":  [1,\n2]}";
    let kind = [("content-type", "application/json")];
    let answer = app.browser().send("POST", "/raw.json", &kind, sent.as_bytes().to_vec());
    assert_eq!(answer.has_status(200).json(), json!(sent));
}

#[test]
fn session_has_an_id_that_is_no_key_to_it() {
    let app = Project::of(&[
        ("app/views/pages/set.liquid", "{% session a = 1 %}"),
        ("app/views/pages/id.txt.liquid", "{{ context.session.session_id }}"),
    ])
    .serve(&[]);
    assert_eq!(app.get("/id.txt").text().trim(), "");
    let cookie = app.get("/set").header("set-cookie").unwrap().to_owned();
    let (first, second) = (app.get("/id.txt").text(), app.get("/id.txt").text());
    assert!(first.trim().len() == 32 && !cookie.contains(first.trim()), "{first} {cookie}");
    assert_eq!(first, second);
}
