//! Translations asked for by a literal key: some language must have it, and the values its text wants must be passed.
//! The platform prints the key, or `%{name}`, and says nothing.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::app::{App, Problem, Severity, nearest};
use crate::liquid::LiteralKey;

pub(super) fn check(app: &App, keys: &[LiteralKey]) -> Vec<Problem> {
    let is_missing = |key: &&LiteralKey| app.translations_of(&key.key).next().is_none();
    let (missing, known): (Vec<&LiteralKey>, Vec<&LiteralKey>) = keys.iter().partition(is_missing);
    let mut problems: Vec<Problem> = known.into_iter().filter_map(|key| not_passed(app, key)).collect();
    if !missing.is_empty() {
        let texts = app.translation_keys();
        problems.extend(missing.into_iter().map(|key| not_there(key, &texts)));
    }
    problems
}

fn not_there(key: &LiteralKey, texts: &BTreeSet<String>) -> Problem {
    let problem = key.place().problem(Severity::Warning, format!("no language has the text '{}'", key.key));
    let known = nearest(&key.key, texts.iter().map(String::as_str));
    problem.with_hint(known.map(|known| format!("did you mean '{known}'?")))
}

/// A value that a text of any language wants and the call does not give.
fn not_passed(app: &App, key: &LiteralKey) -> Option<Problem> {
    let values = key.values.as_ref()?;
    let counts = values.iter().any(|value| &**value == "count");
    let texts = app.translations_of(&key.key).flat_map(if counts { forms } else { text });
    let wanted: BTreeSet<&str> = texts.flat_map(wanted_by).collect();
    let missing = wanted.into_iter().find(|name| values.iter().all(|value| **value != **name))?;
    let message = format!("the text '{}' wants a value for %{{{missing}}}", key.key);
    let problem = key.place().problem(Severity::Warning, message);
    Some(problem.with_hint(format!("pass {missing}: … to 't'")))
}

/// A whole branch is taken as it is, and nothing put into it.
fn text(value: &Json) -> Vec<&str> {
    value.as_str().into_iter().collect()
}

/// The forms of a plural, or the text that has none.
fn forms(value: &Json) -> Vec<&str> {
    match value {
        Json::Object(forms) => forms.values().filter_map(Json::as_str).collect(),
        other => text(other),
    }
}

/// Names in `%{name}`.
fn wanted_by(text: &str) -> impl Iterator<Item = &str> {
    text.split("%{").skip(1).filter_map(|piece| piece.split_once('}')).map(|(name, _)| name)
}
