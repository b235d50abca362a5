//! Criteria to SQL. The only place where a statement is put together from pieces: names of tables and columns are ours,
//! everything a query says is bound.
//!
//! A property test of a known table is answered by the table `record_values`; of an unknown table it is computed from each
//! record. Every test is 0 or 1, never NULL (see `criteria`).

use std::fmt::Write as _;

use rusqlite::types::Value as Binding;

mod access;
mod attribute;
mod indexed;
mod nearness;

pub(super) use self::access::Access;
use self::attribute::ELEMENT_TEXT;
use self::indexed::Lookup;
use super::criteria::{
    ArrayTest, Attribute, Bound, Case, Column, Criteria, Entity, Filter, Operand, TextPart, TextTest,
    WordTest,
};
use super::sort::{Direction, Sort, SortKey};
use super::values;
use crate::store::fold;

/// Operands that are bound one by one.
const LISTED: usize = 16;

/// A statement under construction, and the values of its placeholders in their order.
#[derive(Debug, Default)]
pub(super) struct Sql {
    pub(super) text: String,
    pub(super) values: Vec<Binding>,
    aliases: usize,
}

/// Where a test is made: the alias of the row, and what is known of it.
#[derive(Debug, Clone)]
struct Row<'c> {
    alias: String,
    entity: Entity,
    table: Option<&'c str>,
    lookup: Lookup,
}

impl Sql {
    pub(super) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub(super) fn bind(&mut self, value: impl Into<Binding>) -> &mut Self {
        self.values.push(value.into());
        self.push("?")
    }

    /// Rows that are equal follow in the order of their ids, in the direction of the last sort: so does an index on one
    /// column, and nothing is left to be sorted.
    pub(super) fn order(&mut self, sorts: &[Sort], entity: Entity, alias: &str) {
        let row = Row::of_any_table(alias, entity);
        self.push(" ORDER BY ");
        for sort in sorts {
            // Said of a column that has no NULL, where they go would keep SQLite from reading its index backwards.
            let has_nulls = !matches!(&sort.key, SortKey::Column(column) if column.is_never_null());
            match &sort.key {
                SortKey::Column(column) => drop(self.column(*column, &row)),
                SortKey::Text(name) => self.property_text(name, &row),
                SortKey::Number(name) => self.property_number(name, &row),
                SortKey::Listed(column, values) => self.listed(*column, values, &row),
                SortKey::Distance(name, point) => {
                    self.distance(&Attribute::Property(name.clone()), *point, &row);
                }
                SortKey::Random => drop(self.push("random()")),
            }
            self.push(match (sort.direction, has_nulls) {
                (Direction::Ascending, true) => " ASC NULLS LAST, ",
                (Direction::Descending, true) => " DESC NULLS FIRST, ",
                (Direction::Ascending, false) => ", ",
                (Direction::Descending, false) => " DESC, ",
            });
        }
        self.push(alias).push(match sorts.last().map(|sort| sort.direction) {
            None | Some(Direction::Ascending) => ".id",
            Some(Direction::Descending) => ".id DESC",
        });
    }

    fn filter(&mut self, filter: &Filter, row: &Row<'_>) {
        match filter {
            Filter::All(filters) => self.joined(filters, " AND ", "1", row),
            Filter::Any(filters) => self.joined(filters, " OR ", "0", row),
            Filter::Not(filter) => {
                self.push("NOT ");
                self.filter(filter, row);
            }
            Filter::Exists(attribute) => {
                self.push("(");
                self.raw(attribute, row);
                self.push(" IS NOT NULL)");
            }
            Filter::OneOf(attribute, operands) => self.one_of(attribute, operands, row),
            Filter::Range(attribute, bounds) => self.range(attribute, bounds, row),
            Filter::Text(attribute, test) => self.text_test(attribute, test, row),
            Filter::Word(attribute, test) => self.word_test(attribute, test, row),
            Filter::Array(attribute, test) => self.array_test(attribute, test, row),
            Filter::Near(attribute, nearness) => self.nearness(attribute, nearness, row),
            Filter::Related { ours, theirs, criteria } => self.related(ours, theirs, criteria, row),
        }
    }

