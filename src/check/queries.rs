//! GraphQL documents that do not parse, or ask for what there is not.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::app::{App, MismatchMode, Problem, Query, Severity, map_on_cores};
use crate::graphql;
use crate::liquid::Place;

/// Files a thread looks at at least.
const FILES_PER_THREAD: NonZeroUsize = NonZeroUsize::new(32).expect("it is not zero");

pub(super) fn check(app: &App) -> Vec<Problem> {
    let mode = app.config().graphql_argument_type_mismatch_mode;
    let queries: Vec<&Arc<Query>> = app.queries().collect();
    map_on_cores(&queries, FILES_PER_THREAD, |query| problems(query, mode)).into_iter().flatten().collect()
}

fn problems(query: &Query, mode: MismatchMode) -> Vec<Problem> {
    let problem = |line, column, severity, message: &str| {
        Place::at(&query.path, &query.text, line, column).problem(severity, message)
    };
    if query.text.trim().is_empty() {
        let problem = problem(1, 1, Severity::Error, "this query is empty");
        return vec![problem.with_hint("write `query { … }`".to_owned())];
    }
    let errors = graphql::check(&query.text).into_iter().filter_map(|error| {
        let (line, column) = error.locations.first().map_or((1, 1), |at| (at.line, at.column));
        Some(problem(line, column, severity(error.kind, mode)?, &error.message))
    });
    errors.collect()
}

/// `None` where the app does not want to be told.
fn severity(kind: graphql::Kind, mode: MismatchMode) -> Option<Severity> {
    match (kind, mode) {
        (graphql::Kind::Other, _) | (graphql::Kind::TypeMismatch, MismatchMode::Error) => {
            Some(Severity::Error)
        }
        (graphql::Kind::TypeMismatch, MismatchMode::Warning) => Some(Severity::Warning),
        (graphql::Kind::TypeMismatch, MismatchMode::Ignore) => None,
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
            ("query ($id ID) { a }", "1:12: error: no valid GraphQL: expected a Name"),
            ("{ a(x: 'y') }", "1:8: error: no valid GraphQL: Unexpected character \"'\""),
            ("qeury { a }", "1:1: error: no valid GraphQL: expected definition"),
            ("# nothing\n", "2:1: error: no valid GraphQL: Unexpected <EOF>."),
            (" ", "1:1: error: this query is empty"),
            (
                "{ records { total_entries } }",
                "1:3: error: the required argument `RootQuery.records(per_page:)` is not provided",
            ),
            ("mutation {\n  email(x: 1) { id } }", "2:3: error: not supported here: RootMutation.email"),
            (
                "{ records(per_page: \"1\", pag: 1) { results { idd } } }",
                "1:21: error: expected value of type Int!, found a string\n\
                 1:26: error: the argument `pag` is not supported by `RootQuery.records`; did you mean `page`?\n\
                 1:46: error: type `Record` does not have a field `idd`; did you mean `id`?",
            ),
            (
                "query ($a: Int!) { records(per_page: $b) { total_entries } }",
                "1:8: error: unused variable: `$a`\n1:38: error: variable `$b` is not defined",
            ),
            (
                "{ records(per_page: 1) }",
                "1:3: error: this field has fields of its own: name those you want in braces",
            ),
            (
                "{ records(per_page: 1) { a: total_entries ... on RecordCollection { b: total_entries } } }",
                "",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text:?}");
        }
        assert_eq!(shown(&"{a".repeat(50_000)), "1:1002: error: no valid GraphQL: braces lie too deep");
    }

    #[test]
    fn app_decides_how_an_argument_of_another_type_is_told() {
        let text = "query ($n: String) { records(per_page: $n, page: \"1\") { total_entries } }";
        let lines = "1:30: KIND: variable `$n` of type `String` cannot be used for argument `per_page` of type `Int!`\n1:50: KIND: expected value of type Int, found a string";
        for (mode, expected) in [
            (MismatchMode::Error, lines.replace("KIND", "error")),
            (MismatchMode::Warning, lines.replace("KIND", "warning")),
            (MismatchMode::Ignore, String::new()),
        ] {
            assert_eq!(shown_as(text, mode), expected, "{mode:?}");
        }
        assert_ne!(shown_as("{ nope }", MismatchMode::Ignore), "");
    }

    fn shown(text: &str) -> String {
        shown_as(text, MismatchMode::Error)
    }

    fn shown_as(text: &str, mode: MismatchMode) -> String {
        let query = Query { name: "q".into(), path: "p".into(), text: text.into() };
        let lines = problems(&query, mode).into_iter().map(|problem| problem.to_string());
        lines.map(|line| line.trim_start_matches("p:").to_owned()).collect::<Vec<_>>().join("\n")
    }
}
