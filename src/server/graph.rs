//! `POST /api/graph`: a GraphQL document from a client of the platform's protocol. What is wrong with the document is in
//! the answer, with status 200; only a request that holds none is refused. Nobody is signed in here.

use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::answer::Answer;
use super::request::{Request, Unreadable};
use super::state::State;
use crate::graphql::{self, World};

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
    let mut data = state.graph.records.data(Some(Instant::now() + PATIENCE));
    let base_url = request.base_url();
    let mut world = World {
        queue: Some(&state.graph.queue),
        notifications: Some(&state.graph.notifications),
        base_url: &base_url,
        ..World::of_data(engine.app(), &mut data, Timestamp::now())
    };
    let request = graphql::Request {
        document: &asked.query,
        variables: asked.variables.unwrap_or_default(),
        operation: asked.operation_name.as_deref().filter(|name| !name.is_empty()),
    };
    let graphql::Answer { data, errors } = state.graph.executor.execute(&request, &mut world);
    Answer::json(StatusCode::OK, &Answered { data, errors })
}
