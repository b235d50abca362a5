//! Pages of rows, and the rows related to many others at once: one statement each, however many rows there are.

use rusqlite::{Connection, Row, params_from_iter};

use super::criteria::{Attribute, Column, Criteria, Entity};
use super::sort::{Direction, Sort, SortKey};
use super::sql::{Access, Sql};

/// A kind of row that can be asked for.
pub(crate) trait Stored: Sized {
    const ENTITY: Entity;
    /// What [`Stored::of`] reads, of the alias `r`.
    const COLUMNS: &'static str;

    /// From a row that begins with [`Stored::COLUMNS`].
    fn of(row: &Row<'_>) -> rusqlite::Result<Self>;
}

/// Which part of all rows. `number` counts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) number: u64,
    pub(crate) size: u64,
}

/// Rows that belong to others: those whose attribute `theirs` has the text of a key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Relation {
    pub(crate) criteria: Criteria,
    pub(crate) theirs: Attribute,
    pub(crate) sorts: Vec<Sort>,
    pub(crate) share: Share,
}

/// Which rows each key gets of those that belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    All,
    First(u64),
    Last,
}

/// The rows of one page in their order, and how many there are on all pages together. Where an index of values finds the
/// rows they are found once for both.
pub(in crate::records) fn counted_page<T: Stored>(
    connection: &Connection,
    criteria: &Criteria,
    sorts: &[Sort],
    page: Page,
) -> rusqlite::Result<(u64, Vec<T>)> {
    if let access @ Access::Values(_) = Access::choose(connection, criteria)? {
        let sql = counted_page_statement::<T>(criteria, access, sorts, page);
        let mut statement = connection.prepare_cached(&sql.text)?;
        let rows = statement.query_map(params_from_iter(&sql.values), |row| {
            Ok((row.get("total").map(i64::unsigned_abs)?, T::of(row)?))
        })?;
        let rows: Vec<(u64, T)> = rows.collect::<rusqlite::Result<_>>()?;
        // A page beyond the last has no row to tell how many there are.
        if let Some((total, _)) = rows.first() {
            return Ok((*total, rows.into_iter().map(|(_, row)| row).collect()));
        }
    }
    Ok((count(connection, criteria)?, self::page(connection, criteria, sorts, page)?))
}

/// How many rows there are on all pages together.
pub(in crate::records) fn count(connection: &Connection, criteria: &Criteria) -> rusqlite::Result<u64> {
    let mut sql = Sql::default();
    sql.push("SELECT count(*) FROM ").push(criteria.entity.table()).push(" AS r WHERE ");
    sql.criteria(criteria, "r", Access::choose(connection, criteria)?);
    connection
        .prepare_cached(&sql.text)?
        .query_row(params_from_iter(&sql.values), |row| row.get(0).map(i64::unsigned_abs))
}

pub(in crate::records) fn page<T: Stored>(
    connection: &Connection,
    criteria: &Criteria,
    sorts: &[Sort],
    page: Page,
) -> rusqlite::Result<Vec<T>> {
    let sql = page_statement::<T>(criteria, Access::choose(connection, criteria)?, sorts, page);
    let mut statement = connection.prepare_cached(&sql.text)?;
    let rows = statement.query_map(params_from_iter(&sql.values), T::of)?;
    rows.collect()
}

/// Each row with the key it belongs to, all in the order of the relation.
pub(in crate::records) fn related<T: Stored>(
    connection: &Connection,
    relation: &Relation,
    keys: &[String],
) -> rusqlite::Result<Vec<(String, T)>> {
    let sql = related_statement::<T>(relation, keys);
    let mut statement = connection.prepare_cached(&sql.text)?;
    let rows =
        statement.query_map(params_from_iter(&sql.values), |row| Ok((row.get("key")?, T::of(row)?)))?;
    rows.collect()
}

fn counted_page_statement<T: Stored>(
    criteria: &Criteria,
    access: Access<'_>,
    sorts: &[Sort],
    page: Page,
) -> Sql {
    let mut sql = Sql::default();
    sql.push("WITH found AS MATERIALIZED (SELECT r.id AS id FROM ").push(T::ENTITY.table());
    sql.push(" AS r WHERE ").criteria(criteria, "r", access);
    sql.push(") SELECT ").push(T::COLUMNS).push(", (SELECT count(*) FROM found) AS total FROM found JOIN ");
    sql.push(T::ENTITY.table()).push(" AS r ON r.id = found.id");
    sql.order(sorts, T::ENTITY, "r");
    sql.limit(page);
    sql
}

