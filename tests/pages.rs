//! Pages over HTTP: routes, formats, layouts, redirects, policies, sessions, parameters, translations, assets.

use serde_json::json;

use crate::harness::{Project, Response, TestApp};

fn serve(files: &[(&str, &str)]) -> TestApp {
    Project::of(files).serve(&[])
}

fn body(answer: &Response) -> String {
    answer.text().trim_end().to_owned()
}

/// Gets each path and compares status and text.
fn expect(app: &TestApp, answers: &[(&str, u16, &str)]) {
    for (path, status, text) in answers {
        let answer = app.get(path);
        assert_eq!((answer.status, body(&answer).as_str()), (*status, *text), "GET {path}");
    }
}

#[test]
fn smallest_app_is_one_page() {
    let app = serve(&[("app/views/pages/index.liquid", "Hi")]);
    let answer = app.get("/").has_status(200);
    assert_eq!(body(&answer), "Hi");
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
}

#[test]
fn index_files_answer_at_their_folder() {
    let app = serve(&[
        ("app/views/pages/home.html.liquid", "home"),
        ("app/views/pages/a/index.liquid", "A"),
        ("app/views/pages/static.html", "as it is {{ 1 }}"),
    ]);
    expect(&app, &[("/", 200, "home"), ("/a", 200, "A"), ("/a/index", 200, "A"), ("/a/", 200, "A")]);
}

#[test]
fn index_wins_over_home_with_a_warning() {
    let app =
        serve(&[("app/views/pages/home.html.liquid", "home"), ("app/views/pages/index.liquid", "index")]);
    expect(&app, &[("/", 200, "index")]);
    assert!(app.stderr().iter().any(|line| line.contains("warning: ") && line.contains("home.html.liquid")));
}

#[test]
fn format_of_the_request_picks_the_page() {
    let app = serve(&[
        ("app/views/pages/hello.html.liquid", "H"),
        ("app/views/pages/hello.csv.liquid", "C"),
        (
            "app/views/pages/api/data.json.liquid",
            "---\nslug: api/data\n---\n{\"a\": \"{{ context.params.format }}<\"}",
        ),
    ]);
    expect(&app, &[("/hello", 200, "H"), ("/hello.csv", 200, "C"), ("/hello.json", 200, "H")]);
    assert_eq!(app.get("/hello.csv").header("content-type"), Some("text/csv; charset=utf-8"));
    expect(&app, &[("/api/data.json", 200, "{\"a\": \"json<\"}")]);
}

#[test]
fn most_static_route_wins() {
    let app = serve(&[
        ("app/views/pages/1.liquid", "---\nslug: posts/*rest\n---\nrest {{ context.params.rest }}"),
        ("app/views/pages/2.liquid", "---\nslug: posts/:id\n---\nid {{ context.params.id }}"),
        ("app/views/pages/3.liquid", "---\nslug: posts/new\n---\nnew"),
        (
            "app/views/pages/4.liquid",
            "---\nslug: search(/:country)(/:city)\n---\n{{ context.params.country }}-{{ context.params.city }}",
        ),
        ("app/views/pages/5.liquid", "---\nslug: s/*c\n---\n{{ context.params.c }}"),
        ("app/views/pages/users/:id.liquid", "user {{ context.params.id }}"),
    ]);
    expect(
        &app,
        &[
            ("/posts/new", 200, "new"),
            ("/posts/3", 200, "id 3"),
            ("/posts/3/x", 200, "rest 3/x"),
            ("/search", 200, "-"),
            ("/search/PL", 200, "PL-"),
            ("/search/PL/Krk", 200, "PL-Krk"),
            ("/s/a/b", 200, "a/b"),
            ("/users/9", 200, "user 9"),
        ],
    );
    app.get("/s").has_status(404);
}

#[test]
fn method_is_part_of_the_route() {
    let app = serve(&[
        ("app/views/pages/f.liquid", "---\nslug: f\n---\nget"),
        ("app/views/pages/g.liquid", "---\nslug: f\nmethod: POST\n---\npost"),
        ("app/views/pages/only.liquid", "---\nslug: only\nmethod: post\n---\npost"),
        ("app/views/pages/d.liquid", "---\nslug: d\nmethod: delete\n---\ndeleted"),
    ]);
    expect(&app, &[("/f", 200, "get")]);
    assert_eq!(body(&app.post("/f", &[])), "post");
    app.get("/only").has_status(404);
    assert_eq!(body(&app.post("/d", &[("_method", "delete")])), "deleted");
    assert_eq!(app.browser().send("HEAD", "/f", &[], Vec::new()).has_status(200).body, b"");
}

