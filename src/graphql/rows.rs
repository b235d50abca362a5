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
use crate::records::{Criteria, Entity, Page, Record, Relation, Sort, User};

/// Relations within relations. The platform's deepest real query has four.
const MAX_DEPTH: usize = 20;

/// What a query with options may take that do not say how long.
const DEFAULT_TIME: Duration = Duration::from_secs(19);
/// A day. No page and no job lives that long, and it can be added to any moment.
const LONGEST_TIME: Duration = Duration::from_secs(24 * 60 * 60);

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
    let mut answers = vec![Map::with_capacity(fields.len()); rows.len()];
    for field in fields {
        let values = match field.name.as_str() {
            "related_record" | "related_model" | "related_records" | "related_models" => {
                related::<T, Record>(rows, field, Entity::Record, world, depth)?
            }
            "__typename" => vec![json!(field.owner); rows.len()],
            "related_user" | "related_users" => related::<T, User>(rows, field, Entity::User, world, depth)?,
            _ => rows.iter().map(|row| row.value(field, world)).collect::<Result<_, Error>>()?,
        };
        for (answer, value) in answers.iter_mut().zip(values) {
            answer.insert(field.key.clone(), value);
        }
    }
    Ok(answers.into_iter().map(Json::Object).collect())
}

/// Of each row the related ones: a list, or, where one is asked for, the last of them. (Real apps sort by age and expect the
/// newest.)
fn related<T: Node, R: Node>(
    rows: &[T],
    field: &Field,
    entity: Entity,
    world: &mut World<'_>,
    depth: usize,
) -> Result<Vec<Json>, Error> {
    let depth = depth.checked_sub(1).ok_or_else(|| Error::new("relations are nested too deep"))?;
    let is_list = field.name.ends_with('s');
    let default = if entity == Entity::User { "user_id" } else { "id" };
    let ours = filter::field(T::ENTITY, field.text("join_on_property").unwrap_or(default));
    let keys: Vec<Vec<String>> = rows.iter().map(|row| row.keys(&ours)).collect();
    let mut wanted: Vec<String> = keys.iter().flatten().cloned().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let criteria = criteria(world.app, field, entity)?;
    let relation = Relation {
        theirs: filter::field(entity, field.text("foreign_property").unwrap_or("id")),
        sorts: sorts(world.app, &criteria, field),
        limit: field.argument("limit").and_then(Json::as_u64).filter(|_| is_list),
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
    let projected = project(&children, &field.fields, world, depth)?;
    let child = |at: usize| projected.get(at).cloned().unwrap_or_default();
    Ok(keys
        .iter()
        .map(|keys| {
            let mut places = keys.iter().filter_map(|key| by_key.get(key)).flatten().copied();
            if is_list { places.map(child).collect() } else { places.next_back().map_or(Json::Null, child) }
        })
        .collect())
}

fn sorts(app: &App, criteria: &Criteria, field: &Field) -> Vec<Sort> {
    let mut sorts = geo::sorts(field);
    sorts.extend(order::sorts(app, criteria, field.argument("sort")));
    sorts
}

fn criteria(app: &App, field: &Field, entity: Entity) -> Result<Criteria, Error> {
    if entity == Entity::User {
        return filter::users(app, field.argument("filter"));
    }
    let tables = field.argument("table").or_else(|| field.argument("model_schema_name"));
    let tables: Vec<&str> = match tables {
        Some(Json::Array(tables)) => tables.iter().filter_map(Json::as_str).collect(),
        // Of old, one name.
        lone => lone.and_then(Json::as_str).into_iter().collect(),
    };
    filter::in_tables(app, &tables, field.argument("filter"))
}