fn page_statement<T: Stored>(criteria: &Criteria, access: Access<'_>, sorts: &[Sort], page: Page) -> Sql {
    let mut sql = Sql::default();
    sql.push("SELECT ").push(T::COLUMNS).push(" FROM ").push(T::ENTITY.table()).push(" AS r WHERE ");
    sql.criteria(criteria, "r", access);
    sql.order(sorts, T::ENTITY, "r");
    sql.limit(page);
    sql
}

impl Sql {
    fn limit(&mut self, page: Page) {
        let bounded = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.push(" LIMIT ").bind(bounded(page.size)).push(" OFFSET ");
        self.bind(bounded(page.number.saturating_sub(1).saturating_mul(page.size)));
    }
}

fn related_statement<T: Stored>(relation: &Relation, keys: &[String]) -> Sql {
    let Relation { criteria, theirs, sorts, share } = relation;
    let mut sql = Sql::default();
    sql.push("SELECT ").push(T::COLUMNS).push(", found.key FROM (SELECT r.id AS id, ");
    sql.key(theirs, T::ENTITY, "r");
    sql.push(" AS key, row_number() OVER (PARTITION BY ");
    sql.key(theirs, T::ENTITY, "r");
    match share {
        Share::All | Share::First(_) => sql.order(sorts, T::ENTITY, "r"),
        Share::Last => sql.order(&reversed(sorts), T::ENTITY, "r"),
    }
    sql.push(") AS place FROM ").push(T::ENTITY.table()).push(" AS r WHERE ");
    sql.criteria(criteria, "r", Access::by(theirs, criteria));
    sql.with_key(criteria, theirs, "r", keys);
    sql.push(") AS found JOIN ").push(T::ENTITY.table()).push(" AS r ON r.id = found.id");
    match share {
        Share::All => {}
        Share::First(limit) => {
            sql.push(" WHERE found.place <= ").bind(i64::try_from(*limit).unwrap_or(i64::MAX));
        }
        Share::Last => drop(sql.push(" WHERE found.place = 1")),
    }
    sql.order(sorts, T::ENTITY, "r");
    sql
}

/// The order in which the last row is the first.
fn reversed(sorts: &[Sort]) -> Vec<Sort> {
    if sorts.is_empty() {
        return vec![Sort { key: SortKey::Column(Column::Id), direction: Direction::Descending }];
    }
    let reverse = |sort: &Sort| Sort { key: sort.key.clone(), direction: sort.direction.reversed() };
    sorts.iter().map(reverse).collect()
}

/// How SQLite goes about a page, one step a line.
#[cfg(test)]
pub(in crate::records) fn explain(
    connection: &Connection,
    criteria: &Criteria,
    sorts: &[Sort],
) -> rusqlite::Result<String> {
    let page = Page { number: 1, size: 20 };
    let access = Access::choose(connection, criteria)?;
    plan(
        connection,
        match criteria.entity {
            Entity::Record => page_statement::<super::Record>(criteria, access, sorts, page),
            Entity::User => page_statement::<super::User>(criteria, access, sorts, page),
            Entity::Profile => page_statement::<super::Profile>(criteria, access, sorts, page),
            Entity::Activity => page_statement::<super::Activity>(criteria, access, sorts, page),
        },
    )
}

/// The same of records related to others.
#[cfg(test)]
pub(in crate::records) fn explain_related(
    connection: &Connection,
    relation: &Relation,
    keys: &[String],
) -> rusqlite::Result<String> {
    plan(connection, related_statement::<super::Record>(relation, keys))
}

#[cfg(test)]
fn plan(connection: &Connection, sql: Sql) -> rusqlite::Result<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.text))?;
    let steps = statement.query_map(params_from_iter(&sql.values), |row| row.get::<_, String>("detail"))?;
    steps.map(|step| step.map(|step| step + "\n")).collect()
}
