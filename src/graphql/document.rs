//! A document that has been parsed and validated, so that executing it again costs neither. Kept by its text: the same
//! query in two files, or in a file that was saved unchanged, is one document.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::validation::Valid;

use super::error::{self, Error};
use super::schema::schema;

/// Documents kept. An app has hundreds; text from outside (`/api/graph`) must not pile up.
const KEPT: usize = 2000;

/// Bytes of all texts kept together. A document takes about ten times as much as its text.
const KEPT_BYTES: usize = 4 << 20;

/// Bytes of a text that is kept.
const LONGEST_KEPT: usize = 64 << 10;

/// Bytes of a text. The longest of real apps has a few thousand; what is worked with comes in variables.
const LONGEST: usize = 1 << 20;

/// What became of a text.
pub(super) type Parsed = Result<Arc<Valid<ExecutableDocument>>, Vec<Error>>;

/// Clone = same documents.
#[derive(Debug, Clone, Default)]
pub(super) struct Documents {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    by_text: HashMap<Arc<str>, Parsed>,
    /// Of all texts.
    bytes: usize,
}

impl Documents {
    pub(super) fn get(&self, text: &str) -> Parsed {
        if text.len() > LONGEST_KEPT {
            return parse(text);
        }
        if let Some(parsed) = self.lock().by_text.get(text) {
            return parsed.clone();
        }
        let parsed = parse(text);
        self.lock().keep(text, parsed.clone());
        parsed
    }

    /// A panic elsewhere cannot have left the map half changed in a way that matters: a document is in it or not.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Forgets all others where there would be too many: those in use are soon here again.
    fn keep(&mut self, text: &str, parsed: Parsed) {
        if self.by_text.len() >= KEPT || self.bytes + text.len() > KEPT_BYTES {
            *self = Self::default();
        }
        if self.by_text.insert(text.into(), parsed).is_none() {
            self.bytes += text.len();
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A document of its own for each number, whose text has this many bytes.
    fn text(number: usize, bytes: usize) -> String {
        let text = format!("{{ a{number}: __typename }}");
        let blank = " ".repeat(bytes - text.len());
        text + &blank
    }

    #[test]
    fn long_texts_and_many_texts_do_not_pile_up() {
        let documents = Documents::default();
        documents.get(&text(0, LONGEST_KEPT + 1)).unwrap();
        assert_eq!(documents.lock().by_text.len(), 0);
        for number in 0..=KEPT_BYTES / LONGEST_KEPT {
            documents.get(&text(number, LONGEST_KEPT)).unwrap();
            documents.get(&text(number, LONGEST_KEPT)).unwrap();
            let kept = documents.lock();
            assert_eq!(kept.bytes, kept.by_text.keys().map(|text| text.len()).sum::<usize>());
            assert!(kept.bytes <= KEPT_BYTES, "{}", kept.bytes);
        }
        for number in 0..=KEPT {
            documents.get(&text(number, 40)).unwrap();
            assert!(documents.lock().by_text.len() <= KEPT);
        }
        let again = text(KEPT, 40);
        assert!(Arc::ptr_eq(&documents.get(&again).unwrap(), &documents.get(&again).unwrap()));
    }
}
