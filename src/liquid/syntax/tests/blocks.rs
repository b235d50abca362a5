//! Tags and blocks: what is accepted, and how mistakes are worded and placed.

use super::{input, template};
use crate::liquid::syntax::{Input, compile};

#[test]
fn blocks_nest_to_a_hundred_levels() {
    let blocks = |levels: usize| "{% if a %}".repeat(levels) + &"{% endif %}".repeat(levels);

    assert!(template(&blocks(100)).is_ok());
    let literal = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let deepest =
        blocks(100).replacen("{% endif %}", &format!("{{% assign a = {literal} %}}{{% endif %}}"), 1);
    assert!(template(&deepest).is_ok(), "both at once, on the two megabytes a test has");
    assert!(template(&blocks(101)).is_err_and(|error| error.text().starts_with("Nesting too deep")));
    assert!(template(&format!("{{% {} %}}", "liquid ".repeat(101))).is_err());
}

/// Message and hint of the error of a template, as a person reads them.
fn report(text: &str) -> String {
    template(text).map_or_else(|error| error.report(), |_| "no error".to_owned())
}

#[test]
fn unclosed_block_is_reported_where_it_opens() {
    insta::assert_snapshot!(report("a\n  {% if x %}\nb"), @"
    app/views/pages/a.liquid:2:3: error: 'if' tag was never closed
      |
    2 |   {% if x %}
      |   ^
    hint: add 'endif'
    ");
    insta::assert_snapshot!(report("{% background task: 'name', user_id: x %}"), @"
    app/views/pages/a.liquid:1:1: error: 'background' tag was never closed
      |
    1 | {% background task: 'name', user_id: x %}
      | ^
    hint: add 'endbackground'
    ");
}

#[test]
fn wrong_closing_tag_names_both_lines() {
    insta::assert_snapshot!(report("{% capture batch_items %}\n[{{ item.id }}{% endcomment %}"), @"
    app/views/pages/a.liquid:2:15: error: 'endcomment' does not close 'capture' opened on line 1
      |
    2 | [{{ item.id }}{% endcomment %}
      |               ^
    hint: close it with 'endcapture' first
    ");
}

#[test]
fn messages_say_what_is_wrong() {
    for (text, expected) in [
        ("{% unknown %}", "Unknown tag 'unknown'"),
        ("{% fro x in y %}", "Unknown tag 'fro' (did you mean 'for'?)"),
        ("{% endif %}", "Unknown tag 'endif' (there is no 'if' to close)"),
        ("{% else %}", "Unexpected outer 'else' tag ('else' belongs inside 'if', 'unless', 'case' or 'for')"),
        (
            "{% capture a %}{% when 1 %}",
            "'capture' tag opened on line 1 does not expect 'when' ('when' belongs inside 'case'; close 'capture' with 'endcapture' first)",
        ),
        ("{% if a %}{% elseif b %}{% endif %}", "Unknown tag 'elseif' (did you mean 'elsif'?)"),
        ("{% if a %}{% endiff %}", "Unknown tag 'endiff' (did you mean 'endif'?)"),
        ("{% set a = 1 %}", "Unknown tag 'set' (write {% assign name = value %})"),
        ("{{ a | length }}", "Unknown filter 'length' (use size)"),
        (
            "{% if a in b %}{% endif %}",
            "Unknown operator in (write it the other way round: list contains item)",
        ),
        ("{% %}", "Tag without a name (write the name of a tag behind '{%')"),
        ("{{ a", "Variable '{{' was not properly terminated: '}}' expected (close it with '}}')"),
        ("{% if a ", "Tag '{%' was not properly terminated: '%}' expected (close it with '%}')"),
        (
            "{{ \"a}b\" }}",
            "Variable '{{' was not properly terminated: '}}' expected (a single '}' ends '{{', even inside a string: assign the value first)",
        ),
        ("{% comment %}{% comment %}{% endcomment %}", "'comment' tag was never closed (add 'endcomment')"),
        (
            "{% comment %}{% assign foo = '1'{% endcomment %}",
            "'comment' tag was never closed (add 'endcomment')",
        ),
        ("{% raw %}{% endcomment %}", "'raw' tag was never closed (add 'endraw')"),
        ("{% raw x %}{% endraw %}", "Unexpected 'x' ('raw' takes no arguments)"),
        ("{% doc x %}{% enddoc %}", "Unexpected 'x' ('doc' takes no arguments)"),
        ("{%- # a\n b\n-%}", "Each line of an inline comment must begin with '#'"),
        (
            "{% background source_name: \"long-running-job %}{% endbackground %}",
            "String was never closed (close it with \")",
        ),
        ("{% if true %}{% liquid endif %}", "Unknown tag 'endif' (there is no 'if' to close)"),
        ("{% liquid\n  if a\n%}{% endif %}", "'if' tag was never closed (add 'endif')"),
        ("{% liquid\n  ???\n%}", "Unknown tag '?'"),
        ("{% liquid\rif a\r   echo a\rendif %}", "Unknown operator echo"),
    ] {
        let error = template(text).expect_err(text);
        let hint = error.hint().map_or_else(String::new, |hint| format!(" ({hint})"));
        assert_eq!(format!("{}{hint}", error.text()), expected, "{text}");
    }
}

#[test]
fn text_that_is_not_liquid_is_left_alone() {
    for text in [
        "{% comment %}{% if ... %}{% while true %}{{ {% endcomment %}",
        "{% comment %}{% raw %}{% endcomment %}{% endraw %}{% endcomment %}",
        "{% comment %}{% comment %}{%  endcomment  %}{%- endcomment -%}",
        "{% doc %}{% if true %}{{ foo {% raw %}{% assign x = y {% enddoc %}",
        "{% raw %} %} {% }} {{ {% if {% endraw %}",
        "{%# some 'comment %}{%- # {% echo 'x' %}{%\n # a\n\n # b\n%}",
        "{% if x %}1{% else if y %}2{% endif nonsense %}",
        "a { b } %} }} {",
        "\u{feff}{% if x %}\r\n{% endif %}",
        "{{}}{{ }}{{-}}{{--}}{%-#-%}",
        "",
    ] {
        assert!(template(text).is_ok(), "{text}: {}", report(text));
    }
}

#[test]
fn place_counts_lines_before_the_body() {
    let source = "---\nslug: a\n---\n{{ a b }}";
    let body = source.find("{{").expect("the body follows the front matter");
    let error = compile(Input { body, ..input(source) }).expect_err("junk");

    assert_eq!(error.message(), "Liquid syntax error (views/pages/a.liquid:4): Unexpected 'b'");

    let block = compile(Input { first_line: 30, ..input("x\n{{ a b }}") });
    assert!(block.expect_err("junk").message().contains("(views/pages/a.liquid:31)"));
}

#[test]
fn character_that_only_looks_like_whitespace_is_named_or_skipped() {
    let error = |text: &str| template(text).map(drop).map_err(|error| error.text().to_owned());

    assert_eq!(error("{% tablerow a in b \u{a0} %}{% endtablerow %}"), Ok(()));
    assert_eq!(error("{{ a \u{a0} }}"), Err("Unexpected '\u{a0}'".to_owned()));
}
