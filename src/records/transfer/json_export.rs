//! All live data as the JSON of the platform's client. Its ids, those in references too, are external ids unless raw ones
//! are asked for; a row without one is given one, so that an import finds it again. Passwords are not in it.

use std::collections::HashMap;

use rusqlite::Connection;
use serde_json::{Map, Value as Json, json};

use super::references::{References, Referent};
use super::{Ids, rows};
use crate::records::data::{Data, DataError};
use crate::records::rows::{Profile, Record, Stored, User, UserId};

/// As long as a random one, and random.
const NAME_NAMELESS: &str = "
    UPDATE records SET external_id = lower(hex(randomblob(16))) WHERE external_id IS NULL AND deleted_at IS NULL;
    UPDATE users SET external_id = lower(hex(randomblob(16))) WHERE external_id IS NULL AND deleted_at IS NULL;";

/// External ids of live rows, by their ids.
struct Names<'a> {
    users: HashMap<i64, &'a str>,
    /// Each with the table it is of.
    records: HashMap<i64, (&'a str, &'a str)>,
}

impl Data {
    /// `{"users": {"results": […]}, "transactables": {"results": []}, "models": {"results": […]}}`
    pub(crate) fn export_json(&mut self, ids: Ids, references: &References) -> Result<Json, DataError> {
        if ids == Ids::External {
            self.write(|connection| connection.execute_batch(NAME_NAMELESS))?;
        }
        let (users, profiles, records) = self.read(|connection| {
            let users: Vec<User> = live(connection, "users")?;
            let records: Vec<Record> = live(connection, "records")?;
            let profiles: Vec<Profile> = live(connection, "user_profiles")?;
            Ok((users, profiles, records))
        })?;
        let names = Names::of(&users, &records);
        let id = |id: i64, external_id: &Option<String>| match (ids, external_id) {
            (Ids::External, Some(external_id)) => Json::from(external_id.as_str()),
            _ => Json::from(id),
        };
        let user_id = |user: Option<i64>| match (ids, user) {
            (Ids::External, Some(user)) => {
                names.users.get(&user).map_or(Json::Null, |name| Json::from(*name))
            }
            (_, user) => Json::from(user),
        };
        let mut profiles_of: HashMap<UserId, Vec<Json>> = HashMap::new();
        for Profile { id, user_id, profile_type, properties, .. } in profiles {
            let profile = json!({ "id": id.0, "type_name": &*profile_type, "properties": properties });
            profiles_of.entry(user_id).or_default().push(profile);
        }
        let users = users.iter().map(|user| {
            let profiles = profiles_of.remove(&user.id).unwrap_or_default();
            json!({
                "id": id(user.id.0, &user.external_id), "email": user.email, "name": user.name,
                "first_name": user.first_name, "middle_name": user.middle_name, "last_name": user.last_name,
                "slug": user.slug, "language": user.language, "properties": user.properties, "profiles": profiles,
                "created_at": user.created_at, "updated_at": user.updated_at,
            })
        });
        let records = records.iter().map(|record| {
            let properties = match ids {
                Ids::External => names.properties(record, references),
                Ids::Raw => record.properties.clone(),
            };
            json!({
                "id": id(record.id.0, &record.external_id), "user_id": user_id(record.user_id),
                "type_name": &*record.table, "properties": properties,
                "created_at": record.created_at, "updated_at": record.updated_at,
            })
        });
        Ok(json!({
            "users": { "results": users.collect::<Vec<_>>() },
            "transactables": { "results": [] },
            "models": { "results": records.collect::<Vec<_>>() },
        }))
    }
}

impl<'a> Names<'a> {
    fn of(users: &'a [User], records: &'a [Record]) -> Self {
        let users = users.iter().filter_map(|user| Some((user.id.0, user.external_id.as_deref()?)));
        let records = records
            .iter()
            .filter_map(|record| Some((record.id.0, (&*record.table, record.external_id.as_deref()?))));
        Self { users: users.collect(), records: records.collect() }
    }

    /// The properties with external ids in references. One to a row that is gone is left out: elsewhere its id would be
    /// that of a stranger, and here an import then leaves it as it is. What is no id stays.
    fn properties(&self, record: &Record, references: &References) -> Map<String, Json> {
        let mut properties = record.properties.clone();
        for reference in references.in_properties(&record.table, &record.properties) {
            let Some(id) = rows::id(&reference.id) else { continue };
            let name = match reference.referent {
                Referent::User => self.users.get(&id).copied(),
                Referent::Record { table } => {
                    self.records.get(&id).filter(|(of, _)| of == table).map(|(_, name)| *name)
                }
            };
            match name {
                Some(name) => properties.insert(reference.property.to_owned(), Json::from(name)),
                None => properties.shift_remove(reference.property),
            };
        }
        properties
    }
}

fn live<T: Stored>(connection: &Connection, table: &str) -> rusqlite::Result<Vec<T>> {
    let columns = T::COLUMNS;
    let mut statement = connection
        .prepare(&format!("SELECT {columns} FROM {table} AS r WHERE r.deleted_at IS NULL ORDER BY r.id"))?;
    let rows = statement.query_map([], T::of)?;
    rows.collect()
}
