//! What a request gets: body, layout, status, headers, errors.

use super::*;
use crate::app::Severity;
use crate::graphql::SessionChange;

const LAYOUT: (&str, &str) =
    ("views/layouts/application.liquid", "{% yield 't' %}|{{ content_for_layout }}|{{ x }}");

#[test]
fn layout_stands_around_the_page_and_sees_none_of_its_variables() {
    let body = "{% assign x = 1 %}{% content_for 't' %}A{% endcontent_for %}<b>{% break %}never";
    let app = Fixture::of(&[LAYOUT, ("views/pages/index.liquid", body)]);
    assert_eq!(app.body(), "A|<b>|");
}

#[test]
fn page_without_the_default_layout_stands_alone_and_a_named_one_must_exist() {
    assert_eq!(Fixture::page("alone").body(), "alone");
    let named = Fixture::page("---\nlayout: nope\n---\nx");
    assert_eq!(named.error(), "Liquid error (views/pages/index.liquid:2): can't find layout 'nope'");
}

#[test]
fn only_html_pages_get_the_default_layout_and_are_escaped() {
    let json = ("views/pages/a.json.liquid", "{{ '<' }}");
    let app = Fixture::of(&[LAYOUT, json, ("views/pages/index.liquid", "{{ '<' }}")]);
    assert_eq!(app.get("/a.json").unwrap().body, "<");
    assert_eq!(app.body(), "|&lt;|");
}

#[test]
fn bytes_that_are_no_text_are_escaped_as_text_is() {
    let page = Fixture::page("{{ 'PGI+/w==' | base64_decode }}{% print 'PGI+' | base64_decode %}");
    assert_eq!(page.body(), "&lt;b&gt;\u{fffd}<b>");
}

#[test]
fn redirect_has_no_body_and_rendering_goes_on() {
    let app = Fixture::of(&[
        LAYOUT,
        (
            "views/pages/index.liquid",
            "{% redirect_to '/a' %}{% redirect_to '/b', status: 301 %}{% log 'still' %}",
        ),
    ]);
    let rendered = app.get("/").unwrap();
    assert_eq!((rendered.body.as_str(), rendered.redirect), ("", Some(("/b".into(), 301))));
    assert_eq!(app.logged(), ["info: still"]);
}

#[test]
fn status_headers_and_session_are_reported() {
    let body = "---\nresponse_headers: '{\"X-A\": \"{{ 1 | plus: 1 }}\", \"ETag\": \"no\"}'\n---\n\
        {% response_status 404 %}{% response_headers '{\"X-B\": 3}' %}{% session k = 'v' %}{% session k = nil %}";
    let rendered = Fixture::page(body).get("/").unwrap();
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(rendered.status, Some(404));
    assert_eq!(rendered.headers, [header("X-A", "2"), header("X-B", "3")]);
    assert_eq!(
        rendered.session,
        [SessionChange::Set("k".to_owned(), json!("v")), SessionChange::Delete("k".to_owned())]
    );
}

#[test]
fn markdown_is_converted_after_liquid() {
    let app = Fixture::page("---\nconverter: markdown\n---\n# {{ 'T' }}");
    assert_eq!(app.body(), "<h1>T</h1>\n");
}

#[test]
fn policy_is_trimmed() {
    let app = Fixture::of(&[
        ("authorization_policies/p.liquid", "\n{% if true %} true {% endif %}\n"),
        ("views/pages/index.liquid", ""),
    ]);
    let policy = app.engine.app().policy("p").unwrap();
    assert_eq!(app.engine.policy(policy, Scope::default(), &app.bindings).unwrap().body, "true");
}

#[test]
fn metadata_is_rendered_when_it_is_read() {
    let app = Fixture::page("{{ context.page.metadata.title }}");
    let context = json!({"params": {"q": "<5>"}, "page": {"metadata": {"title": "{{ context.params.q }}"}}});
    assert_eq!(app.get_as("/", context).unwrap().body, "&lt;5&gt;");
}

#[test]
fn constants_are_read_and_never_printed() {
    let app = Fixture::page("{{ context.constants.K }}{{ context.constants['K'] }}{{ context | json }}");
    let constants = Arc::new(json!({"K": "secret"}).as_object().cloned().unwrap());
    let page = app.engine.app().route(Method::Get, "/").unwrap().page;
    let scope = Scope { constants, ..Scope::default() };
    let body = app.engine.page(&page, scope, &app.bindings).unwrap().body;
    assert_eq!(body, "secretsecret{&quot;exports&quot;:{}}");
}

#[test]
fn former_globals_work_in_pages_and_includes_only() {
    let app = Fixture::of(&[
        ("views/pages/index.liquid", "{{ params.a }}{% include 'p' %}{% render 'p' %}"),
        ("views/partials/p.liquid", "[{{ params.a }}]"),
    ]);
    let context = json!({"params": {"a": 1}});
    assert_eq!(app.get_as("/", context).unwrap().body, "1[1][]");
    assert_eq!(app.logged(), ["warning: 'params' is not a variable; use 'context.params'"]);
}

#[test]
fn former_globals_are_everywhere_where_the_settings_want_them() {
    let app = Fixture::of(&[
        ("config.yml", "liquid_add_old_variables: true\n"),
        (
            "views/pages/index.liquid",
            "{{ page.metadata.title }}{% render 'p' %}{{ platform_context.params.a }}{% assign params = 2 %}{{ params }}",
        ),
        ("views/partials/p.liquid", "[{{ params.a }}]"),
    ]);
    let context = json!({"params": {"a": 1}, "page": {"metadata": {"title": "{{ context.params.a }}"}}});
    assert_eq!(app.get_as("/", context).unwrap().body, "1[1]12");
    assert!(app.logged().is_empty());
}

