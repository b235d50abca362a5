//! All live data as the JSON of the platform's client. Its ids are external ids unless raw ones are asked for; a row
//! without one is given one, so that an import finds it again. Passwords are not in it.

use std::collections::HashMap;

use rusqlite::Connection;
use serde_json::{Value as Json, json};

use super::Ids;
use crate::records::data::{Data, DataError};
use crate::records::rows::{Record, Stored, User};

/// As long as a random one, and random.
const NAME_NAMELESS: &str = "
    UPDATE records SET external_id = lower(hex(randomblob(16))) WHERE external_id IS NULL AND deleted_at IS NULL;
    UPDATE users SET external_id = lower(hex(randomblob(16))) WHERE external_id IS NULL AND deleted_at IS NULL;";

impl Data {
    /// `{"users": {"results": […]}, "transactables": {"results": []}, "models": {"results": […]}}`
    pub(crate) fn export_json(&mut self, ids: Ids) -> Result<Json, DataError> {
        if ids == Ids::External {
            self.write(|connection| connection.execute_batch(NAME_NAMELESS))?;
        }
        let (users, records) = self.read(|connection| {
            let users: Vec<User> = live(connection, "users")?;
            let records: Vec<Record> = live(connection, "records")?;
            Ok((users, records))
        })?;
        let names: HashMap<i64, String> =
            users.iter().filter_map(|user| Some((user.id.0, user.external_id.clone()?))).collect();
        let id = |id: i64, external_id: &Option<String>| match (ids, external_id) {
            (Ids::External, Some(external_id)) => Json::from(external_id.as_str()),
            _ => Json::from(id),
        };
        let user_id = |user: Option<i64>| match (ids, user) {
            (Ids::External, Some(user)) => {
                names.get(&user).map_or(Json::Null, |name| Json::from(name.as_str()))
            }
            (_, user) => Json::from(user),
        };
        let users = users.iter().map(|user| {
            json!({
                "id": id(user.id.0, &user.external_id), "email": user.email, "name": user.name,
                "first_name": user.first_name, "middle_name": user.middle_name, "last_name": user.last_name,
                "slug": user.slug, "language": user.language, "properties": user.properties, "profiles": [],
                "created_at": user.created_at, "updated_at": user.updated_at,
            })
        });
        let records = records.iter().map(|record| {
            json!({
                "id": id(record.id.0, &record.external_id), "user_id": user_id(record.user_id),
                "type_name": &*record.table, "properties": record.properties,
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

fn live<T: Stored>(connection: &Connection, table: &str) -> rusqlite::Result<Vec<T>> {
    let columns = T::COLUMNS;
    let mut statement = connection
        .prepare(&format!("SELECT {columns} FROM {table} AS r WHERE r.deleted_at IS NULL ORDER BY r.id"))?;
    let rows = statement.query_map([], T::of)?;
    rows.collect()
}
