//! What a change of the app's tables means for the records and users that are there: values of a property whose type has
//! changed are turned into the new type, all of them or none. What cannot be done is a problem of the table's file;
//! records of a table that has gone are kept and hidden.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Error;
use crate::app::{App, Problem, PropertyType, Table};
use crate::records::{Data, Records};

/// Ids that one problem names; the rest are counted.
const MAX_IDS: usize = 10;

/// Brings the records and users in line with the tables of `app`, and says what could not be.
pub(crate) fn adopt(app: &App, records: &Records) -> Result<Vec<Problem>, Error> {
    let mut data = records.data(None);
    let known = data.declared_types()?;
    let mut problems = Vec::new();
    let mut new = Vec::new();
    for table in app.tables().chain(std::iter::once(app.users_table())) {
        for (name, property) in &table.properties {
            let kind = property.kind.name();
            match known.get(&(table.name.to_string(), name.to_string())) {
                Some(before) if before == kind => {}
                Some(before) => {
                    problems.extend(change(&mut data, table, name, before, property.kind)?);
                }
                None => new.push((&*table.name, &**name, kind)),
            }
        }
    }
    if !new.is_empty() {
        data.declare_types(&new)?;
    }
    problems.extend(gone(app, &data.counts_by_table()?));
    Ok(problems)
}

fn change(
    data: &mut Data,
    table: &Table,
    name: &str,
    before: &str,
    kind: PropertyType,
) -> Result<Option<Problem>, Error> {
    let convert =
        |value: &Json| PropertyType::named(before).and_then(|before| converted(value, before, kind));
    let refused = data.convert_property(&table.name, name, kind.name(), convert)?.err();
    Ok(refused.map(|refused| {
        let named: Vec<String> = refused.ids.iter().take(MAX_IDS).map(ToString::to_string).collect();
        let more = match refused.ids.len().saturating_sub(MAX_IDS) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        // The users' table has no name.
        let owners = if table.name.is_empty() { "users" } else { "records" };
        let message = format!(
            "property `{name}` cannot change from {before} to {}: the values of {owners} {}{more} cannot be converted; \
             nothing was changed",
            kind.name(),
            named.join(", "),
        );
        let hint = format!("give it the type {before} again, or correct or delete these {owners} first");
        Problem::error(&*table.path, message).with_hint(hint)
    }))
}

/// Records of tables that no file declares.
fn gone(app: &App, counts: &BTreeMap<String, u64>) -> Vec<Problem> {
    let gone = counts.iter().filter(|(table, _)| app.table(table).is_none());
    gone.map(|(table, count)| {
        let message = format!("no file declares table `{table}`: its records ({count}) are kept and hidden");
        let hint = format!(
            "bring the file back, or delete them by records_delete_all(table: \"{table}\") before it goes"
        );
        Problem::warning("app/schema", message).with_hint(hint)
    })
    .collect()
}

/// The value in another type; `None` where there is none, or where the platform allows no such change.
fn converted(value: &Json, from: PropertyType, to: PropertyType) -> Option<Json> {
    use PropertyType::{Array, Boolean, Float, Integer, String};
    let is_allowed = matches!(
        (from, to),
        (Integer, String | Float | Array)
            | (Float | Boolean, String | Array)
            | (String, Integer | Float | Boolean | Array)
    );
    if value.is_null() {
        return Some(Json::Null);
    }
    if !is_allowed {
        return None;
    }
    let text = match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let trimmed = text.trim();
    match to {
        String => Some(Json::String(text)),
        Array if value.is_array() => Some(value.clone()),
        Array => Some(Json::Array(vec![Json::String(text)])),
        _ if trimmed.is_empty() => Some(Json::Null),
        Integer => trimmed.parse::<i64>().ok().map(Json::from),
        Float => trimmed.parse::<f64>().ok().filter(|float| float.is_finite()).map(Json::from),
        Boolean => match trimmed {
            "true" | "t" | "1" => Some(Json::Bool(true)),
            "false" | "f" | "0" => Some(Json::Bool(false)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_change_type_where_the_platform_allows_it() {
        use PropertyType::{Array, Boolean, Date, Float, Integer, String};
        for (value, from, to, expected) in [
            (json!(7), Integer, String, Some(json!("7"))),
            (json!(7), Integer, Float, Some(json!(7.0))),
            (json!(7), Integer, Array, Some(json!(["7"]))),
            (json!(7), Integer, Boolean, None),
            (json!(1.5), Float, String, Some(json!("1.5"))),
            (json!(1.5), Float, Integer, None),
            (json!(" 7 "), String, Integer, Some(json!(7))),
            (json!("7.5"), String, Integer, None),
            (json!("7.5"), String, Float, Some(json!(7.5))),
            (json!("inf"), String, Float, None),
            (json!("t"), String, Boolean, Some(json!(true))),
            (json!("yes"), String, Boolean, None),
            (json!(""), String, Integer, Some(Json::Null)),
            (json!("a"), String, Array, Some(json!(["a"]))),
            (json!("2024-01-01"), String, Date, None),
            (json!(true), Boolean, String, Some(json!("true"))),
            (json!(["a"]), Array, String, None),
            (Json::Null, Array, Date, Some(Json::Null)),
        ] {
            assert_eq!(converted(&value, from, to), expected, "{value} {from:?} {to:?}");
        }
    }
}
