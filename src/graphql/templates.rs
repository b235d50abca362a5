//! What mutations need of the template engine: a notification is Liquid, head and body, a form has some in its front matter,
//! and a template is what runs the mutation. One of the two traits that cut a circle between rooms.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde_json::{Map, Value as Json};

use super::Error;
use crate::app::{Form, Notification, Policy};
use crate::records::Data;

/// A notification as its templates have printed it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// The values of its head by key, unescaped: `to`, `subject`, `request_headers` …
    pub(crate) head: BTreeMap<String, String>,
    /// In its layout, if it has one.
    pub(crate) body: String,
}

/// The variable in which the templates of a notification find what they are given; in `form`, too.
pub(super) const DATA: &str = "data";

/// What the templates of a notification see.
pub(crate) fn variables(data: Json) -> Map<String, Json> {
    Map::from_iter([(DATA.to_owned(), data.clone()), ("form".to_owned(), data)])
}

/// Implemented in `liquid`. The `variables` of a notification are `data` and `form`; what the templates change, they change
/// in the `data` they are lent.
pub(crate) trait Templates: Debug {
    /// Head and body. `None` if the `trigger_condition` does not print `true`; then nothing else is rendered.
    ///
    /// # Errors
    /// A template fails; the message names its place.
    fn message(
        &mut self,
        notification: &Notification,
        variables: &Map<String, Json>,
        data: &mut Data,
    ) -> Result<Option<Message>, Error>;

    /// One value of the head, trimmed: `delay` before a message is queued, `callback` once it was answered. `None` if the
    /// head does not have it.
    ///
    /// # Errors
    /// The template fails; the message names its place.
    fn field(
        &mut self,
        notification: &Notification,
        key: &str,
        variables: &Map<String, Json>,
        data: &mut Data,
    ) -> Result<Option<String>, Error>;

    /// What `source`, Liquid in the front matter of `form`, prints with `values` in the variable `form`.
    ///
    /// # Errors
    /// It fails; the message names its place.
    fn of_form(
        &mut self,
        form: &Form,
        source: &str,
        values: &Map<String, Json>,
        data: &mut Data,
    ) -> Result<String, Error>;

    /// Whether the policy lets pass who runs the mutation.
    ///
    /// # Errors
    /// It fails; the message names its place.
    fn allows(&mut self, policy: &Policy, data: &mut Data) -> Result<bool, Error>;
}
