//! How the rows of a question are found before the rest of it is tested. A question with several tests on properties is
//! answered from the test that fewest records pass; all others are then made of these records only, those that the index of
//! values answers before the record itself is read. SQLite cannot choose so: it keeps no figures of how often a value
//! occurs, so we count, but no further than to a bound.

use rusqlite::{Connection, params_from_iter};

use super::indexed::{Lookup, are_of_one_kind};
use super::{Row, Sql};
use crate::records::rows::criteria::{ArrayTest, Attribute, Column, Criteria, Filter, Liveness};
use crate::records::rows::values;

/// Values are counted up to here: about the number of rows that a page can afford to look at.
const COUNTED: u32 = 4_000;

#[derive(Debug, Clone, Copy)]
pub(in crate::records::rows) enum Access<'c> {
    /// By their table, or by what SQLite finds in the tests on columns.
    Rows,
    /// By this test, which the index of values answers.
    Values(&'c Filter),
    /// By ids or keys, which leave few.
    Keys,
}

impl<'c> Access<'c> {
    pub(in crate::records::rows) fn choose(
        connection: &Connection,
        criteria: &'c Criteria,
    ) -> rusqlite::Result<Self> {
        let row = Row::of(criteria, "r");
        let tests = conjunction(&criteria.filter);
        if tests.iter().any(|test| matches!(test, Filter::OneOf(Attribute::Column(Column::Id), _))) {
            return Ok(Access::Keys);
        }
        let mut best: Option<(&Filter, u32)> = None;
        let mut found_by = tests.into_iter().filter(|test| row.is_found_by(test)).peekable();
        while let Some(test) = found_by.next() {
            let is_alone = best.is_none() && found_by.peek().is_none();
            let count = if is_alone { 0 } else { count(connection, test, &row)? };
            if best.is_none_or(|(_, least)| count < least) {
                best = Some((test, count));
            }
        }
        Ok(best.map_or(Access::Rows, |(test, _)| Access::Values(test)))
    }

    /// For rows that belong to others by `attribute`.
    pub(in crate::records::rows) fn by(attribute: &Attribute, criteria: &'c Criteria) -> Self {
        let has_index = match attribute {
            Attribute::Column(column) => {
                matches!(column, Column::Id | Column::UserId | Column::ExternalId)
            }
            Attribute::Property(_) => Row::of(criteria, "r").index_of(attribute).is_some(),
        };
        if has_index { Access::Keys } else { Access::Rows }
    }
}

/// How many entries the test has, or the bound.
fn count(connection: &Connection, test: &Filter, row: &Row<'_>) -> rusqlite::Result<u32> {
    let mut sql = Sql::default();
    sql.push("SELECT count(*) FROM (SELECT 1 FROM record_values WHERE ");
    sql.finding(test, row);
    sql.push(" LIMIT ").bind(i64::from(COUNTED)).push(")");
    connection.prepare_cached(&sql.text)?.query_row(params_from_iter(&sql.values), |row| row.get(0))
}

/// The tests that must all hold.
fn conjunction(filter: &Filter) -> Vec<&Filter> {
    match filter {
        Filter::All(filters) => filters.iter().flat_map(conjunction).collect(),
        test => vec![test],
    }
}

impl Row<'_> {
    /// Entries of one property in one part of the index lead to every record that passes the test. (To others too, where a
    /// text was cut or further elements are wanted; the test is made again.)
    fn is_found_by(&self, test: &Filter) -> bool {
        match test {
            Filter::OneOf(attribute, operands) => {
                let mut parts = operands.iter().map(|operand| operand.part());
                let first = parts.next();
                self.index_of(attribute).is_some() && first.is_some() && parts.all(|part| Some(part) == first)
            }
            Filter::Range(attribute, bounds) => {
                self.index_of(attribute).is_some() && !bounds.is_empty() && are_of_one_kind(bounds)
            }
            Filter::Array(attribute, ArrayTest::Contains(elements)) => {
                self.index_of(attribute).is_some() && !elements.is_empty()
            }
            _ => false,
        }
    }
}

impl Sql {
    /// The condition on the row `alias`, found as `access` says.
    pub(in crate::records::rows) fn criteria(
        &mut self,
        criteria: &Criteria,
        alias: &str,
        access: Access<'_>,
    ) {
        let row = Row::of(criteria, alias);
        match criteria.liveness {
            Liveness::Live => self.push(alias).push(".deleted_at IS NULL"),
            Liveness::Deleted => self.push(alias).push(".deleted_at IS NOT NULL"),
            Liveness::Either => self.push("1"),
        };
        if let Some(table) = row.table {
            // Where something else finds the rows, the index on tables would only be in the way.
            let hint = if matches!(access, Access::Rows) { " AND " } else { " AND +" };
            self.push(hint).push(alias).push(".table_name = ").bind(table.to_owned());
        }
        let by_record = |id: String| Row { lookup: Lookup::Record(id), ..row.clone() };
        let mut tests = conjunction(&criteria.filter);
        let row = match access {
            Access::Rows => row,
            Access::Keys => by_record(format!("{alias}.id")),
            Access::Values(first) => {
                let entry = by_record("record_values.record_id".to_owned());
                self.push(" AND ").push(alias).push(".id IN (SELECT record_id FROM record_values WHERE ");
                self.finding(first, &row);
                for test in tests.extract_if(.., |test| row.is_indexed(test)) {
                    if !std::ptr::eq(test, first) || !is_found_whole(test) {
                        self.push(" AND ");
                        self.filter(test, &entry);
                    }
                }
                self.push(")");
                by_record(format!("{alias}.id"))
            }
        };
        for test in tests {
            self.push(" AND ");
            self.filter(test, &row);
        }
    }

    /// The entries of the index that lead to the records which pass a test.
    fn finding(&mut self, test: &Filter, row: &Row<'_>) {
        match test {
            Filter::OneOf(attribute, operands) => {
                if let (Some((table, name)), Some(first)) = (row.index_of(attribute), operands.first()) {
                    self.entries(table, name, first.part());
                    self.list(operands.iter().map(|operand| operand.cut()));
                }
            }
            Filter::Range(attribute, bounds) => {
                if let (Some((table, name)), Some((_, first))) = (row.index_of(attribute), bounds.first()) {
                    self.entries(table, name, first.part()).within(bounds);
                }
            }
            Filter::Array(attribute, ArrayTest::Contains(elements)) => {
                if let (Some((table, name)), Some(element)) = (row.index_of(attribute), elements.first()) {
                    self.entries(table, name, "element").push("= ").bind(values::cut(element).to_owned());
                }
            }
            // Nothing else finds records.
            _ => drop(self.push("1")),
        }
    }
}

/// The entries that find the records are all there is to the test, where the index answers it.
fn is_found_whole(test: &Filter) -> bool {
    match test {
        Filter::Array(_, ArrayTest::Contains(elements)) => elements.len() == 1,
        _ => true,
    }
}
