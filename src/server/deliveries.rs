//! A notification that a request of no template asks for, as the job that sends it.

use serde_json::{Map, Value as Json, json};

use super::request::Request;
use super::state::State;
use crate::graphql::Delivery;
use crate::jobs::{Body, NewJob, Priority};

impl State {
    /// What a job sees of a request that asked for it: no parameters, no session.
    pub(super) fn job_context(&self, request: &Request) -> Map<String, Json> {
        let location = json!({ "host": request.host() });
        let environment = json!(self.site.environment);
        Map::from_iter([("environment".to_owned(), environment), ("location".to_owned(), location)])
    }

    pub(super) fn job(&self, delivery: Delivery, context: &Map<String, Json>, request: &Request) -> NewJob {
        let source_name = delivery.source_name().to_owned();
        let Delivery { channel, template, args, delay } = delivery;
        NewJob {
            id: self.queue.ids().next(),
            source_name,
            body: Body::Notification { channel, template },
            args: Json::Object(args),
            context: Json::Object(context.clone()),
            priority: Priority::Default,
            delay,
            max_attempts: 1,
            trace: request.id.clone(),
            request: Some(request.id.clone()),
            depth: 0,
            parent: None,
        }
    }
}
