//! Mutations of records. Each is one transaction: what it refuses leaves nothing behind.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::World;
use super::cast;
use super::error::Error;
use super::form::{named_by as form_named_by, store as store_through_form};
use super::input::{self, Input};
use super::rows::{one, project};
use super::selection::Field;
use super::value_upload::{self, Files};
use super::{filter, properties};
use crate::app::{App, Table, nearest};
use crate::records::{Liveness, NewRecord, Record, RecordId};

pub(super) fn create(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let input = input_of(field)?;
    if let Some(form) = form_named_by(field) {
        return world.atomically(|world| {
            let id = store_through_form(form, input, None, world)?;
            answered(RecordId(id), field, world)
        });
    }
    let table = table_of(input, world.app)?;
    let table = table.ok_or_else(|| Error::new(format!("{} needs a `table`", field.name)))?;
    let mut values = Map::new();
    let (inputs, files) = value_upload::of_inputs(input.properties(), table, world)?;
    properties::apply(&mut values, &inputs, table)?;
    let new = new_record(input, table, values)?;
    let now = world.now;
    files.store_with(world, |world| {
        let record = world.data.create_record(new, now)?;
        one(record, field, world)
    })
}

pub(super) fn update(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let input = input_of(field)?;
    if let Some(form) = form_named_by(field) {
        return world.atomically(|world| {
            let id = store_through_form(form, input, field.argument("id"), world)?;
            answered(RecordId(id), field, world)
        });
    }
    let id = record_id(field)?;
    let table = table_of(input, world.app)?;
    let (inputs, files) = match table_of_files(table, input, id, world)? {
        Some(table) => value_upload::of_inputs(input.properties(), table, world)?,
        None => (Cow::Borrowed(input.properties()), Files::default()),
    };
    let change = Change::of(input, &inputs)?;
    let (app, now) = (world.app, world.now);
    files.store_with(world, |world| {
        let changed = world.data.change_record(id, now, |record| {
            if let Some(table) = table.filter(|table| table.name != record.table) {
                return Err(missing(&table.name, id));
            }
            change.apply(record, app)
        })?;
        let record = changed.ok_or_else(|| missing(table.map_or("Record", |table| &table.name), id))??;
        one(record, field, world)
    })
}

/// The table that says where files of the record go: the one that is named, or, where files are brought at all, its own.
fn table_of_files<'a>(
    named: Option<&'a Table>,
    input: Input<'_>,
    id: RecordId,
    world: &World<'a>,
) -> Result<Option<&'a Table>, Error> {
    if named.is_some() || !value_upload::is_brought_by(input.properties()) {
        return Ok(named);
    }
    let record = world.data.record(id)?.ok_or_else(|| missing("Record", id))?;
    declared(world.app, &record.table).map(Some)
}

/// The record that a form has stored.
fn answered(id: RecordId, field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let record = world.data.record(id)?.ok_or_else(|| missing("Record", id))?;
    one(record, field, world)
}

pub(super) fn delete(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let id = record_id(field)?;
    let table = field.text("table");
    // `model_delete` has no such argument.
    let must_say =
        field.name == "record_delete" && world.app.config().require_table_for_record_delete_mutation;
    if table.is_none() && must_say {
        return Err(Error::new(
            "record_delete needs a `table`: require_table_for_record_delete_mutation is set",
        ));
    }
    let now = world.now;
    world.atomically(|world| {
        let changed = world.data.change_record(id, now, |record| {
            if let Some(table) = table.filter(|table| *table != &*record.table) {
                return Err(missing(table, id));
            }
            record.deleted_at.get_or_insert(now);
            Ok(())
        })?;
        let record = changed.ok_or_else(|| missing(table.unwrap_or("Record"), id))??;
        one(record, field, world)
    })
}

/// `records_create_rc`: properties as a hash, all records or none.
pub(super) fn create_many(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let inputs = field.argument("records").and_then(Json::as_array).cloned().unwrap_or_default();
    let mut new = Vec::with_capacity(inputs.len());
    for input in inputs.iter().filter_map(Json::as_object) {
        let input = Input::from(input);
        let table =
            table_of(input, world.app)?.ok_or_else(|| Error::new("records_create_rc needs a `table`"))?;
        let mut values = Map::new();
        let hash = value_upload::of_hash(input.properties(), table, world)?;
        properties::apply_hash(&mut values, &hash, table)?;
        new.push(new_record(input, table, values)?);
    }
    let created = world.data.create_records(new, world.now)?;
    Ok(Json::Array(project(&created, &field.fields, world, 1)?))
}

pub(super) fn update_all(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let table = field.text("table").unwrap_or_default();
    let table = declared(world.app, table)?;
    let input = input_of(field)?;
    let criteria = filter::in_tables(world.app, &[&table.name], field.argument("filter"))?;
    let (inputs, files) = value_upload::of_inputs(input.properties(), table, world)?;
    let change = Change::of(input, &inputs)?;
    let (app, now) = (world.app, world.now);
    let count = files.store_with(world, |world| {
        world.data.change_records(&criteria, now, |record| change.apply(record, app))?
    })?;
    Ok(counted(count, field))
}

