//! An event from payload to jobs: asked of its definition, stored as an activity, and queued once for each consumer, a
//! partial in `consumers/<event>/`. A dot in the event's name may be `_` in the folder's. The definition is a partial
//! `events/<event>`; unlike the platform's module this does without one, and warns.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map as JsonMap, Value as Json};

use crate::jobs::Body;
use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, JobRequest, Render, over};
use crate::liquid::syntax::ast::Span;
use crate::liquid::tags::JobOptions;
use crate::liquid::value::{Hash, Map, Value, json_size};

/// What a consumer without metadata asks for; it gets the most a job may have.
const CONSUMER_ATTEMPTS: i64 = 9;

/// An event about to be published.
#[derive(Debug)]
pub(crate) struct Event<'e> {
    pub(crate) name: &'e str,
    /// A hash that nobody else holds.
    pub(crate) payload: Value,
    pub(crate) terms: Terms,
    /// The type of the log line about an event its definition refuses.
    pub(crate) refused_as: &'static str,
}

/// What a job of a consumer gets that does not say so itself; nil where the publisher does not say it either.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    pub(crate) delay: Value,
    pub(crate) max_attempts: Value,
}

impl Event<'_> {
    /// Gives back the event as it was stored, or as it was refused: then `valid` is false and nothing is stored or queued.
    /// Without data, in a template by itself, it is not stored and has no id.
    pub(crate) fn publish(self, from: Span, render: &mut Render<'_>) -> Result<(Hash, Flow)> {
        let Self { name, payload, terms, refused_as } = self;
        let (event, alias) = build(name, payload, render)?;
        match check(name, &event, from, render)? {
            (Verdict::Valid, Flow::Next) => {}
            (Verdict::Valid, flow) => return Ok((event, flow)),
            (Verdict::Refused(errors), flow) => {
                let errors = Value::hash_of([("object", errors)]);
                extend(&event, [("valid", Value::Bool(false)), ("errors", errors)], render);
                render.log(refused_as, &Value::Hash(event.clone()).to_json_text());
                return Ok((event, flow));
            }
        }
        store(name, &event, alias, render)?;
        let valid = [("valid", Value::Bool(true)), ("errors", Value::hash(Map::default()))];
        extend(&event, valid, render);
        broadcast(name, &event, &terms, render)?;
        Ok((event, Flow::Next))
    }
}

/// Whether `object` is a second name for the payload, or a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alias {
    Added,
    Own,
}

enum Verdict {
    Valid,
    /// The definition's errors.
    Refused(Value),
}

/// The payload's own keys, then those of every event. Consumers written for either style find the payload: at the top
/// level, and as `object` unless the payload has one.
fn build(name: &str, payload: Value, render: &Render<'_>) -> Result<(Hash, Alias)> {
    let event = match &payload {
        Value::Hash(entries) => entries.borrow().clone(),
        _ => Map::default(),
    };
    let alias = if event.contains_key("object") { Alias::Own } else { Alias::Added };
    let event = Hash::new(event);
    if alias == Alias::Added {
        let copy = render.limits.deep_clone(&payload).map_err(over)?;
        extend(&event, [("object", copy)], render);
    }
    extend(&event, [("type", Value::str(name)), ("date", Value::time(render.now().clone()))], render);
    Ok((event, alias))
}

/// Asks the definition, which may also add to the event.
fn check(name: &str, event: &Hash, from: Span, render: &mut Render<'_>) -> Result<(Verdict, Flow)> {
    let Some(definition) = definition(name, render) else {
        render.warn(format!("event '{name}' has no definition in events/{name}; platformOS would refuse it"));
        return Ok((Verdict::Valid, Flow::Next));
    };
    let template = render.partial_called(&definition)?;
    let mut variables = render.frames.map();
    variables.insert(Arc::from("event"), Value::Hash(event.clone()));
    let (answer, flow) = render.evaluate_file(template, variables, from)?;
    let is_valid = answer.property("valid").is_truthy();
    Ok((if is_valid { Verdict::Valid } else { Verdict::Refused(answer.property("errors")) }, flow))
}

