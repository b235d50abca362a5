//! Who visits, as `context.current_user` shows it: the user whose temporary token the request carries, for this request
//! alone, else who is signed in. Null where nobody is, or the user is gone.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::records::{DataError, User};
use crate::server::request::Request;
use crate::server::session::Session;
use crate::server::state::State;

/// A client that has no session shows the token in this header.
const TOKEN_HEADER: &str = "usertemporarytoken";

pub(super) fn of_request(
    state: &State,
    session: &Session,
    request: &Request,
    now: Timestamp,
) -> Result<Json, DataError> {
    let token = request.header(TOKEN_HEADER);
    let user = token.map(|token| state.graph.records.data(None).user_of_temporary_token(token, now));
    match user.transpose()?.flatten() {
        Some(user) => Ok(user.to_context()),
        None => of_session(state, session),
    }
}

pub(super) fn of_session(state: &State, session: &Session) -> Result<Json, DataError> {
    let Some(id) = session.user() else { return Ok(Json::Null) };
    let user = state.graph.records.data(None).user(id)?;
    Ok(user.as_ref().map_or(Json::Null, User::to_context))
}
