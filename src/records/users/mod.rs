//! Those who can sign in: their rows, and what no row may break. Live users have different e-mail addresses, whatever
//! their case, and different slugs; a new password voids all tokens.

mod jwt_algorithm;
mod key_pair;
mod many;
mod one_time_password;
mod password;
mod slug;
#[cfg(test)]
pub(super) mod tests;
mod token;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Map, Value as Json};

use super::data::{Data, DataError};
use super::rows::{Stored as _, User, UserId};
use key_pair::KeyPair;
use token::JwtKey;

pub(crate) use jwt_algorithm::JwtAlgorithm;
pub(crate) use one_time_password::{code as one_time_code, is_code as is_one_time_code};
pub(crate) use password::{HashError, hash as hash_password, is_password};

/// Why a user cannot be as asked for, in the platform's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UserRefusal {
    #[error("Email can't be blank")]
    EmailBlank,
    #[error("Email has already been taken")]
    EmailTaken,
    #[error("Slug has already been taken")]
    SlugTaken,
    #[error("Id has already been taken")]
    IdTaken,
}

type Result<T> = std::result::Result<T, DataError>;
type Refusable<T> = std::result::Result<T, UserRefusal>;

impl Data {
    /// The user who is not deleted.
    pub(crate) fn user(&self, id: UserId) -> Result<Option<User>> {
        let user = self.read(|connection| get(connection, id))?;
        Ok(user.filter(|user| user.deleted_at.is_none()))
    }

    /// The live user with that address.
    pub(crate) fn user_of_email(&self, email: &str) -> Result<Option<User>> {
        self.read(|connection| {
            connection
                .prepare_cached(&select("r.email = ?1 AND r.deleted_at IS NULL"))?
                .query_row([email.trim()], User::of)
                .optional()
        })
    }

    /// `prepare` fills in a user who has nothing yet but, perhaps, an id. Without a slug one is made.
    pub(crate) fn create_user<E: From<UserRefusal>>(
        &mut self,
        id: Option<UserId>,
        now: Timestamp,
        prepare: impl FnOnce(&mut User) -> std::result::Result<(), E>,
    ) -> Result<std::result::Result<User, E>> {
        let mut user = blank(id.unwrap_or(UserId(0)), now);
        if let Err(refusal) = prepare(&mut user) {
            return Ok(Err(refusal));
        }
        user.complete_name(None);
        self.write(|connection| {
            if id.is_some() && get(connection, user.id)?.is_some() {
                return Ok(Err(UserRefusal::IdTaken.into()));
            }
            if let Err(refusal) = settle(connection, &mut user)? {
                return Ok(Err(refusal.into()));
            }
            insert(connection, &mut user, id)?;
            Ok(Ok(user))
        })
    }

    /// Changes a user in place, deleted or not; `None` if there is none. What `change` refuses changes nothing.
    pub(crate) fn change_user<E: From<UserRefusal>>(
        &mut self,
        id: UserId,
        now: Timestamp,
        change: impl FnOnce(&mut User) -> std::result::Result<(), E>,
    ) -> Result<Option<std::result::Result<User, E>>> {
        self.write(|connection| {
            let Some(before) = get(connection, id)? else { return Ok(None) };
            let user = adjusted(connection, &before, now, change)?;
            if let Ok(user) = &user {
                replace(connection, user)?;
            }
            Ok(Some(user))
        })
    }

    /// Writes the user of that id, deleted or not, or a new one: `fill` is given what is known. For imports, which say the
    /// times too.
    pub(in crate::records) fn put_user(
        &mut self,
        id: Option<UserId>,
        now: Timestamp,
        fill: impl FnOnce(&mut User),
    ) -> Result<Refusable<UserId>> {
        self.write(|connection| {
            let known = id.map(|id| get(connection, id)).transpose()?.flatten();
            let mut user = known.clone().unwrap_or_else(|| blank(id.unwrap_or(UserId(0)), now));
            user.updated_at = now;
            fill(&mut user);
            user.complete_name(known.as_ref());
            if let Err(refusal) = settle(connection, &mut user)? {
                return Ok(Err(refusal));
            }
            let Some(known) = known else {
                insert(connection, &mut user, id)?;
                return Ok(Ok(user.id));
            };
            if user.encrypted_password != known.encrypted_password {
                user.tokens_valid_after = now;
            }
            replace(connection, &user)?;
            connection
                .prepare_cached("UPDATE users SET created_at = ?2 WHERE id = ?1")?
                .execute(params![user.id.0, user.created_at.as_millisecond()])?;
            Ok(Ok(user.id))
        })
    }

