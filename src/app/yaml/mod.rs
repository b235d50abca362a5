//! YAML as the platform reads it: a tree that remembers where each value stands, so that a complaint about a key can
//! name its line. Built from the parser's events because a ready-made loader would resolve scalars by YAML 1.2, refuse
//! duplicate keys and follow aliases without bound.

mod builder;
mod repeats;
mod scalar;
#[cfg(test)]
mod tests;
mod tree;

use saphyr_parser::{Marker, Parser};

pub(super) use repeats::repeated_keys;
pub(super) use tree::{Entry, text_of};
pub(crate) use tree::{Mapping, Mark, Node, Value};

use super::problem::Problem;
use builder::Builder;

/// Why a text is no YAML we take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Error {
    pub(crate) mark: Mark,
    pub(super) message: String,
    pub(super) hint: Option<&'static str>,
}

/// Reads the first document of `text`; null if there is none. `first_line` is the number of its first line in the file.
pub(crate) fn parse(text: &str, first_line: u32) -> Result<Node, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut builder = Builder::new(first_line);
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            Error::new(place_of(text, first_line, error.marker()), error.info().to_owned())
        })?;
        if let Some(root) = builder.take(event, span)? {
            return Ok(root);
        }
    }
    Ok(Node::null(Mark { line: first_line, col: 1 }))
}

/// Reads the first document of the file at `path`, which must be a mapping; an empty file is one without keys.
pub(super) fn parse_mapping(path: &str, text: &str) -> Result<Mapping, Problem> {
    let fail = |mark: Mark, message: String| {
        Problem::error(path, message).at(mark.line, mark.col).with_excerpt_of(text)
    };
    let node = parse(text, 1).map_err(|error| {
        fail(error.mark, format!("no valid YAML: {error}")).with_hint(error.hint.map(str::to_owned))
    })?;
    let mark = node.mark;
    node.into_mapping().ok_or_else(|| fail(mark, "must be lines of `key: value`".to_owned()))
}

/// Where the parser gave up. What is missing at the end of the text it misses behind its last line; a person looks at the
/// end of that line.
fn place_of(text: &str, first_line: u32, marker: &Marker) -> Mark {
    let lines = text.lines().count();
    match text.lines().last() {
        Some(last) if marker.line() > lines => Mark::new(first_line, lines, last.chars().count()),
        _ => Mark::new(first_line, marker.line(), marker.col()),
    }
}

impl Error {
    fn new(mark: Mark, message: String) -> Self {
        Self { mark, message, hint: None }
    }
}
