//! Activities: what was published, by id or uuid, the oldest first unless sorted.

use serde_json::{Value as Json, json};

use super::World;
use super::cast::{self, MAX_DEPTH};
use super::error::Error;
use super::order;
use super::rows::{COUNTED, page, paging};
use super::selection::{Field, object};
use crate::records::{Activity, Attribute, Column, Criteria, Entity, Filter, Liveness, Operand};

/// What names an activity in its payload.
const ID_PREFIX: &str = "ActivityStreams::Activity.";

pub(super) fn activities(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let mut tests = Vec::new();
    if let Some(ids) = texts(field, "ids") {
        let id = |text: String| Operand::id(text.strip_prefix(ID_PREFIX).unwrap_or(&text).to_owned());
        tests.push(Filter::OneOf(Attribute::Column(Column::Id), ids.map(id).collect()));
    }
    if let Some(uuids) = texts(field, "uuids") {
        tests.push(Filter::OneOf(Attribute::Column(Column::Uuid), uuids.map(Operand::Text).collect()));
    }
    // An activity is never marked as deleted.
    let liveness = Liveness::Either;
    let criteria = Criteria { entity: Entity::Activity, table: None, liveness, filter: Filter::All(tests) };
    let page = page(field)?;
    let total = if field.asks_for(&COUNTED) { world.data.count(&criteria)? } else { 0 };
    let found: Vec<Activity> = match field.asks_for(&["results"]) {
        true => {
            world.data.page(&criteria, &order::sorts(world.app, &criteria, field.argument("sort")), page)?
        }
        false => Vec::new(),
    };
    object(&field.fields, |asked| match asked.name.as_str() {
        "results" => found.iter().map(|activity| answer(activity, asked)).collect(),
        name => Ok(paging(name, page, total)),
    })
}

pub(super) fn create(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let payload = match field.argument("payload") {
        Some(Json::Object(payload)) => payload.clone(),
        _ => return Err(Error::new("activity_create needs a `payload` that is a hash")),
    };
    if payload.values().any(|value| cast::is_deeper(value, MAX_DEPTH - 1)) {
        return Err(Error::new(format!(
            "the `payload` of activity_create may be nested {MAX_DEPTH} levels deep"
        )));
    }
    let created = world.data.create_activity(payload, world.now)?;
    answer(&created, field)
}

pub(super) fn delete_all(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    if !field.flag("confirm") {
        return Err(Error::new("activity_delete_all needs `confirm: true`"));
    }
    let ids = world.data.purge_activities()?;
    Ok(ids.iter().map(|id| json!(id.to_string())).collect())
}

/// `None` where the list is missing or empty: then it is no condition.
fn texts(field: &Field, name: &str) -> Option<impl Iterator<Item = String>> {
    let values = field.argument(name).and_then(Json::as_array).filter(|values| !values.is_empty())?;
    Some(values.iter().filter_map(cast::text_of))
}

pub(super) fn answer(activity: &Activity, field: &Field) -> Result<Json, Error> {
    object(&field.fields, |asked| {
        Ok(match asked.name.as_str() {
            "id" => json!(activity.id.to_string()),
            "uuid" => json!(activity.uuid),
            "payload" => activity.payload.clone(),
            other => return Err(Error::new(format!("not supported here: ActivityStreamsActivity.{other}"))),
        })
    })
}
