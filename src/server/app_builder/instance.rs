//! Who the server is.

use axum::http::StatusCode;

use crate::protocol::Instance;
use crate::server::answer::Answer;
use crate::server::context::INSTANCE_ID;
use crate::server::state::State;

pub(super) fn show(state: &State) -> Answer {
    let instance = Instance { id: INSTANCE_ID.into(), uuid: state.site.uuid.clone() };
    Answer::json(StatusCode::OK, &instance)
}
