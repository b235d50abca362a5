//! The full-text part of a query: a keyword, how its words must be found, and where. Pure.

use serde_json::{Map, Value as Json};

use super::error::Error;
use crate::records::{Attribute, Filter, WordPart, WordTest, words};

/// Words of one keyword. Nobody types as many; somebody may paste a book.
const MOST_WORDS: usize = 100;

pub(super) struct WordQuery {
    tests: Vec<WordTest>,
    operator: Operator,
}

/// How many of the words must be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    All,
    Any,
}

/// A place to search in that is named, and what a word that is found there is worth.
pub(super) struct Place<'a> {
    pub(super) name: &'a str,
    pub(super) priority: i64,
}

impl WordQuery {
    /// `None` for a blank keyword: it is no condition.
    ///
    /// # Errors
    /// The keyword is too long.
    pub(super) fn of(input: &Map<String, Json>) -> Result<Option<Self>, Error> {
        let says = |name: &str| input.get(name).and_then(Json::as_str);
        let Some(keyword) = says("keyword").filter(|keyword| !keyword.trim().is_empty()) else {
            return Ok(None);
        };
        let part = match says("match_type") {
            Some("STARTS_WITH") => WordPart::Start,
            Some("ENDS_WITH") => WordPart::End,
            Some("CONTAINS") => WordPart::Anywhere,
            _ => WordPart::Whole,
        };
        let tests: Vec<WordTest> =
            words(keyword).take(MOST_WORDS + 1).map(|word| WordTest { part, word }).collect();
        if tests.len() > MOST_WORDS {
            return Err(Error::new(format!("a keyword may have at most {MOST_WORDS} words")));
        }
        let operator = if says("operator") == Some("OR") { Operator::Any } else { Operator::All };
        Ok(Some(Self { tests, operator }))
    }

    /// Each of the words, or one of them, is in one of `attributes`; not all need to be in the same. A keyword that has
    /// no word in it, like `?!`, is found nowhere.
    pub(super) fn filter(&self, attributes: &[Attribute]) -> Filter {
        let found = |test: &WordTest| {
            Filter::Any(attributes.iter().map(|place| Filter::Word(place.clone(), test.clone())).collect())
        };
        let found: Vec<Filter> = self.tests.iter().map(found).collect();
        match self.operator {
            Operator::All if !found.is_empty() => Filter::All(found),
            Operator::All | Operator::Any => Filter::Any(found),
        }
    }

    /// How well a text answers: the number of the words that it has.
    pub(super) fn found_in(&self, text: &str) -> i64 {
        self.tests.iter().map(|test| i64::from(test.part.is_in(text, &test.word))).sum()
    }
}

/// Where the input says to search, under `fields` or `properties`. Empty if it does not say.
pub(super) fn places<'a>(input: &'a Map<String, Json>, key: &str) -> Vec<Place<'a>> {
    let entries = input.get(key).and_then(Json::as_array).into_iter().flatten();
    let places = entries.filter_map(|entry| {
        let name = entry.get("name").and_then(Json::as_str).filter(|name| !name.trim().is_empty())?;
        Some(Place { name, priority: entry.get("priority").and_then(Json::as_i64).unwrap_or(1) })
    });
    places.collect()
}
