//! Who the server is.

use axum::http::StatusCode;
use serde_json::Value as Json;

use crate::protocol::Instance;
use crate::server::answer::Answer;
use crate::server::context::INSTANCE_ID;
use crate::server::state::State;

pub(super) fn show(state: &State) -> Answer {
    let instance = Instance { id: Json::from(INSTANCE_ID), uuid: state.site.uuid.clone() };
    Answer::json(StatusCode::OK, &instance)
}
