//! The platform's API for its clients, `/api/app_builder/…`, as JSON. What a user can put right is answered with 422 and
//! `{"error": "…"}`, which clients print; other statuses some of them take for a fault of the server.

mod migrations;

use axum::http::{Method, StatusCode};
use serde_json::Value as Json;

use super::answer::Answer;
use super::request::{Request, Unreadable};
use super::state::State;

pub(super) const PREFIX: &str = "/api/app_builder";

pub(super) fn answer(state: &State, request: &Request, read: Result<(), Unreadable>) -> Answer {
    if let Err(error) = read {
        return Answer::json_error(error.status(), &error.to_string());
    }
    let path = request.path.strip_prefix(PREFIX).unwrap_or_default().trim_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let is_get = request.method == Method::GET || request.method == Method::HEAD;
    let is_post = request.method == Method::POST;
    match parts.as_slice() {
        ["migrations"] if is_get => migrations::list(state),
        ["migrations"] if is_post => migrations::generate(state, request),
        ["migrations", "run"] if is_post => migrations::run(state, request),
        ["migrations"] | ["migrations", "run"] => Answer::json_error(
            StatusCode::METHOD_NOT_ALLOWED,
            &format!("{} does not answer {}", request.path, request.method),
        ),
        _ => Answer::json_error(
            StatusCode::NOT_FOUND,
            &format!("{} of the platform is not served yet", request.path),
        ),
    }
}

/// A parameter of the query or the body as text; numbers are written as such. Nothing for an empty one.
fn parameter(request: &Request, name: &str) -> Option<String> {
    let text = match request.params.get(name)? {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// What a user can put right.
fn unprocessable(message: &str) -> Answer {
    Answer::json_error(StatusCode::UNPROCESSABLE_ENTITY, message)
}
