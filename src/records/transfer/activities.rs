//! Activities of a file: an activity is known by its uuid, which its payload tells too.

use jiff::Timestamp;
use rusqlite::params;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::records::data::{Data, DataError};

impl Data {
    /// Writes it over the activity of that uuid, else over that of that id. Where two are there, one of the id and one of
    /// the uuid, the uuid says which is meant: an id is but its number in one installation.
    pub(super) fn put_activity(
        &mut self,
        id: Option<i64>,
        uuid: Option<String>,
        payload: Map<String, Json>,
        created_at: Timestamp,
    ) -> Result<(), DataError> {
        let told = || payload.get("uuid").and_then(Json::as_str).map(str::to_owned);
        let uuid = uuid.or_else(told).unwrap_or_else(|| Uuid::new_v4().to_string());
        let payload = Json::Object(payload).to_string();
        self.write(|connection| {
            // Never REPLACE: it deletes the row first, and with it all that its feeds hold of it.
            connection
                .prepare_cached(
                    "INSERT INTO activities (id, uuid, payload, created_at) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (uuid) DO UPDATE SET payload = excluded.payload, created_at = excluded.created_at
                     ON CONFLICT (id) DO UPDATE SET uuid = excluded.uuid, payload = excluded.payload,
                                                    created_at = excluded.created_at",
                )?
                .execute(params![id, uuid, payload, created_at.as_millisecond()])
        })?;
        Ok(())
    }
}
