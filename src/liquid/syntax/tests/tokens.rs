//! Where the text is cut: dashes, and the statements of `{% liquid %}`.

use super::source;
use crate::liquid::syntax::ast::Span;
use crate::liquid::syntax::lexer::{Lexer, Token};
use crate::liquid::syntax::source::Source;
use crate::liquid::syntax::statements::Statements;

fn show(source: &Source<'_>, token: Token<'_>) -> String {
    match token {
        Token::Text(span) => source.slice(span).to_owned(),
        Token::Output(markup) => format!("<{}>", source.slice(markup).trim()),
        Token::Tag { name, markup, .. } => format!("<%{name} {}>", source.slice(markup).trim()),
    }
}

fn tokens(text: &str) -> Vec<String> {
    let source = source(text);
    let mut lexer = Lexer::new(0);
    std::iter::from_fn(|| lexer.next(&source).expect(text)).map(|token| show(&source, token)).collect()
}

fn statements(text: &str) -> Vec<String> {
    let source = source(text);
    let mut statements = Statements::new(Span::of(0, text.len()));
    std::iter::from_fn(|| statements.next(&source)).map(|token| show(&source, token)).collect()
}

#[test]
fn dashes_trim_the_text_beside_them() {
    for (text, expected) in [
        ("a {{ b }} c", &["a ", "<b>", " c"][..]),
        ("a \n{{- b -}}\t\r\n c", &["a", "<b>", "c"]),
        ("a {%- if b -%} {%- endif -%} c", &["a", "<%if b>", "<%endif >", "c"]),
        (" {{- a }} {{ b -}} ", &["<a>", " ", "<b>"]),
        ("{{-1-}}", &["<1>"]),
        ("{{ -1 }}", &["<-1>"]),
        ("{%if a%}", &["<%if a>"]),
        ("{%-\n\tif\n a\n-%}", &["<%if a>"]),
        ("{%#a%}{% ## %}", &["<%# a>", "<%# #>"]),
        ("{a} }} %} {", &["{a} }} %} {"]),
        ("{{{a}}", &["<{a>"]),
        ("", &[]),
    ] {
        assert_eq!(tokens(text), expected, "{text}");
    }
}

#[test]
fn statement_is_a_line_unless_it_is_open() {
    for (text, expected) in [
        ("\n  assign a = 1\r\n\n  echo a\n", &["<%assign a = 1>", "<%echo a>"][..]),
        ("assign a = 1; # note\n# comment\n  ## more\necho a#b", &["<%assign a = 1>", "<%echo a#b>"]),
        ("echo '#' # it's\necho ' # '", &["<%echo '#'>", "<%echo ' # '>"]),
        (
            "function r = 'p',\n  a: 1,\n\n  # note\n  b: 2\necho r",
            &["<%function r = 'p',\n  a: 1,\n\n  # note\n  b: 2>", "<%echo r>"],
        ),
        ("cycle 1,\necho a", &["<%cycle 1,>", "<%echo a>"]),
        (
            "assign h = {\n \"a\": [ # note\n 1 ]\n}\necho h",
            &["<%assign h = {\n \"a\": [ # note\n 1 ]\n}>", "<%echo h>"],
        ),
        ("assign h = {\"a\": \"}\\\"\"}\necho h", &["<%assign h = {\"a\": \"}\\\"\"}>", "<%echo h>"]),
        ("assign s = 'a\nb'\necho s", &["<%assign s = 'a\nb'>", "<%echo s>"]),
        ("log it's\necho 'a'", &["<%log it's>", "<%echo 'a'>"]),
        ("log '\necho a", &["<%log '>", "<%echo a>"]),
        ("else it's {\necho 'a'", &["<%else it's {>", "<%echo 'a'>"]),
        ("a ] }\nb", &["<%a ] }>", "<%b >"]),
        ("assign a = [\necho b", &["<%assign a = [\necho b>"]),
        ("?? a\nb", &["<%? ? a>", "<%b >"]),
        ("\n # only\n\n", &[]),
    ] {
        assert_eq!(statements(text), expected, "{text}");
    }
}
