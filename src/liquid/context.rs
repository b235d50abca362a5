//! The `context` object: built when first asked for, then a hash like any other, which templates may alter. `constants`
//! is no entry of it, so that printing the context never shows a secret; nor are what of the session is not the app's.

use std::sync::Arc;

use serde_json::{Map as JsonMap, Value as Json};

use super::engine::{Origin, Scope};
use super::error::Result;
use super::limits::{Limit, Limits};
use super::render::{Render, Sharing, over};
use super::syntax::ast::{Path, Segment, Span, Template};
use super::syntax::{Input, compile};
use super::value::{Hash, Map, Value, json_size};
use crate::records::{Data, UserId};

/// Names that were global before `context` was, and still work in old pages.
const FORMER_GLOBALS: [&str; 4] = ["params", "page", "current_user", "flash"];

/// The name `context` itself had then; only where the settings ask for the old names.
const FORMER_CONTEXT: &str = "platform_context";
/// How deep metadata is looked for Liquid: a template may have made it contain itself.
const MAX_METADATA: u32 = 32;

/// What of the context a job does not get: it belongs to the visitor's request, or is the same for every job.
const NOT_IN_JOBS: [&str; 14] = [
    "params",
    "post_params",
    "cookies",
    "headers",
    "session",
    "flash",
    "authenticity_token",
    "csrf_request_valid",
    "current_user",
    "exports",
    "device",
    "visitor",
    "is_xhr",
    "globals",
];

/// What is told by name and never printed: of the context its constants, of the session what is not the app's.
const HIDDEN: [&str; 4] = ["constants", "session_id", "_csrf_token", "language"];

#[derive(Debug)]
pub(crate) struct Context<'r> {
    scope: &'r Scope,
    hash: Option<Hash>,
    hidden_session: JsonMap<String, Json>,
    constants: Option<Value>,
    /// How often this render had changed the constants when they were taken over.
    constant_changes: u64,
    language: Arc<str>,
}

impl<'r> Context<'r> {
    pub(crate) fn new(scope: &'r Scope) -> Self {
        let language = scope.context.get("language").and_then(Json::as_str).unwrap_or("en");
        Self {
            scope,
            hash: None,
            hidden_session: scope.hidden_session.clone(),
            constants: None,
            constant_changes: 0,
            language: Arc::from(language),
        }
    }

    pub(crate) fn hash(&mut self) -> &Hash {
        let scope = self.scope;
        self.hash.get_or_insert_with(|| {
            let mut map = Map::from_json(&scope.context);
            map.get_or_insert_with(Arc::from("exports"), || Value::hash(Map::default()));
            Hash::new(map)
        })
    }

    /// Something may be told under this name that is no entry.
    pub(crate) fn may_hide(name: &str) -> bool {
        HIDDEN.contains(&name)
    }

    /// What `value` tells under `name` without having it as an entry, if it is the context or its session, under whatever
    /// name it goes.
    pub(crate) fn hidden(&mut self, value: &Value, name: &str, data: Option<&Data>) -> Value {
        let (Value::Hash(value), Some(hash)) = (value, &self.hash) else { return Value::Nil };
        if name == "constants" {
            return if value.is(hash) { self.constants(data) } else { Value::Nil };
        }
        match Value::Hash(hash.clone()).property("session") {
            Value::Hash(session) if session.is(value) => {
                self.hidden_session.get(name).map_or(Value::Nil, Value::from_json)
            }
            _ => Value::Nil,
        }
    }

    pub(crate) fn set_in_session(&mut self, name: &str, value: Value) {
        self.hidden_session.remove(name);
        let replaced = self.section("session").borrow_mut().insert(Arc::from(name), value);
        // Not before the borrow has ended: it may hold the session.
        drop(replaced);
    }

    pub(crate) fn delete_in_session(&mut self, name: &str) {
        self.hidden_session.remove(name);
        let removed = self.section("session").borrow_mut().shift_remove(name);
        drop(removed);
    }

    /// Nothing is left of the session there was.
    pub(crate) fn renew_session(&mut self) {
        self.hidden_session.clear();
        self.set("session", Value::hash(Map::default()));
    }

    /// `data` holds what this render has changed. Constants that cannot be read again stay as they were; whatever the render
    /// does with data next says what is wrong.
    fn constants(&mut self, data: Option<&Data>) -> Value {
        if let Some(data) = data.filter(|data| data.constant_changes() != self.constant_changes)
            && let Ok(all) = data.all_constants()
        {
            let entries =
                all.into_values().map(|constant| (constant.name.into(), Value::str(constant.value)));
            self.constants = Some(Value::hash(entries.collect()));
            self.constant_changes = data.constant_changes();
        }
        let scope = self.scope;
        let constants = self.constants.get_or_insert_with(|| Value::hash(Map::from_json(&scope.constants)));
        constants.clone()
    }

    /// ISO code.
    pub(crate) fn language(&self) -> &str {
        &self.language
    }

