//! What a render writes to the log: the app's own lines, warnings, and errors that do not end it.

use serde_json::{Value as Json, json};

use super::Render;
use crate::liquid::engine::Origin;
use crate::liquid::error::Error;
use crate::logs::{LoggedError, NewEntry};

/// Texts remembered as reported.
const MAX_REPORTED: usize = 1000;

impl Render<'_> {
    /// A line of type `warning`, once per render and text.
    pub(crate) fn warn(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.reported.contains(&text) {
            self.log("warning", &text);
            // A text that differs in every turn of a loop must not pile up for ever.
            if self.reported.len() < MAX_REPORTED {
                self.reported.insert(text);
            }
        }
    }

    /// An error that did not end the render, once per render and text.
    pub(crate) fn report(&mut self, error: &Error) {
        let message = error.message();
        if !self.reported.contains(&message) {
            let mut entry = self.entry("error", &message);
            entry.error = Some(LoggedError { message: message.clone(), stack: error.stack() });
            self.bindings.log.append(entry);
            self.reported.insert(message);
        }
    }

    /// A line of `error_type`, with the place it was logged at.
    pub(crate) fn log(&self, error_type: &str, message: &str) {
        self.bindings.log.append(self.entry(error_type, message));
    }

    fn entry(&self, error_type: &str, message: &str) -> NewEntry {
        let mut entry = NewEntry::log(error_type, message, Some(self.log_data()));
        if !self.scope.trace.is_empty() {
            entry = entry.in_trace(&self.scope.trace);
        }
        match &self.scope.origin {
            Origin::Text | Origin::Migration => entry,
            Origin::Request { id, .. } => entry.in_request(id),
            Origin::Job { source_name, reference, .. } => entry.in_job(source_name, reference.clone()),
        }
    }

    /// Where the line comes from, as the platform says it. A job has no URL.
    fn log_data(&self) -> Json {
        let partial = (self.frames.depth() > 1).then(|| self.file());
        match &self.scope.origin {
            Origin::Request { url, page, .. } => {
                let email = self.scope.context.get("current_user").and_then(|user| user.get("email"));
                json!({ "url": url, "page": page, "partial": partial, "user": { "email": email } })
            }
            Origin::Job { source_name, .. } => json!({ "source_name": source_name, "partial": self.file() }),
            Origin::Text => json!({ "partial": partial }),
            Origin::Migration => json!({ "partial": self.file() }),
        }
    }

    /// The running file as the platform names it: without the leading `app/`.
    pub(crate) fn file(&self) -> &str {
        let path = &*self.template.path;
        path.strip_prefix("app/").unwrap_or(path)
    }
}
