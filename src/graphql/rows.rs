//! Queries of records and users: a page of rows, and of each row what is asked for. Related rows are loaded for all rows of
//! a level at once, so that a list takes one statement for each relation, however long it is.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json, json};

use super::World;
use super::error::Error;
use super::node::Node;
use super::selection::{Field, object};
use super::{filter, geo, order};
use crate::app::App;
use crate::records::{Criteria, Entity, Page, Profile, Record, Relation, Share, Sort, User};

/// Relations within relations. The platform's deepest real query has four.
const MAX_DEPTH: usize = 20;

/// What a query with options may take that do not say how long.
const DEFAULT_TIME: Duration = Duration::from_secs(19);
/// A day. No page and no job lives that long, and it can be added to any moment.
const LONGEST_TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// How many rows a document may still be answered with. Rows that are related to one another multiply with each level, so
/// that a short text could ask for more than memory holds.
#[derive(Debug)]
pub(crate) struct RowsLeft(usize);

impl RowsLeft {
    /// Each counts once for every level it lies in: so often it is copied.
    const MOST: usize = 500_000;

    fn take(&mut self, rows: usize) -> Result<(), Error> {
        let left = self.0.checked_sub(rows);
        self.0 =
            left.ok_or_else(|| Error::new(format!("the document asks for more than {} rows", Self::MOST)))?;
        Ok(())
    }
}

impl Default for RowsLeft {
    fn default() -> Self {
        Self(Self::MOST)
    }
}

pub(super) fn records(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let criteria = filter::records(world.app, field.argument("filter"))?;
    collection::<Record>(field, &criteria, world)
}

pub(super) fn collection<T: Node>(
    field: &Field,
    criteria: &Criteria,
    world: &mut World<'_>,
) -> Result<Json, Error> {
    let Some(time) = time_limit(field) else { return page_of::<T>(field, criteria, world) };
    let end = world.data.hurry(Instant::now() + time);
    let answer = page_of::<T>(field, criteria, world);
    world.data.set_end(end);
    answer
}

fn page_of<T: Node>(field: &Field, criteria: &Criteria, world: &mut World<'_>) -> Result<Json, Error> {
    let page = page(field)?;
    let sorts = sorts(world.app, criteria, field);
    let (total, rows): (u64, Vec<T>) = match (field.asks_for(&COUNTED), field.asks_for(&["results"])) {
        (true, true) => world.data.counted_page(criteria, &sorts, page)?,
        (true, false) => (world.data.count(criteria)?, Vec::new()),
        (false, true) => (0, world.data.page(criteria, &sorts, page)?),
        (false, false) => (0, Vec::new()),
    };
    object(&field.fields, |asked| match asked.name.as_str() {
        "results" => Ok(Json::Array(project(&rows, &asked.fields, world, MAX_DEPTH)?)),
        name => Ok(paging(name, page, total)),
    })
}

/// `options { timeout }`, in seconds: what a query may take that gives options.
fn time_limit(field: &Field) -> Option<Duration> {
    let options = field.argument("options")?;
    let seconds = options.get("timeout").and_then(Json::as_u64);
    Some(seconds.map_or(DEFAULT_TIME, |seconds| Duration::from_secs(seconds).min(LONGEST_TIME)))
}

/// One row.
pub(super) fn one<T: Node>(row: T, field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let projected = project(&[row], &field.fields, world, MAX_DEPTH)?;
    Ok(projected.into_iter().next().unwrap_or_default())
}

/// The fields of a collection for which its rows must be counted.
pub(super) const COUNTED: [&str; 3] = ["total_entries", "total_pages", "has_next_page"];

/// What every collection says of its pages. An empty one has one page.
pub(super) fn paging(name: &str, page: Page, total: u64) -> Json {
    let pages = total.div_ceil(page.size).max(1);
    match name {
        "total_entries" => json!(total),
        "total_pages" => json!(pages),
        "current_page" => json!(page.number),
        "per_page" => json!(page.size),
        "has_next_page" => json!(page.number < pages),
        "has_previous_page" => json!(page.number > 1),
        _ => Json::Null,
    }
}

/// `page` and `per_page` of a field; both at least 1.
pub(super) fn page(field: &Field) -> Result<Page, Error> {
    let number = |name: &str, default: u64| match field.argument(name).map(|value| (value, value.as_u64())) {
        None => Ok(default),
        Some((_, Some(number))) if number > 0 => Ok(number),
        Some((value, _)) => Err(Error::new(format!("{name} must be at least 1, not {value}"))),
    };
    Ok(Page { number: number("page", 1)?, size: number("per_page", 20)? })
}

/// What `fields` ask of each row, in the order of the rows.
pub(super) fn project<T: Node>(
    rows: &[T],
    fields: &[Field],
    world: &mut World<'_>,
    depth: usize,
) -> Result<Vec<Json>, Error> {
    world.rows_left.take(rows.len())?;
    Ok(answers(rows, fields, world, depth)?.into_iter().map(|answer| answer.value).collect())
}

/// What is answered in one place.
#[derive(Debug, Clone, Default)]
struct Counted {
    value: Json,
    /// In it.
    rows: usize,
}

