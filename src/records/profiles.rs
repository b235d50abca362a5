//! Profiles of users: of each type that the app declares a user has one, or none. They come and go with their users.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Map, Value as Json};

use super::data::{Data, DataError};
use super::rows::{Profile, ProfileId, Stored as _, UserId};

/// The id that a profile is to have is that of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TakenId;

impl Data {
    /// Changes the user's live profile of that type, or makes one: `change` is given what there is. What it refuses changes
    /// nothing. The user must exist.
    pub(crate) fn change_profile<E>(
        &mut self,
        user: UserId,
        profile_type: &str,
        now: Timestamp,
        change: impl FnOnce(&mut Profile) -> Result<(), E>,
    ) -> Result<Result<Profile, E>, DataError> {
        self.write(|connection| {
            let mut profile = match live(connection, user, profile_type)? {
                Some(known) => known,
                None => blank(user, profile_type, now),
            };
            profile.updated_at = now;
            if let Err(refusal) = change(&mut profile) {
                return Ok(Err(refusal));
            }
            put(connection, &mut profile)?;
            Ok(Ok(profile))
        })
    }

    /// For imports: the properties over those of the user's profile of that type. One that is not there yet is given `id`.
    pub(super) fn put_profile(
        &mut self,
        user: UserId,
        profile_type: &str,
        id: Option<ProfileId>,
        properties: Map<String, Json>,
        now: Timestamp,
    ) -> Result<Result<(), TakenId>, DataError> {
        self.write(|connection| {
            let mut profile = match live(connection, user, profile_type)? {
                Some(known) => known,
                None => Profile { id: id.unwrap_or(ProfileId(0)), ..blank(user, profile_type, now) },
            };
            profile.properties.extend(properties);
            profile.updated_at = now;
            let other = get(connection, "r.id = ?1", [profile.id.0])?;
            if other.is_some_and(|other| (other.user_id, &*other.profile_type) != (user, profile_type)) {
                return Ok(Err(TakenId));
            }
            put(connection, &mut profile)?;
            Ok(Ok(()))
        })
    }

    /// Changes the profile of that id, deleted or not; `None` if there is none.
    pub(crate) fn change_profile_of_id<E>(
        &mut self,
        id: ProfileId,
        now: Timestamp,
        change: impl FnOnce(&mut Profile) -> Result<(), E>,
    ) -> Result<Option<Result<Profile, E>>, DataError> {
        self.write(|connection| {
            let Some(mut profile) = get(connection, "r.id = ?1", [id.0])? else { return Ok(None) };
            profile.updated_at = now;
            if let Err(refusal) = change(&mut profile) {
                return Ok(Some(Err(refusal)));
            }
            put(connection, &mut profile)?;
            Ok(Some(Ok(profile)))
        })
    }
}

fn live(connection: &Connection, user: UserId, profile_type: &str) -> rusqlite::Result<Option<Profile>> {
    let condition = "r.user_id = ?1 AND r.profile_type = ?2 AND r.deleted_at IS NULL";
    get(connection, condition, params![user.0, profile_type])
}

fn get(
    connection: &Connection,
    condition: &str,
    values: impl rusqlite::Params,
) -> rusqlite::Result<Option<Profile>> {
    let columns = Profile::COLUMNS;
    connection
        .prepare_cached(&format!("SELECT {columns} FROM user_profiles AS r WHERE {condition}"))?
        .query_row(values, Profile::of)
        .optional()
}

fn blank(user_id: UserId, profile_type: &str, now: Timestamp) -> Profile {
    Profile {
        id: ProfileId(0),
        user_id,
        profile_type: profile_type.into(),
        properties: Map::new(),
        created_at: now,
        updated_at: now,
        deleted_at: None,
    }
}

/// Writes all of it. One that is not stored yet is given its id.
fn put(connection: &Connection, profile: &mut Profile) -> rusqlite::Result<()> {
    let known = (profile.id.0 > 0).then_some(profile.id.0);
    profile.id = connection.prepare_cached(include_str!("sql/put_profile.sql"))?.query_row(
        params![
            known,
            profile.user_id.0,
            profile.profile_type,
            Json::Object(profile.properties.clone()).to_string(),
            profile.created_at.as_millisecond(),
            profile.updated_at.as_millisecond(),
            profile.deleted_at.map(Timestamp::as_millisecond),
        ],
        |row| row.get(0).map(ProfileId),
    )?;
    Ok(())
}
