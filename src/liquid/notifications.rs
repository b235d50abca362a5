//! Notifications as templates: the values of the head, each a template of its own, then the body, in its layout. Rendered by
//! a job that sends one, and in the middle of another render by a mutation, through [`Templates`](super::Templates).

use std::sync::Arc;

use super::bindings::Bindings;
use super::engine::{Engine, Rendered, Scope};
use super::error::Result;
use super::render::Render;
use super::syntax::ast::Template;
use super::syntax::{Input, compile};
use super::value::{Map, Value};
use crate::app::{Format, HeadField, Notification, NotificationKind};
use crate::graphql::Message;
use crate::jobs::NewJob;

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
    pub(super) fn message(
        &mut self,
        notification: &Notification,
        variables: &Map,
    ) -> Result<Option<Message>> {
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
    pub(super) fn field(
        &mut self,
        notification: &Notification,
        key: &str,
        variables: &Map,
    ) -> Result<Option<String>> {
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