    fn joined(&mut self, filters: &[Filter], operator: &str, if_empty: &str, row: &Row<'_>) {
        if filters.is_empty() {
            self.push(if_empty);
            return;
        }
        self.push("(");
        self.balanced(filters, operator, &mut |sql, filter| sql.filter(filter, row));
        self.push(")");
    }

    /// Halves in parentheses: a long chain would be deeper than SQLite lets an expression be.
    fn balanced<T>(&mut self, items: &[T], operator: &str, push: &mut dyn FnMut(&mut Self, &T)) {
        match items {
            [] => {}
            [item] => push(self, item),
            items => {
                let (left, right) = items.split_at(items.len() / 2);
                self.push("(").balanced(left, operator, push);
                self.push(")").push(operator).push("(").balanced(right, operator, push);
                self.push(")");
            }
        }
    }

    fn one_of(&mut self, attribute: &Attribute, operands: &[Operand], row: &Row<'_>) {
        let (texts, numbers): (Vec<&Operand>, Vec<&Operand>) =
            operands.iter().partition(|operand| operand.is_text());
        let kinds =
            [(texts, "whole"), (numbers, "number")].into_iter().filter(|(operands, _)| !operands.is_empty());
        let index = row.index_of(attribute);
        let mut separator = "(";
        for (operands, part) in kinds {
            self.push(separator);
            separator = " OR ";
            match (index, attribute) {
                (Some((table, name)), _) => {
                    self.indexed(row, table, name, part);
                    self.list(operands.iter().map(|operand| operand.cut())).push(")");
                    let long = operands.iter().any(|operand| !operand.is_whole());
                    if long {
                        self.push(" AND coalesce(");
                        self.text_of(attribute, row);
                        self.push(" ").list(operands.iter().map(|operand| operand.to_sql())).push(", 0)");
                    }
                }
                (None, Attribute::Column(column)) => {
                    self.column(*column, row).push(" IS NOT NULL AND ");
                    if part == "whole" {
                        self.text_of(attribute, row);
                    } else {
                        self.number_of(attribute, row);
                    }
                    self.push(" ").list(operands.iter().map(|operand| operand.to_sql()));
                }
                (None, Attribute::Property(_)) => {
                    self.push("coalesce(");
                    if part == "whole" {
                        self.text_of(attribute, row);
                    } else {
                        self.number_of(attribute, row);
                    }
                    self.push(" ").list(operands.iter().map(|operand| operand.to_sql())).push(", 0)");
                }
            }
        }
        self.push(if operands.is_empty() { "0" } else { ")" });
    }

    /// `IN (?, ?, …)`. A long list of texts or whole numbers is one value, so that a statement stays short, and is the
    /// same for lists of any length.
    fn list(&mut self, values: impl Iterator<Item = Binding>) -> &mut Self {
        let values: Vec<Binding> = values.collect();
        if values.len() > LISTED
            && let Some(json) = values.iter().map(to_json).collect::<Option<serde_json::Value>>()
        {
            return self.in_array(json);
        }
        self.push("IN (");
        for (at, value) in values.into_iter().enumerate() {
            self.push(if at > 0 { ", " } else { "" }).bind(value);
        }
        self.push(")")
    }

    fn range(&mut self, attribute: &Attribute, bounds: &[(Bound, Operand)], row: &Row<'_>) {
        match (bounds.first(), row.index_of(attribute)) {
            (None, _) => drop(self.push("1")),
            (Some((_, first)), Some((table, name))) if indexed::are_of_one_kind(bounds) => {
                self.indexed(row, table, name, first.part());
                self.within(bounds).push(")");
            }
            _ => {
                self.push("(1");
                for (bound, operand) in bounds {
                    self.push(" AND coalesce(");
                    if operand.is_text() {
                        self.text_of(attribute, row);
                    } else {
                        self.number_of(attribute, row);
                    }
                    self.push(" ").push(bound.operator()).bind(operand.to_sql()).push(", 0)");
                }
                self.push(")");
            }
        }
    }

