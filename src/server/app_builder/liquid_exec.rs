//! Renders a template that a client has typed, in the app's context: constants, data, its partials. Jobs that it queues
//! run; nobody is signed in. What is wrong with the template is in the answer, which clients print.

use std::time::Instant;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::unprocessable;
use crate::app::Format;
use crate::liquid::{Block, Engine, Origin, Rendered, Scope};
use crate::logs::LoggedError;
use crate::protocol::{LiquidExec, LiquidResult};
use crate::records::SessionError;
use crate::server::answer::Answer;
use crate::server::context;
use crate::server::failure::Failure;
use crate::server::pages::TIME_LIMIT;
use crate::server::request::Request;
use crate::server::session::Session;
use crate::server::state::State;

/// What errors call the template, which is no file.
const PLACE: &str = "liquid_exec";

pub(super) fn run(state: &State, request: &Request) -> Answer {
    let LiquidExec { content } = match serde_json::from_slice(&request.body) {
        Ok(asked) => asked,
        Err(error) => {
            return unprocessable(&format!("the body is JSON with `content`, the template: {error}"));
        }
    };
    let engine = state.live.engine();
    let scope = match scope(state, request, &engine) {
        Ok(scope) => scope,
        Err(error) => return Failure::fault(&error).built_in(Format::Json).into_answer(),
    };
    let block = Block { source: &content, path: PLACE, line: 1 };
    match engine.text(&block, scope, &state.bindings) {
        Ok(Rendered { body, jobs, .. }) => match state.queue.enqueue(jobs) {
            Ok(()) => Answer::json(StatusCode::OK, &LiquidResult { result: Some(body), error: None }),
            Err(error) => Failure::fault(&error).built_in(Format::Json).into_answer(),
        },
        Err(error) => {
            let message = error.message();
            // Clients write the result whatever the error is, and fail on one that is no text.
            let result = LiquidResult { result: Some(String::new()), error: Some(message.clone()) };
            let failure = LoggedError { message, stack: error.stack() };
            Answer { failure: Some(failure), ..Answer::json(StatusCode::OK, &result) }
        }
    }
}

fn scope(state: &State, request: &Request, engine: &Engine) -> Result<Scope, SessionError> {
    let (session, proof) = Session::open(&state.sessions, request, Timestamp::now())?;
    let (params, user) = (Map::new(), Json::Null);
    Ok(Scope {
        context: context::of_request(request, params, &session, proof, &user, &state.site, engine.app()),
        constants: state.graph.records.constants().snapshot(),
        origin: Origin::Request { id: request.id.clone(), url: request.url(), page: String::new() },
        base_url: request.base_url(),
        trace: request.id.clone(),
        call_depth: request.call_depth(),
        deadline: Some(Instant::now() + TIME_LIMIT),
        ..Scope::default()
    })
}