#[test]
fn metadata_of_the_former_global_page_is_rendered_too() {
    let app = Fixture::page("{{ page.metadata.title }}");
    let context = json!({"params": {"a": 1}, "page": {"metadata": {"title": "{{ context.params.a }}"}}});
    assert_eq!(app.get_as("/", context).unwrap().body, "1");
}

#[test]
fn file_that_does_not_parse_is_as_bad_as_the_settings_say() {
    for (mode, severity) in [("error", Severity::Error), ("warning", Severity::Warning)] {
        let config = format!("liquid_check_mode: {mode}\n");
        let fixture =
            Fixture::of(&[("config.yml", &config), ("views/pages/index.liquid", "{{ 1 | upcas }}")]);
        let (_, problems) = Engine::compile(Arc::clone(fixture.engine.app()), None);
        assert_eq!(problems.iter().map(|problem| problem.severity).collect::<Vec<_>>(), [severity]);
        assert!(fixture.error().contains("Unknown filter 'upcas'"));
    }
}

#[test]
fn error_shows_the_way_from_page_to_function() {
    let app = Fixture::of(&[
        ("views/pages/index.liquid", "\n{% include 'i' %}"),
        ("views/partials/i.liquid", "\n\n{% function r = 'f' %}"),
        ("lib/f.liquid", "{{ 1 | divided_by: 0 }}"),
    ]);
    let error = app.get("/").unwrap_err();
    let stack: Vec<String> = error.stack().iter().map(|f| format!("{}:{}", f.path, f.line)).collect();
    assert_eq!(error.message(), "Liquid error (lib/f.liquid:1): divided by 0");
    assert_eq!(
        stack,
        ["app/lib/f.liquid:1", "app/views/partials/i.liquid:3", "app/views/pages/index.liquid:2"]
    );
}

#[test]
fn without_raise_mode_the_message_stands_in_the_page() {
    let app = Fixture::of(&[
        ("config.yml", "liquid_raise_mode: false\n"),
        (
            "views/pages/index.liquid",
            "a{% include 'nope' %}b{{ 'x' | upcase: 1 }}{{ 'x' | matches: 'a', 'b', 'c', 'd' }}\
             {% try %}{% include 'nope' %}{% catch %}c{% endtry %}{% include 'nope' %}",
        ),
    ]);
    let message = "Liquid error (views/pages/index.liquid:1): can&#39;t find partial &#39;nope&#39;";
    assert_eq!(app.body(), format!("a{message}bfalsec{message}"));
    assert_eq!(app.logged().len(), 3, "each error once");
}

#[test]
fn deadline_ends_a_render_and_is_not_caught() {
    let app = Fixture::page("{% try %}{% for i in (1..1000000000) %}{% endfor %}{% catch %}x{% endtry %}");
    let page = app.engine.app().route(Method::Get, "/").unwrap().page;
    let scope = Scope { deadline: Some(Instant::now()), ..Scope::default() };
    let error = app.engine.page(&page, scope, &app.bindings).unwrap_err();
    assert_eq!((error.kind(), error.text()), (ErrorKind::Limit, "timeout: the time limit is over"));
}

#[test]
fn broken_file_keeps_its_last_good_version() {
    let load = |body: &str| {
        let fixture = Fixture::page(body);
        (App::load(fixture._root.path(), None).unwrap().0, fixture)
    };
    let (good, _keep) = load("good");
    let (good, _) = Engine::compile(Arc::new(good), None);
    let (broken, _keep) = load("{% if %}");
    let (broken, problems) = Engine::compile(Arc::new(broken), Some(&good));
    let page = broken.app().route(Method::Get, "/").unwrap().page;
    let bindings = Bindings::detached(Log::starting_after(0));

    assert_eq!(broken.page(&page, Scope::default(), &bindings).unwrap().body, "good");
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].path.as_str(), problems[0].line), ("app/views/pages/index.liquid", 1));
}

#[test]
fn strings_interpolate_unless_the_app_says_otherwise() {
    let body = r#"{% assign n = 5 %}{% assign a = "<{{ n }}>" %}{% assign h = {"k": "{{ n }}"} %}{% print a %}{% print h.k %}"#;
    let page = ("views/pages/index.liquid", body);
    let on = Fixture::of(&[page]);
    let off = Fixture::of(&[page, ("config.yml", "string_interpolation: false")]);

    assert_eq!(on.body(), "<5>5");
    assert_eq!(off.body(), "<{{ n }}>{{ n }}");
}

#[test]
fn unchanged_file_is_parsed_again_when_the_flag_changes() {
    let page = ("views/pages/index.liquid", r#"{% assign a = "{{ 5 }}" %}{{ a }}"#);
    let (on, off) =
        (Fixture::of(&[page]), Fixture::of(&[page, ("config.yml", "string_interpolation: false")]));
    let (engine, _) = Engine::compile(Arc::clone(off.engine.app()), Some(&on.engine));
    let changed = Fixture { engine, ..off };

    assert_eq!((on.body().as_str(), changed.body().as_str()), ("5", "{{ 5 }}"));
}
