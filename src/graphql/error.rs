//! What is wrong with a document or its execution, in the shape of the platform: `{message, locations, path}`.

use apollo_compiler::parser::{SourceMap, SourceSpan};
use apollo_compiler::validation::DiagnosticList;
use serde::Serialize;
use serde_json::Value as Json;

use super::wording;
use crate::app::{UnknownForm, UnknownNotification};
use crate::records::{DataError, HashError, ImportError};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Error {
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) locations: Vec<Location>,
    /// Response keys and list positions from the root; empty for an error of the document as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) path: Vec<Json>,
    #[serde(skip)]
    pub(crate) kind: Kind,
}

/// What an app may choose to be told of otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Kind {
    #[default]
    Other,
    /// A value, or a variable, of another type than its place wants.
    TypeMismatch,
}

/// One-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Location {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), locations: Vec::new(), path: Vec::new(), kind: Kind::Other }
    }

    fn of(error: &dyn std::error::Error) -> Self {
        let source = error.source().map_or_else(String::new, |source| format!(": {source}"));
        Self::new(format!("{error}{source}"))
    }

    pub(super) fn at(self, location: Option<Location>) -> Self {
        Self { locations: location.into_iter().collect(), ..self }
    }

    /// The error lies in the field answered as `key`.
    pub(super) fn within(mut self, key: &str) -> Self {
        self.path.insert(0, Json::from(key));
        self
    }
}

impl From<DataError> for Error {
    fn from(error: DataError) -> Self {
        Self::of(&error)
    }
}

impl From<UnknownForm> for Error {
    fn from(error: UnknownForm) -> Self {
        Self::of(&error)
    }
}

impl From<UnknownNotification> for Error {
    fn from(error: UnknownNotification) -> Self {
        Self::of(&error)
    }
}

impl From<ImportError> for Error {
    fn from(error: ImportError) -> Self {
        Self::of(&error)
    }
}

impl From<HashError> for Error {
    fn from(error: HashError) -> Self {
        Self::of(&error)
    }
}

impl Location {
    pub(super) fn of(span: Option<SourceSpan>, sources: &SourceMap) -> Option<Self> {
        let start = span?.line_column_range(sources)?.start;
        Some(Self { line: start.line, column: start.column })
    }
}

/// Errors of one document that are told.
const TOLD: usize = 20;

/// One error for each thing the compiler complains of, the first ones. Of a text that is no GraphQL only the first: what
/// follows it is most often its consequence.
pub(super) fn of_document(diagnostics: &DiagnosticList) -> Vec<Error> {
    let mut errors = Vec::new();
    let mut emptied = Vec::new();
    for diagnostic in diagnostics.iter() {
        let start = diagnostic.line_column_range().map(|range| range.start);
        let location = start.map(|start| Location { line: start.line, column: start.column });
        let message = diagnostic.error.to_string();
        if let Some(syntax) = wording::of_syntax(&message) {
            return vec![Error::new(syntax).at(location)];
        }
        let list = if wording::is_of_emptied_selection(&message) { &mut emptied } else { &mut errors };
        let kind = if wording::is_of_type_mismatch(&message) { Kind::TypeMismatch } else { Kind::Other };
        list.push(Error { kind, ..Error::new(wording::of_meaning(message)).at(location) });
    }
    // What is not understood is left out, so the selection around it may look empty.
    let mut told = if errors.is_empty() { emptied } else { errors };
    told.truncate(TOLD);
    told
}
