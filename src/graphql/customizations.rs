//! Customizations: the oldest name of records. Their own language of conditions is put into that of records, which then
//! answer. Pure, but for the answer.

use serde_json::{Map, Value as Json, json};

use super::World;
use super::error::Error;
use super::filter;
use super::rows::collection;
use super::selection::Field;
use crate::records::{Liveness, Record};

/// Deleted ones are in the list where `is_deleted` is null.
pub(super) fn customizations(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let filter = Json::Object(filter_of(field)?);
    let mut criteria = filter::records(world.app, Some(&filter))?;
    if field.argument("is_deleted").is_none() {
        criteria.liveness = Liveness::Either;
    }
    let mut arguments = field.arguments.clone();
    arguments.insert("sort".to_owned(), sort_of(field)?);
    let renamed = Field { arguments, ..field.clone() };
    collection::<Record>(&renamed, &criteria, world)
}

fn filter_of(field: &Field) -> Result<Map<String, Json>, Error> {
    let mut filter = Map::new();
    let said = |name: &str| field.argument(name).cloned().unwrap_or_default();
    // An empty list is no condition.
    let listed = |value: Json| if value.as_array().is_some_and(Vec::is_empty) { Json::Null } else { value };
    let mut add = |name: &str, condition: Json| drop(filter.insert(name.to_owned(), condition));
    add(
        "id",
        json!({
            "value": said("id"), "value_in": listed(said("ids")), "not_value_in": listed(said("without_ids")),
        }),
    );
    add(
        "table",
        json!({
            "value": said("name"),
            "value_in": listed(said("names")),
            "not_value_in": listed(said("without_names")),
        }),
    );
    let schema = said("model_schema");
    let of_schema = |name: &str| schema.get(name).cloned().unwrap_or_default();
    add("model_schema_name", json!({"value": of_schema("name"), "value_in": listed(of_schema("names"))}));
    add("user_id", json!({"value": said("user_id"), "value_in": listed(said("user_ids"))}));
    add("external_id", json!({"value": said("external_id"), "value_in": listed(said("external_ids"))}));
    for moment in ["created_at", "updated_at"] {
        add(moment, said(moment));
    }
    add("deleted_at", json!({"exists": said("is_deleted")}));
    let properties = field.argument("properties").and_then(Json::as_array).into_iter().flatten();
    let properties = properties.filter_map(Json::as_object).map(property).collect::<Result<_, _>>()?;
    add("properties", properties);
    Ok(filter)
}

/// One condition on a property in the words of records.
fn property(condition: &Map<String, Json>) -> Result<Json, Error> {
    let said = |name: &str| condition.get(name).filter(|value| !value.is_null());
    let excludes = said("exclude").and_then(Json::as_bool) == Some(true);
    let mut renamed = Map::new();
    let mut add = |name: &str, value: &Json| {
        let name = if excludes { format!("not_{name}") } else { name.to_owned() };
        renamed.insert(name, value.clone());
    };
    if let Some(value) = said("value") {
        add("value", value);
    }
    if let Some(values) = said("values") {
        let has_all = said("values_operator").and_then(Json::as_str) == Some("AND");
        add(if has_all { "array_contains" } else { "value_in" }, values);
    }
    if let Some(exists) = said("exists").and_then(Json::as_bool) {
        renamed.insert("exists".to_owned(), json!(exists != excludes));
    }
    if let Some(range) = said("range") {
        if excludes {
            return Err(Error::new("not supported here: `exclude` with `range` of a property"));
        }
        renamed.insert("range".to_owned(), range.clone());
    }
    renamed.insert("name".to_owned(), said("name").cloned().unwrap_or_default());
    Ok(Json::Object(renamed))
}

/// `[{name: "created_at", order: "desc"}]` as records sort.
fn sort_of(field: &Field) -> Result<Json, Error> {
    let entries = field.argument("sort").and_then(Json::as_array).into_iter().flatten();
    let entries = entries.filter_map(Json::as_object);
    let entry = |entry: &Map<String, Json>| {
        let says = |key: &str| entry.get(key).and_then(Json::as_str);
        let name = says("name").unwrap_or_default();
        let descends = says("order").is_some_and(|order| order.eq_ignore_ascii_case("desc"));
        let order = json!({"order": if descends { "DESC" } else { "ASC" }});
        match name {
            "id" | "external_id" | "created_at" | "updated_at" | "deleted_at" | "user_id" => {
                Ok(json!({ name: order }))
            }
            _ => Err(Error::new(format!("not supported here: customizations sorted by `{name}`"))),
        }
    };
    entries.map(entry).collect()
}
