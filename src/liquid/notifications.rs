//! Notifications as templates: the values of the head, each a template of its own, then the body, in its layout. Rendered by
//! a job that sends one, and in the middle of another render by a mutation: then on the data of that render, a level deeper.

use std::sync::Arc;

use serde_json::{Map as JsonMap, Value as Json};

use super::bindings::Bindings;
use super::engine::{Engine, Rendered, Scope};
use super::error::Result;
use super::limits::Limits;
use super::render::Render;
use super::syntax::ast::Template;
use super::syntax::{Input, compile};
use super::value::{Map, Value};
use crate::app::{Format, HeadField, Notification, NotificationKind};
use crate::graphql::{self, Message};
use crate::jobs::NewJob;
use crate::records::Data;

/// What of the head is not part of the message: it says whether, when and in which language there is one, and what runs
/// after it.
const NOT_SENT: [&str; 7] =
    ["callback", "delay", "enabled", "locale", "metadata", "name", "trigger_condition"];

impl Engine {
    /// The message of a job, whose variables are in `scope`, and what its templates asked for. `None` if its
    /// `trigger_condition` does not print `true`.
    pub(crate) fn notification(
        &self,
        notification: &Notification,
        scope: &Scope,
        bindings: &Bindings,
    ) -> Result<(Option<Message>, Rendered)> {
        let template = self.compiled(&notification.source)?;
        let mut render = Render::new(self, scope, bindings, template, Format::Html);
        let message = render.message(notification, &Map::from_json(&scope.variables))?;
        Ok((message, render.effects))
    }

    /// A value of the head as a template, in its place.
    pub(super) fn head(&self, notification: &Notification, field: &HeadField) -> Result<Template> {
        compile(Input {
            path: Arc::clone(&notification.source.path),
            source: Arc::from(field.text.as_str()),
            body: 0,
            first_line: field.line,
            interpolation: self.interpolation(),
        })
    }

    /// Runs the `callback` of a call that was answered; `response` is among the variables of `scope`. The jobs it asked for.
    pub(crate) fn callback(
        &self,
        notification: &Notification,
        scope: &Scope,
        bindings: &Bindings,
    ) -> Result<Vec<NewJob>> {
        let template = self.compiled(&notification.source)?;
        let mut render = Render::new(self, scope, bindings, template, Format::Html);
        render.field(notification, "callback", &Map::from_json(&scope.variables))?;
        Ok(render.effects.jobs)
    }
}

impl Render<'_> {
    fn message(&mut self, notification: &Notification, variables: &Map) -> Result<Option<Message>> {
        if let Some(language) = self.field(notification, "locale", variables)?.filter(|text| !text.is_empty())
        {
            self.context.set_language(&language);
        }
        if let Some(condition) = self.field(notification, "trigger_condition", variables)?
            && condition != "true"
        {
            return Ok(None);
        }
        let mut message = Message::default();
        for (key, field) in notification.fields().filter(|(key, _)| !NOT_SENT.contains(key)) {
            let text = self.head_field(notification, field, variables)?;
            message.head.insert(key.to_owned(), text.trim().to_owned());
        }
        let template = self.engine.compiled(&notification.source)?;
        self.with_json_as_it_is(|render| render.run_file(template, variables.clone()))?;
        message.body = std::mem::take(&mut self.out);
        let layout = message.head.get("layout").filter(|name| !name.is_empty());
        if let Some(name) = layout.filter(|_| notification.kind == NotificationKind::Email) {
            let app = self.engine.app();
            let layout = app.layout(name, Format::Html);
            let layout = layout.ok_or_else(|| self.engine.missing_layout(&notification.source, name))?;
            let body = Value::safe(std::mem::take(&mut message.body));
            let variables = std::iter::once((Arc::from("content_for_layout"), body)).collect();
            self.run_file(self.engine.compiled(layout)?, variables)?;
            message.body = std::mem::take(&mut self.out);
        }
        Ok(Some(message))
    }

    /// One value of the head, trimmed.
    fn field(&mut self, notification: &Notification, key: &str, variables: &Map) -> Result<Option<String>> {
        let Some(field) = notification.field(key) else { return Ok(None) };
        Ok(Some(self.head_field(notification, field, variables)?.trim().to_owned()))
    }

    /// Unescaped: it is no HTML.
    fn head_field(
        &mut self,
        notification: &Notification,
        field: &HeadField,
        variables: &Map,
    ) -> Result<String> {
        let template = self.engine.head(notification, field)?;
        let start = self.out.len();
        let ended = self.unescaped(|render| render.run_file(Arc::new(template), variables.clone()));
        let text = self.out.split_off(start);
        ended.map(|_| text)
    }
}

/// Renders notifications for a mutation. What their templates change is changed in the data that the mutation works on; the
/// jobs they ask for are kept until somebody takes them.
#[derive(Debug)]
pub(crate) struct Templates<'t> {
    engine: &'t Engine,
    scope: &'t Scope,
    bindings: &'t Bindings,
    limits: Limits,
    jobs: Vec<NewJob>,
}

impl<'t> Templates<'t> {
    /// For a mutation that no template runs.
    pub(crate) fn new(engine: &'t Engine, scope: &'t Scope, bindings: &'t Bindings) -> Self {
        let limits = Limits::new(scope.deadline, scope.cancelled.clone());
        Self { engine, scope, bindings, limits, jobs: Vec::new() }
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

    fn render<T>(
        &mut self,
        notification: &Notification,
        data: &mut Data,
        work: impl FnOnce(&mut Render<'_>) -> Result<T>,
    ) -> std::result::Result<T, graphql::Error> {
        let rendered = self.engine.compiled(&notification.source).and_then(|template| {
            let mut render = Render::new(self.engine, self.scope, self.bindings, template, Format::Html);
            render.limits = self.limits.inner();
            // The inner render works on the data of the outer one, in its transaction, and gives it back.
            if let Some(own) = &mut render.data {
                std::mem::swap(own, data);
            }
            let result = render.limits.enter().map_err(super::render::over).and_then(|()| work(&mut render));
            if let Some(lent) = &mut render.data {
                std::mem::swap(lent, data);
            }
            let result = result?;
            self.jobs.append(&mut render.effects.jobs);
            Ok(result)
        });
        rendered.map_err(|error| graphql::Error::new(error.message()))
    }
}

impl graphql::Templates for Templates<'_> {
    fn message(
        &mut self,
        notification: &Notification,
        variables: &JsonMap<String, Json>,
        data: &mut Data,
    ) -> std::result::Result<Option<Message>, graphql::Error> {
        self.render(notification, data, |render| render.message(notification, &Map::from_json(variables)))
    }

    fn field(
        &mut self,
        notification: &Notification,
        key: &str,
        variables: &JsonMap<String, Json>,
        data: &mut Data,
    ) -> std::result::Result<Option<String>, graphql::Error> {
        self.render(notification, data, |render| render.field(notification, key, &Map::from_json(variables)))
    }
}
