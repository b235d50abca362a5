//! The visitor's session during one request: what it held, what the request changes, and the token that proves that a
//! form was ours. Nothing is stored, and no cookie set, for a visitor who only reads: a session begins when a field is
//! set or when the answer shows the token.

use std::time::Duration;

use axum::http::{HeaderValue, Method};
use jiff::Timestamp;
use memchr::memmem;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::cookies::{self, Cookie, Readable, SameSite};
use super::hex::hex;
use super::request::Request;
use super::secret;
use crate::graphql::SessionChange;
use crate::records::{SESSION_LIFETIME, SessionError, SessionId, Sessions, UserId};

/// The cookie that names the session.
const SESSION_COOKIE: &str = "_pos_session";
/// The cookie from which scripts read the token they send as `X-CSRF-Token`.
const TOKEN_COOKIE: &str = "CSRF-TOKEN";
/// The field of a session that holds its token.
const TOKEN_FIELD: &str = "_csrf_token";
/// The field in which a flash message waits for the next request.
const FLASH_FIELD: &str = "_flash";
/// The field that holds the language that was asked for last.
const LANGUAGE_FIELD: &str = "language";
/// The field that holds the hash of the maintenance password the session knows; a new password asks again.
pub(super) const MAINTENANCE_FIELD: &str = "_maintenance";

/// One visitor, one request.
#[derive(Debug)]
pub(super) struct Session {
    /// The stored session, if there is one.
    id: Option<SessionId>,
    /// What templates see: as stored, with the changes of this request.
    fields: Map<String, Json>,
    flash: Map<String, Json>,
    /// In order; kept apart so that requests at the same moment do not undo each other's.
    changes: Vec<(String, Option<Json>)>,
    /// Who is signed in.
    user: Option<UserId>,
    /// How long a session lives that begins with this request.
    lifetime: Duration,
    token: String,
    /// A session that is over: it was refused for want of the token, or somebody signed in or out.
    ended: Option<SessionId>,
    had_token_cookie: bool,
}

/// Did the request prove that it comes from a page of ours?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// It needs none: it changes nothing.
    NotNeeded,
    Given,
    Missing,
}

impl Session {
    /// Reads the session the request's cookie names. A cookie that names none (expired, forged) is as good as no cookie.
    /// A request that would change something and does not carry the token sees an empty session, and the one its
    /// cookie names is over: that is what the platform does instead of refusing it.
    pub(super) fn open(
        sessions: &Sessions,
        request: &Request,
        now: Timestamp,
    ) -> Result<(Self, Proof), SessionError> {
        let mut stored = None;
        let mut had_token_cookie = false;
        for (name, value) in cookies::parse(&request.headers) {
            had_token_cookie |= name == TOKEN_COOKIE;
            if stored.is_none() && name == SESSION_COOKIE {
                stored = SessionId::parse(&value).map(|id| sessions.load(&id, now)).transpose()?.flatten();
            }
        }
        let token = stored.as_ref().and_then(|session| session.data.get(TOKEN_FIELD)).and_then(Json::as_str);
        let proof = proof(request, token);
        let mut session = Self {
            id: None,
            fields: Map::new(),
            flash: Map::new(),
            changes: Vec::new(),
            user: None,
            lifetime: SESSION_LIFETIME,
            token: token.map_or_else(new_token, str::to_owned),
            ended: None,
            had_token_cookie,
        };
        match stored {
            Some(stored) if proof == Proof::Missing => {
                session.ended = Some(stored.id);
                session.token = new_token();
            }
            Some(stored) => {
                session.id = Some(stored.id);
                session.fields = stored.data;
                session.user = stored.user;
            }
            None => {}
        }
        // Shown once: this request shows it, the next one no longer has it.
        if let Some(Json::Object(flash)) = session.fields.shift_remove(FLASH_FIELD) {
            session.flash = flash;
            session.changes.push((FLASH_FIELD.to_owned(), None));
        }
        Ok((session, proof))
    }

