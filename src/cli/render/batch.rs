//! `render --batch`: JSON requests in, JSON answers out, one a line, each flushed at once: the door for test suites, editors
//! and scripts. Nothing a line holds ends the process; it ends with its input, or when nobody reads its answers.

use std::io::BufRead;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::template::{Failure, Template};
use crate::app::{Format, Source};
use crate::cli::ui::Closed;
use crate::cli::{Context, Error, Exit, Kind};
use crate::liquid::{self, Bindings, ErrorKind, Printing};
use crate::logs::Log;

/// What errors call the template of a request.
const PATH: &str = "template";

#[derive(Debug, Deserialize)]
struct Request {
    template: String,
    #[serde(default)]
    data: Option<Map<String, Json>>,
    /// Partials by name.
    #[serde(default)]
    templates: Option<Map<String, Json>>,
    #[serde(default)]
    format: Option<String>,
    #[serde(default)]
    plain: bool,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Output(String),
    Error(Fault),
}

#[derive(Debug, PartialEq, Serialize)]
struct Fault {
    message: String,
    path: Option<String>,
    line: Option<u32>,
    col: Option<u32>,
    /// `syntax` or `runtime`
    kind: &'static str,
}

/// Answers until standard input ends.
pub(super) fn answer(context: &Context) -> Result<Exit, Error> {
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line);
        let read =
            read.map_err(|error| Error::new(Kind::User, "cannot read standard input").because(&error))?;
        if read == 0 {
            return Ok(Exit::Done);
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = answer_line(&line);
        let text = serde_json::to_string(&answer).unwrap_or_default();
        if let Err(closed) = context.ui.line(&text) {
            return Closed::outcome(closed);
        }
    }
}

fn answer_line(line: &[u8]) -> Answer {
    let request: Request = match serde_json::from_slice(line) {
        Ok(request) => request,
        Err(error) => return Answer::Error(Fault::of_request(format!("not a request: {error}"))),
    };
    let template = match request.into_template() {
        Ok(template) => template,
        Err(fault) => return Answer::Error(fault),
    };
    // The log of each render is its own, and nobody reads it.
    match template.render(&Bindings::detached(Log::starting_after(0))) {
        Ok(output) => Answer::Output(output),
        Err(Failure::Template(error)) => Answer::Error(Fault::of(&error)),
        Err(Failure::Panic) => {
            Answer::Error(Fault::of_request("a fault of ours: the renderer gave up".into()))
        }
    }
}

impl Request {
    fn into_template(self) -> Result<Template, Fault> {
        let mut partials = Vec::new();
        for (name, source) in self.templates.unwrap_or_default() {
            let Json::String(source) = source else {
                return Err(Fault::of_request(format!("not a request: template '{name}' is no string")));
            };
            partials.push((name, source));
        }
        let format = match &self.format {
            None => Format::default(),
            Some(name) => Format::from_extension(name)
                .ok_or_else(|| Fault::of_request(format!("not a request: unknown format '{name}'")))?,
        };
        Ok(Template {
            source: Source::of_text(PATH, &self.template),
            variables: self.data.unwrap_or_default(),
            partials,
            format,
            printing: if self.plain { Printing::Plain } else { Printing::Platform },
        })
    }
}

impl Fault {
    fn of(error: &liquid::Error) -> Self {
        let place = error.place();
        Self {
            message: error.message(),
            path: place.map(|place| place.path.to_string()),
            line: place.map(|place| place.line),
            col: place.map(|place| place.col),
            kind: if error.kind() == ErrorKind::Syntax { "syntax" } else { "runtime" },
        }
    }

    /// The request itself was wrong.
    fn of_request(message: String) -> Self {
        Self { message, path: None, line: None, col: None, kind: "runtime" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer_to(line: &str) -> String {
        serde_json::to_string(&answer_line(line.as_bytes())).expect("answers are plain data")
    }

    #[test]
    fn request_is_answered_with_its_output() {
        let line = r#"{"template": "{{ a }}{% render 'p', b: 2 %}", "data": {"a": "<"}, "templates": {"p": "{{ b }}"}}"#;
        assert_eq!(answer_to(line), r#"{"output":"&lt;2"}"#);
    }

    #[test]
    fn plain_prints_as_shopify_does() {
        let line = r#"{"template": "{{ a }}{{ b }}", "data": {"a": [1, "<"], "b": {"k": 1}}, "plain": true}"#;
        assert_eq!(answer_to(line), r#"{"output":"1<{\"k\"=>1}"}"#);
    }

    #[test]
    fn mistake_in_a_template_has_its_place_and_kind() {
        let line = r#"{"template": "a\n{% nope %}"}"#;
        let answer: Json = serde_json::from_str(&answer_to(line)).expect("answers are JSON");
        let error = answer.get("error").expect("the tag is unknown");
        assert_eq!(error.get("kind"), Some(&Json::from("syntax")));
        assert_eq!((error.get("line"), error.get("col")), (Some(&Json::from(2)), Some(&Json::from(1))));
    }

    #[test]
    fn line_that_is_no_request_is_answered_too() {
        for line in ["", "x", "[]", "{}", r#"{"template": 1}"#, r#"{"template": "", "format": "nope"}"#] {
            assert!(answer_to(line).starts_with(r#"{"error":{"message":"not a request: "#), "{line}");
        }
    }
}
