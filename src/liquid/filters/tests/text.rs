//! Text, HTML, addresses, regular expressions, and what can be told of a text.

use serde_json::json;

use super::{call, check, check_rejections};
use crate::liquid::value::Value;

#[test]
fn text_is_cut_and_joined_by_characters() {
    check(&[
        (json!("abcdef"), "truncate", json!([5]), json!("ab...")),
        (json!("żółć"), "truncate", json!([3, "…"]), json!("żó…")),
        (json!("abc"), "truncate", json!([-5]), json!("...")),
        (json!("a,b,,"), "split", json!([","]), json!(["a", "b"])),
        (json!(",,"), "split", json!([","]), json!([])),
        (json!(["a"]), "split", json!([","]), json!(["a"])),
        (json!(null), "split", json!([","]), json!([])),
        (json!("żó"), "split", json!([""]), json!(["ż", "ó"])),
        (json!("żółć"), "slice", json!([-2, 9]), json!("łć")),
        (json!("abc"), "slice", json!([3]), json!("")),
        (json!([1, 2, 3]), "slice", json!([9, 1]), json!([])),
        (json!("a"), "slice", json!([i64::MIN, i64::MAX]), json!("")),
        (json!("HELLO world"), "capitalize", json!([]), json!("Hello world")),
        (json!("7"), "pad_left", json!([3, "0"]), json!("007")),
        (json!("abc"), "pad_left", json!([2]), json!("abc")),
        (json!("abc"), "start_with", json!([["x", "ab"]]), json!(true)),
        (json!("abc"), "end_with", json!(["b"]), json!(false)),
        (json!("a.b.c"), "replace", json!([".", "$0"]), json!("a$0b$0c")),
        (json!("aaa"), "replace_last", json!(["a", "b"]), json!("aab")),
        (json!("  x \n"), "strip", json!([]), json!("x")),
    ]);
    check_rejections(&[
        (json!({}), "split", json!([","]), "split filter requires text, got a hash"),
        (json!("a"), "pad_left", json!([3, ""]), "zero width padding"),
        (json!("a"), "slice", json!(["x"]), "invalid integer"),
    ]);
}

#[test]
fn html_is_escaped_stripped_and_made_safe() {
    check(&[
        (json!("<a href='x'>&amp;"), "escape", json!([]), json!("&lt;a href=&#39;x&#39;&gt;&amp;amp;")),
        (json!("&lt;<&#39;&x"), "escape_once", json!([]), json!("&lt;&lt;&#39;&amp;x")),
        (json!("&lt;i&gt;&#x27;&bogus;"), "html_safe", json!([]), json!("<i>'&bogus;")),
        (json!("&lt;"), "html_safe", json!([{"named": {"raw_text": true}}]), json!("&lt;")),
        (json!("a<script>1</script>b<!-- c -->d <b>e</b> < f"), "strip_html", json!([]), json!("abd e < f")),
        (json!("a{{ x }}b{% y %}c{d"), "strip_liquid", json!([]), json!("abc{d")),
        (json!("a\r\nb\n"), "nl2br", json!([]), json!("a<br />\nb<br />\n")),
        (json!("</x>'\"\n\\"), "escape_javascript", json!([]), json!("<\\/x>\\'\\\"\\n\\\\")),
        (json!("<\\/x>\\'\\\"\\n\\\\"), "unescape_javascript", json!([]), json!("</x>'\"\n\\")),
        (
            json!("**x** <script>1</script>[l](http://x.y)"),
            "markdown",
            json!([]),
            json!("<p><strong>x</strong> <a href=\"http://x.y\" rel=\"nofollow\">l</a></p>\n"),
        ),
    ]);
    for filter in ["escape", "escape_once", "html_safe", "sanitize", "markdown", "raw_escape_string"] {
        let result = call(&Value::str("<b>"), filter, vec![], &json!({})).unwrap();
        assert!(matches!(result, Value::Str(text) if text.safe), "{filter}");
    }
}

#[test]
fn addresses_are_encoded_filled_and_read() {
    check(&[
        (json!("a b&ż~"), "url_encode", json!([]), json!("a+b%26%C5%BC~")),
        (json!("a+b%26%zz"), "url_decode", json!([]), json!("a b&%zz")),
        (
            json!({"b": [1, 2], "a": {"c": "x y"}}),
            "querify",
            json!([]),
            json!("a%5Bc%5D=x+y&b%5B%5D=1&b%5B%5D=2"),
        ),
        (json!({"b": [1, 2], "a": null}), "www_form_encode", json!([]), json!("b=1&b=2&a")),
        (
            json!("/s/{c}{?q,r}"),
            "expand_url_template",
            json!([{"named": {"c": "a b", "q": 1}}]),
            json!("/s/a%20b?q=1"),
        ),
        (
            json!("{+p}/{x:2}{/l*}{;e}"),
            "expand_url_template",
            json!([{"p": "a/b", "x": "abc", "l": [1, 2], "e": ""}]),
            json!("a/b/ab/1/2;e"),
        ),
        (json!("/s/{c}"), "expand_url_template", json!([{}]), json!("/s/")),
        (json!("/s/a%20b/t"), "extract_url_params", json!(["/s/{c}/{d}"]), json!({"c": "a b", "d": "t"})),
        (
            json!("/s/x?q=1"),
            "extract_url_params",
            json!([["/t/{c}", "/s/{c}{?q}"]]),
            json!({"c": "x", "q": "1"}),
        ),
        (json!("/s"), "extract_url_params", json!(["/t/{c}"]), json!(null)),
        (json!("nope.css"), "asset_url", json!([]), json!("http://127.0.0.1:3000/assets/nope.css")),
    ]);
    check_rejections(&[(json!("%ff"), "url_decode", json!([]), "invalid byte sequence in UTF-8")]);
}