    /// Good until `expires_at`, or until the password changes.
    pub(crate) fn temporary_token(&mut self, user: &User, expires_at: Timestamp) -> Result<String> {
        Ok(token::temporary(self.secret()?, user, expires_at))
    }

    /// The token is this user's and good.
    pub(crate) fn accepts_temporary_token(
        &mut self,
        user: &User,
        token: &str,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(token::is_temporary(self.secret()?, user, token, now))
    }

    /// The live user to whom a good token was issued.
    pub(crate) fn user_of_temporary_token(&mut self, token: &str, now: Timestamp) -> Result<Option<User>> {
        let Some(id) = token::user_of_temporary(token) else { return Ok(None) };
        let Some(user) = self.user(id)? else { return Ok(None) };
        Ok(self.accepts_temporary_token(&user, token, now)?.then_some(user))
    }

    pub(crate) fn jwt(
        &mut self,
        user: &User,
        algorithm: JwtAlgorithm,
        issued_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<String> {
        let key = self.jwt_key(user, algorithm)?;
        let damaged = || DataError::KeyPair { name: algorithm.key_pair().map_or("secret", KeyPair::name) };
        key.sign(user, issued_at, expires_at).ok_or_else(damaged)
    }

    pub(crate) fn accepts_jwt(
        &mut self,
        user: &User,
        algorithm: JwtAlgorithm,
        token: &str,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(self.jwt_key(user, algorithm)?.accepts(user, token, now))
    }

    fn jwt_key(&mut self, user: &User, algorithm: JwtAlgorithm) -> Result<JwtKey> {
        let private_key = algorithm.key_pair().map(|pair| self.private_key(pair)).transpose()?;
        Ok(JwtKey::new(self.secret()?, user, algorithm, private_key))
    }

    /// The secret of the user's one-time passwords of that name; made when first asked for.
    pub(crate) fn one_time_secret(&mut self, user: &User, name: &str) -> Result<String> {
        if let Some(known) = user.one_time_secret(name) {
            return Ok(known.to_owned());
        }
        self.write(|connection| {
            let Some(mut user) = get(connection, user.id)? else { return Ok(String::new()) };
            if let Some(known) = user.one_time_secret(name) {
                return Ok(known.to_owned());
            }
            let made = one_time_password::new_secret();
            user.otp_secrets.insert(name.to_owned(), Json::from(made.clone()));
            replace(connection, &user)?;
            Ok(made)
        })
    }

    /// Another secret in place of the user's of that name, so that codes of the old one are worth nothing. False if there
    /// is no such user.
    pub(crate) fn refresh_one_time_secret(&mut self, id: UserId, name: &str) -> Result<bool> {
        self.change_one_time_secrets(id, |secrets| {
            secrets.insert(name.to_owned(), Json::from(one_time_password::new_secret()));
        })
    }

    /// Takes the secret away, if there is one. False if there is no such user.
    pub(crate) fn delete_one_time_secret(&mut self, id: UserId, name: &str) -> Result<bool> {
        self.change_one_time_secrets(id, |secrets| drop(secrets.shift_remove(name)))
    }

    fn change_one_time_secrets(
        &mut self,
        id: UserId,
        change: impl FnOnce(&mut Map<String, Json>),
    ) -> Result<bool> {
        self.write(|connection| {
            let known = get(connection, id)?.filter(|user| user.deleted_at.is_none());
            let Some(mut user) = known else { return Ok(false) };
            change(&mut user.otp_secrets);
            replace(connection, &user)?;
            Ok(true)
        })
    }
}

impl User {
    pub(crate) fn one_time_secret(&self, name: &str) -> Option<&str> {
        self.otp_secrets.get(name).and_then(Json::as_str)
    }