/// The activity has the event's own keys; it gives the event its id and its uuid.
fn store(name: &str, event: &Hash, alias: Alias, render: &mut Render<'_>) -> Result<()> {
    let mut stored = match render.limits.to_json(&Value::Hash(event.clone())).map_err(over)? {
        Json::Object(entries) => entries,
        _ => JsonMap::new(),
    };
    // Once stored, a time is its text.
    let date = stored.get("date").map_or(Value::Nil, Value::from_json);
    extend(event, [("date", date)], render);
    if alias == Alias::Added {
        stored.shift_remove("object");
    }
    let Some(data) = &mut render.data else { return Ok(()) };
    let activity = data
        .create_activity(stored, Timestamp::now())
        .map_err(|error| Error::runtime(format!("event '{name}': {error}")))?;
    let key = |key: &str| activity.payload.get(key).map_or(Value::Nil, Value::from_json);
    extend(event, [("id", key("id")), ("uuid", key("uuid"))], render);
    Ok(())
}

/// One job for each consumer; the module would leave this to a job of its own.
fn broadcast(name: &str, event: &Hash, terms: &Terms, render: &mut Render<'_>) -> Result<()> {
    let consumers = consumers(name, render);
    if consumers.is_empty() {
        render.warn(format!("event '{name}' has no consumer in consumers/{name}/"));
    }
    let list = consumers.iter().map(|(path, metadata)| {
        Value::hash_of([("path", Value::str(path.as_str())), ("metadata", Value::from_json(metadata))])
    });
    extend(event, [("consumers", Value::array(list.collect()))], render);
    let event = render.limits.to_json(&Value::Hash(event.clone())).map_err(over)?;
    for (path, metadata) in consumers {
        let JobOptions { priority, delay, max_attempts, warnings, .. } = terms.options(&metadata);
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

impl Terms {
    /// Metadata wins over what the publisher says, and that over the defaults.
    fn options(&self, metadata: &Json) -> JobOptions {
        let mut options = JobOptions::default();
        options.set("max_attempts", &Value::Int(CONSUMER_ATTEMPTS));
        for (name, value) in [("delay", &self.delay), ("max_attempts", &self.max_attempts)] {
            if !value.is_nil() {
                options.set(name, value);
            }
        }
        for name in ["priority", "max_attempts", "delay"] {
            if let Some(value) = metadata.get(name).filter(|value| !value.is_null()) {
                options.set(name, &Value::from_json(value));
            }
        }
        options
    }
}

/// Sets keys of a hash that others may hold by now.
fn extend<const N: usize>(event: &Hash, entries: [(&str, Value); N], render: &Render<'_>) {
    for (key, value) in entries {
        render.cycles.note(event, &value);
        let replaced = event.borrow_mut().insert(Arc::from(key), value);
        drop(replaced);
    }
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    #[test]
    fn metadata_wins_over_the_publisher_and_that_over_the_defaults() {
        let half_a_minute = Terms { delay: Value::Float(0.5), max_attempts: Value::Int(3) };
        let nothing = Terms::default();
        let cases = [
            (&nothing, json!(null), 0, 5),
            (&nothing, json!("text"), 0, 5),
            (&nothing, json!({"max_attempts": null, "delay": null}), 0, 5),
            (&nothing, json!({"max_attempts": 2, "delay": 1}), 60, 2),
            (&half_a_minute, json!({}), 30, 3),
            (&half_a_minute, json!({"delay": 0}), 0, 3),
            (&half_a_minute, json!({"max_attempts": 0}), 30, 1),
        ];
        for (terms, metadata, delay, attempts) in cases {
            let options = terms.options(&metadata);
            let found = (options.delay, options.max_attempts);
            assert_eq!(found, (Duration::from_secs(delay), attempts), "{terms:?} {metadata}");
        }
    }

    #[test]
    fn definitions_lie_directly_in_a_module() {
        for (folder, expected) in [
            ("modules/m/", true),
            ("modules/", false),
            ("modules//", false),
            ("modules/m/x/", false),
            ("x/", false),
        ] {
            assert_eq!(is_module(folder), expected, "{folder}");
        }
    }
}
