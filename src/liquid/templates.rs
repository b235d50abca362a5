//! The templates that a mutation runs: notifications, and what forms have in their front matter. Each is rendered in the
//! middle of another render, on the data of that one, a level deeper.

use std::sync::Arc;

use serde_json::{Map as JsonMap, Value as Json};

use super::bindings::Bindings;
use super::engine::{Block, Engine, Scope};
use super::error::Result;
use super::limits::Limits;
use super::render::{Render, over};
use super::syntax::ast::Template;
use super::value::{Map, Value};
use crate::app::{Form, Format, Notification, Policy};
use crate::graphql::{self, Message, SessionChange};
use crate::jobs::NewJob;
use crate::records::Data;

/// Renders for a mutation. What the templates change is changed in the data that the mutation works on; the jobs they ask
/// for are kept until somebody takes them.
#[derive(Debug)]
pub(crate) struct Templates<'t> {
    engine: &'t Engine,
    scope: &'t Scope,
    bindings: &'t Bindings,
    limits: Limits,
    jobs: Vec<NewJob>,
    session: Vec<SessionChange>,
}

impl<'t> Templates<'t> {
    /// For a mutation that no template runs.
    pub(crate) fn new(engine: &'t Engine, scope: &'t Scope, bindings: &'t Bindings) -> Self {
        let limits = Limits::new(scope.deadline, scope.cancelled.clone());
        Self { engine, scope, bindings, limits, jobs: Vec::new(), session: Vec::new() }
    }

    /// For one that a template runs: as deep as that template is.
    pub(super) fn within(
        engine: &'t Engine,
        scope: &'t Scope,
        bindings: &'t Bindings,
        outer: &Limits,
    ) -> Self {
        Self { limits: outer.inner(), ..Self::new(engine, scope, bindings) }
    }

    /// The jobs that the templates asked for.
    pub(crate) fn into_jobs(self) -> Vec<NewJob> {
        self.jobs
    }

    /// The jobs, and what became of the visitor's session.
    pub(super) fn into_effects(self) -> (Vec<NewJob>, Vec<SessionChange>) {
        (self.jobs, self.session)
    }

    fn render<T>(
        &mut self,
        template: Result<Arc<Template>>,
        format: Format,
        data: &mut Data,
        work: impl FnOnce(&mut Render<'_>) -> Result<T>,
    ) -> std::result::Result<T, graphql::Error> {
        let rendered = template.and_then(|template| {
            let mut render = Render::new(self.engine, self.scope, self.bindings, template, format);
            render.limits = self.limits.inner();
            // The inner render works on the data of the outer one, in its transaction, and gives it back.
            if let Some(own) = &mut render.data {
                std::mem::swap(own, data);
            }
            let result = render.limits.enter().map_err(over).and_then(|()| work(&mut render));
            if let Some(lent) = &mut render.data {
                std::mem::swap(lent, data);
            }
            let result = result?;
            self.jobs.append(&mut render.effects.jobs);
            self.session.append(&mut render.effects.session);
            Ok(result)
        });
        rendered.map_err(|error| graphql::Error::new(error.message()))
    }

    /// The text of one template that is no HTML.
    fn text(
        &mut self,
        template: Result<Arc<Template>>,
        variables: Map,
        data: &mut Data,
    ) -> std::result::Result<String, graphql::Error> {
        self.render(template, Format::Text, data, |render| {
            render.run_file(Arc::clone(&render.template), variables)?;
            Ok(std::mem::take(&mut render.out))
        })
    }
}

impl graphql::Templates for Templates<'_> {
    fn message(
        &mut self,
        notification: &Notification,
        variables: &JsonMap<String, Json>,
        data: &mut Data,
    ) -> std::result::Result<Option<Message>, graphql::Error> {
        let template = self.engine.compiled(&notification.source);
        self.render(template, Format::Html, data, |render| {
            render.message(notification, &Map::from_json(variables))
        })
    }

    fn field(
        &mut self,
        notification: &Notification,
        key: &str,
        variables: &JsonMap<String, Json>,
        data: &mut Data,
    ) -> std::result::Result<Option<String>, graphql::Error> {
        let template = self.engine.compiled(&notification.source);
        self.render(template, Format::Html, data, |render| {
            render.field(notification, key, &Map::from_json(variables))
        })
    }

    fn of_form(
        &mut self,
        form: &Form,
        source: &str,
        values: &JsonMap<String, Json>,
        data: &mut Data,
    ) -> std::result::Result<String, graphql::Error> {
        let block = Block { source, path: &form.source.path, line: 1 };
        let values = Value::from_json(&Json::Object(values.clone()));
        let variables = std::iter::once((Arc::from("form"), values)).collect();
        self.text(block.compile(self.engine.interpolation()), variables, data)
    }

    fn allows(&mut self, policy: &Policy, data: &mut Data) -> std::result::Result<bool, graphql::Error> {
        let printed = self.text(self.engine.compiled(&policy.source), Map::default(), data)?;
        Ok(printed.trim() == "true")
    }
}
