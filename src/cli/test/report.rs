//! The results of tests as they are shown: a line for each when it has ended, what failed in it below, and the sum.

use serde_json::{Value as Json, json};

use super::junit;
use crate::cli::ui::Closed;
use crate::cli::{Context, Error, Exit, as_json};
use crate::logs::escape;
use crate::protocol::TestOutcome;

#[derive(Debug)]
pub(super) struct Report<'a> {
    context: &'a Context,
    tests: Vec<TestOutcome>,
    /// What the module says of all of them.
    success: Option<bool>,
    duration_ms: Option<f64>,
    /// Nobody reads any longer.
    closed: Option<Closed>,
}

impl<'a> Report<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Self { context, tests: Vec::new(), success: None, duration_ms: None, closed: None }
    }

    /// Shows it, unless it was shown before.
    pub(super) fn add(&mut self, test: TestOutcome) {
        if self.tests.iter().any(|known| known.name == test.name) {
            return;
        }
        if self.context.global.json {
            self.line(&as_json(&test));
        } else {
            let word = if test.success { "PASS" } else { "FAIL" };
            let assertions = test.assertions.map_or_else(String::new, |count| match count {
                1 => " (1 assertion)".to_owned(),
                count => format!(" ({count} assertions)"),
            });
            self.line(&format!("{word} {}{assertions}", escape(&test.name)));
            for message in messages(&test.errors) {
                self.line(&format!("     {}", escape(&message)));
            }
        }
        self.tests.push(test);
    }

    pub(super) fn conclude(&mut self, success: Option<bool>, duration_ms: Option<f64>) {
        self.success = success;
        self.duration_ms = duration_ms;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tests.is_empty()
    }

    pub(super) fn junit(&self) -> String {
        junit::document(&self.tests, self.duration_ms)
    }

    /// Shows the sum.
    pub(super) fn end(mut self) -> Result<Exit, Error> {
        let (tests, failed) = (self.tests.len(), self.failed());
        let is_success = failed == 0 && self.success != Some(false);
        let assertions: u64 = self.tests.iter().filter_map(|test| test.assertions).sum();
        if self.context.global.json {
            let sum = json!({
                "success": is_success, "tests": tests, "failed": failed, "assertions": assertions,
                "duration_ms": self.duration_ms,
            });
            self.line(&sum.to_string());
        } else {
            let duration = self.duration_ms.map_or_else(String::new, |ms| format!(", in {ms}ms"));
            self.line(&format!("tests: {tests}, failed: {failed}, assertions: {assertions}{duration}"));
        }
        if tests == 0 {
            self.context.ui.note("the tests module has found no tests");
        }
        // A disk that is full is an error; a reader that has gone does not change what the tests have shown.
        if let Some(closed) = self.closed {
            closed.outcome()?;
        }
        Ok(if is_success { Exit::Done } else { Exit::Failed })
    }

    fn failed(&self) -> usize {
        self.tests.iter().filter(|test| !test.success).count()
    }

    fn line(&mut self, line: &str) {
        if self.closed.is_none() {
            self.closed = self.context.ui.line(line).err();
        }
    }
}

/// `field: what is wrong with it`, one by one, however they were collected.
pub(super) fn messages(errors: &Json) -> Vec<String> {
    match errors {
        Json::Null => Vec::new(),
        Json::String(text) => vec![text.clone()],
        Json::Array(list) => list.iter().flat_map(messages).collect(),
        Json::Object(fields) => {
            let of_field = |(name, errors): (&String, &Json)| -> Vec<String> {
                messages(errors).into_iter().map(|message| format!("{name}: {message}")).collect()
            };
            fields.iter().flat_map(of_field).collect()
        }
        other => vec![other.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_any_shape_are_lines() {
        for (errors, expected) in [
            (json!(null), &[][..]),
            (json!({}), &[]),
            (json!("broken"), &["broken"]),
            (json!(["a", "b"]), &["a", "b"]),
            (json!({"x": ["a", "b"], "y": "c"}), &["x: a", "x: b", "y: c"]),
            (json!([{ "message": "a" }, 7]), &["message: a", "7"]),
        ] {
            assert_eq!(messages(&errors), expected, "{errors}");
        }
    }
}
