//! An error of a template as the `data` of a row of the log. Clients that know `schema_version` 1 show it the way compilers
//! do: place, kind and message, the line of source, the stack, who asked for what.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::log::{LoggedError, StackFrame};

/// The only version there is.
const SCHEMA_VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Diagnostic {
    pub(crate) schema_version: u32,
    /// `Liquid error`, `Liquid syntax error`
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Without kind and place, which are shown before it.
    pub(crate) message: String,
    /// The line of source.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) source_span: Option<String>,
    /// Innermost first.
    pub(crate) stack: Vec<DiagnosticFrame>,
    pub(crate) context: DiagnosticContext,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DiagnosticFrame {
    pub(crate) path: String,
    pub(crate) line: u32,
}

/// Null, or missing, where it is not known: a job has no URL.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct DiagnosticContext {
    /// Host and path without scheme.
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub(crate) url: Json,
    /// `{"email": …}`
    #[serde(skip_serializing_if = "Json::is_null", default)]
    pub(crate) user: Json,
}

impl Diagnostic {
    /// Of an error whose place is known; `None` for any other. `error_type` is the kind of one that is no template's.
    pub(crate) fn of(error: &LoggedError, error_type: &str, context: DiagnosticContext) -> Option<Self> {
        let innermost = error.stack.first()?;
        let (kind, message) = of_template(&error.message, innermost)
            .or_else(|| Some((error_type, of_file(&error.message, innermost)?)))
            .unwrap_or((error_type, &error.message));
        let frame = |frame: &StackFrame| DiagnosticFrame { path: frame.path.clone(), line: frame.line };
        Some(Self {
            schema_version: SCHEMA_VERSION,
            kind: kind.to_owned(),
            message: message.to_owned(),
            source_span: innermost.source.clone().filter(|source| !source.is_empty()),
            stack: error.stack.iter().map(frame).collect(),
            context,
        })
    }
}

/// Kind and message of `Liquid error (lib/pay.liquid:14): timeout`.
fn of_template<'a>(message: &'a str, place: &StackFrame) -> Option<(&'a str, &'a str)> {
    let (kind, rest) = message.split_once(" (")?;
    let path = place.path.strip_prefix("app/").unwrap_or(&place.path);
    let text = rest.strip_prefix(path)?.strip_prefix(&format!(":{}): ", place.line))?;
    Some((kind, text))
}

/// Message of `app/lib/pay.liquid:14:3: timeout`, which files that do not load and migrations have.
fn of_file<'a>(message: &'a str, place: &StackFrame) -> Option<&'a str> {
    let rest = message.strip_prefix(place.path.as_str())?.strip_prefix(&format!(":{}:", place.line))?;
    let text = rest.trim_start_matches(|char: char| char.is_ascii_digit());
    text.strip_prefix(": ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn error(message: &str) -> LoggedError {
        let frame = |path: &str, line, source: Option<&str>| StackFrame {
            path: path.to_owned(),
            line,
            source: source.map(str::to_owned),
        };
        let stack = vec![
            frame("app/lib/pay.liquid", 14, Some("{% pay x %}")),
            frame("app/views/pages/index.liquid", 7, None),
        ];
        LoggedError { message: message.to_owned(), stack }
    }

    #[test]
    fn kind_and_place_are_taken_out_of_the_message() {
        let context = DiagnosticContext { url: json!("localhost:3000/cart"), user: Json::Null };
        let found = Diagnostic::of(&error("Liquid error (lib/pay.liquid:14): a (b): c"), "request", context);
        let expected = json!({
            "schema_version": 1, "type": "Liquid error", "message": "a (b): c", "source_span": "{% pay x %}",
            "stack": [
                { "path": "app/lib/pay.liquid", "line": 14 },
                { "path": "app/views/pages/index.liquid", "line": 7 },
            ],
            "context": { "url": "localhost:3000/cart" },
        });
        assert_eq!(serde_json::to_value(found).unwrap(), expected);
    }

    #[test]
    fn other_errors_keep_their_message_and_those_without_a_place_are_none() {
        for (message, expected) in [
            ("gone (at last): x", "gone (at last): x"),
            ("app/lib/pay.liquid:14:3: timeout", "timeout"),
            ("app/lib/pay.liquid:15:3: timeout", "app/lib/pay.liquid:15:3: timeout"),
        ] {
            let other = Diagnostic::of(&error(message), "system", DiagnosticContext::default()).unwrap();
            assert_eq!((other.kind.as_str(), other.message.as_str()), ("system", expected));
        }
        let nowhere = LoggedError { message: "disk full".to_owned(), stack: Vec::new() };
        assert_eq!(Diagnostic::of(&nowhere, "request", DiagnosticContext::default()), None);
    }
}
