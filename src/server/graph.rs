//! `POST /api/graph`: a GraphQL document from a client of the platform's protocol. What is wrong with the document is in
//! the answer, with status 200; only a request that holds none is refused. Nobody is signed in here. What the document asks
//! to be sent is queued before it is answered.

use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::answer::Answer;
use super::failure::Failure;
use super::request::{Request, Unreadable};
use super::state::State;
use crate::app::Format;
use crate::graphql::{self, World};
use crate::liquid::{Origin, Scope, Templates};

/// How long the document may wait for the changes of others.
const PATIENCE: Duration = Duration::from_secs(9);

/// `variables` may be null, as graphical clients send it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    query: String,
    #[serde(default)]
    variables: Option<Map<String, Json>>,
    #[serde(default)]
    operation_name: Option<String>,
}

/// Without `errors` where there are none, without `data` where nothing was run.
#[derive(Debug, Serialize)]
struct Answered {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Map<String, Json>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<graphql::Error>,
}

pub(super) fn answer(state: &State, request: &Request, read: Result<(), Unreadable>) -> Answer {
    if request.method != Method::POST {
        return Answer::json_error(StatusCode::METHOD_NOT_ALLOWED, "/api/graph answers only POST");
    }
    if let Err(error) = read {
        return Answer::json_error(error.status(), &error.to_string());
    }
    let asked: Asked = match serde_json::from_slice(&request.body) {
        Ok(asked) => asked,
        Err(error) => {
            let message = format!("the body is not JSON of `query` and `variables`: {error}");
            return Answer::json_error(StatusCode::BAD_REQUEST, &message);
        }
    };
    let engine = state.live.engine();
    let scope = scope(state, request);
    let mut templates = Templates::new(&engine, &scope, &state.bindings);
    let mut data = state.graph.records.data(scope.deadline);
    let mut world = World {
        queue: Some(&state.graph.queue),
        notifications: Some(&state.graph.notifications),
        api_calls: Some(&state.graph.api_calls),
        offline: state.bindings.offline,
        caller: scope.caller(None),
        templates: Some(&mut templates),
        ..World::of_data(engine.app(), &mut data, Timestamp::now())
    };
    let document = graphql::Request {
        document: &asked.query,
        variables: asked.variables.unwrap_or_default(),
        operation: asked.operation_name.as_deref().filter(|name| !name.is_empty()),
    };
    let graphql::Answer { data, errors } = state.graph.executor.execute(&document, &mut world);
    let deliveries = world.deliveries;
    let mut jobs = templates.into_jobs();
    jobs.extend(deliveries.into_iter().map(|delivery| state.job(delivery, &scope.context, request)));
    if !jobs.is_empty()
        && let Err(error) = state.queue.enqueue(jobs)
    {
        return Failure::fault(&error).built_in(Format::Json).into_answer();
    }
    Answer::json(StatusCode::OK, &Answered { data, errors })
}

/// What templates see that a document runs: no visitor, no parameters.
fn scope(state: &State, request: &Request) -> Scope {
    Scope {
        context: state.job_context(request),
        constants: state.graph.records.constants().snapshot(),
        origin: Origin::Request { id: request.id.clone(), url: request.url(), page: String::new() },
        base_url: request.base_url(),
        call_depth: request.call_depth(),
        trace: request.id.clone(),
        deadline: Some(Instant::now() + PATIENCE),
        ..Scope::default()
    }
}
