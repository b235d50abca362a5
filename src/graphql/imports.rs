//! `import_models` and `import_users`: many rows at once, as an import of a file brings them. Values are stored as they are
//! given; a mistake in one row leaves nothing of any.

use serde_json::{Map, Value as Json, json};

use super::World;
use super::cast;
use super::error::Error;
use super::profiles::declared as declared_profile;
use super::record_mutations::declared;
use super::selection::{Field, object};
use crate::records::{Ids, RecordId, UserId, hash_password};

pub(super) fn models(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let models = list(field, "models");
    for model in models {
        declared(world.app, model.get("type_name").and_then(Json::as_str).unwrap_or_default())?;
    }
    let file = json!({ "models": models });
    world.atomically(|world| {
        let ids = import(&file, field, world)?;
        let named = ids.iter().map(|id| {
            let record = world.data.record(RecordId(*id))?;
            Ok(record.and_then(|record| record.external_id))
        });
        let external_ids: Vec<_> = named.collect::<Result<_, Error>>()?;
        answer(field, &ids, &external_ids)
    })
}

pub(super) fn users(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let ids = meaning_of_ids(field);
    let users = list(field, "users").iter().filter_map(Json::as_object);
    let profiles = users.clone().filter_map(|user| user.get("profiles")?.as_array()).flatten();
    for profile in profiles {
        declared_profile(world.app, profile.get("type_name").and_then(Json::as_str).unwrap_or_default())?;
    }
    // Before anything is locked: a password takes a while to hash.
    let users: Vec<_> = users.map(|user| prepared(user.clone(), ids)).collect::<Result<_, _>>()?;
    let file = json!({ "users": users });
    world.atomically(|world| {
        let ids = import(&file, field, world)?;
        let named = ids.iter().map(|id| {
            let user = world.data.user(UserId(*id))?;
            Ok(user.and_then(|user| user.external_id))
        });
        let external_ids: Vec<_> = named.collect::<Result<_, Error>>()?;
        answer(field, &ids, &external_ids)
    })
}

/// The ids the rows have here, in their order.
fn import(file: &Json, field: &Field, world: &mut World<'_>) -> Result<Vec<i64>, Error> {
    let references = world.app.references().collect();
    let imported = world.data.import_json(file, meaning_of_ids(field), &references, world.now)?;
    Ok(imported.ids)
}

/// Unless it is asked otherwise, rows get ids of this installation.
fn meaning_of_ids(field: &Field) -> Ids {
    let is_remapped = field.argument("_id_remap").and_then(Json::as_bool).unwrap_or(true);
    if is_remapped { Ids::External } else { Ids::Raw }
}

/// A user as a file has it: with a hash in place of the password, and known by its external id where it has no other.
fn prepared(mut user: Map<String, Json>, ids: Ids) -> Result<Map<String, Json>, Error> {
    let password = user.shift_remove("password").as_ref().and_then(cast::text_of);
    if let Some(password) = password.filter(|password| !password.is_empty()) {
        user.insert("encrypted_password".to_owned(), Json::from(hash_password(&password)?));
    }
    if ids == Ids::External && user.get("id").is_none_or(Json::is_null) {
        let external_id = user.get("external_id").cloned().unwrap_or_default();
        user.insert("id".to_owned(), external_id);
    }
    Ok(user)
}

fn answer(field: &Field, ids: &[i64], external_ids: &[Option<String>]) -> Result<Json, Error> {
    object(&field.fields, |asked| {
        Ok(match asked.name.as_str() {
            "ids" => ids.iter().map(|id| Json::from(id.to_string())).collect(),
            "external_ids" => {
                external_ids.iter().map(|id| Json::from(id.as_deref().unwrap_or_default())).collect()
            }
            other => return Err(Error::new(format!("not supported here: {}.{other}", asked.owner))),
        })
    })
}

fn list<'f>(field: &'f Field, name: &str) -> &'f [Json] {
    field.argument(name).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}