#[test]
fn legacy_routes_take_surplus_segments() {
    let page = ("app/views/pages/list/show.liquid", "{{ context.params.slug3 }}");
    let legacy = serve(&[page, ("app/config.yml", "slug_exact_match: false\n")]);
    expect(&legacy, &[("/list/show/9", 200, "9")]);
    serve(&[page]).get("/list/show/9").has_status(404);
}

#[test]
fn layouts_wrap_html_pages() {
    let app = serve(&[
        (
            "app/views/layouts/application.liquid",
            "<b>{{ content_for_layout }}</b>{% yield 't' %}{{ secret }}",
        ),
        ("app/views/layouts/1col.html.liquid", "<i>{{ content_for_layout }}</i>"),
        (
            "app/views/pages/index.liquid",
            "{% assign secret = 1 %}x{% content_for 't' %}A{% endcontent_for %}{% content_for 't' %}B{% endcontent_for %}",
        ),
        ("app/views/pages/bare.liquid", "---\nlayout: ''\n---\nx"),
        ("app/views/pages/col.liquid", "---\nlayout: 1col\n---\nx"),
        ("app/views/pages/data.json.liquid", "1"),
        ("app/views/pages/early.liquid", "x{% break %}y"),
    ]);
    for (path, text) in [
        ("/", "<b>x</b>AB"),
        ("/bare", "x"),
        ("/col", "<i>x</i>"),
        ("/data.json", "1"),
        ("/early", "<b>x</b>"),
    ] {
        let answer: String = app.get(path).has_status(200).text().split_whitespace().collect();
        assert_eq!(answer, text, "{path}");
    }
}

#[test]
fn front_matter_redirects_and_tags_set_the_answer() {
    let app = serve(&[
        (
            "app/views/pages/r.liquid",
            "---\nredirect_to: '/c/{{ context.params.m }}'\nredirect_code: 301\n---\n",
        ),
        ("app/views/pages/status.liquid", "{% response_status 404 %}nf{% break %}zz"),
        ("app/views/pages/go.liquid", "{% redirect_to '/x' %}{% log 'still' %}"),
        ("app/views/pages/head.liquid", "---\nresponse_headers: '{\"X-A\":\"{{ 1 | plus: 1 }}\"}'\n---\nx"),
        ("app/views/pages/md.liquid", "---\nconverter: markdown\n---\n# T"),
        (
            "app/views/pages/meta.liquid",
            "---\nmetadata:\n  title: \"{{ context.params.q }}\"\n---\n{{ context.page.metadata.title }}",
        ),
    ]);
    let moved = app.get("/r?m=h").has_status(301);
    assert_eq!(moved.header("location"), Some("/c/h"));
    expect(&app, &[("/status", 404, "nf")]);
    assert_eq!(app.get("/go").has_status(302).header("location"), Some("/x"));
    app.wait_for_log("info: still");
    assert_eq!(app.get("/head").header("x-a"), Some("2"));
    expect(&app, &[("/md", 200, "<h1>T</h1>"), ("/meta?q=5", 200, "5")]);
}

#[test]
fn status_pages_answer_in_the_format_asked_for() {
    let app =
        serve(&[("app/views/pages/404.html.liquid", "gone"), ("app/views/pages/404.json.liquid", "{}")]);
    expect(&app, &[("/none", 404, "gone"), ("/none.json", 404, "{}"), ("/none.csv", 404, "gone")]);
    assert_eq!(app.get("/none.json").header("content-type"), Some("application/json"));
}