    fn text_test(&mut self, attribute: &Attribute, test: &TextTest, row: &Row<'_>) {
        let (open, close, needle) = match test.case {
            Case::Sensitive => ("(", ")", test.text.clone()),
            Case::Insensitive => ("fold(", ")", fold(&test.text)),
        };
        self.push("coalesce(");
        match test.part {
            TextPart::Anywhere => {
                self.push("instr(").push(open);
                self.text_of(attribute, row);
                self.push(close).push(", ").bind(needle).push(") > 0");
            }
            TextPart::Start => {
                let length = needle.chars().count();
                self.push("substr(").push(open);
                self.text_of(attribute, row);
                let _ = write!(self.text, "{close}, 1, {length}) = ");
                self.bind(needle);
            }
            // `substr(x, -0)` would be the whole text.
            TextPart::End if needle.is_empty() => {
                self.text_of(attribute, row);
                self.push(" IS NOT NULL");
            }
            TextPart::End => {
                let length = needle.chars().count();
                self.push("substr(").push(open);
                self.text_of(attribute, row);
                let _ = write!(self.text, "{close}, -{length}) = ");
                self.bind(needle);
            }
        }
        self.push(", 0)");
    }

    fn word_test(&mut self, attribute: &Attribute, test: &WordTest, row: &Row<'_>) {
        self.push("coalesce(").push(test.part.function()).push("(CASE WHEN ");
        self.is_array(attribute, row);
        self.push(" THEN (SELECT group_concat(").push(ELEMENT_TEXT).push(", ' ') FROM json_each(");
        self.json(attribute, row);
        self.push(") AS e) ELSE ");
        self.text_of(attribute, row);
        self.push(" END, ").bind(test.word.clone()).push("), 0)");
    }

    fn array_test(&mut self, attribute: &Attribute, test: &ArrayTest, row: &Row<'_>) {
        match test {
            ArrayTest::Contains(elements) => {
                self.push(if elements.is_empty() { "(1" } else { "(" });
                self.balanced(elements, " AND ", &mut |sql, element| {
                    sql.has_element(attribute, element, row);
                });
                self.push(")");
            }
            ArrayTest::Overlaps(elements) => {
                self.push(if elements.is_empty() { "(0" } else { "(" });
                self.balanced(elements, " OR ", &mut |sql, element| sql.has_element(attribute, element, row));
                self.push(")");
            }
            ArrayTest::Within(elements) => {
                self.push("(");
                self.is_array(attribute, row);
                self.push(" AND NOT EXISTS (SELECT 1 FROM json_each(");
                self.json(attribute, row);
                self.push(") AS e WHERE e.type <> 'null' AND ").push(ELEMENT_TEXT).push(" NOT ");
                self.list(elements.iter().map(|element| Binding::Text(element.clone()))).push("))");
            }
            ArrayTest::Equals(elements) => {
                let text = serde_json::Value::from(elements.as_slice()).to_string();
                self.push("(");
                self.is_array(attribute, row);
                self.push(" AND (SELECT json_group_array(").push(ELEMENT_TEXT).push(") FROM json_each(");
                self.json(attribute, row);
                self.push(") AS e WHERE e.type <> 'null') = json(").bind(text).push("))");
            }
        }
    }

    fn has_element(&mut self, attribute: &Attribute, element: &str, row: &Row<'_>) {
        let index = row.index_of(attribute);
        self.push("(");
        if let Some((table, name)) = index {
            self.indexed(row, table, name, "element");
            self.push("= ").bind(values::cut(element).to_owned()).push(")");
        }
        if index.is_none() || !values::is_whole(element) {
            self.push(if index.is_some() { " AND " } else { "" });
            self.is_array(attribute, row);
            self.push(" AND EXISTS (SELECT 1 FROM json_each(");
            self.json(attribute, row);
            self.push(") AS e WHERE ").push(ELEMENT_TEXT).push(" = ").bind(element.to_owned()).push(")");
        }
        self.push(")");
    }

