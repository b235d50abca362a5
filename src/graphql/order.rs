//! The sort inputs of queries to [`Sort`]. Pure. A property sorts as its type says: numbers as numbers.

use serde_json::{Map, Value as Json};

use super::filter;
use crate::app::{App, PropertyType};
use crate::records::{Column, Criteria, Direction, Entity, Sort, SortKey};

/// The first entry is the primary key; a lone object is a list of one by then.
pub(super) fn sorts(app: &App, criteria: &Criteria, input: Option<&Json>) -> Vec<Sort> {
    let entries = input.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_object);
    entries
        .flatten()
        .filter(|(_, value)| !value.is_null())
        .flat_map(|(key, value)| entry(app, criteria, key, value))
        .collect()
}

fn entry(app: &App, criteria: &Criteria, key: &str, value: &Json) -> Vec<Sort> {
    match (key, value) {
        ("random_sort", Json::Bool(true)) => {
            vec![Sort { key: SortKey::Random, direction: Direction::Ascending }]
        }
        ("properties", Json::Array(properties)) => {
            let properties = properties.iter().filter_map(Json::as_object);
            properties.filter_map(|property| by_property(app, criteria, property)).collect()
        }
        (key, Json::Object(order)) => {
            let column = filter::column(key).into_iter();
            column.map(|column| by_column(column, order)).collect()
        }
        _ => Vec::new(),
    }
}

fn by_column(column: Column, order: &Map<String, Json>) -> Sort {
    let listed = order.get("order_by_values").and_then(Json::as_array).filter(|values| !values.is_empty());
    let key = match listed {
        Some(values) => SortKey::Listed(column, values.iter().filter_map(super::cast::text_of).collect()),
        None => SortKey::Column(column),
    };
    Sort { key, direction: direction(order) }
}

fn by_property(app: &App, criteria: &Criteria, property: &Map<String, Json>) -> Option<Sort> {
    let name = property.get("name").and_then(Json::as_str).filter(|name| !name.trim().is_empty())?;
    let table = match criteria.entity {
        Entity::User => Some(app.users_table()),
        Entity::Record => criteria.table.as_deref().and_then(|table| app.table(table)),
        Entity::Profile | Entity::Activity => None,
    };
    let kind = table.and_then(|table| table.properties.get(name)).map(|property| property.kind);
    let key = match kind {
        Some(PropertyType::Integer | PropertyType::Float) => SortKey::Number(name.into()),
        _ => SortKey::Text(name.into()),
    };
    Some(Sort { key, direction: direction(property) })
}

fn direction(order: &Map<String, Json>) -> Direction {
    match order.get("order").and_then(Json::as_str) {
        Some("DESC") => Direction::Descending,
        _ => Direction::Ascending,
    }
}
