//! A form configuration: which record a form writes, which of its fields, and the Liquid that shows it. The old way to
//! build forms; what pages of old apps still include.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::front_matter::FrontMatter;
use super::kind::Place;
use super::notification::NotificationKind;
use super::problem::Problem;
use super::source::{Source, TemplateKind};
use super::yaml::{Node, Value};

/// A form configuration.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) source: Arc<Source>,
    pub(crate) name: String,
    /// What it writes: the name of a table, or `User`.
    pub(crate) resource: String,
    /// Who may submit it: `anyone`, `creator`, `self`.
    pub(crate) resource_owner: Option<String>,
    /// The fields that may be sent, nested as they are sent, each with `validation` and `property_options`.
    pub(crate) fields: Map<String, Json>,
    /// JSON with Liquid in it, merged into what is sent.
    pub(crate) default_payload: Option<String>,
    /// Asked before anything is stored.
    pub(crate) policies: Vec<String>,
    /// Where the visitor goes when it has been stored. Liquid allowed.
    pub(crate) redirect_to: Option<String>,
    /// Shown after it has been stored, or refused. Liquid allowed.
    pub(crate) flash_notice: Option<String>,
    pub(crate) flash_alert: Option<String>,
    /// Sent when it has been stored, each by a job.
    pub(crate) notifications: Vec<FormNotification>,
    /// Liquid that runs when it has been stored, before the answer.
    pub(crate) callback_actions: Option<String>,
    /// The same in a job.
    pub(crate) async_callback_actions: Option<AsyncCallback>,
    /// `request_allowed: false` keeps the form from being sent.
    pub(crate) is_open_to_requests: bool,
}

/// No form configuration is called so.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no form `{name}`{}",
    nearest.as_ref().map_or_else(String::new, |known| format!("; did you mean `{known}`?"))
)]
pub(crate) struct UnknownForm {
    pub(crate) name: String,
    /// The one that was probably meant.
    pub(crate) nearest: Option<String>,
}

/// A notification that a form starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormNotification {
    pub(crate) kind: NotificationKind,
    pub(crate) name: String,
    /// One-based line of the file on which it is named.
    pub(crate) line: u32,
}

/// Liquid that runs in a job when a form has been stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AsyncCallback {
    pub(crate) content: String,
    pub(crate) delay: Duration,
    /// `high`, `default` or `low`.
    pub(crate) priority: Option<String>,
    pub(crate) max_attempts: Option<u32>,
}

impl Form {
    /// The form in the file at `place`.
    pub(super) fn parse(
        place: &Place,
        path: &Arc<str>,
        text: &Arc<str>,
        head: &FrontMatter<'_>,
    ) -> Result<Self, Problem> {
        let name = head.name(place)?;
        // `configuration` is the name that `fields` had before.
        let key = ["fields", "configuration"].into_iter().find(|key| head.keys.node(key).is_some());
        let fields = match key.and_then(|key| head.keys.node(key)).map(|node| node.to_json()) {
            Some(Json::Object(fields)) => fields,
            None | Some(Json::Null) => Map::new(),
            Some(_) => return Err(head.keys.wrong(key.unwrap_or("fields"), "must have keys of its own")),
        };
        Ok(Self {
            source: Arc::new(Source::new(TemplateKind::Form, &name, path, text, head)),
            name,
            resource: head.keys.filled_text("resource")?.unwrap_or_default(),
            resource_owner: head.keys.filled_text("resource_owner")?,
            fields,
            default_payload: head.keys.filled_text("default_payload")?,
            policies: head.keys.texts("authorization_policies")?,
            redirect_to: match head.keys.filled_text("redirect_to")? {
                // The name that `redirect_to` had before.
                None => head.keys.filled_text("return_to")?,
                url => url,
            },
            flash_notice: head.keys.filled_text("flash_notice")?,
            flash_alert: head.keys.filled_text("flash_alert")?,
            notifications: FormNotification::all(head)?,
            callback_actions: head.keys.filled_text("callback_actions")?,
            async_callback_actions: AsyncCallback::parse(head)?,
            is_open_to_requests: head.keys.flag("request_allowed")?.unwrap_or(true),
        })
    }
}

impl FormNotification {
    /// In the order in which they are queued. Each key holds a name or a list of them.
    fn all(head: &FrontMatter<'_>) -> Result<Vec<Self>, Problem> {
        let mut all = Vec::new();
        for (key, kind) in [
            ("email_notifications", NotificationKind::Email),
            ("sms_notifications", NotificationKind::Sms),
            ("api_call_notifications", NotificationKind::ApiCall),
        ] {
            let lines = head.keys.node(key).into_iter().flat_map(|node| match &node.value {
                Value::Sequence(items) => items.iter().map(|item| item.mark.line).collect(),
                _ => vec![node.mark.line],
            });
            let named = head.keys.texts(key)?.into_iter().zip(lines);
            let named = named.filter(|(name, _)| !name.trim().is_empty());
            all.extend(named.map(|(name, line)| Self { kind, name: name.trim().to_owned(), line }));
        }
        Ok(all)
    }
}

