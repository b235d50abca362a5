//! Hooks: places where an app or a module joins in, found by the names of their files. `fire` calls every partial whose
//! path ends with `/hook_<name>` and collects what they return; `alter` calls those that end with `/hook_<name>_alter`,
//! which change the hash they are given. They run at once, in the order of their paths.

use std::sync::Arc;

use super::argument;
use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render, over};
use crate::liquid::syntax::ast::{Span, Tag, Visitor};
use crate::liquid::value::{Map, Value};

pub(super) const FIRE: &str = "modules/core/commands/hook/fire";
pub(super) const ALTER: &str = "modules/core/commands/hook/alter";

/// Log types of a call without a name.
const REFUSED_FIRE: &str = "ERROR: modules/core/commands/hook fire";
const REFUSED_ALTER: &str = "ERROR: modules/core/commands/hook alter";

/// `function results = '…/hook/fire', hook: 'user_create', params: p, merge_to_object: true`
#[derive(Debug)]
pub(super) struct Fire;

/// `function _ = '…/hook/alter', hook: 'user_create', params_to_modify: h, params: p`
#[derive(Debug)]
pub(super) struct Alter;

impl Tag for Fire {
    /// An array, or one hash if the caller wants the hashes merged. What is nil is left out.
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let Some(hook) = hook(render, REFUSED_FIRE) else { return Ok(Flow::Return) };
        let params = argument(render, "params");
        let merges = argument(render, "merge_to_object").is_truthy();
        let (mut list, mut merged) = (Vec::new(), Map::default());
        for path in implementations(&format!("/hook_{hook}"), render) {
            let (value, flow) = call(&path, [("params", &params)], render)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
            match value {
                Value::Nil => {}
                Value::Hash(entries) if merges => {
                    merged
                        .extend(entries.borrow().iter().map(|(key, value)| (Arc::clone(key), value.clone())));
                }
                other if merges => {
                    let kind = other.type_name();
                    render.warn(format!("hook '{hook}': {path} returns {kind}, which cannot be merged"));
                }
                Value::Array(items) => list.extend(items.borrow().iter().cloned()),
                other => list.push(other),
            }
            render.limits.grow((list.len() + merged.len()) * size_of::<Value>()).map_err(over)?;
        }
        render.returned = if merges { Value::hash(merged) } else { Value::array(list) };
        Ok(Flow::Return)
    }

    /// The names it reads are arguments, not expressions of a file.
    fn visit(&self, _: &mut dyn Visitor) {}
}

impl Tag for Alter {
    /// `{original_params}`, a copy from before the first hook.
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let Some(hook) = hook(render, REFUSED_ALTER) else { return Ok(Flow::Return) };
        let (modified, params) = (argument(render, "params_to_modify"), argument(render, "params"));
        let original = render.limits.deep_clone(&modified).map_err(over)?;
        for path in implementations(&format!("/hook_{hook}_alter"), render) {
            let arguments = [("params_to_modify", &modified), ("params", &params)];
            let (_, flow) = call(&path, arguments, render)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        render.returned = Value::hash_of([("original_params", original)]);
        Ok(Flow::Return)
    }

    /// The names it reads are arguments, not expressions of a file.
    fn visit(&self, _: &mut dyn Visitor) {}
}

/// The hook's name; without one the log says so, and the command returns nil.
fn hook(render: &mut Render<'_>, refused_as: &str) -> Option<String> {
    render.returned = Value::Nil;
    let hook = argument(render, "hook");
    if hook.is_blank() {
        render.log(refused_as, "hook is required");
        return None;
    }
    Some(hook.to_text().into_owned())
}

/// Sorted.
fn implementations(end: &str, render: &Render<'_>) -> Vec<String> {
    let names = render.engine.app().partial_names();
    names.filter(|path| path.ends_with(end)).map(str::to_owned).collect()
}

/// Arguments are shared with the caller, not copied: that is how a hook alters them.
fn call<const N: usize>(
    path: &str,
    arguments: [(&str, &Value); N],
    render: &mut Render<'_>,
) -> Result<(Value, Flow)> {
    let template = render.partial_called(path)?;
    let mut variables = render.frames.map();
    for (name, value) in arguments {
        variables.insert(Arc::from(name), value.clone());
    }
    render.evaluate_file(template, variables, Span::default())
}
