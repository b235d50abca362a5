//! Generated templates, whole and broken: the compiler and the renderer answer each with text or with an error that has
//! its place, and never panic, overflow the stack or hang. A short run is part of the tests; for a long one:
//!
//! ```text
//! POS_FUZZ_SECONDS=3600 cargo test --release --lib fuzz -- --nocapture --test-threads 1
//! ```
//!
//! The seconds are those of each target. Every target prints its seed, its executions and their rate; `POS_FUZZ_SEED`
//! repeats one. What fails is printed in its smallest form, and belongs into [`found`].

mod driver;
mod found;
mod grammar;
pub(in crate::liquid) mod mutation;

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::{Strategy, TestCaseError, any, prop, prop_assert, prop_assert_eq};
use serde_json::Value as Json;

use crate::app::{App, Format};
use crate::liquid::filters;
use crate::liquid::syntax::{self, Input, Interpolation};
use crate::liquid::{Bindings, Block, Engine, Error, ErrorKind, Scope};
use crate::logs::Log;
use driver::fuzz;
use grammar::Case;

/// What a render may take here, so that a loop without end costs little.
const TIME: Duration = Duration::from_millis(20);

/// Words whose filters or tags differ from one render to the next.
const CHANGING: [&str; 9] =
    ["random_string", "shuffle", "uuid", "now", "today", "ago", "time", "trigger_event", "date"];

type Outcome = Result<(), TestCaseError>;

impl Case {
    fn render(&self, format: Format) -> Result<String, Error> {
        let partials: Vec<(&str, &str)> =
            self.partials.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let (engine, _) = Engine::compile(Arc::new(App::of_texts(&partials, &[])), None);
        let variables = self.data.as_object().cloned().unwrap_or_default();
        let deadline = Some(Instant::now() + TIME);
        let scope = Scope { variables, format, deadline, ..Scope::default() };
        let block = Block { source: &self.template, path: "app/template.liquid", line: 1 };
        let bindings = Bindings::detached(Log::starting_after(0));
        engine.text(&block, scope, &bindings).map(|rendered| rendered.body)
    }

    /// The text of the file an error points into.
    fn file(&self, path: &str) -> Option<&str> {
        if path == "app/template.liquid" {
            return Some(&self.template);
        }
        let of =
            |name: &str| path.strip_suffix(".liquid").is_some_and(|path| path.ends_with(&format!("/{name}")));
        self.partials.iter().find(|(name, _)| of(name)).map(|(_, text)| text.as_str())
    }

    fn check_place(&self, error: &Error) -> Outcome {
        let Some(place) = error.place() else {
            return Err(TestCaseError::fail(format!("no place: {}", error.message())));
        };
        let text = self.file(&place.path);
        prop_assert!(text.is_some(), "unknown file: {}", error.report());
        check_place(text.unwrap_or_default(), error)
    }
}

/// The error points into `text`.
fn check_place(text: &str, error: &Error) -> Outcome {
    let place = error.place().expect("the caller has looked");
    let line = text.split('\n').nth(place.line as usize - 1);
    prop_assert!(line.is_some(), "no such line: {}", error.report());
    prop_assert!(place.col as usize <= line.map_or(0, |line| line.chars().count()) + 1, "{}", error.report());
    Ok(())
}

/// Compiles any text.
fn compiles_or_points(text: &str) -> Outcome {
    let input = Input {
        path: Arc::from("app/template.liquid"),
        source: Arc::from(text),
        body: 0,
        first_line: 1,
        interpolation: Interpolation::On,
    };
    match syntax::compile(input) {
        Ok(_) => Ok(()),
        Err(error) => {
            prop_assert!(error.place().is_some(), "no place: {}", error.message());
            check_place(text, &error)
        }
    }
}

/// Renders a case, twice where it ought to give the same.
fn renders_or_points(case: &Case) -> Outcome {
    let first = case.render(Format::Html);
    if let Err(error) = &first {
        case.check_place(error)?;
    }
    let changes = |text: &str| CHANGING.iter().any(|word| text.contains(word));
    if changes(&case.template) || case.partials.iter().any(|(_, text)| changes(text)) {
        return Ok(());
    }
    let is_limit =
        |result: &Result<String, Error>| result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Limit);
    let second = case.render(Format::Html);
    // The clock may stop one of them and not the other.
    if is_limit(&first) || is_limit(&second) {
        return Ok(());
    }
    let said = |result: Result<String, Error>| result.map_err(|error| error.report());
    prop_assert_eq!(said(first), said(second));
    Ok(())
}

#[test]
fn fuzz_compiler_with_bytes() {
    let bytes = || prop::collection::vec(any::<u8>(), 0..600);
    fuzz("bytes", bytes, |bytes| compiles_or_points(&String::from_utf8_lossy(bytes)));
}

#[test]
fn fuzz_compiler_with_changed_files() {
    fuzz("changed files", || mutation::changed(mutation::files()), |text| compiles_or_points(text));
}

#[test]
fn fuzz_compiler_with_changed_templates() {
    fuzz("changed templates", || mutation::changed(grammar::template()), |text| compiles_or_points(text));
}

#[test]
fn fuzz_renderer_with_templates() {
    fuzz("templates", grammar::case, renders_or_points);
}

#[test]
fn fuzz_renderer_with_changed_templates() {
    let changed = || {
        let parts = (mutation::changed(grammar::template()), grammar::case());
        parts.prop_map(|(template, case)| Case { template, ..case })
    };
    fuzz("changed cases", changed, renders_or_points);
}

#[test]
fn fuzz_escaping_is_all_that_html_adds() {
    fuzz("html and text", grammar::simple_case, |case| {
        let (html, text) = (case.render(Format::Html), case.render(Format::Text));
        match (html, text) {
            (Ok(html), Ok(text)) => prop_assert_eq!(unescaped(&html), text),
            (html, text) => prop_assert_eq!(html.is_ok(), text.is_ok()),
        }
        Ok(())
    });
}

#[test]
fn fuzz_dashes_take_whitespace_alone() {
    fuzz("dashes", grammar::simple_case, |case| {
        let dashed =
            case.template.replace("{%", "{%-").replace("%}", "-%}").replace("{{", "{{-").replace("}}", "-}}");
        let dashed = Case { template: dashed, ..case.clone() };
        if let (Ok(plain), Ok(dashed)) = (case.render(Format::Text), dashed.render(Format::Text)) {
            let bare = |text: String| text.split_ascii_whitespace().collect::<String>();
            prop_assert_eq!(bare(plain), bare(dashed));
        }
        Ok(())
    });
}

/// The five entities that printing writes.
fn unescaped(html: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    pairs.iter().fold(html.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

#[test]
fn every_filter_is_part_of_the_grammar() {
    let names: Vec<&str> = grammar::filter_names();
    assert!(filters::names().all(|name| names.contains(&name)));
}

/// A case without partials.
fn case_of(template: &str, data: Json) -> Case {
    Case { template: template.to_owned(), partials: Vec::new(), data }
}
