//! The lexical rules of the dialect, one table a topic: what a template of a text page prints, or the error it has.

use super::*;
use crate::app::Format;

/// Output, or `error: ` and the message without its place.
fn outcome(engine: &Engine, text: &str) -> String {
    let block = Block { source: text, path: "t", line: 1 };
    let variables = json!({"h": {"k": {"j": 1}, "a-b": 2, "true": 3, "0": 4}, "xs": [1, 2, 3], "key": "k", "n": 2, "ok?": 5});
    let variables = variables.as_object().cloned().unwrap();
    let scope = Scope { variables, format: Format::Text, ..Scope::default() };
    match engine.text(&block, scope, &Bindings::detached(Log::starting_after(0))) {
        Ok(rendered) => rendered.body,
        Err(error) => format!("error: {}", error.text()),
    }
}

#[track_caller]
fn table(rows: &[(&str, &str)]) {
    let partials = [("echo", "{% print a %}{% print b %}"), ("give", "{% return a %}")];
    let (engine, problems) = Engine::compile(Arc::new(App::of_texts(&partials, &[])), None);
    assert!(problems.is_empty());
    for (text, expected) in rows {
        assert_eq!(outcome(&engine, text), *expected, "{text}");
    }
}

#[test]
fn delimiters() {
    table(&[
        ("a \n {{- 1 -}} \n b", "a1b"),
        ("a\t\r\n{%- if true -%}\n b {%- endif -%}\n", "ab"),
        ("{{1}}{%if true%}2{%endif%}", "12"),
        ("{ a } {a} }} %}", "{ a } {a} }} %}"),
        (r#"{{ "a}b" }}"#, "error: Variable '{{' was not properly terminated: '}}' expected"),
        (r#"{% assign x = "a}b}}" %}{{ x }}"#, "a}b}}"),
        ("{{ 1 }", "error: Variable '{{' was not properly terminated: '}}' expected"),
        ("{% if true }", "error: Tag '{%' was not properly terminated: '%}' expected"),
    ]);
}

#[test]
fn strings() {
    table(&[
        (r#"{{ 'a"b' }}{{ "c'd" }}"#, r#"a"bc'd"#),
        (r#"{% assign x = "a\"b" %}{{ x }}"#, r"a\"),
        (r#"{% assign x = "say \"hi\"" %}{{ x }}"#, r"say \"),
        (r"{{ '\' }}", r"\"),
        (r"{{ '\n' }}", r"\n"),
        ("{{ 'a\nb' }}", "a\nb"),
        (r#"{% assign x = ["a\"b\n"] %}{{ x[0] }}"#, "a\"b\n"),
        (r#"{% assign x = {"k": "\u00e4\\"} %}{{ x.k }}"#, "ä\\"),
        ("{% assign x = ['a'] %}", "error: Unexpected '''"),
        ("{% assign x = {'a': 1} %}", "error: Unexpected '''"),
    ]);
}

#[test]
fn interpolation() {
    table(&[
        (r#"{% assign x = "<{{ n | plus: 1 }}>" %}{{ x }}"#, "<3>"),
        (r#"{% assign x = '<{{ n }}>' %}{{ x }}"#, "<{{ n }}>"),
        (r#"{% assign h.x = "{{ n }}" %}{{ h.x }}"#, "2"),
        (r#"{% function x = 'give', a: "{{ n }}" %}{{ x }}"#, "2"),
        (r#"{% assign k = "gi" %}{% function x = "{{ k }}ve", a: 1 %}{{ x }}"#, "1"),
        (r#"{% include 'echo', a: "{{ n }}", b: '{{ n }}' %}"#, "2{{ n }}"),
        (r#"{% assign x = {"k": "{{ n }}", "l": ["{{ n }}"]} %}{{ x.k }}{{ x.l[0] }}"#, "22"),
        (r#"{% assign x = 'a' | append: "{{ n }}" %}{{ x }}"#, "a2"),
        (r#"{% if "{{ n }}" == '2' %}same{% endif %}"#, "same"),
        (r#"{{ "Hi {{ n }}" }}"#, "error: String was never closed"),
    ]);
}

#[test]
fn numbers() {
    table(&[
        ("{{ 12 }} {{ -12 }} {{ 1.50 }} {{ -0.5 }}", "12 -12 1.5 -0.5"),
        ("{{ 123456789012345678901234567890 }}", "123456789012345678901234567890"),
        ("{% assign x = 1 + 2 %}", "error: Unexpected '+'"),
    ]);
}

#[test]
fn literals() {
    table(&[
        ("{{ true }}{{ false }}[{{ nil }}{{ null }}{{ blank }}{{ empty }}]", "truefalse[]"),
        (
            "{% assign true = 1 %}{% assign nil = 2 %}{% assign empty = 3 %}{{ true }}[{{ nil }}{{ empty }}]",
            "true[]",
        ),
        ("{{ h.true }}", "3"),
        ("{{ nil.size }}{{ truest }}", ""),
        ("{% if '' == empty and xs != empty and nope == blank and nope == nil %}yes{% endif %}", "yes"),
    ]);
}

#[test]
fn names() {
    table(&[
        ("{% assign _a-b2 = 1 %}{{ _a-b2 }}{% assign _ = 2 %}{{ _ }}", "12"),
        ("{% assign 2fa = 1 %}{{ 2fa }}", "1"),
        ("{% assign 12 = 1 %}{{ 12 }}", "12"),
        ("{{ h.a-b }}{{ ok? }}", "25"),
        ("{% assign -a = 1 %}", "error: Unexpected '-a'"),
        ("{% assign a? = 1 %}", "error: Unexpected '?'"),
        ("{{ größe }}", "error: Unexpected 'öße'"),
    ]);
}

#[test]
fn lookups() {
    table(&[
        (r#"{{ h.k.j }}{{ h['k']["j"] }}{{ h[key].j }}{{ h[key]['j'] }}"#, "1111"),
        ("{{ xs[0] }}{{ xs[-1] }}{{ xs[n] }}{{ xs.first }}{{ xs.last }}{{ xs.size }}", "133133"),
        ("{{ h ['k'] . j }}{{ h[ 'k' ].j }}", "11"),
        ("{{ h.k.none.deeper[0] }}{{ none.a }}", ""),
        ("{{ h.k? }}", ""),
        ("{% assign h['x'] = 6 %}{% assign h.y = 7 %}{{ h.x }}{{ h['y'] }}", "67"),
        ("{% assign h ['k'] = 1 %}", "error: Unexpected '['"),
        ("{% assign h .k = 1 %}", "error: Unexpected '.'"),
        ("{{ h..k }}", "error: Unexpected '..'"),
        ("{{ xs.0 }}", "error: Unexpected '0'"),
    ]);
}

#[test]
fn literals_in_output() {
    table(&[
        (r#"{{ ["x"] }}{{ [n] }}"#, r#"["x"][2]"#),
        (r#"{{ {"a": 1} }}"#, "error: Variable '{{' was not properly terminated: '}}' expected"),
        ("{{ {} }}", "error: Variable '{{' was not properly terminated: '}}' expected"),
        (r#"{{ [{"a": 1}] }}"#, "error: Variable '{{' was not properly terminated: '}}' expected"),
        (r#"{{{"a": 1}}}"#, "error: Unexpected end of markup"),
    ]);
}

#[test]
fn ranges() {
    table(&[
        ("{% for i in (1..n) %}{{ i }}{% endfor %}{% for i in (n..h.k.j) %}{{ i }}{% endfor %}", "12"),
        ("{% for i in (1..xs.size) %}{{ i }}{% endfor %}", "123"),
        ("{% assign r = (1..3) %}{{ r | join: '-' }}", "1-2-3"),
        ("{% for i in (1..n | plus: 1) %}{% endfor %}", "error: Unexpected '|'"),
    ]);
}

#[test]
fn filters() {
    table(&[
        ("{{ 'a' | append: 'b' | upcase }}", "AB"),
        ("{{ 'H' | append, ' w' }}", "H w"),
        ("{{ 'abcdef' | truncate: 4, '..' }}", "ab.."),
        ("{{ nil | hash_merge: a: 1, b: 2 }}", r#"{"a":1,"b":2}"#),
        ("{{ 'abc' | upcase: 1 }}", "error: wrong number of arguments (given 2, expected 1)"),
        ("{{ 'a' | nope }}", "error: Unknown filter 'nope'"),
        ("{% assign x = 'a' | upcase %}{{ x }}{% echo 'b' | upcase %}{% print 'c' | upcase %}", "ABC"),
        ("{% function x = 'give', a: [1, 2] | join: '-' %}{{ x }}", "1-2"),
        ("{% include 'echo', a: 'x' | upcase, b: 'y' %}", "Xy"),
        ("{% if 'a' | upcase == 'A' %}{% endif %}", "error: Filters are not allowed in conditions"),
        ("{% unless n == 1 | plus: 1 %}{% endunless %}", "error: Filters are not allowed in conditions"),
        ("{% for x in xs | reverse %}{% endfor %}", "error: Unexpected '|'"),
    ]);
}

#[test]
fn operators() {
    table(&[
        ("{% if n==2 and n!=1 and n<>1 and n<3 and n<=2 and n>1 and n>=2 %}yes{% endif %}", "yes"),
        ("{% if xs contains 2 and 'abc' contains 'b' and h contains 'k' %}yes{% endif %}", "yes"),
        ("{% if n isnt 2 %}{% endif %}", "error: Unknown operator isnt"),
        ("{% if n = 2 %}{% endif %}", "error: Unknown operator ="),
        ("{% if true or true and false %}yes{% endif %}", "yes"),
        ("{% if false and false or true %}{% else %}grouped to the right{% endif %}", "grouped to the right"),
    ]);
}

#[test]
fn boolean_expressions() {
    table(&[
        ("{% assign x = n == 2 %}{{ x }}{% assign x = n and nil %}{{ x }}", "truefalse"),
        ("{{ n == 2 or nope }}{{ n contains 5 }}{% echo n > 5 %}", "truefalsefalse"),
        ("{% assign x = n == 2 | json %}{{ x }}", "true"),
        ("{% assign x = [n == 2, n and nil] %}{{ x }}", "[true,false]"),
    ]);
}

#[test]
fn comments() {
    table(&[
        ("a{% comment %}b{% comment %}c{% endcomment %}{{ d {% endcomment %}e", "ae"),
        ("a{% # text 'quote %}b{%- # more -%}", "ab"),
        ("{% liquid\n # text it's\n echo 1 # 'after\n echo '# no' # yes\n%}", "1# no"),
        ("{% liquid\n comment\n echo 1\n {{ x\n endcomment\n echo 2\n%}", "2"),
        ("{% raw %}{{ a }}{% if %}{%- endraw -%} b", "{{ a }}{% if %}b"),
        ("{% doc %}{{ a {% if %}@param {string} a{% enddoc %}b", "b"),
    ]);
}

#[test]
fn junk_after_tags_without_markup() {
    table(&[
        ("{% if nope %}1{% else if true %}2{% endif x %}", "2"),
        ("{% for i in xs %}{{ i }}{% break now %}{% endfor xs %}", "1"),
        ("{% for i in xs %}{% continue 'now' %}{{ i }}{% else if %}{% endfor %}x", "x"),
        ("{% case n %}{% when 1 %}{% else n %}e{% endcase n %}", "e"),
        (
            "{% capture x %}1{% endcapture x %}{{ x }}{% comment x %}{% endcomment x %}{% raw %}r{% endraw x %}",
            "1r",
        ),
        ("{% transaction %}{% rollback all %}x{% endtransaction y %}", ""),
        ("{% try %}{% function x = 'nope' %}{% catch e %}c{% endtry e %}", "c"),
    ]);
}

#[test]
fn json_literals() {
    table(&[
        (
            r#"{% assign x = {"a": 1, b: [true, nil, n, {"c": xs[0]}]} %}{{ x }}"#,
            r#"{"a":1,"b":[true,null,2,{"c":1}]}"#,
        ),
        (r#"{% function x = 'give', a: {"q": [n]} %}{{ x }}"#, r#"{"q":[2]}"#),
        (r#"{% assign x = nil | hash_merge: {"a": n} %}{{ x }}"#, r#"{"a":2}"#),
        (r#"{% assign x = {"a": 'x' | upcase, "b": n | plus: 1} %}{{ x }}"#, "error: Unexpected '''"),
        (r#"{% assign x = {"a": "x" | upcase, "b": n | plus: 1} %}{{ x }}"#, r#"{"a":"X","b":3}"#),
        (r#"{% assign x = [n | plus: 1, n] %}{{ x }}"#, "[3,2]"),
        (
            r#"{% function x = 'give', a: [n | plus: 1] %}"#,
            "error: Filters are not allowed inside the literal of an argument",
        ),
        (
            r#"{% assign x = nil | hash_merge: {"a": n | plus: 1} %}"#,
            "error: Filters are not allowed inside the literal of an argument",
        ),
        (r#"{% assign x = {key: "x", arr: [1]} %}{{ x }}"#, r#"{"k":"x","arr":[1]}"#),
        (r#"{% assign x = {"a": 1,} %}"#, "error: Unexpected '}'"),
        ("{% assign x = [1,] %}", "error: Unexpected ']'"),
        (r#"{% assign x = {"a": 1 "b": 2} %}"#, "error: Unexpected '\"'"),
        (
            "{% assign x = {} %}{% assign y = [] %}{% assign x.k = y %}{% assign y << 1 %}{{ x }}",
            r#"{"k":[1]}"#,
        ),
        (r#"{% return {"a": 1} %}"#, ""),
    ]);
}

#[test]
fn tags_over_several_lines() {
    table(&[
        ("{% assign\n x\n =\n {\n  \"a\":\n 1 }\n%}{{ x\n .a }}", "1"),
        ("{% function x = 'give',\n  a: 1,\n  b: 2\n%}{{ x }}", "1"),
        ("{% liquid\n function x = 'give',\n  a: 1,\n  b: 2\n echo x\n%}", "1"),
        ("{% liquid\n function x = 'give', a: 1\n  echo x\n%}", "1"),
        ("{% liquid\n assign x = {\n  \"a\": [\n   1\n  ]\n }\n echo x.a[0]\n%}", "1"),
        ("{% liquid\n assign x = 'a'\n | upcase\n%}", "error: Unknown tag '|'"),
        ("{% liquid\n assign x = 1;\n echo x ;\n%}", "1"),
        ("{% liquid if true\n echo 1\n endif\n%}", "1"),
    ]);
}

#[test]
fn arguments() {
    table(&[
        ("{% include 'echo', a: 1, b: 2 %}", "12"),
        ("{% include 'echo' a: 1 b: 2 %}", "12"),
        ("{% include 'echo', a: 1, b: 2, %}", "12"),
        ("{% function x = 'give' a: 1 %}{{ x }}", "1"),
        ("{% render 'echo', 'x' %}", "error: Unexpected '''"),
    ]);
}

#[test]
fn odd_markup_is_read_as_ruby_reads_it() {
    table(&[
        ("{{}}{{ }}{{--}}{{ | upcase }}{{ n | }}{{ n | | plus: 1 }}", "23"),
        ("{% assign x = %}[{{ x }}]{% echo %}{% print %}{% session k = %}", "[]"),
        ("{% if n == %}1{% elsif nope == or nope != %}2{% endif %}", "2"),
        ("{% if n == 1 or (n == 2 and key == 'k') %}yes{% endif %}", "yes"),
        ("{% for i in (1...3) %}{{ i }}{% endfor %}", "123"),
        ("{% case n junk %}{% when 2 more %}2{% endcase %}", "2"),
        (
            "{% for i in xs %}{% cycle 1 2 %}{% cycle 'a',, 'b', %}{% cycle nil, 3 %}{% cycle 'g': %}{% endfor %}",
            "1a31b31a3",
        ),
        ("{% raw x %}a{% endraw %}", "error: Unexpected 'x'"),
        ("{% if n || nope %}{% endif %}", "error: Unknown operator ||"),
        ("{{ n || 5 }}", "error: Unexpected '|'"),
        ("{{ n m }}", "error: Unexpected 'm'"),
        ("{{ 'n }}", "error: String was never closed"),
        ("{% if %}{% endif %}", "error: Unexpected end of markup"),
    ]);
}
