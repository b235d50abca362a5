//! Which rows are meant. Every test is true or false, also of a value that is missing: then it is false, so that its
//! [`Filter::Not`] is true. (SQL's third truth value would make `not_value` forget the rows without a value.)

use std::sync::Arc;

use rusqlite::types::Value as Sql;

use super::nearness::Nearness;
use crate::store::{self, WordPart};

/// The kinds of rows that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entity {
    Record,
    User,
    Profile,
    Activity,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Criteria {
    pub(crate) entity: Entity,
    /// Only this table, where one is meant; that lets property tests use an index. Users and their profiles have none.
    pub(crate) table: Option<Arc<str>>,
    pub(crate) liveness: Liveness,
    pub(crate) filter: Filter,
}

/// Rows are deleted softly: they are marked, and hidden unless asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Liveness {
    #[default]
    Live,
    Deleted,
    Either,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    /// True if empty.
    All(Vec<Self>),
    /// False if empty.
    Any(Vec<Self>),
    Not(Box<Self>),
    Exists(Attribute),
    /// Equal to one of these. Text compares with the value as text, a number with the value as a number.
    OneOf(Attribute, Vec<Operand>),
    /// All bounds hold.
    Range(Attribute, Vec<(Bound, Operand)>),
    Text(Attribute, TextTest),
    /// Has this word, or a word of which it is a part.
    Word(Attribute, WordTest),
    /// Of an array property; elements count as text.
    Array(Attribute, ArrayTest),
    /// Of a geojson property.
    Near(Attribute, Nearness),
    /// At least one row of `criteria` has the text of `ours` in `theirs`. Where `ours` is an array, one element is enough.
    Related {
        ours: Attribute,
        theirs: Attribute,
        criteria: Box<Criteria>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Attribute {
    Column(Column),
    Property(Arc<str>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Id,
    Table,
    UserId,
    ExternalId,
    CreatedAt,
    UpdatedAt,
    DeletedAt,
    // Of users alone.
    Email,
    FirstName,
    MiddleName,
    LastName,
    Name,
    Slug,
    Language,
    // Of activities alone.
    Uuid,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Text(String),
    /// Also a moment, in milliseconds since the epoch.
    Integer(i64),
    Float(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    Above,
    AtLeast,
    Below,
    AtMost,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextTest {
    pub(crate) part: TextPart,
    pub(crate) text: String,
    pub(crate) case: Case,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextPart {
    Anywhere,
    Start,
    End,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WordTest {
    pub(crate) part: WordPart,
    /// One of those that [`store::words`] makes of what is searched for.
    pub(crate) word: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Sensitive,
    /// By Unicode's lower case, not only for ASCII.
    Insensitive,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ArrayTest {
    /// Has every one of these.
    Contains(Vec<String>),
    /// Has at least one of these.
    Overlaps(Vec<String>),
    /// Has nothing else; an empty array has nothing.
    Within(Vec<String>),
    /// These, in this order.
    Equals(Vec<String>),
}

impl Criteria {
    /// All live records of a table.
    pub(crate) fn of_table(table: impl Into<Arc<str>>) -> Self {
        Self {
            entity: Entity::Record,
            table: Some(table.into()),
            liveness: Liveness::Live,
            filter: Filter::All(Vec::new()),
        }
    }

    #[cfg(test)]
    pub(crate) fn with(self, filter: Filter) -> Self {
        Self { filter, ..self }
    }
}

impl Operand {
    /// For a column of ids. What is no number is no row's id: it is compared as text.
    pub(crate) fn id(text: String) -> Self {
        text.trim().parse().map_or(Self::Text(text), Self::Integer)
    }

    /// As statements read the number in a stored text; `None` where it is no finite one.
    pub(crate) fn number(text: &str) -> Option<Self> {
        match store::number(text)? {
            Sql::Integer(integer) => Some(Self::Integer(integer)),
            Sql::Real(real) => Some(Self::Float(real)),
            Sql::Null | Sql::Text(_) | Sql::Blob(_) => None,
        }
    }
}

impl Filter {
    pub(crate) fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// How many tests it makes of a row, those of related rows among them.
    pub(crate) fn conditions(&self) -> usize {
        match self {
            Self::All(filters) | Self::Any(filters) => filters.iter().map(Self::conditions).sum(),
            Self::Not(filter) => filter.conditions(),
            Self::Array(_, ArrayTest::Contains(elements) | ArrayTest::Overlaps(elements)) => {
                elements.len().max(1)
            }
            Self::Related { criteria, .. } => 1 + criteria.filter.conditions(),
            Self::Exists(_)
            | Self::OneOf(..)
            | Self::Range(..)
            | Self::Text(..)
            | Self::Word(..)
            | Self::Array(..)
            | Self::Near(..) => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operand_is_the_number_that_its_text_says() {
        for (text, expected) in [
            (" 12 ", Some(Operand::Integer(12))),
            ("-1.5", Some(Operand::Float(-1.5))),
            ("9223372036854775808", Some(Operand::Float(9_223_372_036_854_775_808.0))),
            ("1e999", None),
            ("inf", None),
            ("NaN", None),
            ("", None),
            ("twelve", None),
        ] {
            assert_eq!(Operand::number(text), expected, "{text:?}");
        }
    }
}
