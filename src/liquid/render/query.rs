//! A GraphQL document on behalf of a template: the variables it is given, and what its answer changes for the rest of the
//! render. The answer itself is the tag's.

use jiff::Timestamp;
use serde_json::{Map as JsonMap, Value as Json};

use super::{JobRequest, Render, over};
use crate::graphql::{Answer, Delivery, Request, Session, SessionChange, World};
use crate::jobs::{Body, Priority};
use crate::liquid::engine::Origin;
use crate::liquid::error::{Error, Result};
use crate::liquid::syntax::ast::{Argument, Span};
use crate::liquid::templates::Templates;
use crate::liquid::value::{Value, json_size};

impl Render<'_> {
    /// The arguments of a query as JSON. `args` holds many in one hash or in JSON text; one that is named wins over it.
    pub(crate) fn query_variables(&mut self, arguments: &[Argument]) -> Result<JsonMap<String, Json>> {
        let mut named = self.arguments(arguments)?;
        let mut variables = match named.shift_remove("args") {
            Some(args) => self.object(&args)?,
            None => JsonMap::new(),
        };
        for (name, value) in named.iter() {
            variables.insert(name.to_string(), self.limits.to_json(value).map_err(over)?);
        }
        Ok(variables)
    }

    fn object(&self, args: &Value) -> Result<JsonMap<String, Json>> {
        let json = match args {
            _ if args.is_blank() => return Ok(JsonMap::new()),
            Value::Str(text) => serde_json::from_str(&text.text).unwrap_or_default(),
            _ => self.limits.to_json(args).map_err(over)?,
        };
        match json {
            Json::Object(entries) => Ok(entries),
            _ => Err(Error::runtime("args is no hash and no JSON object")
                .with_hint("write 'args: object', or name each variable")),
        }
    }

    /// Runs `document` for the tag at `span`. What it does to the session is done.
    ///
    /// # Errors
    /// There is no data here, or a limit is reached. What is wrong with the document or its execution is in the answer.
    pub(crate) fn query(
        &mut self,
        document: &str,
        variables: JsonMap<String, Json>,
        span: Span,
    ) -> Result<Answer> {
        let mut session = match self.scope.origin {
            Origin::Request { .. } => Some(self.session()),
            Origin::Text | Origin::Job { .. } | Origin::Migration => None,
        };
        let caller = self.scope.caller(Some(format!("{}:{}", self.file(), self.place(span).line)));
        let mut templates = Templates::within(self.engine, self.scope, self.bindings, &self.limits);
        let (Some(graph), Some(data)) = (&self.bindings.graph, &mut self.data) else {
            return Err(Error::runtime("graphql has no data to work on: the template has no app around it")
                .with_hint("`pos-cli run` serves the app, with its data"));
        };
        let mut world = World {
            session: session.as_mut(),
            queue: Some(&graph.queue),
            notifications: Some(&graph.notifications),
            api_calls: Some(&graph.api_calls),
            offline: self.bindings.offline,
            caller,
            templates: Some(&mut templates),
            ..World::of_data(self.engine.app(), data, Timestamp::now())
        };
        let request = Request { document, variables, operation: None };
        let answer = graph.executor.execute(&request, &mut world);
        let deliveries = world.deliveries;
        let (mut jobs, changes) = templates.into_effects();
        self.effects.jobs.append(&mut jobs);
        self.limits.charge(json_size(&answer.data)).map_err(over)?;
        for delivery in deliveries {
            self.deliver(delivery)?;
        }
        for change in changes.into_iter().chain(session.into_iter().flat_map(Session::into_changes)) {
            self.change_session(change)?;
        }
        Ok(answer)
    }

    /// Sending is a job like any other: it waits until the request or job has ended well.
    fn deliver(&mut self, delivery: Delivery) -> Result<()> {
        let source_name = delivery.source_name().to_owned();
        let Delivery { channel, template, args, delay } = delivery;
        let body = Body::Notification { channel, template };
        let job = JobRequest {
            source_name,
            body,
            args,
            priority: Priority::Default,
            delay,
            max_attempts: 1,
            warnings: Vec::new(),
        };
        self.enqueue(job).map(drop)
    }

    /// The session as it is by now. Its fields are part of an answer, whose memory is counted, or not copied at all.
    fn session(&mut self) -> Session {
        let fields = Value::Hash(self.context.section("session"));
        let fields = move || match fields.to_json_counting().0 {
            Json::Object(fields) => fields,
            _ => JsonMap::new(),
        };
        Session::new(fields, self.context.user())
    }

    /// The change is in `context` at once, and in the result for whoever stores it.
    pub(crate) fn change_session(&mut self, change: SessionChange) -> Result<()> {
        match &change {
            SessionChange::Set(name, value) => {
                self.limits.grow(name.len() + json_size(value)).map_err(over)?;
                self.context.set_in_session(name, Value::from_json(value));
            }
            SessionChange::Delete(name) => self.context.delete_in_session(name),
            SessionChange::SignIn { user, .. } => {
                let user = self.data.as_ref().map(|data| data.user(*user)).transpose();
                let user = user.map_err(|error| Error::runtime(error.to_string()))?.flatten();
                let user = user.map_or(Value::Nil, |user| Value::from_json(&user.to_context()));
                self.context.renew_session();
                self.context.set("current_user", user);
            }
            SessionChange::SignOut => {
                self.context.renew_session();
                self.context.set("current_user", Value::Nil);
            }
        }
        self.effects.session.push(change);
        Ok(())
    }
}
