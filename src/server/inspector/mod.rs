//! The developer's routes under `/_dev/`, as JSON: what the command line asks a running server. An answer that is no
//! success is `{"error": "…"}`.

mod app;
mod jobs;
mod mail;
mod releases;

use axum::http::{Method, StatusCode};

use super::Area;
use super::answer::Answer;
use super::request::Request;
use super::state::State;

pub(super) async fn answer(state: &State, request: &Request) -> Answer {
    let (_, path) = Area::of(&request.path);
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let get = request.method == Method::GET || request.method == Method::HEAD;
    let post = request.method == Method::POST;
    match parts.as_slice() {
        ["signed_in"] if get => Answer::sentence(StatusCode::OK, "signed in: you may close this page"),
        ["app"] if get => app::identity(state).await,
        ["idle"] if get => jobs::idle(state, &request.query).await,
        ["jobs"] if get => jobs::list(state, &request.query).await,
        ["jobs", "stats"] if get => jobs::counts(state).await,
        ["jobs", id] if get => jobs::show(state, id).await,
        ["jobs", id, "retry"] if post => jobs::retry(state, id).await,
        ["jobs", id, "cancel"] if post => jobs::cancel(state, id).await,
        ["mail"] if get => mail::list(state, &request.query).await,
        ["mail", "wait"] if get => mail::wait(state, &request.query).await,
        ["mail", "clear"] if post => mail::clear(state).await,
        ["mail", id] if get => mail::show(state, id).await,
        ["mail", id, "eml"] if get => mail::eml(state, id).await,
        ["releases"] if get => releases::list(state).await,
        ["releases", id, "activate"] if post => releases::activate(state, id).await,
        ["app" | "idle" | "jobs" | "mail" | "releases" | "signed_in"]
        | ["jobs" | "mail", _]
        | ["jobs", _, "retry" | "cancel"]
        | ["mail", _, "eml"]
        | ["releases", _, "activate"] => Answer::json_error(
            StatusCode::METHOD_NOT_ALLOWED,
            &format!("/_dev/{path} does not answer {}", request.method),
        ),
        _ => Answer::json_error(StatusCode::NOT_FOUND, &format!("/_dev/{path} is not served yet")),
    }
}

/// The first value of a query parameter.
fn parameter(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Reads what a route shows, on a blocking thread. It takes none of the turns of pages: whoever looks at a server that
/// is busy must see why.
async fn blocking(work: impl FnOnce() -> Answer + Send + 'static) -> Answer {
    let answered = tokio::task::spawn_blocking(work).await;
    answered.unwrap_or_else(|_| Answer::failed("internal error: the request panicked"))
}
