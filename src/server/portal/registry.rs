//! The modules of the app as a registry lists them: one version each, the one that lies in `modules/`.

use axum::http::StatusCode;
use serde_json::{Map, Value as Json, json};

use super::archive;
use crate::app::{App, Format, Module};
use crate::server::answer::Answer;
use crate::server::failure::Failure;
use crate::server::request::Request;
use crate::server::state::State;

/// `?modules=a,b`: those of them that there are. One without a version in its manifest cannot be installed, so it is not
/// listed.
pub(super) fn list(state: &State, request: &Request) -> Answer {
    let engine = state.live.engine();
    let names = parameter(request, "modules");
    let listed: Vec<Json> = names
        .split(',')
        .filter_map(|name| module(engine.app(), name.trim()))
        .map(|(module, version)| {
            let name = &module.scope_name;
            let versions =
                Map::from_iter([(version.to_owned(), json!({ "dependencies": module.dependencies }))]);
            json!({ "id": name, "module": name, "versions": versions })
        })
        .collect();
    Answer::json(StatusCode::OK, &listed)
}

/// `?name=core@1.2.0`
pub(super) fn version(state: &State, request: &Request) -> Answer {
    let asked = parameter(request, "name");
    let (name, wanted) = asked.split_once('@').unwrap_or((asked, ""));
    let engine = state.live.engine();
    match module(engine.app(), name) {
        Some((module, version)) if wanted == version => {
            let name = &module.scope_name;
            // Absolute: clients fetch it as it stands.
            let url = format!("{}/api/pos_modules/{name}/archives/{version}.zip", request.base_url());
            Answer::json(StatusCode::OK, &json!({ "public_archive": url }))
        }
        Some((module, version)) => missing(&format!(
            "this server has version {version} of the module `{}`, not `{wanted}`",
            module.scope_name
        )),
        None => missing(&format!("the app of this server has no module `{name}` with a version")),
    }
}

pub(super) fn archive(state: &State, name: &str, file: &str) -> Answer {
    let engine = state.live.engine();
    match module(engine.app(), name) {
        Some((module, version)) if file.strip_suffix(".zip") == Some(version) => {
            match archive::pack(engine.app().root(), &module.scope_name) {
                Ok(zip) => Answer::new(StatusCode::OK, "application/zip", zip),
                Err(error) => Failure::fault(&error).built_in(Format::Json).into_answer(),
            }
        }
        _ => missing(&format!("there is no archive {file} of a module `{name}`")),
    }
}

fn module<'a>(app: &'a App, name: &str) -> Option<(&'a Module, &'a str)> {
    let module = app.modules().find(|module| module.scope_name == name)?;
    Some((module, module.version.as_deref()?))
}

fn parameter<'a>(request: &'a Request, name: &str) -> &'a str {
    request.params.get(name).and_then(Json::as_str).unwrap_or_default()
}

fn missing(message: &str) -> Answer {
    Answer::json_error(StatusCode::NOT_FOUND, message)
}