impl From<Json> for Counted {
    /// No row is in it.
    fn from(value: Json) -> Self {
        Self { value, rows: 0 }
    }
}

fn answers<T: Node>(
    rows: &[T],
    fields: &[Field],
    world: &mut World<'_>,
    depth: usize,
) -> Result<Vec<Counted>, Error> {
    let mut answers = vec![(Map::with_capacity(fields.len()), 1); rows.len()];
    for field in fields {
        let values: Vec<Counted> = match field.name.as_str() {
            "related_record" | "related_model" | "related_records" | "related_models" => {
                related::<T, Record>(rows, field, Entity::Record, world, depth)?
            }
            "__typename" => vec![Counted::from(json!(field.owner)); rows.len()],
            "related_user" | "related_users" => related::<T, User>(rows, field, Entity::User, world, depth)?,
            "profile" | "profiles" => related::<T, Profile>(rows, field, Entity::Profile, world, depth)?,
            _ => {
                let value = |row: &T| row.value(field, world).map(Counted::from);
                rows.iter().map(value).collect::<Result<_, Error>>()?
            }
        };
        for ((answer, rows), value) in answers.iter_mut().zip(values) {
            *rows += value.rows;
            answer.insert(field.key.clone(), value.value);
        }
    }
    Ok(answers.into_iter().map(|(answer, rows)| Counted { value: Json::Object(answer), rows }).collect())
}

/// Of each row the related ones: a list, or, where one is asked for, the last of them. (Real apps sort by age and expect the
/// newest.)
fn related<T: Node, R: Node>(
    rows: &[T],
    field: &Field,
    entity: Entity,
    world: &mut World<'_>,
    depth: usize,
) -> Result<Vec<Counted>, Error> {
    let depth = depth.checked_sub(1).ok_or_else(|| Error::new("relations are nested too deep"))?;
    let is_list = field.name.ends_with('s');
    let (default, foreign) = match entity {
        Entity::User => ("user_id", "id"),
        Entity::Profile => ("id", "user_id"),
        Entity::Record | Entity::Activity => ("id", "id"),
    };
    let ours = filter::attribute(T::ENTITY, field.text("join_on_property").unwrap_or(default));
    let keys: Vec<Vec<String>> = rows.iter().map(|row| row.keys(&ours)).collect();
    let mut wanted: Vec<String> = keys.iter().flatten().cloned().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let criteria = criteria(world.app, field, entity)?;
    let relation = Relation {
        theirs: filter::attribute(entity, field.text("foreign_property").unwrap_or(foreign)),
        sorts: sorts(world.app, &criteria, field),
        share: match field.argument("limit").and_then(Json::as_u64) {
            _ if !is_list => Share::Last,
            Some(limit) => Share::First(limit),
            None => Share::All,
        },
        criteria,
    };
    let found: Vec<(String, R)> = match wanted.is_empty() {
        true => Vec::new(),
        false => world.data.related(&relation, &wanted)?,
    };
    let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
    let mut children = Vec::with_capacity(found.len());
    for (at, (key, row)) in found.into_iter().enumerate() {
        by_key.entry(key).or_default().push(at);
        children.push(row);
    }
    let answers = answers(&children, &field.fields, world, depth)?;
    let of_row = |keys: &Vec<String>| {
        // A row of several keys has the rows of all in one order, each once.
        let mut places: Vec<usize> =
            keys.iter().filter_map(|key| by_key.get(key)).flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        match relation.share {
            Share::All => {}
            Share::First(limit) => places.truncate(usize::try_from(limit).unwrap_or(usize::MAX)),
            Share::Last => drop(places.drain(..places.len().saturating_sub(1))),
        }
        let chosen = || places.iter().filter_map(|at| answers.get(*at));
        let rows = chosen().map(|answer| answer.rows).sum();
        world.data.check_time()?;
        world.rows_left.take(rows)?;
        let mut values = chosen().map(|answer| answer.value.clone());
        let value = if is_list { values.collect() } else { values.next().unwrap_or_default() };
        Ok(Counted { value, rows })
    };
    keys.iter().map(of_row).collect()
}

fn sorts(app: &App, criteria: &Criteria, field: &Field) -> Vec<Sort> {
    let mut sorts = geo::sorts(field);
    sorts.extend(order::sorts(app, criteria, field.argument("sort")));
    sorts
}

fn criteria(app: &App, field: &Field, entity: Entity) -> Result<Criteria, Error> {
    match entity {
        Entity::User => return filter::users(app, field.argument("filter")),
        Entity::Profile => return Ok(filter::profiles(field.text("profile_type"))),
        Entity::Record | Entity::Activity => {}
    }
    let tables = field.argument("table").or_else(|| field.argument("model_schema_name"));
    let tables: Vec<&str> = match tables {
        Some(Json::Array(tables)) => tables.iter().filter_map(Json::as_str).collect(),
        // Of old, one name.
        lone => lone.and_then(Json::as_str).into_iter().collect(),
    };
    filter::in_tables(app, &tables, field.argument("filter"))
}
