//! The modules that can be installed from here: those of the app, each in the version that lies in `modules/`, and those
//! that were pushed. Where both are the same version, the app's is handed out.

use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use serde_json::{Value as Json, json};

use super::{archive, pushed};
use crate::app::{App, Format, Module};
use crate::server::answer::Answer;
use crate::server::failure::Failure;
use crate::server::request::Request;
use crate::server::state::State;

/// `?modules=a,b`: those of them that there are. One without a version in its manifest cannot be installed, so it is not
/// listed. Whoever says who they are may push, so to them every name is one, with or without versions; whoever installs says
/// nothing.
pub(super) fn list(state: &State, request: &Request) -> Answer {
    let engine = state.live.engine();
    let is_signed_in = request.header(AUTHORIZATION.as_str()).is_some();
    let mut listed = Vec::new();
    for name in parameter(request, "modules").split(',').map(str::trim) {
        let mut versions = match pushed::versions(state, name) {
            Ok(versions) => versions,
            Err(error) => return Answer::failed(&error.to_string()),
        };
        if let Some((module, version)) = module(engine.app(), name) {
            versions.insert(version.to_owned(), json!({ "dependencies": module.dependencies }));
        }
        if !versions.is_empty() || is_signed_in && pushed::is_word(name) {
            listed.push(json!({ "id": name, "module": name, "versions": versions }));
        }
    }
    Answer::json(StatusCode::OK, &listed)
}

/// `?name=core@1.2.0`
pub(super) fn version(state: &State, request: &Request) -> Answer {
    let asked = parameter(request, "name");
    let (name, wanted) = asked.split_once('@').unwrap_or((asked, ""));
    let engine = state.live.engine();
    let of_app = module(engine.app(), name).map(|(_, version)| version);
    let is_there = of_app == Some(wanted)
        || match pushed::archive(state, name, wanted) {
            Ok(archive) => archive.is_some(),
            Err(error) => return Answer::failed(&error.to_string()),
        };
    if is_there {
        // Absolute: clients fetch it as it stands.
        let url = format!("{}/api/pos_modules/{name}/archives/{wanted}.zip", request.base_url());
        return Answer::json(StatusCode::OK, &json!({ "public_archive": url }));
    }
    missing(&match of_app {
        Some(version) => format!("this server has version {version} of the module `{name}`, not `{wanted}`"),
        None => format!("this server has no module `{name}` in such a version, of its app or pushed"),
    })
}

pub(super) fn archive(state: &State, name: &str, file: &str) -> Answer {
    let engine = state.live.engine();
    let version = file.strip_suffix(".zip").unwrap_or_default();
    let zip = |zip| Answer::new(StatusCode::OK, "application/zip", zip);
    match module(engine.app(), name) {
        Some((module, known)) if version == known => {
            match archive::pack(engine.app().root(), &module.scope_name) {
                Ok(packed) => zip(packed),
                Err(error) => Failure::fault(&error).built_in(Format::Json).into_answer(),
            }
        }
        _ => match pushed::archive(state, name, version) {
            Ok(Some(pushed)) => zip(pushed),
            Ok(None) => missing(&format!("there is no archive {file} of a module `{name}`")),
            Err(error) => Answer::failed(&error.to_string()),
        },
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