    fn related(&mut self, ours: &Attribute, theirs: &Attribute, criteria: &Criteria, row: &Row<'_>) {
        if matches!(ours, Attribute::Column(_)) {
            self.push("coalesce(");
            self.text_of(ours, row);
            self.push(" IN (").texts(theirs, criteria).push("), 0)");
            return;
        }
        // One list of an array's elements and itself, so that the related rows are asked for once: said twice they would
        // double with each relation that lies in another.
        self.push("EXISTS (SELECT 1 FROM json_each(CASE WHEN ");
        self.is_array(ours, row);
        self.push(" THEN json_insert(");
        self.json(ours, row);
        self.push(", '$[#]', ");
        self.text_of(ours, row);
        self.push(") ELSE json_array(");
        self.text_of(ours, row);
        self.push(") END) AS e WHERE ").push(ELEMENT_TEXT).push(" IN (").texts(theirs, criteria).push("))");
    }

    /// The texts of an attribute of all rows that are meant.
    fn texts(&mut self, attribute: &Attribute, criteria: &Criteria) -> &mut Self {
        self.aliases += 1;
        let alias = format!("r{}", self.aliases);
        self.push("SELECT ");
        self.text_of(attribute, &Row::of(criteria, &alias));
        self.push(" FROM ").push(criteria.entity.table()).push(" AS ").push(&alias).push(" WHERE ");
        self.criteria(criteria, &alias, Access::Rows);
        self
    }

    /// The attribute of the row `alias` as text.
    pub(super) fn key(&mut self, attribute: &Attribute, entity: Entity, alias: &str) {
        self.text_of(attribute, &Row::of_any_table(alias, entity));
    }

    /// ` AND` the row's `attribute` is one of the texts `keys`.
    pub(super) fn with_key(
        &mut self,
        criteria: &Criteria,
        attribute: &Attribute,
        alias: &str,
        keys: &[String],
    ) {
        let row = Row::of(criteria, alias);
        self.push(" AND ");
        if let Some((table, name)) = row.index_of(attribute) {
            self.indexed(&row, table, name, "whole");
            self.in_array(keys.iter().map(|key| values::cut(key)).collect()).push(")");
            if keys.iter().all(|key| values::is_whole(key)) {
                return;
            }
            self.push(" AND ");
        }
        match attribute {
            // A key that is no number becomes one that is none of the keys, so its row is not taken.
            Attribute::Column(column @ (Column::Id | Column::UserId)) => {
                self.column(*column, &row).push(" IN (SELECT CAST(value AS INTEGER) FROM json_each(");
                self.bind(serde_json::Value::from(keys).to_string()).push("))");
            }
            _ => {
                self.text_of(attribute, &row);
                self.push(" ").in_array(keys.iter().map(String::as_str).collect());
            }
        }
    }

    /// `IN` a list that is one value, however long it is.
    fn in_array(&mut self, list: serde_json::Value) -> &mut Self {
        self.push("IN (SELECT value FROM json_each(").bind(list.to_string()).push("))")
    }
}

/// Decimal notation would not give every fraction back as it was.
fn to_json(value: &Binding) -> Option<serde_json::Value> {
    match value {
        Binding::Text(text) => Some(text.as_str().into()),
        Binding::Integer(integer) => Some((*integer).into()),
        Binding::Null | Binding::Real(_) | Binding::Blob(_) => None,
    }
}

impl<'c> Row<'c> {
    fn of(criteria: &'c Criteria, alias: &str) -> Self {
        Self { table: criteria.table.as_deref(), ..Self::of_any_table(alias, criteria.entity) }
    }

    fn of_any_table(alias: &str, entity: Entity) -> Self {
        Self { alias: alias.to_owned(), entity, table: None, lookup: Lookup::All }
    }
}