#[test]
fn regular_expressions_are_rubys() {
    check(&[
        (json!("foo\nbar"), "matches", json!(["^bar$"]), json!(true)),
        (json!("foo"), "matches", json!(["\\AO", "i"]), json!(false)),
        (json!("ż1"), "matches", json!(["\\A\\w"]), json!(false)),
        (json!("ff\n"), "matches", json!(["\\A\\h+\\Z"]), json!(true)),
        (json!(""), "matches", json!(["a"]), json!(null)),
        (json!("a1b22"), "regex_matches", json!(["\\d+"]), json!(["1", "22"])),
        (
            json!("a1b22"),
            "regex_matches",
            json!(["([a-z])(\\d)(x)?"]),
            json!([["a", "1", null], ["b", "2", null]]),
        ),
        (
            json!("John Smith"),
            "replace_regex",
            json!(["(\\w+) (\\w+)", "\\2, \\1 \\\\ \\0"]),
            json!("Smith, John \\ John Smith"),
        ),
        (json!("cat dog"), "replace_regex", json!(["cat|dog", {"cat": "dog"}]), json!("dog ")),
        (json!("aaa"), "replace_regex", json!(["A", "b", "i", false]), json!("baa")),
        (json!("ab"), "replace_regex", json!(["", "-"]), json!("-a-b-")),
    ]);
    check_rejections(&[
        (
            json!("a"),
            "matches",
            json!(["(?=a)"]),
            "cannot use the regular expression /(?=a)/: a look-ahead, `(?=` or `(?!` is not supported here",
        ),
        (
            json!("aa"),
            "replace_regex",
            json!(["(a)\\1", ""]),
            "cannot use the regular expression /(a)\\1/: a back reference such as `\\1` is not supported here",
        ),
        (json!("a"), "regex_matches", json!(["("]), "cannot use the regular expression /(/: unclosed group"),
    ]);
}

#[test]
fn addresses_and_json_are_told_from_other_text() {
    check(&[
        (json!("a@b.co"), "is_email_valid", json!([]), json!(true)),
        (json!("a..b@b.co"), "is_email_valid", json!([]), json!(false)),
        (json!("a@b"), "is_email_valid", json!([]), json!(false)),
        (json!("{}"), "is_json_valid", json!([]), json!(true)),
        (json!("{"), "is_json_valid", json!([]), json!(false)),
    ]);
}

#[test]
fn public_key_is_told_from_what_only_looks_like_one() {
    let is_valid = |text: &str| {
        call(&Value::str(text), "is_gpg_valid", vec![], &json!({})).unwrap().equals(&Value::Bool(true))
    };
    let key = include_str!("keys/ann.asc");
    assert!(is_valid(key));
    assert!(is_valid(&format!("\n{key}\n").replace('\n', "\r\n")));
    assert!(is_valid(&key.replacen("BLOCK-----\n", "BLOCK-----\nComment: Ann's key\n", 1)));
    let without_checksum: Vec<&str> = key.lines().filter(|line| !line.starts_with('=')).collect();
    assert!(is_valid(&without_checksum.join("\n")));

    let body = key.lines().nth(2).unwrap();
    let broken = [
        String::new(),
        "not a key".to_owned(),
        key.replace("PUBLIC KEY", "MESSAGE"),
        key.replace(body, ""),
        key.replace(body, &body.to_ascii_lowercase()),
        key.replace('=', "=A"),
        without_checksum[..5].join("\n"),
        format!("{key}{key}"),
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----".to_owned(),
        "-----BEGIN PGP PUBLIC KEY BLOCK----------END PGP PUBLIC KEY BLOCK-----".to_owned(),
        "-----BEGIN PGP PUBLIC KEY BLOCK-----".to_owned(),
    ];
    for text in broken {
        assert!(!is_valid(&text), "{text}");
    }
}

#[test]
fn what_only_the_platform_issues_is_never_valid_here() {
    check(&[
        (json!("1234"), "is_token_valid", json!([1]), json!(false)),
        (json!(null), "is_token_valid", json!([null]), json!(false)),
        (json!("12345"), "verify_access_key", json!([]), json!(false)),
    ]);
}
