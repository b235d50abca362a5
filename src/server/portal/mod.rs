//! The portal of a server that is its own: tokens for clients that sign in, and a registry of the modules of its app
//! and of those that were pushed here. Its routes lie where an app may have pages of its own, and those win.
//!
//! Whoever may use the platform's API may ask for its token: this machine, and those who have it already. So no password is
//! looked at, and no other machine gets a token by asking.

mod archive;
mod device;
mod pushed;
mod registry;

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::answer::Answer;
use super::request::{Request, Unreadable};
use super::state::State;

pub(super) use device::DeviceCodes;

/// Whether the portal would answer here.
pub(super) fn is_at(path: &str) -> bool {
    matches!(
        path.trim_end_matches('/'),
        "/api/user_tokens"
            | "/api/authenticate"
            | "/api/pos_modules"
            | "/api/pos_module_version"
            | "/oauth/authorize_device"
            | "/oauth/device_token"
    ) || path.starts_with("/api/pos_modules/")
}

pub(super) fn answer(state: &State, request: &Request, read: Result<(), Unreadable>) -> Answer {
    if let Err(error) = read {
        return Answer::json_error(error.status(), &error.to_string());
    }
    let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    let is_get = request.method == Method::GET || request.method == Method::HEAD;
    let is_post = request.method == Method::POST;
    let token = state.site.access.client_token();
    match parts.as_slice() {
        ["api", "user_tokens"] if is_get => Answer::json(StatusCode::OK, &json!([{ "token": token }])),
        ["api", "authenticate"] if is_post => Answer::json(StatusCode::OK, &json!({ "auth_token": token })),
        ["oauth", "authorize_device"] if is_post => device::authorize(state, request),
        ["oauth", "device_token"] if is_post => device::token(state, request, token),
        ["api", "pos_modules"] if is_get => registry::list(state, request),
        ["api", "pos_module_version"] if is_get => registry::version(state, request),
        ["api", "pos_modules", name, "archives", file] if is_get => registry::archive(state, name, file),
        ["api", "pos_modules", name, "presign_url"] if is_get => pushed::presign(state, request, name),
        ["api", "pos_modules", name, "pos_module_versions"] if is_post => {
            pushed::publish(state, request, name)
        }
        ["api", "pos_modules", name, "pos_module_versions", version] if is_get => {
            pushed::show(state, name, version)
        }
        ["api", "pos_modules", ..] => {
            Answer::json_error(StatusCode::NOT_FOUND, &format!("a registry has no {}", request.path))
        }
        _ => Answer::json_error(
            StatusCode::METHOD_NOT_ALLOWED,
            &format!("{} does not answer {}", request.path, request.method),
        ),
    }
}
