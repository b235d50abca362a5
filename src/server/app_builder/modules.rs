//! The modules that are deployed, whatever brought them.

use axum::http::StatusCode;
use serde_json::json;

use super::{parameter, unprocessable};
use crate::releases::{Change, Gone, Origin, Wanted};
use crate::server::answer::Answer;
use crate::server::request::Request;
use crate::server::state::State;

pub(super) fn list(state: &State) -> Answer {
    let engine = state.live.engine();
    let names: Vec<&str> = engine.app().modules().map(|module| module.scope_name.as_str()).collect();
    Answer::json(StatusCode::OK, &json!({ "data": names }))
}

pub(super) fn remove(state: &State, request: &Request) -> Answer {
    let Some(name) = parameter(request, "pos_module_name") else {
        return unprocessable("`pos_module_name` says which module is meant");
    };
    let Some(releases) = &state.site.releases else {
        let root = state.live.engine().app().root().display().to_string();
        return unprocessable(&format!(
            "this server serves the files of {root}: remove the folder modules/{name} there"
        ));
    };
    let change = Change { put: Vec::new(), gone: Gone::Module(name.clone()) };
    match releases.install(Origin::Module, Wanted::Change(change)) {
        Ok(_) => Answer::json(StatusCode::OK, &json!({ "removed": name })),
        Err(error) => unprocessable(&error.to_string()),
    }
}
