//! The full-text part of a query: a keyword, how its words must be found, and where. Pure.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::error::Error;
use super::filter::attribute;
use crate::app::{App, PropertyType, Table};
use crate::records::{Attribute, Entity, Filter, WordPart, WordTest, words};

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

/// What the filter `fulltext` of records says: of the properties and fields it names, else of all properties that hold text.
/// It chooses records and does not sort them, so no priority counts.
///
/// # Errors
/// The keyword is too long.
pub(super) fn condition(app: &App, table: Option<&str>, input: &Json) -> Result<Option<Filter>, Error> {
    let Some(input) = input.as_object() else { return Ok(None) };
    let Some(query) = WordQuery::of(input)? else { return Ok(None) };
    let properties = places(input, "properties").into_iter();
    let properties = properties.map(|place| Attribute::Property(place.name.into()));
    let fields = places(input, "fields").into_iter().map(|place| attribute(Entity::Record, place.name));
    let mut attributes: Vec<Attribute> = properties.chain(fields).collect();
    if attributes.is_empty() {
        attributes = text_properties(app, table).into_iter().map(Attribute::Property).collect();
    }
    Ok(Some(query.filter(&attributes)))
}

/// Without a table, those of all tables.
fn text_properties(app: &App, table: Option<&str>) -> BTreeSet<Arc<str>> {
    let of_table = |table: &Arc<Table>| -> Vec<Arc<str>> {
        let holds_text = |kind| matches!(kind, PropertyType::String | PropertyType::Array);
        let texts = table.properties.iter().filter(|(_, property)| holds_text(property.kind));
        texts.map(|(name, _)| Arc::from(&**name)).collect()
    };
    match table {
        Some(table) => app.table(table).into_iter().flat_map(of_table).collect(),
        None => app.tables().flat_map(of_table).collect(),
    }
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