#[test]
fn policies_guard_a_page() {
    let app = serve(&[
        ("app/views/pages/p.liquid", "---\nauthorization_policies:\n  - never\n---\nx"),
        ("app/views/pages/q.liquid", "---\nauthorization_policies:\n  - always\n---\nx"),
        ("app/views/pages/s.liquid", "---\nauthorization_policies:\n  - always\n  - closed\n---\nx"),
        ("app/authorization_policies/never.liquid", "---\nredirect_to: /login\n---\nfalse"),
        ("app/authorization_policies/always.liquid", "{% if true %} true {% endif %}"),
        ("app/authorization_policies/closed.liquid", "---\nhttp_status: 404\n---\n"),
    ]);
    assert_eq!(app.get("/p").has_status(302).header("location"), Some("/login?return_to=%2Fp"));
    expect(&app, &[("/q", 200, "x")]);
    app.get("/s").has_status(404);
}

#[test]
fn partials_are_found_in_the_platforms_order() {
    let app = serve(&[
        (
            "app/views/pages/index.liquid",
            "{% render 'modules/m/x' %}{% function r = 'c' %}{{ r }}{% function s = 'lib/c' %}{{ s }}",
        ),
        ("modules/m/public/views/partials/x.liquid", "A"),
        ("app/modules/m/public/views/partials/x.liquid", "B"),
        ("app/lib/c.liquid", "{% return 1 %}"),
    ]);
    expect(&app, &[("/", 200, "B11")]);
    let warning = app.wait_for_log("lib/c");
    assert!(warning.contains("warning: "), "{warning}");
}

#[test]
fn module_pages_answer_without_a_prefix() {
    let app = serve(&[
        ("app/views/pages/index.liquid", "x"),
        ("modules/user/public/views/pages/passwords/new.liquid", "module page"),
    ]);
    expect(&app, &[("/passwords/new", 200, "module page")]);
}

#[test]
fn translations_fall_back_to_english() {
    let app = serve(&[
        (
            "app/views/pages/index.liquid",
            "{{ 'a.b' | t: n: 'Z' }}|{{ 'modules/m/a.b' | t }}|{{ 'no.such' | t }}",
        ),
        ("app/translations/en.yml", "en:\n  a:\n    b: \"Hi %{n}\"\n"),
        ("app/translations/pl.yml", "pl:\n  other: x\n"),
        ("app/translations/ignored.yaml", "en:\n  no:\n    such: y\n"),
        ("modules/m/public/translations/en.yml", "en:\n  a:\n    b: value\n"),
    ]);
    expect(&app, &[("/", 200, "Hi Z|value|no.such"), ("/?language=pl", 200, "Hi Z|value|no.such")]);
    assert!(app.stderr().iter().any(|line| line.contains("ignored.yaml")), "{:?}", app.stderr());
}

#[test]
fn assets_are_served_as_they_are() {
    let app = serve(&[
        ("app/views/pages/index.liquid", "{{ 's/a.css' | asset_url }}|{{ 'none.css' | asset_url }}"),
        ("app/assets/s/a.css", "b{}"),
        ("modules/m/public/assets/js/x.js", "1"),
    ]);
    let text = body(&app.get("/"));
    let (found, missing) = text.split_once('|').unwrap();
    let (url, updated) = found.split_once("?updated=").unwrap();
    assert!(url.ends_with("/assets/s/a.css") && updated.parse::<u64>().is_ok(), "{text}");
    assert!(!missing.contains("updated"), "{text}");
    let css = app.get("/assets/s/a.css").has_status(200);
    assert_eq!((css.header("content-type"), body(&css).as_str()), (Some("text/css; charset=utf-8"), "b{}"));
    let tag = css.header("etag").unwrap();
    app.browser().send("GET", "/assets/s/a.css", &[("if-none-match", tag)], Vec::new()).has_status(304);
    app.get("/assets/modules/m/js/x.js").has_status(200);
    for path in ["/assets/none.css", "/assets/../app/config.yml", "/assets/%2e%2e/%2e%2e/Cargo.toml"] {
        app.get(path).has_status(404);
    }
}

