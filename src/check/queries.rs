//! GraphQL documents that do not parse. Whether what they ask for exists is for the room that runs them to say.

use std::num::NonZeroUsize;
use std::sync::Arc;

use apollo_parser::Parser;

use crate::app::{App, Problem, Query, Severity, map_on_cores};
use crate::liquid::Place;

/// Files a thread parses at least.
const FILES_PER_THREAD: NonZeroUsize = NonZeroUsize::new(32).expect("it is not zero");

/// Braces within braces; each is a level of recursion.
const MAX_DEPTH: usize = 200;

pub(super) fn check(app: &App) -> Vec<Problem> {
    let queries: Vec<&Arc<Query>> = app.queries().collect();
    map_on_cores(&queries, FILES_PER_THREAD, |query| syntax_error(query)).into_iter().flatten().collect()
}

/// The first one: what follows it is most often its consequence.
fn syntax_error(query: &Query) -> Option<Problem> {
    let tree = Parser::new(&query.text).recursion_limit(MAX_DEPTH).parse();
    let error = tree.errors().min_by_key(|error| error.index())?;
    let offset = u32::try_from(error.index()).unwrap_or(u32::MAX);
    let place = Place::of(&query.path, &query.text, 1, offset);
    if query.text.trim().is_empty() {
        let problem = place.problem(Severity::Error, "this query is empty");
        return Some(problem.with_hint("write `query { … }`".to_owned()));
    }
    Some(place.problem(Severity::Error, format!("no valid GraphQL: {}", worded(error))))
}

/// The parser's sentence in words of the language, with what stands there instead.
fn worded(error: &apollo_parser::Error) -> String {
    if error.is_limit() {
        return format!("braces lie more than {MAX_DEPTH} levels deep");
    }
    let message = error.message();
    let message = message.split_once(", got ").map_or(message, |(message, _)| message);
    let expected = match message.strip_prefix("expected ") {
        Some("L_PAREN") => "expected '('",
        Some("R_PAREN") => "expected ')'",
        Some("L_BRACK") => "expected '['",
        Some("R_BRACK") => "expected ']'",
        Some("L_CURLY") => "expected '{'",
        Some("R_CURLY") => "expected '}'",
        Some("COLON") => "expected ':'",
        Some("DOLLAR") => "expected '$'",
        Some(_) => message,
        None => return message.to_owned(),
    };
    match error.data() {
        "" => format!("{expected} before the end"),
        // The parser's way to miss a colon.
        name if expected == "expected a Name" && name.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            format!("unexpected '{name}'")
        }
        found => format!("{expected}, not '{found}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_in_words() {
        let cases = [
            (
                "query {\n  records(per_page: 1 {\n    x\n  }\n}",
                "2:23: error: no valid GraphQL: expected ')', not '{'",
            ),
            ("query { records(per_page: {\n}", "2:2: error: no valid GraphQL: expected ')' before the end"),
            ("query { records", "1:16: error: no valid GraphQL: expected '}' before the end"),
            ("query ($id ID) { a }", "1:12: error: no valid GraphQL: unexpected 'ID'"),
            ("{ a(x: 'y') }", "1:8: error: no valid GraphQL: Unexpected character \"'\""),
            ("qeury { a }", "1:1: error: no valid GraphQL: expected definition, not 'qeury'"),
            ("# nothing\n", "2:1: error: no valid GraphQL: Unexpected <EOF>."),
            (" ", "1:2: error: this query is empty"),
            ("query q($a: ID) { a(b: $a) { c: d ... on E { f } } }", ""),
        ];
        for (text, expected) in cases {
            let query = Query { name: "q".into(), path: "p".into(), text: text.into() };
            let problem = syntax_error(&query).map_or_else(String::new, |problem| problem.to_string());
            assert_eq!(problem.trim_start_matches("p:"), expected, "{text:?}");
        }
        let deep = Query { name: "q".into(), path: "p".into(), text: "{a".repeat(50_000).into() };
        let problem = syntax_error(&deep).expect("too deep");
        assert!(problem.message.ends_with("braces lie more than 200 levels deep"), "{problem}");
    }
}
