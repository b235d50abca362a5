//! What an app may call of the core module without having it: `publish` an event, `fire` and `alter` hooks. Each stands in
//! as a partial whose only node is a tag of ours, so whatever calls a partial by its name calls these as well. An app
//! that has files of its own below `modules/core/` gets those, and none of these.

mod event;
mod hooks;
mod publish;

use std::sync::Arc;

use super::render::Render;
use super::syntax::ast::{Node, Span, Tag, Template};
use super::value::Value;
use crate::app::App;

pub(crate) use event::{Event, Terms};

/// Where the files of the real module lie, by reference name.
const MODULE: &str = "modules/core/";

type Make = fn() -> Box<dyn Tag>;

/// Reference name, and the tag that does the work.
const COMMANDS: [(&str, Make); 3] = [
    (publish::NAME, || Box::new(publish::Publish)),
    (hooks::FIRE, || Box::new(hooks::Fire)),
    (hooks::ALTER, || Box::new(hooks::Alter)),
];

/// The commands an app falls back on; none where it has the module.
#[derive(Debug)]
pub(super) struct CoreModule {
    commands: Vec<Arc<Template>>,
}

impl CoreModule {
    pub(super) fn behind(app: &App) -> Self {
        let commands = if is_installed(app) { &[] } else { COMMANDS.as_slice() };
        Self { commands: commands.iter().map(|(name, make)| Arc::new(template(name, make()))).collect() }
    }

    pub(super) fn command(&self, name: &str) -> Option<&Arc<Template>> {
        self.commands.iter().find(|template| &*template.path == name)
    }
}

/// Whether `name` is a command that `app` falls back on: there as a partial without being a file.
pub(crate) fn is_core_command(app: &App, name: &str) -> bool {
    COMMANDS.iter().any(|(command, _)| *command == name) && !is_installed(app)
}

fn is_installed(app: &App) -> bool {
    app.partial_names().any(|name| name.starts_with(MODULE))
}

/// A file without text, called by its reference name where an error's trail passes through it.
fn template(name: &str, tag: Box<dyn Tag>) -> Template {
    Template {
        path: Arc::from(name),
        source: Arc::from(""),
        first_line: 1,
        nodes: vec![Node::Tag(Span::default(), tag)],
        doc: None,
    }
}

/// What the caller passed as `name`, or, through `include`, has under that name.
fn argument(render: &Render<'_>, name: &str) -> Value {
    render.variable(&Arc::from(name)).unwrap_or_default()
}
