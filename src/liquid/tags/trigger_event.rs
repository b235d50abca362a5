//! `{% trigger_event 'user.created', user_id: 5 %}`, or `event: 'user.created'`: one job for each consumer, a partial in
//! `consumers/<event>/`. A dot in the event's name may be `_` in the folder's. A definition in `events/<event>` is asked
//! first, if there is one. The platform has no such tag; there, the core module publishes events.

use std::sync::Arc;

use serde_json::{Map as JsonMap, Value as Json};

use super::background::Options;
use crate::jobs::Body;
use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, JobRequest, Render, over};
use crate::liquid::syntax::ast::{Argument, Expression, Span, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::{Hash, Map, Value, json_size};

/// What a consumer without metadata asks for; it gets the most a job may have.
const CONSUMER_ATTEMPTS: i64 = 9;

#[derive(Debug)]
struct TriggerEvent {
    span: Span,
    name: Expression,
    payload: Vec<Argument>,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let begin = *markup;
    let missing = || {
        begin
            .error("trigger_event needs the name of an event")
            .with_hint("write 'trigger_event \"order.created\", order_id: order.id'")
    };
    let mut payload = markup.arguments()?;
    let name = if payload.is_empty() {
        if markup.is_end() {
            return Err(missing());
        }
        let name = markup.argument()?;
        payload = markup.arguments()?;
        name
    } else {
        let at = payload.iter().position(|argument| &*argument.name == "event").ok_or_else(missing)?;
        payload.remove(at).value
    };
    markup.finish()?;
    Ok(Box::new(TriggerEvent { span: start.span, name, payload }))
}

impl Tag for TriggerEvent {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let name = render.value(&self.name)?;
        if name.is_blank() {
            return Err(Error::runtime("trigger_event: the name of the event is blank"));
        }
        let name = name.to_text().into_owned();
        let event = self.event(&name, render)?;
        if self.is_valid(&name, &event, render)? {
            publish(&name, &event, render)?;
        }
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.expression(&self.name, Use::Passed);
        self.payload.iter().for_each(|argument| visitor.expression(&argument.value, Use::Passed));
    }
}

impl TriggerEvent {
    /// The payload's own keys, then those of every event. Consumers written for either style find the payload: at the top
    /// level, and as `object` unless the payload has one.
    fn event(&self, name: &str, render: &mut Render<'_>) -> Result<Hash> {
        let mut event = Map::default();
        for argument in &self.payload {
            let value = render.value(&argument.value)?;
            let value = render.limits.deep_clone(&value).map_err(over)?;
            event.insert(Arc::clone(&argument.name), value);
        }
        if !event.contains_key("object") {
            let payload = render.limits.deep_clone(&Value::hash(event.clone())).map_err(over)?;
            event.insert(Arc::from("object"), payload);
        }
        let uuid = uuid::Uuid::new_v4().to_string();
        let own = [
            ("type", Value::str(name)),
            ("date", Value::time(render.now().clone())),
            ("id", Value::str(format!("ActivityStreams::Activity.{uuid}"))),
            ("uuid", Value::str(uuid)),
            ("valid", Value::Bool(true)),
            ("errors", Value::hash(Map::default())),
        ];
        event.extend(own.map(|(key, value)| (Arc::from(key), value)));
        Ok(Hash::new(event))
    }

    /// Asks the definition, which may also add to the event.
    fn is_valid(&self, name: &str, event: &Hash, render: &mut Render<'_>) -> Result<bool> {
        let Some(definition) = definition(name, render) else {
            render.warn(format!(
                "event '{name}' has no definition in events/{name}; platformOS would refuse it"
            ));
            return Ok(true);
        };
        let template = render.partial_called(&definition)?;
        let mut variables = render.frames.map();
        variables.insert(Arc::from("event"), Value::Hash(event.clone()));
        let (answer, _) = render.evaluate_file(template, variables, self.span)?;
        if !matches!(answer.property("valid"), Value::Bool(false)) {
            return Ok(true);
        }
        let errors = answer.property("errors");
        render.cycles.note(event, &errors);
        let replaced = [("valid", Value::Bool(false)), ("errors", errors)]
            .map(|(key, value)| event.borrow_mut().insert(Arc::from(key), value));
        drop(replaced);
        render.log("ERROR: trigger_event invalid", &Value::Hash(event.clone()).to_json_text());
        Ok(false)
    }
}

fn publish(name: &str, event: &Hash, render: &mut Render<'_>) -> Result<()> {
    let consumers = consumers(name, render);
    if consumers.is_empty() {
        render.warn(format!("event '{name}' has no consumer in consumers/{name}/"));
    }
    let list = consumers.iter().map(|(path, metadata)| {
        let entry = [("path", Value::str(path.as_str())), ("metadata", Value::from_json(metadata))];
        Value::hash(entry.map(|(key, value)| (Arc::from(key), value)).into_iter().collect())
    });
    let list = Value::array(list.collect());
    let replaced = event.borrow_mut().insert(Arc::from("consumers"), list);
    drop(replaced);
    let event = render.limits.to_json(&Value::Hash(event.clone())).map_err(over)?;
    for (path, metadata) in consumers {
        let mut options = Options::default();
        options.set("max_attempts", &Value::Int(CONSUMER_ATTEMPTS));
        if let Json::Object(metadata) = &metadata {
            for name in ["priority", "max_attempts", "delay"] {
                if let Some(value) = metadata.get(name).filter(|value| !value.is_null()) {
                    options.set(name, &Value::from_json(value));
                }
            }
        }
        let Options { priority, delay, max_attempts, warnings, .. } = options;
        render.limits.charge(json_size(&event)).map_err(over)?;
        let args = JsonMap::from_iter([("event".to_owned(), event.clone())]);
        let body = Body::Partial(path.clone());
        render.enqueue(JobRequest {
            source_name: path,
            body,
            args,
            priority,
            delay,
            max_attempts,
            warnings,
        })?;
    }
    Ok(())
}

/// Partials that consume the event, in the order of their paths, with their `metadata`.
fn consumers(name: &str, render: &Render<'_>) -> Vec<(String, Json)> {
    let app = render.engine.app();
    let folders = [format!("consumers/{name}/"), format!("consumers/{}/", name.replace('.', "_"))];
    let paths =
        app.partial_names().filter(|path| folders.iter().any(|folder| path.contains(folder.as_str())));
    paths
        .map(|path| {
            let metadata = app.partial(path).and_then(|(source, _)| source.front_matter.get("metadata"));
            (path.to_owned(), metadata.cloned().unwrap_or(Json::Null))
        })
        .collect()
}

/// `events/<event>` in the app or in a module.
fn definition(name: &str, render: &Render<'_>) -> Option<String> {
    let files = [format!("events/{name}"), format!("events/{}", name.replace('.', "_"))];
    let is_definition = |path: &&str| {
        files.iter().any(|file| {
            path.strip_suffix(file.as_str()).is_some_and(|folder| folder.is_empty() || is_module(folder))
        })
    };
    render.engine.app().partial_names().find(is_definition).map(str::to_owned)
}

/// `modules/<one name>/`
fn is_module(folder: &str) -> bool {
    let name = folder.strip_prefix("modules/").and_then(|rest| rest.strip_suffix('/'));
    name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
}
