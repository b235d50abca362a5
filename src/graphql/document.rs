//! A document that has been parsed and validated, so that executing it again costs neither. Kept by its text: the same
//! query in two files, or in a file that was saved unchanged, is one document.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::validation::Valid;

use super::error::{self, Error};
use super::schema::schema;

/// Documents kept. An app has hundreds; text from outside (`/api/graph`) must not pile up.
const KEPT: usize = 2000;

/// Bytes of a text. The longest of real apps has a few thousand; what is worked with comes in variables.
const LONGEST: usize = 1 << 20;

/// What became of a text.
pub(super) type Parsed = Result<Arc<Valid<ExecutableDocument>>, Vec<Error>>;

/// Clone = same documents.
#[derive(Debug, Clone, Default)]
pub(super) struct Documents {
    by_text: Arc<Mutex<HashMap<Arc<str>, Parsed>>>,
}

impl Documents {
    pub(super) fn get(&self, text: &str) -> Parsed {
        if text.len() > LONGEST {
            return parse(text);
        }
        if let Some(parsed) = self.lock().get(text) {
            return parsed.clone();
        }
        let parsed = parse(text);
        let mut documents = self.lock();
        if documents.len() >= KEPT {
            documents.clear();
        }
        documents.insert(text.into(), parsed.clone());
        parsed
    }

    /// A panic elsewhere cannot have left the map half changed in a way that matters: a document is in it or not.
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Arc<str>, Parsed>> {
        self.by_text.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// # Errors
/// Everything that is wrong with the text, each with its place.
pub(super) fn parse(text: &str) -> Parsed {
    if text.len() > LONGEST {
        let message = format!("the document has {} bytes, at most {LONGEST} are allowed", text.len());
        return Err(vec![Error::new(message)]);
    }
    match ExecutableDocument::parse_and_validate(schema(), text, "query.graphql") {
        Ok(document) => Ok(Arc::new(document)),
        Err(failed) => Err(error::of_document(&failed.errors)),
    }
}

/// What is wrong with a document, whatever its variables may be.
pub(crate) fn check(text: &str) -> Vec<Error> {
    parse(text).err().unwrap_or_default()
}
