//! Sessions: the server-side half of the `_pos_session` cookie. The cookie holds an unguessable id, the row holds the
//! fields; so a field is never shown to the browser, and signing out really ends a session.

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::{Map, Value as Json};

use super::rows::UserId;
use crate::store::{self, Store};

/// How long a session lives from its beginning unless a sign-in limits it: a year, as on the platform.
pub(crate) const SESSION_LIFETIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// All fields of one session together, as JSON. A session is no place for documents: every request reads it.
pub(crate) const MAX_SESSION_BYTES: usize = 256 * 1024;

/// The sessions of the app. Clone = same sessions.
#[derive(Debug, Clone)]
pub(crate) struct Sessions {
    store: Store,
}

/// The secret in the cookie: 256 random bits in hex. Not shown by `Debug`, so that it reaches no log.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct SessionId(String);

/// One session as stored.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) data: Map<String, Json>,
    /// Who signed in. May be gone by now.
    pub(crate) user: Option<UserId>,
    pub(crate) expires_at: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    #[error("the session would hold {bytes} bytes; the limit is {MAX_SESSION_BYTES}")]
    TooLarge { bytes: usize },
    #[error("the session is over")]
    Gone,
    #[error("cannot {action} the session")]
    Store { action: &'static str, source: store::Error },
}

impl SessionId {
    fn random() -> Self {
        use fmt::Write as _;
        let bytes: [u8; 32] = rand::random();
        Self(bytes.iter().fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a `String` cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
    }

    /// The id in a cookie's value; `None` for anything we cannot have sent, which then costs no query.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 64 && text.bytes().all(is_hex)).then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(…)")
    }
}

impl Sessions {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    /// A new session with `data` in it, and with `user` signed in, that is over when `lifetime` has passed.
    ///
    /// # Errors
    /// `data` is over [`MAX_SESSION_BYTES`], or the store fails.
    pub(crate) fn create(
        &self,
        data: Map<String, Json>,
        user: Option<UserId>,
        lifetime: Duration,
        now: Timestamp,
    ) -> Result<Session, SessionError> {
        let text = encode(&data)?;
        let session = Session { id: SessionId::random(), data, user, expires_at: expiry(now, lifetime) };
        self.store
            .write(|tx| insert(tx, &session, &text))
            .map_err(|source| SessionError::Store { action: "create", source })?;
        Ok(session)
    }

    /// The session a cookie names; `None` if there is none or it has expired.
    ///
    /// # Errors
    /// The store fails.
    pub(crate) fn load(&self, id: &SessionId, now: Timestamp) -> Result<Option<Session>, SessionError> {
        self.store
            .read(|conn| select(conn, id, now))
            .map_err(|source| SessionError::Store { action: "read", source })
    }

    /// Applies changes in their order: `Some` sets a field, `None` deletes it. Fields not named keep what a request at
    /// the same moment wrote to them. When the session ends is not changed: a sign-in may have limited it to minutes.
    ///
    /// # Errors
    /// The session is over, would be larger than [`MAX_SESSION_BYTES`] (then nothing is changed), or the store fails.
    pub(crate) fn save(
        &self,
        id: &SessionId,
        changes: &[(String, Option<Json>)],
        now: Timestamp,
    ) -> Result<(), SessionError> {
        if changes.is_empty() {
            return Ok(());
        }
        let outcome = self.store.write(|tx| {
            let Some(Session { mut data, .. }) = select(tx, id, now)? else {
                return Ok(Err(SessionError::Gone));
            };
            apply(&mut data, changes);
            let text = match encode(&data) {
                Ok(text) => text,
                Err(error) => return Ok(Err(error)),
            };
            tx.execute("UPDATE sessions SET data = ?2 WHERE id = ?1", params![id.as_str(), text])?;
            Ok(Ok(()))
        });
        outcome.map_err(|source| SessionError::Store { action: "save", source })?
    }

    /// Ends a session; one that is over already stays so.
    ///
    /// # Errors
    /// The store fails.
    pub(crate) fn delete(&self, id: &SessionId) -> Result<(), SessionError> {
        self.store
            .write(|tx| tx.execute("DELETE FROM sessions WHERE id = ?1", [id.as_str()]))
            .map_err(|source| SessionError::Store { action: "delete", source })?;
        Ok(())
    }

    /// Removes the sessions whose time is over and says how many there were.
    ///
    /// # Errors
    /// The store fails.
    pub(crate) fn expire(&self, now: Timestamp) -> Result<usize, SessionError> {
        self.store
            .write(|tx| tx.execute("DELETE FROM sessions WHERE expires_at <= ?1", [now.as_millisecond()]))
            .map_err(|source| SessionError::Store { action: "expire", source })
    }
}

fn insert(tx: &Transaction<'_>, session: &Session, data: &str) -> rusqlite::Result<()> {
    let Session { id, user, expires_at, .. } = session;
    tx.execute(
        "INSERT INTO sessions (id, data, user_id, expires_at) VALUES (?1, ?2, ?3, ?4)",
        params![id.as_str(), data, user.map(|user| user.0), expires_at.as_millisecond()],
    )?;
    Ok(())
}

fn select(conn: &Connection, id: &SessionId, now: Timestamp) -> rusqlite::Result<Option<Session>> {
    conn.query_row(
        "SELECT data, expires_at, user_id FROM sessions WHERE id = ?1 AND expires_at > ?2",
        params![id.as_str(), now.as_millisecond()],
        |row| {
            let text: String = row.get(0)?;
            let expires_at: i64 = row.get(1)?;
            Ok(Session {
                id: id.clone(),
                data: serde_json::from_str(&text).map_err(|error| malformed(0, error))?,
                user: row.get::<_, Option<i64>>(2)?.map(UserId),
                expires_at: Timestamp::from_millisecond(expires_at).map_err(|error| malformed(1, error))?,
            })
        },
    )
    .optional()
}

fn malformed(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

/// `null` deletes as well: a field set to nothing is no field.
fn apply(data: &mut Map<String, Json>, changes: &[(String, Option<Json>)]) {
    for (field, value) in changes {
        match value {
            Some(value) if !value.is_null() => drop(data.insert(field.clone(), value.clone())),
            _ => drop(data.shift_remove(field)),
        }
    }
}

fn encode(data: &Map<String, Json>) -> Result<String, SessionError> {
    let text = Json::Object(data.clone()).to_string();
    if text.len() > MAX_SESSION_BYTES {
        return Err(SessionError::TooLarge { bytes: text.len() });
    }
    Ok(text)
}

/// Far futures end at the last moment a timestamp can name.
fn expiry(now: Timestamp, lifetime: Duration) -> Timestamp {
    let lifetime = SignedDuration::try_from(lifetime).unwrap_or(SignedDuration::MAX);
    now.saturating_add(lifetime).unwrap_or(Timestamp::MAX)
}
