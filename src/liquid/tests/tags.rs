//! What each tag does beyond the plain case: its options, odd markup, and how it fails.

use super::rows::{check, fails, html, txt};
use super::*;

#[test]
fn assign_writes_variables_keys_and_items() {
    check(&[
        txt("{% assign x = 'a' | upcase %}{{ x }}", "A"),
        txt("{% assign h = {} %}{% assign h[0] = 1 %}{% assign h['b'] = 2 %}{{ h }}", r#"{"0":1,"b":2}"#),
        txt("{% assign a = [1] %}{% assign a[2] = 3 %}{% assign a[-1] = 4 %}{{ a }}", "[1,null,4]"),
        txt("{% assign h = {\"a\": []} %}{% assign h.a << 1 %}{{ h }}", r#"{"a":[1]}"#),
        txt("{% assign 2x = 1 %}{% assign x = a == 1 and b != 2 %}{{ x }}", "true")
            .given(json!({"a": 1, "b": 3})),
        txt("{% hash_assign h['a']['b'] = 'v' | upcase %}{{ h }}", r#"{"a":{"b":"V"}}"#)
            .given(json!({"h": {"a": {}}})),
        fails("{% assign h = 0 %}{% assign h.x = 1 %}", "h is 0, expected Hash or Array"),
        fails(
            "{% assign a = [] %}{% assign a['k'] = 1 %}",
            "a is an Array, expected index, key was provided",
        ),
        fails("{% assign data = {} %}{% assign data << 1 %}", "data is {}, expected Array"),
        fails("{% assign h['a']['b']['c'] = 1 %}", "h[a][b] is 12, expected Hash or Array")
            .given(json!({"h": {"a": {"b": 12}}})),
        fails("{% hash_assign h.k = 1 %}", "Liquid syntax error"),
        fails("{% hash_assign h = 1 %}", "Liquid syntax error"),
        fails("{% assign h ['k'] = 1 %}", "Liquid syntax error"),
        txt("{% assign nil = 1 %}{% assign true = 2 %}[{{ nil }}{{ true }}]", "[true]"),
    ]);
}

#[test]
fn function_runs_isolated_and_gives_its_value_to_any_target() {
    const FILES: &[(&str, &str)] = &[
        ("lib/f.liquid", "printed{% assign n = n | plus: m %}{% return n %}"),
        ("lib/none.liquid", "printed"),
        ("lib/cut.liquid", "{% for i in (1..3) %}{% return i %}{% endfor %}"),
        ("lib/stop.liquid", "{% include 'inner' %}{% return 1 %}"),
        ("lib/inner.liquid", "{% break %}"),
    ];
    check(&[
        txt("{% function r = 'f', n: 1, m: 2 %}{{ r }}{{ n }}", "3").with(FILES),
        txt("{% function r = 'f' n: 1 m: 2 %}{{ r }}", "3").with(FILES),
        txt("{% assign p = 'f' %}{% function r = p, n: 1, m: 2 %}{{ r }}", "3").with(FILES),
        txt("{% assign h = {\"a\": []} %}{% function h.a << 'f', n: 1, m: 1 %}{% function h['b'] = 'cut' %}{{ h }}", r#"{"a":[2],"b":1}"#)
            .with(FILES),
        txt("{% function_rc r = 'none' %}[{{ r }}]", "[]").with(FILES),
        txt("{% function r = 'stop' %}[{{ r }}]after", "[]after").with(FILES),
        fails("{% function r = nope %}", "can't find partial ''"),
    ]);
}

#[test]
fn include_shares_the_scope_and_render_does_not() {
    const FILES: &[(&str, &str)] = &[
        ("views/partials/a/b.liquid", "{{ n }}{{ b }},"),
        ("views/partials/loop.liquid", "{{ forloop.index }}{{ x }};"),
        ("views/partials/r.liquid", "a{% return 1 %}b"),
    ];
    check(&[
        txt("{% include 'a/b', n: 1 %}[{{ n }}]", "1,[]").with(FILES),
        txt("{% assign n = 1 %}{% include 'a/b' %}{% render 'a/b' %}", "1,,").with(FILES),
        txt(
            "{% include 'a/b' with 3 as n %}{% include 'a/b' with 4 %}{% include 'a/b' for list %}",
            "3,4,5,6,",
        )
        .given(json!({"list": [5, 6]}))
        .with(FILES),
        txt("{% render 'a/b' with 3 as n %}{% render 'loop' for list as x %}", "3,15;26;")
            .given(json!({"list": [5, 6]}))
            .with(FILES),
        txt("{% for x in (7..8) %}{% include 'loop' %}{% render 'loop' %}{% endfor %}", "17;;28;;")
            .with(FILES),
        txt("{% include 'r' %}c{% render 'r' %}d", "acad").with(FILES),
        fails("{% render name %}", "Liquid syntax error"),
        fails("{% include 'nope' %}", "can't find partial 'nope'"),
    ]);
}

#[test]
fn break_and_return_end_what_they_stand_in() {
    const FILES: &[(&str, &str)] = &[
        ("views/partials/stop.liquid", "X{% break %}Y"),
        ("views/partials/deep.liquid", "<{% include 'stop' %}>"),
        ("views/layouts/application.html.liquid", "[{{ content_for_layout }}]"),
    ];
    check(&[
        html("a{% break %}b", "[a]").with(FILES),
        html("a{% return %}b", "[a]").with(FILES),
        html("a{% if true %}{% include 'deep' %}{% endif %}b", "[a<X]").with(FILES),
        html("{% for i in (1..3) %}{{ i }}{% include 'deep' %}{% endfor %}b", "[1<Xb]").with(FILES),
        html("{% for i in (1..3) %}{% for j in (1..3) %}{% break %}{% endfor %}{{ i }}{% endfor %}", "[123]")
            .with(FILES),
        html("{% for i in (1..3) %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% endfor %}", "[13]")
            .with(FILES),
        html("{% response_status 403 %}no{% break %}{% redirect_to '/x' %}", "[no]").with(FILES),
    ]);
}

#[test]
fn loops_have_their_options_and_counters() {
    check(&[
        txt("{% for i in nope %}x{% else %}none{% endfor %}{% for i in '' %}x{% else %}none{% endfor %}", "nonenone"),
        txt("{% for i in 'abc' %}{{ i }};{% endfor %}", "abc;"),
        txt("{% for i in a reversed limit: 2 offset: 1 %}{{ i }}{% endfor %}", "32").given(json!({"a": [1, 2, 3, 4]})),
        txt("{% for i in a limit: 2 %}{{ i }}{% endfor %}-{% for i in a offset: continue %}{{ i }}{% endfor %}", "12-34")
            .given(json!({"a": [1, 2, 3, 4]})),
        txt(
            "{% for i in (1..2) %}{% for j in (1..2) %}{{ forloop.parentloop.index }}{{ forloop.rindex0 }}{{ forloop.first }};{% endfor %}{% endfor %}",
            "11true;10false;21true;20false;",
        ),
        txt("{% for i in (1..3) %}{% cycle 'a', 'b' %}{% cycle 'n': 'x', 'y' %}{% endfor %}", "axbyax"),
        txt("{% for i in (1..4) %}{% ifchanged %}{{ i | divided_by: 2 }}{% endifchanged %}{% endfor %}", "012"),
        txt(
            "{% tablerow i in (1..3) cols: 2 %}{{ i }}{% endtablerow %}",
            "<tr class=\"row1\">\n<td class=\"col1\">1</td><td class=\"col2\">2</td></tr>\n<tr class=\"row2\"><td class=\"col1\">3</td></tr>\n",
        ),
        txt("{% increment c %}{% decrement c %}{% decrement d %}{% decrement d %}{{ c }}{{ d }}", "00-1-20-2"),
        txt("{% assign c = 'v' %}{% increment c %}{% increment c %}{{ c }}", "01v"),
        txt("{% for i in (1..9223372036854775807) reversed limit: 2 %}{{ i }}{% endfor %}", "21"),
        txt("{% assign a = [1] %}{% for x in a %}{% assign a << x %}{% endfor %}{{ a }}", "[1,1]"),
        txt("{% tablerow i in nil %}x{% endtablerow %}", ""),
        fails("{% for i in a | sort %}{% endfor %}", "Liquid syntax error"),
    ]);
}

#[test]
fn conditions_and_blocks_of_text() {
    check(&[
        txt("{% unless a %}0{% elsif b %}1{% else %}2{% endunless %}", "1").given(json!({"a": 1, "b": 1})),
        txt("{% case x %}{% when 1 or 2 %}a{% when 3, 4 %}b{% else %}c{% endcase %}", "b")
            .given(json!({"x": 4})),
        txt("{% if a or b and c %}1{% endif %}{% if a and b or c %}2{% endif %}", "1")
            .given(json!({"a": true, "b": false, "c": false})),
        txt(
            "{% comment %}{% comment %}{% endcomment %}x{% endcomment %}{% # note %}{% doc %}@param {x} a{% enddoc %}b",
            "b",
        ),
        txt("{% raw %}{{ x }}{% y %}{% endraw %}", "{{ x }}{% y %}"),
        txt("{% capture 'x' %}a{{ 1 }}{% endcapture %}{{ x }}", "a1"),
        txt("{% parse_json x %}[1, {\"a\": null}]{% endparse_json %}{{ x[1] }}", r#"{"a":null}"#),
        fails("{% parse_json x %}[1,{% endparse_json %}", "Liquid error (views/pages/index.html.liquid:1)"),
        txt("{% echo %}{% print %}{% echo 'a' | append: 'b' %}{% print 'c' | upcase %}", "abC"),
        html("{% spam_protection 'recaptcha_v2' %}", "<!-- spam_protection -->"),
    ]);
}

#[test]
fn content_is_collected_and_yielded() {
    const LAYOUT: &[(&str, &str)] = &[(
        "views/layouts/application.liquid",
        "{% yield 'a' %}|{% yield 'b', default: 'none' %}|{% yield 'c' %}",
    )];
    check(&[
        html("{% content_for 'a' %}1{% endcontent_for %}{% content_for 'a', flush: true %}2{% endcontent_for %}", "2|none|").with(LAYOUT),
        html("{% content_for 'b' %}<b>{% endcontent_for %}x", "|<b>|").with(LAYOUT),
        html("{% assign n = 'c' %}{% content_for n %}{{ '<' }}{% endcontent_for %}", "|none|&lt;").with(LAYOUT),
    ]);
}

#[test]
fn exports_merge_and_are_copies() {
    check(&[
        txt(
            "{% assign a = [1] %}{% assign b = 2 %}{% export a, namespace: 'n' %}{% export b, namespace: 'n' %}{% assign a << 3 %}{{ context.exports }}",
            r#"{"n":{"a":[1],"b":2}}"#,
        ),
        fails("{% assign a = 1 %}{% export a %}", "Liquid syntax error"),
        fails("{% assign a = 1 %}{% export a, namespace: nope %}", "the namespace is blank"),
    ]);
}

#[test]
fn try_catches_errors_but_no_limits() {
    const FILES: &[(&str, &str)] =
        &[("lib/bad.liquid", "gone\n{{ 1 | divided_by: 0 }}"), ("lib/broken.liquid", "{% if %}")];
    check(&[
        txt(
            "{% try %}a{% render 'bad' %}b{% catch e %}{{ e.message }}{% endtry %}",
            "aLiquid error (lib/bad.liquid:2): divided by 0",
        )
        .with(FILES),
        txt(
            "{% try_rc %}{{ 'x' | upcase: 1 }}{% catch e %}{{ e.name }}{% endtry_rc %}",
            "Liquid::ArgumentError",
        ),
        txt("{% try %}{% render 'broken' %}{% catch e %}{{ e.name }}{% endtry %}", "Liquid::SyntaxError")
            .with(FILES),
        txt("{% try %}{% include 'nope' %}{% catch e %}{{ e.name }}{% endtry %}{{ e }}", "Liquid::Error"),
        txt(
            "{% try %}a{% include 'nope' %}{% catch %}b{% endtry %}{% try %}c{% include 'nope' %}{% endtry %}d",
            "abcd",
        ),
        txt(
            "{% for i in (1..3) %}{% try %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% catch %}{% endtry %}{% endfor %}",
            "1",
        ),
        txt(
            "{% liquid\ntry\n include 'nope'\ncatch err\n echo err.message | slice: 0, 12\nendtry\n%}",
            "Liquid error",
        ),
        fails(
            "{% try %}{% for i in (1..3) %}{% include 'l' %}{% endfor %}{% catch %}{% endtry %}",
            "over 100 partials",
        )
        .with(&[("lib/l.liquid", "{% include 'l' %}")]),
    ]);
}

#[test]
fn transaction_is_undone_by_rollback_errors_and_time() {
    check(&[
        txt("{% transaction %}a{% rollback %}b{% endtransaction %}c", "ac"),
        txt("{% transaction timeout: 5 %}a{% endtransaction %}", "a"),
        txt(
            "{% try %}{% transaction timeout: 0.001 %}{% for i in (1..100000000) %}{% endfor %}{% endtransaction %}{% catch e %}{{ e.message }}{% endtry %}",
            "Liquid error (views/pages/index.txt.liquid:1): transaction timeout: over 0.001 s",
        ),
        fails("{% transaction timeout: 'soon' %}{% endtransaction %}", "'soon' is not a number of seconds"),
        fails("{% transaction timeout: 0 %}{% endtransaction %}", "'0' is not a number of seconds"),
        fails("{% rollback %}", "rollback outside of a transaction"),
    ]);

    let late = "{% transaction timeout: 0.001 %}{% background _ = 'p' %}{% for i in (1..100000000) %}{% endfor %}{% endtransaction %}";
    let app = Fixture::page(late);
    assert!(app.error().contains("transaction timeout"));
    let caught = Fixture::page(
        "{% try %}{% transaction %}{% background _ = 'p' %}{% include 'nope' %}{% endtransaction %}{% catch %}{% endtry %}",
    );
    assert!(caught.jobs().is_empty());
}

#[test]
fn error_in_a_transaction_undoes_it_where_errors_are_printed() {
    let app = Fixture::of(&[
        ("config.yml", "liquid_raise_mode: false\n"),
        (
            "views/pages/a.txt.liquid",
            "a{% transaction %}{% background _ = 'p' %}{% include 'nope' %}b{% endtransaction %}c",
        ),
    ]);
    let rendered = app.get("/a.txt").unwrap();
    assert_eq!(rendered.body, "aLiquid error (views/pages/a.txt.liquid:1): can't find partial 'nope'c");
    assert!(rendered.jobs.is_empty());
}

#[test]
fn theme_partial_is_looked_for_in_the_order_of_the_paths() {
    let app = |config: &str, body: &str| {
        Fixture::of(&[
            ("config.yml", config),
            ("views/pages/index.liquid", body),
            ("views/partials/p.liquid", "plain"),
            ("views/partials/dark/p.liquid", "dark {{ k }}{{ v }}"),
            ("views/partials/dark/q.liquid", "q"),
        ])
    };
    let paths = "theme_search_paths: ['{{ context.theme | default: \"light\" }}', '']\n";
    let page = "{% assign v = 1 %}{% theme_render_rc 'p', k: 2 %}";
    let dark = app(paths, page).get_as("/", json!({"theme": "dark"})).unwrap().body;
    assert_eq!((dark.as_str(), app(paths, page).body().as_str()), ("dark 2", "plain"));
    assert_eq!(app("", page).body(), "plain");
    assert!(app("theme_search_paths: [light]\n", page).error().contains("can't find partial 'p'"));
    assert_eq!(
        app("theme_search_paths: ['{% if true %}dark{% endif %}/']\n", "{% theme_render_rc 'q' %}").body(),
        "q"
    );
}

#[test]
fn answer_is_shaped_by_status_headers_and_redirect() {
    let rendered = |body: &str| Fixture::page(body).get("/").unwrap();
    assert_eq!(rendered("{% assign s = '404' %}{% response_status s %}").status, Some(404));
    assert_eq!(rendered("{% redirect_to '/a', status: 301 %}").redirect, Some(("/a".into(), 301)));
    assert_eq!(rendered("{% assign u = '/b' %}{% redirect_to u %}").redirect, Some(("/b".into(), 302)));
    let headers = rendered("{% assign h = '{\"X-A\": \"b\"}' %}{% response_headers h %}").headers;
    assert_eq!(headers, [("X-A".to_owned(), "b".to_owned())]);
    check(&[
        fails("{% response_status 'x' %}", "'x' is not an HTTP status"),
        fails("{% response_headers '{\"a\"' %}", "expected a JSON object"),
        fails("{% redirect_to '' %}", "redirect_to needs a URL"),
        fails("{% redirect_to '/a', status: 200 %}", "'200' is not the status of a redirect"),
    ]);
}

#[test]
fn log_takes_any_value_type_and_environment() {
    let app = Fixture::page(
        "{% log 'a b' %}{% log h, type: 'ERROR: x' %}{% log nil, type: '' %}{% log 1.5, extra: 1 %}\
         {% log 's', env: 'staging' %}{% log 'p', env: 'production' %}{% log 'all', env: 'all' %}",
    );
    app.get_as("/", json!({"environment": "staging"})).unwrap();
    assert_eq!(app.logged(), ["info: a b", "ERROR: x: ", "info: ", "info: 1.5", "info: s", "info: all"]);
}

#[test]
fn language_and_session_change_the_context_at_once() {
    check(&[
        txt(
            "{% context language: 'de' %}{{ context.language }}{% context_rc language: nil %}{{ context.language }}",
            "dede",
        ),
        txt("{% session a = 'x' | upcase %}{{ context.session }}", r#"{"a":"X"}"#),
        txt("{% session 'a-b' = '' %}{{ context.session }}", "{}"),
        fails("{% session a %}", "Liquid syntax error"),
    ]);
}

#[test]
fn cache_runs_its_block_once_for_a_key() {
    let app = Fixture::page(
        "{% assign n = 1 %}{% cache k, expire: e %}{% assign n = 2 %}{{ k }}{% endcache %}{{ n }}",
    );
    let page = Arc::clone(&app.engine.app().pages()[0]);
    let body = |k: &str, e: i64| {
        let variables = json!({"k": k, "e": e}).as_object().cloned().unwrap();
        let scope = Scope { variables, ..Scope::default() };
        app.engine.page(&page, scope, &app.bindings).unwrap().body
    };
    assert_eq!([body("a", 60), body("a", 60), body("b", 60)], ["a2", "a1", "b2"]);
    assert_eq!([body("over", 0), body("over", 0)], ["over2", "over2"]);
}

#[test]
fn tags_of_other_dialects_are_unknown() {
    for tag in ["layout", "api_call", "section", "paginate", "style", "javascript"] {
        let error = Fixture::page(&format!("{{% {tag} 'x' %}}")).error();
        assert!(error.contains(&format!("Unknown tag '{tag}'")), "{error}");
    }
}

#[test]
fn tags_that_need_stored_data_say_so_when_they_are_reached() {
    for (tag, said) in [
        ("graphql g %}query { a }{% endgraphql", "graphql has no data to work on"),
        ("sign_in user_id: 1", "sign_in has no users to choose from"),
    ] {
        let error = Fixture::page(&format!("{{% if true %}}{{% {tag} %}}{{% endif %}}")).error();
        assert!(error.contains(said), "{tag}: {error}");
        assert_eq!(
            Fixture::page(&format!("{{% if false %}}{{% {tag} %}}{{% endif %}}a")).body(),
            "a",
            "{tag}"
        );
    }
}