    pub(crate) fn set_language(&mut self, language: &str) {
        self.language = Arc::from(language);
        self.set("language", Value::str(language));
    }

    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.hash().borrow_mut().insert(Arc::from(name), value);
    }

    /// The hash at `context.<name>`; made if there is none.
    pub(crate) fn section(&mut self, name: &str) -> Hash {
        if let Value::Hash(section) = Value::Hash(self.hash().clone()).property(name) {
            return section;
        }
        let section = Hash::default();
        self.set(name, Value::Hash(section.clone()));
        section
    }

    /// Who is signed in.
    pub(crate) fn user(&mut self) -> Option<UserId> {
        let id = Value::Hash(self.hash().clone()).property("current_user").property("id");
        id.to_text().parse().ok().map(UserId)
    }

    /// The context as a job queued here will see it.
    pub(crate) fn for_job(&self, limits: &Limits) -> std::result::Result<JsonMap<String, Json>, Limit> {
        let all = match &self.hash {
            Some(hash) => limits.to_json(&Value::Hash(hash.clone()))?,
            None => {
                limits.charge(json_size(&self.scope.context))?;
                Json::Object(self.scope.context.clone())
            }
        };
        let Json::Object(mut context) = all else { return Ok(JsonMap::new()) };
        context.retain(|name, _| !NOT_IN_JOBS.contains(&name.as_str()));
        for name in ["page", "layout"] {
            if let Some(Json::Object(file)) = context.get_mut(name) {
                file.remove("metadata");
            }
        }
        Ok(context)
    }
}

impl Render<'_> {
    /// `context.page.metadata.title`: what front matter holds may be Liquid, and is rendered when it is read. `None` where
    /// `path` goes elsewhere.
    pub(crate) fn metadata(&mut self, path: &Path) -> Option<Result<Value>> {
        let [Segment::Key(file), Segment::Key(metadata), keys @ ..] = path.segments.as_slice() else {
            return None;
        };
        if &**metadata != "metadata" || !matches!(&**file, "page" | "layout") {
            return None;
        }
        Some(self.metadata_of(file, keys))
    }

    fn metadata_of(&mut self, file: &str, keys: &[Segment]) -> Result<Value> {
        let hash = Value::Hash(self.context.hash().clone());
        let metadata = hash.property(file).property("metadata");
        let value = self.walk(metadata, keys)?;
        self.render_inside(&value, MAX_METADATA)
    }

    /// A copy of `value` in which every text with Liquid in it has been rendered, as far as it is `depth` levels deep.
    fn render_inside(&mut self, value: &Value, depth: u32) -> Result<Value> {
        self.limits.charge(4 * size_of::<Value>()).and_then(|()| self.limits.step()).map_err(over)?;
        match value {
            Value::Array(_) | Value::Hash(_) if depth == 0 => Ok(Value::Nil),
            Value::Str(text) if text.text.contains("{{") || text.text.contains("{%") => {
                self.render_text(&text.text).map(Value::str)
            }
            Value::Array(items) => {
                let items: Vec<Value> = items.borrow().clone();
                let items: Result<Vec<Value>> =
                    items.iter().map(|item| self.render_inside(item, depth - 1)).collect();
                items.map(Value::array)
            }
            Value::Hash(entries) => {
                let entries: Vec<(Arc<str>, Value)> =
                    entries.borrow().iter().map(|(k, v)| (k.clone(), v.clone())).collect();
                let entries: Result<Map> =
                    entries.into_iter().map(|(k, v)| Ok((k, self.render_inside(&v, depth - 1)?))).collect();
                entries.map(Value::hash)
            }
            other => Ok(other.clone()),
        }
    }

    /// Renders Liquid that is no file of its own, isolated and unescaped, as if it stood in the running file.
    pub(crate) fn render_text(&mut self, source: &str) -> Result<String> {
        let template = compile(Input {
            path: Arc::clone(&self.template.path),
            source: Arc::from(source),
            body: 0,
            first_line: 1,
            interpolation: self.engine.interpolation(),
        })?;
        let variables = self.frames.map();
        self.render_aside(template, variables, Span::default())
    }

    /// The text of `template`, isolated and unescaped; `from` is what asks for it in the running file.
    pub(crate) fn render_aside(&mut self, template: Template, variables: Map, from: Span) -> Result<String> {
        let start = self.out.len();
        let flow =
            self.unescaped(|render| render.call(Arc::new(template), variables, Sharing::Isolated, from));
        let text = self.out.split_off(start);
        flow.map(|_| text)
    }

    /// `params`, `page`, `current_user` and `flash` without `context.`: in pages, layouts and their includes, with a warning;
    /// everywhere in a request where `liquid_add_old_variables` is on.
    pub(crate) fn former_global(&mut self, path: &Path) -> Option<Result<Value>> {
        let name = &*path.root;
        let is_wanted = self.engine.app().config().liquid_add_old_variables;
        let is_former = FORMER_GLOBALS.contains(&name) || is_wanted && name == FORMER_CONTEXT;
        let is_request = matches!(self.scope.origin, Origin::Request { .. });
        if !is_former || !is_request || !(is_wanted || self.frames.is_outermost()) {
            return None;
        }
        if !is_wanted {
            self.warn(format!("'{name}' is not a variable; use 'context.{name}'"));
        }
        if let ("page", [Segment::Key(first), keys @ ..]) = (name, path.segments.as_slice())
            && &**first == "metadata"
        {
            return Some(self.metadata_of("page", keys));
        }
        let context = Value::Hash(self.context.hash().clone());
        let root = if name == FORMER_CONTEXT { context } else { context.property(name) };
        Some(self.walk(root, &path.segments))
    }
}
