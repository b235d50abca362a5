//! The forms each tag may be written in. What it does is tested elsewhere: here a page returns before the tag is reached, so
//! that a row only shows whether it parses.

use super::*;

/// `ok`, or the message of the error without its place.
fn parses(engine: &Engine, text: &str) -> String {
    let source = format!("{{% return %}}{text}");
    let block = Block { source: &source, path: "t", line: 1 };
    let bindings = Bindings::detached(Log::starting_after(0));
    match engine.text(&block, Scope::default(), &bindings) {
        Ok(rendered) => {
            assert_eq!(rendered.body, "", "{text}");
            "ok".to_owned()
        }
        Err(error) => error.text().to_owned(),
    }
}

#[test]
fn documented_forms_parse() {
    let (engine, _) = Engine::compile(Arc::new(App::of_texts(&[], &[])), None);
    for text in [
        "{% assign x = a | upcase %}{% assign x.k = a %}{% assign x['k'].l[0] = a %}{% assign x << a %}{% assign x.k << a %}",
        "{% function x = 'p' %}{% function x.k = 'p', a: 1 %}{% function x << 'p', a: 1 b: 2 %}{% function _ = a.path, p: p %}",
        "{% function_rc x = 'p', a: 1 %}{% return_rc a | upcase %}{% return %}{% return a == 1 %}",
        "{% liquid %}{% liquid\n if a; \n echo 1\n endif\n%}",
        "{% include 'p' %}{% include a %}{% include 'p' with a %}{% include 'p' for as as b %}{% include 'p' with a as b, k: 1 %}",
        "{% hash_assign h['k']['j'] = a | upcase %}{% hash_assign h[k] = a %}",
        "{% render 'p' %}{% render 'p', a: 1 %}{% render 'p' with a as b %}{% render 'p' for as as b, k: 1 %}",
        "{% log a %}{% log 'a', type: 't' %}{% log a, type: 't', env: 'all', more: 1 %}{% log {\"a\": 1} %}",
        "{% graphql g = 'p' %}{% graphql g = a, k: 1 | dig: 'a', 'b' %}{% graphql g.k = 'p' k: 1 %}{% graphql g << 'p' %}",
        "{% graphql g %}{ a { b } }{% endgraphql %}{% graphql g, k: v %}query ($k: ID) { {{ x }} }{% endgraphql %}",
        "{% execute_query 'q', result_name: 'g', a: b %}{% query_graph 'q', result_name: 'g' %}{% execute_query a %}",
        "{% for x in xs %}{% else %}{% endfor %}{% for x in xs reversed limit: n offset: n %}{% endfor %}",
        "{% for x in (1..n) limit:2, offset:continue reversed %}{% break %}{% continue %}{% endfor %}",
        "{% case a %}{% when 1, 2 %}{% when 'a' or 'b' %}{% else %}{% endcase %}",
        "{% capture x %}{% endcapture %}{% capture 'x' %}{% endcapture %}",
        "{% parse_json x %}{\"a\": {{ b }}}{% endparse_json %}{% parse_json x, raw_text: true %}1{% endparse_json %}",
        "{% if a %}{% elsif b %}{% else %}{% endif %}{% unless a %}{% elsif b %}{% else %}{% endunless %}",
        "{% theme_render_rc 'p' %}{% theme_render_rc 'p', a: 1 %}{% print a | upcase %}{% echo a | upcase %}",
        "{% redirect_to '/' %}{% redirect_to a, status: 301 %}{% response_status 404 %}{% response_status a %}",
        "{% session k = a | upcase %}{% export a, b, namespace: 'n' %}{% export a namespace: 'n' %}",
        "{% content_for 'a' %}{% endcontent_for %}{% content_for 'a', flush: true %}{% endcontent_for %}",
        "{% yield 'a' %}{% yield 'a', default: b %}{% sign_in user_id: 1 %}{% sign_in_rc user_id: 1, timeout_in_minutes: 5 %}",
        "{% cache 'k', expire: 60 %}{% endcache %}{% cache k %}{% endcache %}",
        "{% try %}{% catch e %}{% endtry %}{% try %}{% catch %}{% endtry %}{% try_rc %}{% catch e %}{% endtry_rc %}",
        "{% response_headers '{}' %}{% response_headers a %}{% context language: 'de' %}{% context_rc language: a %}",
        "{% transaction %}{% rollback %}{% endtransaction %}{% transaction timeout: 5 %}{% endtransaction %}",
        "{% increment a %}{% decrement a %}{% cycle 'a', 'b' %}{% cycle 'g': 'a', 'b' %}{% ifchanged %}{% endifchanged %}",
        "{% tablerow x in xs cols: 2 limit: 3 offset: 1 %}{% endtablerow %}{% spam_protection %}",
        "{% background a: b %}{% endbackground %}{% background j = 'p', a: b, delay: 5 %}{% doc %}{% enddoc %}",
    ] {
        assert_eq!(parses(&engine, text), "ok", "{text}");
    }
}

#[test]
fn other_forms_are_mistakes() {
    let (engine, _) = Engine::compile(Arc::new(App::of_texts(&[], &[])), None);
    for (text, error) in [
        ("{% hash_assign h = a %}", "hash_assign needs a key in brackets"),
        ("{% hash_assign h.k = a %}", "hash_assign needs a key in brackets"),
        ("{% render a %}", "render takes the path of a partial as a string"),
        ("{% assign x %}", "Unexpected end of markup"),
        ("{% assign = 1 %}", "Unexpected '='"),
        ("{% function x 'p' %}", "Unexpected '''"),
        ("{% graphql %}{% endgraphql %}", "graphql needs the name of a variable"),
        ("{% graphql g = %}", "Unexpected end of markup"),
        ("{% graphql g %}{ a }", "'graphql' tag was never closed"),
        ("{% execute_query 'q', result_name: g %}", "execute_query takes the name of its result as a string"),
        ("{% for x of xs %}{% endfor %}", "Syntax Error in loop - Valid syntax: item in list"),
        ("{% case a %}{% when %}{% endcase %}", "Unexpected end of markup"),
        ("{% export a %}", "export needs variables and a namespace"),
        ("{% layout 'a' %}", "Unknown tag 'layout'"),
        ("{% section 'a' %}", "Unknown tag 'section'"),
        ("{% paginate a %}{% endpaginate %}", "Unknown tag 'paginate'"),
        ("{% api_call 'a' %}", "Unknown tag 'api_call'"),
        ("{% style %}{% endstyle %}", "Unknown tag 'style'"),
        ("{% javascript %}{% endjavascript %}", "Unknown tag 'javascript'"),
    ] {
        assert_eq!(parses(&engine, text), error, "{text}");
    }
}