impl AsyncCallback {
    /// Liquid alone, or `content` with how it is run; `delay` is in minutes.
    fn parse(head: &FrontMatter<'_>) -> Result<Option<Self>, Problem> {
        const KEY: &str = "async_callback_actions";
        let whole = match head.keys.node(KEY).map(Node::to_json) {
            None | Some(Json::Null) => return Ok(None),
            Some(Json::String(content)) => {
                return Ok(Some(Self { content, delay: Duration::ZERO, priority: None, max_attempts: None }));
            }
            Some(_) => head.keys.nested(KEY)?,
        };
        let Some(content) = whole.filled_text("content")? else { return Ok(None) };
        let minutes = whole.number("delay")?.unwrap_or(0);
        let attempts = whole.number("max_attempts")?;
        Ok(Some(Self {
            content,
            delay: Duration::from_secs(minutes.saturating_mul(60)),
            priority: whole.filled_text("priority")?,
            max_attempts: attempts.map(|attempts| u32::try_from(attempts).unwrap_or(u32::MAX)),
        }))
    }

    /// The block of Liquid that queues it, with the variable `form`.
    pub(crate) fn in_background(&self) -> String {
        let Self { content, delay, priority, max_attempts } = self;
        let mut options = format!("form: form, delay: {}", delay.as_secs() / 60);
        if let Some(priority) = priority {
            options.push_str(&format!(", priority: {}", Json::from(priority.as_str())));
        }
        if let Some(attempts) = max_attempts {
            options.push_str(&format!(", max_attempts: {attempts}"));
        }
        format!("{{% background {options} %}}{content}{{% endbackground %}}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::app::kind::{Classified, classify};

    fn form(path: &str, head: &str) -> Result<Form, Problem> {
        let text = format!("---\n{head}\n---\nbody");
        let Classified::Member(place) = classify(path) else { panic!("{path} is no form") };
        let head = FrontMatter::parse(path, &text)?;
        Form::parse(&place, &path.into(), &text.as_str().into(), &head)
    }

    #[test]
    fn keys_become_typed_fields() {
        let form = form(
            "modules/shop/public/form_configurations/car.liquid",
            "resource: car\nresource_owner: anyone\nconfiguration:\n  properties:\n    color:\n      validation: {presence: true}\ndefault_payload: '{}'",
        )
        .unwrap();

        assert_eq!((form.name.as_str(), form.resource.as_str()), ("modules/shop/car", "car"));
        assert_eq!(form.fields["properties"], json!({"color": {"validation": {"presence": true}}}));
        assert_eq!(form.default_payload.as_deref(), Some("{}"));
    }

    #[test]
    fn key_name_goes_before_the_name_of_the_file() {
        for (path, head, name) in [
            ("app/forms/a/b.liquid", "fields:", "a/b"),
            ("app/forms/a.liquid", "name: other", "other"),
            ("modules/m/public/forms/a.liquid", "name: other", "modules/m/other"),
            ("modules/m/public/forms/a.liquid", "name: modules/m/other", "modules/m/other"),
        ] {
            assert_eq!(form(path, head).unwrap().name, name, "{path} {head}");
        }
    }

    #[test]
    fn what_follows_is_read() {
        let form = form(
            "app/forms/a.liquid",
            "return_to: /a\nrequest_allowed: false\nauthorization_policies: [p]\nasync_callback_actions:\n  delay: 2\n  priority: low\n  content: '{% log 1 %}'",
        )
        .unwrap();
        assert_eq!((form.redirect_to.as_deref(), form.is_open_to_requests), (Some("/a"), false));
        assert_eq!(form.policies, ["p"]);
        let callback = AsyncCallback {
            content: "{% log 1 %}".to_owned(),
            delay: Duration::from_secs(120),
            priority: Some("low".to_owned()),
            max_attempts: None,
        };
        assert_eq!(form.async_callback_actions, Some(callback));
    }

    #[test]
    fn notifications_are_named_alone_or_in_a_list() {
        let head = "sms_notifications: code\nemail_notifications:\n- a/b\n-\n- c\napi_call_notifications: []";
        let form = form("app/forms/a.liquid", head).unwrap();
        let named = |kind, name: &str, line| FormNotification { kind, name: name.to_owned(), line };
        assert_eq!(
            form.notifications,
            [
                named(NotificationKind::Email, "a/b", 4),
                named(NotificationKind::Email, "c", 6),
                named(NotificationKind::Sms, "code", 2),
            ]
        );
    }

    #[test]
    fn fields_that_are_no_mapping_are_placed() {
        let problem = form("app/forms/a.liquid", "fields: [a]").unwrap_err();
        assert_eq!(problem.to_string(), "app/forms/a.liquid:2:9: error: `fields` must have keys of its own");
    }
}