    /// `context.session` as it prints: the fields of the app.
    pub(super) fn shown(&self) -> Map<String, Json> {
        let is_ours = |name: &str| [TOKEN_FIELD, LANGUAGE_FIELD, MAINTENANCE_FIELD].contains(&name);
        let fields = self.fields.iter().filter(|(name, _)| !is_ours(name));
        fields.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// What `context.session` tells by name alone: our fields, and a `session_id` that stays the same through a visit. It is
    /// no key to the session: a page may print it.
    pub(super) fn hidden(&self) -> Map<String, Json> {
        let field = |name: &str| Some((name.to_owned(), self.fields.get(name)?.clone()));
        let mut hidden: Map<String, Json> =
            [TOKEN_FIELD, LANGUAGE_FIELD].into_iter().filter_map(field).collect();
        if let Some(id) = &self.id {
            let hash = Sha256::digest(id.as_str());
            hidden.insert("session_id".to_owned(), hex(hash.get(..16).unwrap_or_default()).into());
        }
        hidden
    }

    /// What the session holds.
    pub(super) fn fields(&self) -> &Map<String, Json> {
        &self.fields
    }

    /// Who is signed in, by now.
    pub(super) fn user(&self) -> Option<UserId> {
        self.user
    }

    /// `context.flash`
    pub(super) fn flash(&self) -> &Map<String, Json> {
        &self.flash
    }

    /// `context.authenticity_token`
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Takes over what templates changed.
    pub(super) fn apply(&mut self, changes: Vec<SessionChange>) {
        for change in changes {
            match change {
                SessionChange::Set(field, value) => {
                    self.fields.insert(field.clone(), value.clone());
                    self.changes.push((field, Some(value)));
                }
                SessionChange::Delete(field) => {
                    self.fields.shift_remove(&field);
                    self.changes.push((field, None));
                }
                SessionChange::SignIn { user, lifetime } => self.renew(Some(user), lifetime),
                SessionChange::SignOut => self.renew(None, SESSION_LIFETIME),
            }
        }
    }

    pub(super) fn set(&mut self, field: &str, value: Json) {
        self.apply(vec![SessionChange::Set(field.to_owned(), value)]);
    }

    /// Another session in place of this one, so that an id that was known before gives nobody what comes after.
    fn renew(&mut self, user: Option<UserId>, lifetime: Duration) {
        self.ended = self.id.take().or(self.ended.take());
        self.fields.clear();
        self.changes.clear();
        self.user = user;
        self.lifetime = lifetime;
    }

    /// Shows a message in this request.
    pub(super) fn show_flash(&mut self, name: &str, message: &str) {
        self.flash.insert(name.to_owned(), message.into());
    }

    /// Leaves a message for the next request.
    pub(super) fn set_flash(&mut self, name: &str, message: &str) {
        let flash = Json::Object(Map::from_iter([(name.to_owned(), message.into())]));
        self.changes.push((FLASH_FIELD.to_owned(), Some(flash)));
    }

    /// Stores what the request changed and gives the cookies its answer must set. `body` is the answer: a page that
    /// shows the token asked for it, and only then is it worth a session. (The token is random and long enough not to
    /// appear by chance.)
    pub(super) fn save(
        self,
        sessions: &Sessions,
        body: &[u8],
        same_site: SameSite,
        now: Timestamp,
    ) -> Result<Vec<HeaderValue>, SessionError> {
        let mut set = Vec::new();
        let shows_token = memmem::find(body, self.token.as_bytes()).is_some();
        let mut token = self.token;
        if let Some(ended) = &self.ended {
            sessions.delete(ended)?;
            set.extend(cookies::expire(SESSION_COOKIE, same_site));
            // The token of the session before is worth nothing in this one either, unless a form of this answer carries it.
            if !shows_token {
                token = new_token();
            }
        }
        let mut changes = self.changes;
        let mut keeps_token = self.fields.contains_key(TOKEN_FIELD);
        if !keeps_token && shows_token {
            changes.push((TOKEN_FIELD.to_owned(), Some(Json::String(token.clone()))));
            keeps_token = true;
        }
        match self.id {
            Some(id) => match sessions.save(&id, &changes, now) {
                // Signed out by another request in the meantime: its word stands.
                Ok(()) | Err(SessionError::Gone) => {}
                Err(error) => return Err(error),
            },
            None if self.user.is_none() && changes.iter().all(|(_, value)| value.is_none()) => {
                return Ok(set);
            }
            None => {
                let mut data = Map::from_iter([(TOKEN_FIELD.to_owned(), Json::String(token.clone()))]);
                for (field, value) in changes {
                    match value {
                        Some(value) => drop(data.insert(field, value)),
                        None => drop(data.shift_remove(&field)),
                    }
                }
                let session = sessions.create(data, self.user, self.lifetime, now)?;
                // Who signs in stays signed in when the browser has been closed.
                let lifetime = self.user.map(|_| self.lifetime);
                let key = Cookie {
                    name: SESSION_COOKIE,
                    value: session.id.as_str(),
                    readable: Readable::ByServerOnly,
                    lifetime,
                };
                let token = Cookie { lifetime, ..token_cookie(&token) };
                return Ok([key, token]
                    .iter()
                    .filter_map(|cookie| cookies::set(cookie, same_site))
                    .collect());
            }
        }
        if keeps_token && !self.had_token_cookie {
            set.extend(cookies::set(&token_cookie(&token), same_site));
        }
        Ok(set)
    }
}

fn token_cookie(token: &str) -> Cookie<'_> {
    Cookie { name: TOKEN_COOKIE, value: token, readable: Readable::ByScripts, lifetime: None }
}

/// Cookies as `context.cookies` shows them: not the one that is a key to the session.
pub(super) fn visible_cookies(request: &Request) -> Map<String, Json> {
    cookies::parse(&request.headers)
        .filter(|(name, _)| *name != SESSION_COOKIE)
        .map(|(name, value)| (name.to_owned(), Json::String(value)))
        .collect()
}

fn proof(request: &Request, token: Option<&str>) -> Proof {
    // `is_safe` counts TRACE too; it never reaches a page.
    if request.method.is_safe() || request.method == Method::OPTIONS {
        return Proof::NotNeeded;
    }
    let sent = request
        .header("x-csrf-token")
        .or_else(|| request.params.get("authenticity_token").and_then(Json::as_str));
    match (sent, token) {
        (Some(sent), Some(token)) if secret::is_same(sent, token) => Proof::Given,
        _ => Proof::Missing,
    }
}

/// 256 random bits in hex.
fn new_token() -> String {
    hex(rand::random::<[u8; 32]>())
}

#[cfg(test)]
mod tests;