#[test]
fn parameters_of_every_kind_reach_the_page() {
    let app = serve(&[(
        "app/views/pages/index.liquid",
        "---\nslug: in\nmethod: post\nformat: txt\n---\n{{ context.params | json }}",
    )]);
    let parameters = |answer: Response| {
        let mut json = answer.has_status(200).json();
        let object = json.as_object_mut().unwrap();
        object.remove("slug");
        object.remove("format");
        json
    };
    let form = app.post("/in.txt?q=1", &[("contact[email]", "a"), ("ids[]", "1"), ("ids[]", "2")]);
    assert_eq!(parameters(form), json!({"q": "1", "contact": {"email": "a"}, "ids": ["1", "2"]}));
    let sent = app.browser().post_json("/in.txt", &json!({"n": 1, "list": [true, null], "deep": {"k": 2.5}}));
    assert_eq!(parameters(sent), json!({"n": 1, "list": [true, null], "deep": {"k": 2.5}}));
    let multipart = "--X\r\nContent-Disposition: form-data; name=\"a[b]\"\r\n\r\nc\r\n--X--\r\n";
    let kind = [("content-type", "multipart/form-data; boundary=X")];
    let posted = app.browser().send("POST", "/in.txt", &kind, multipart.as_bytes().to_vec());
    assert_eq!(parameters(posted), json!({"a": {"b": "c"}}));
}

#[test]
fn session_lasts_and_forms_need_its_token() {
    let app = serve(&[
        ("app/views/pages/index.liquid", "{% session n = 'kept' %}{{ context.authenticity_token }}"),
        ("app/views/pages/show.liquid", "[{{ context.session.n }}]"),
        (
            "app/views/pages/save.liquid",
            "---\nslug: save\nmethod: post\n---\n{{ context.csrf_request_valid }}[{{ context.session.n }}]",
        ),
        ("app/views/pages/end.liquid", "{% session n = nil %}[{{ context.session.n }}]"),
    ]);
    let token = body(&app.get("/"));
    assert!(token.len() > 20, "{token}");
    expect(&app, &[("/show", 200, "[kept]")]);
    assert_eq!(body(&app.post("/save", &[("authenticity_token", &token)])), "true[kept]");
    let header = [("x-csrf-token", token.as_str())];
    assert_eq!(body(&app.browser().send("POST", "/save", &header, Vec::new())), "true[kept]");
    assert_eq!(body(&app.new_browser().get("/show")), "[]");
    assert_eq!(body(&app.post("/save", &[])), "false[]");
    let app = app;
    expect(&app, &[("/end", 200, "[]"), ("/show", 200, "[]")]);
    let cookie = app.new_browser().get("/").header("set-cookie").unwrap().to_owned();
    assert!(cookie.starts_with("_pos_session=") && cookie.contains("SameSite=Lax"), "{cookie}");
}

#[test]
fn runtime_error_is_one_line_in_the_log_and_a_500() {
    let app = serve(&[("app/views/pages/index.liquid", "a\n{{ 1 | divided_by: 0 }}")]);
    let answer = app.get("/").has_status(500).text();
    assert!(answer.contains("app/views/pages/index.liquid:2:"), "{answer}");
    assert!(answer.contains("divided by 0"), "{answer}");
    let line = app.wait_for_log("request: GET / 500");
    assert!(line.contains(" - FAILED: Liquid error (views/pages/index.liquid:2): divided by 0"), "{line}");
    assert_eq!(app.logs().iter().filter(|line| line.contains("divided by 0")).count(), 1, "{:?}", app.logs());
}

#[test]
fn cached_text_is_shared_by_visitors_and_jobs_until_a_file_of_the_app_changes() {
    let cached = "{% cache 'k' %}{% assign z = 1 %}{{ 9 | random_string }}{% endcache %}";
    let page = format!("{cached}{{{{ z }}}}");
    let job = format!(
        "{{% background source_name: 'j' %}}{{% capture c %}}{cached}{{% endcapture %}}{{% log c, type: 'cached' %}}{{% endbackground %}}"
    );
    let app = serve(&[
        ("app/views/pages/index.liquid", &page),
        ("app/views/pages/job.liquid", &job),
        ("app/views/partials/other.liquid", "a"),
    ]);
    let first = app.get("/").has_status(200).text();
    assert_eq!(first.len(), 10, "{first}");
    let (text, _) = first.split_at(9);
    assert!(first.ends_with('1'), "{first}");
    assert_eq!(app.new_browser().get("/").text(), text, "the block does not run");
    app.get("/job").has_status(200);
    app.wait_for_log(&format!("cached: {text}"));

    app.project.write("app/views/partials/other.liquid", "b");
    app.wait_for("another text", || app.get("/").text() != text);
}
