//! Activities: what the app publishes and, later, reads by id. Written once, never changed.

use jiff::Timestamp;
use rusqlite::params;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::data::{Data, DataError};
use super::rows::{Activity, ActivityId};

impl Data {
    /// Stores the payload, which tells its own id and uuid from now on.
    pub(crate) fn create_activity(
        &mut self,
        mut payload: Map<String, Json>,
        now: Timestamp,
    ) -> Result<Activity, DataError> {
        let uuid = Uuid::new_v4().to_string();
        self.write(|connection| {
            connection
                .prepare_cached("INSERT INTO activities (uuid, payload, created_at) VALUES (?1, '{}', ?2)")?
                .execute(params![uuid, now.as_millisecond()])?;
            let id = ActivityId(connection.last_insert_rowid());
            payload.insert("id".to_owned(), Json::from(format!("ActivityStreams::Activity.{id}")));
            payload.insert("uuid".to_owned(), Json::from(uuid.clone()));
            let payload = Json::Object(payload);
            connection
                .prepare_cached("UPDATE activities SET payload = ?2 WHERE id = ?1")?
                .execute(params![id.0, payload.to_string()])?;
            Ok(Activity { id, uuid, payload, created_at: now })
        })
    }

    /// Takes all of them away and says which there were.
    pub(crate) fn purge_activities(&mut self) -> Result<Vec<ActivityId>, DataError> {
        self.write(|connection| {
            let mut statement = connection.prepare_cached("DELETE FROM activities RETURNING id")?;
            let ids = statement.query_map([], |row| row.get(0).map(ActivityId))?;
            ids.collect()
        })
    }
}