/// Final: what is deleted here does not come back.
pub(super) fn delete_all(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let any_table =
        ["any_table", "all_model_schemas", "all_custom_model_types"].iter().any(|name| field.flag(name));
    let names = ["table", "model_schema_name", "custom_model_type_name"];
    let mut criteria = match names.into_iter().find_map(|name| field.text(name)) {
        Some(table) => filter::in_tables(world.app, &[table], field.argument("filter"))?,
        None if any_table => filter::records(world.app, field.argument("filter"))?,
        None => {
            return Err(Error::new(format!(
                "{} needs a `table`, or to be told that all are meant",
                field.name
            )));
        }
    };
    if criteria.liveness == Liveness::Live {
        criteria.liveness = Liveness::Either;
    }
    let count = world.data.purge_records(&criteria)?;
    Ok(counted(count, field))
}

/// A record with these properties and what the input says besides them.
fn new_record(input: Input<'_>, table: &Table, properties: Map<String, Json>) -> Result<NewRecord, Error> {
    Ok(NewRecord {
        table: table.name.clone(),
        id: input.id("id")?.map(RecordId),
        user_id: input.integer("user_id")?.flatten(),
        external_id: input.get("external_id").and_then(cast::text_of),
        properties,
        created_at: input.moment("created_at")?.flatten(),
        updated_at: input.moment("updated_at")?.flatten(),
        deleted_at: input.moment("deleted_at")?.flatten(),
    })
}

/// What an update does to a record.
pub(super) struct Change<'f> {
    properties: &'f Json,
    user_id: Option<Option<i64>>,
    external_id: Option<Option<String>>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    deleted_at: Option<Option<Timestamp>>,
}

impl<'f> Change<'f> {
    pub(super) fn of(input: Input<'f>, properties: &'f Json) -> Result<Self, Error> {
        Ok(Self {
            properties,
            user_id: input.integer("user_id")?,
            external_id: input.get("external_id").map(cast::text_of),
            created_at: input.moment("created_at")?.flatten(),
            updated_at: input.moment("updated_at")?.flatten(),
            deleted_at: input.moment("deleted_at")?,
        })
    }

    pub(super) fn apply(&self, record: &mut Record, app: &App) -> Result<(), Error> {
        let table = declared(app, &record.table)?;
        properties::apply(&mut record.properties, self.properties, table)?;
        if let Some(user_id) = self.user_id {
            record.user_id = user_id;
        }
        if let Some(external_id) = &self.external_id {
            record.external_id.clone_from(external_id);
        }
        record.created_at = self.created_at.unwrap_or(record.created_at);
        record.updated_at = self.updated_at.unwrap_or(record.updated_at);
        if let Some(deleted_at) = self.deleted_at {
            record.deleted_at = deleted_at;
        }
        Ok(())
    }
}

/// The record, under its name of today or of old.
fn input_of(field: &Field) -> Result<Input<'_>, Error> {
    let old = ["model", "customization"].into_iter().find(|name| field.argument(name).is_some());
    Input::of(field, old.unwrap_or("record"))
}

/// The table that the input names, under its name of today or of old.
fn table_of<'a>(input: Input<'_>, app: &'a App) -> Result<Option<&'a Table>, Error> {
    let names = ["table", "model_schema_name", "custom_model_type_name"];
    let name = names.into_iter().find_map(|key| input.get(key).and_then(Json::as_str));
    name.map(|name| declared(app, name)).transpose()
}

pub(super) fn declared<'a>(app: &'a App, name: &str) -> Result<&'a Table, Error> {
    app.table(name).map(|table| &**table).ok_or_else(|| {
        let hint = nearest(name, app.tables().map(|table| &*table.name));
        let hint = hint.map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
        Error::new(format!("no table `{name}` is declared in app/schema{hint}"))
    })
}

fn record_id(field: &Field) -> Result<RecordId, Error> {
    let id = field.argument("id").unwrap_or(&Json::Null);
    input::integer(id, "id").map(RecordId)
}

/// The platform's sentence.
pub(super) fn missing(table: &str, id: RecordId) -> Error {
    Error::new(format!("Can't find {} with id={id}", class_name(table)))
}

/// A table as the platform names it there: `car_parts` is `CarParts`, `modules/crm/lead` is `Modules::Crm::Lead`.
pub(super) fn class_name(table: &str) -> String {
    let capitalized = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    let part = |part: &str| part.split(['_', '-', ' ']).map(capitalized).collect::<String>();
    table.split('/').map(part).collect::<Vec<_>>().join("::")
}

pub(super) fn counted(count: u64, field: &Field) -> Json {
    let counts = field.fields.iter().map(|asked| (asked.key.clone(), json!(count)));
    Json::Object(counts.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_named_like_classes() {
        for (table, name) in [
            ("boats", "Boats"),
            ("car_parts", "CarParts"),
            ("modules/crm/lead", "Modules::Crm::Lead"),
            ("Record", "Record"),
            ("", ""),
        ] {
            assert_eq!(class_name(table), name);
        }
    }
}
