//! What the table `record_values` answers: whether a record has a value. It can be asked in two ways: for all records that
//! have it, or, where few records are left, for each of these by itself.

use rusqlite::types::Value as Binding;

use super::{Row, Sql};
use crate::records::rows::criteria::{ArrayTest, Attribute, Bound, Entity, Filter, Operand};
use crate::records::rows::values;

/// How a value is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lookup {
    /// All records that have it at once: a set, made once for the statement.
    All,
    /// In the record with the id that this expression gives.
    Record(String),
}

impl Sql {
    /// Whether the row's record has a value: what follows is an operator, an operand and `)`.
    pub(super) fn indexed(&mut self, row: &Row<'_>, table: &str, name: &str, part: &str) {
        match &row.lookup {
            Lookup::All => {
                self.push(&row.alias).push(".id IN (SELECT record_id FROM record_values WHERE ");
            }
            Lookup::Record(id) => {
                // SQLite, which does not know how many values lie within bounds, would rather go through all of these.
                self.push(
                    "EXISTS (SELECT 1 FROM record_values AS own INDEXED BY record_values_by_record WHERE ",
                );
                self.push("own.record_id = ").push(id).push(" AND ");
            }
        }
        self.entries(table, name, part);
    }

    /// The entries of a property: what follows is an operator and an operand.
    pub(super) fn entries(&mut self, table: &str, name: &str, part: &str) -> &mut Self {
        self.push("table_name = ").bind(table.to_owned()).push(" AND name = ").bind(name.to_owned());
        self.push(" AND part = '").push(part).push("' AND value ")
    }

    /// `> ? AND value <= ?`
    pub(super) fn within(&mut self, bounds: &[(Bound, Operand)]) -> &mut Self {
        for (at, (bound, operand)) in bounds.iter().enumerate() {
            self.push(if at > 0 { " AND value " } else { "" });
            self.push(bound.operator()).bind(operand.to_sql());
        }
        self
    }
}

impl<'c> Row<'c> {
    /// The table and the property that the index can answer for.
    pub(super) fn index_of<'f>(&self, attribute: &'f Attribute) -> Option<(&'c str, &'f str)> {
        match (self.table, attribute) {
            (Some(table), Attribute::Property(name)) if self.entity == Entity::Record => Some((table, name)),
            _ => None,
        }
    }

    /// The index alone says whether the test holds.
    pub(super) fn is_indexed(&self, filter: &Filter) -> bool {
        match filter {
            Filter::All(filters) | Filter::Any(filters) => {
                filters.iter().all(|filter| self.is_indexed(filter))
            }
            Filter::Not(filter) => self.is_indexed(filter),
            Filter::OneOf(attribute, operands) => {
                self.index_of(attribute).is_some() && operands.iter().all(Operand::is_whole)
            }
            Filter::Range(attribute, bounds) => self.index_of(attribute).is_some() && are_of_one_kind(bounds),
            Filter::Array(attribute, ArrayTest::Contains(elements) | ArrayTest::Overlaps(elements)) => {
                self.index_of(attribute).is_some() && elements.iter().all(|element| values::is_whole(element))
            }
            Filter::Exists(_) | Filter::Text(..) | Filter::Word(..) | Filter::Array(..) => false,
            Filter::Near(..) | Filter::Related { .. } => false,
        }
    }
}

/// One part of the index has all values within the bounds.
pub(super) fn are_of_one_kind(bounds: &[(Bound, Operand)]) -> bool {
    let mut parts = bounds.iter().map(|(_, operand)| operand.part());
    let first = parts.next();
    parts.all(|part| Some(part) == first) && bounds.iter().all(|(_, operand)| operand.is_whole())
}

impl Operand {
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// The part of the index in which it is looked up.
    pub(super) fn part(&self) -> &'static str {
        if self.is_text() { "whole" } else { "number" }
    }

    /// The index of values tells it apart from every longer one.
    pub(super) fn is_whole(&self) -> bool {
        match self {
            Self::Text(text) => values::is_whole(text),
            Self::Integer(_) | Self::Float(_) => true,
        }
    }

    /// As it is looked up.
    pub(super) fn cut(&self) -> Binding {
        match self {
            Self::Text(text) => Binding::Text(values::cut(text).to_owned()),
            number => number.to_sql(),
        }
    }

    pub(super) fn to_sql(&self) -> Binding {
        match self {
            Self::Text(text) => Binding::Text(text.clone()),
            Self::Integer(integer) => Binding::Integer(*integer),
            Self::Float(float) => Binding::Real(*float),
        }
    }
}

impl Bound {
    pub(super) fn operator(self) -> &'static str {
        match self {
            Self::Above => "> ",
            Self::AtLeast => ">= ",
            Self::Below => "< ",
            Self::AtMost => "<= ",
        }
    }
}