    /// A name that was made from its parts, or is not there, follows them.
    fn complete_name(&mut self, before: Option<&Self>) {
        let was_made = before.is_none_or(|before| before.name == before.made_name());
        let is_as_before = self.name == before.and_then(|before| before.name.clone());
        if was_made && is_as_before {
            self.name = self.made_name();
        }
    }

    fn made_name(&self) -> Option<String> {
        let parts = [&self.first_name, &self.middle_name, &self.last_name].into_iter().flatten();
        let parts: Vec<&str> = parts.map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

fn blank(id: UserId, now: Timestamp) -> User {
    User {
        id,
        email: String::new(),
        encrypted_password: None,
        first_name: None,
        middle_name: None,
        last_name: None,
        name: None,
        slug: String::new(),
        language: None,
        external_id: None,
        properties: Map::new(),
        otp_secrets: Map::new(),
        tokens_valid_after: now,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    }
}

/// The user as `change` wants it, ready to be stored. A new password voids all tokens.
fn adjusted<E: From<UserRefusal>>(
    connection: &Connection,
    before: &User,
    now: Timestamp,
    change: impl FnOnce(&mut User) -> std::result::Result<(), E>,
) -> rusqlite::Result<std::result::Result<User, E>> {
    let mut user = before.clone();
    user.updated_at = now;
    if let Err(refusal) = change(&mut user) {
        return Ok(Err(refusal));
    }
    user.complete_name(Some(before));
    if user.encrypted_password != before.encrypted_password {
        user.tokens_valid_after = now;
    }
    Ok(match settle(connection, &mut user)? {
        Ok(()) => Ok(user),
        Err(refusal) => Err(refusal.into()),
    })
}

/// Gives the user a slug, and refuses what others have already. A deleted user takes nothing from anybody.
fn settle(connection: &Connection, user: &mut User) -> rusqlite::Result<Refusable<()>> {
    user.email = user.email.trim().to_owned();
    if user.email.is_empty() {
        return Ok(Err(UserRefusal::EmailBlank));
    }
    if user.slug.trim().is_empty() {
        user.slug = slug::free(connection, user)?;
    }
    if user.deleted_at.is_some() {
        return Ok(Ok(()));
    }
    let has_email: bool = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM users WHERE email = ?1 AND deleted_at IS NULL AND id <> ?2)",
        )?
        .query_row(params![user.email, user.id.0], |row| row.get(0))?;
    if has_email {
        return Ok(Err(UserRefusal::EmailTaken));
    }
    if slug::is_taken(connection, &user.slug, user.id)? {
        return Ok(Err(UserRefusal::SlugTaken));
    }
    Ok(Ok(()))
}

fn select(condition: &str) -> String {
    format!("SELECT {} FROM users AS r WHERE {condition}", User::COLUMNS)
}

pub(super) fn get(connection: &Connection, id: UserId) -> rusqlite::Result<Option<User>> {
    connection.prepare_cached(&select("r.id = ?1"))?.query_row([id.0], User::of).optional()
}

fn insert(connection: &Connection, user: &mut User, id: Option<UserId>) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(include_str!("../sql/insert_user.sql"))?;
    statement.execute(params![
        id.map(|id| id.0),
        user.email,
        user.encrypted_password,
        user.first_name,
        user.middle_name,
        user.last_name,
        user.name,
        user.slug,
        user.language,
        user.external_id,
        Json::Object(user.properties.clone()).to_string(),
        user.tokens_valid_after.as_millisecond(),
        user.created_at.as_millisecond(),
        user.updated_at.as_millisecond(),
        user.deleted_at.map(Timestamp::as_millisecond),
    ])?;
    user.id = UserId(connection.last_insert_rowid());
    Ok(())
}

pub(super) fn replace(connection: &Connection, user: &User) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(include_str!("../sql/replace_user.sql"))?;
    statement.execute(params![
        user.id.0,
        user.email,
        user.encrypted_password,
        user.first_name,
        user.middle_name,
        user.last_name,
        user.name,
        user.slug,
        user.language,
        user.external_id,
        Json::Object(user.properties.clone()).to_string(),
        Json::Object(user.otp_secrets.clone()).to_string(),
        user.tokens_valid_after.as_millisecond(),
        user.updated_at.as_millisecond(),
        user.deleted_at.map(Timestamp::as_millisecond),
    ])?;
    Ok(())
}
