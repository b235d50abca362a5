//! What the app can send: an e-mail, an SMS or a call of an API. A Liquid file of which the head is Liquid too: whom it
//! goes to, under which condition, when.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use super::front_matter::FrontMatter;
use super::kind::{FileKind, Place};
use super::nearest::nearest_path;
use super::problem::Problem;
use super::source::{Source, TemplateKind};
use super::winners::{Candidate, pick};
use super::yaml::text_of;

/// Keys under their present names, by the names they had.
const FORMER_KEYS: [(&str, &str); 2] = [("layout_path", "layout"), ("headers", "request_headers")];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum NotificationKind {
    Email,
    Sms,
    ApiCall,
}

/// A notification. Its name is its path below the folder of its kind; a key `name` in its head is ignored.
#[derive(Debug)]
pub(crate) struct Notification {
    pub(crate) kind: NotificationKind,
    /// The body.
    pub(crate) source: Arc<Source>,
    /// `enabled: false`: never sent.
    pub(crate) is_enabled: bool,
    /// The values of the head by key. All may hold Liquid.
    fields: BTreeMap<String, HeadField>,
}

/// A value of the head, which is a template of its own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HeadField {
    /// A list or a mapping as JSON.
    pub(crate) text: String,
    /// One-based line of the file on which the value begins.
    pub(crate) line: u32,
}

/// No notification of this kind is called so.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "can't find {kind} '{name}'{}",
    nearest.as_ref().map_or_else(String::new, |known| format!("; did you mean '{known}'?"))
)]
pub(crate) struct UnknownNotification {
    pub(crate) kind: NotificationKind,
    pub(crate) name: String,
    /// The one that was probably meant.
    pub(crate) nearest: Option<String>,
}

/// By kind and reference name.
#[derive(Debug, Default)]
pub(super) struct Notifications {
    by_name: BTreeMap<(NotificationKind, Arc<str>), Arc<Notification>>,
}

impl Notification {
    /// The notification in the file at `place`; `kind` is that of its folder.
    pub(super) fn new(
        kind: NotificationKind,
        place: &Place,
        path: &Arc<str>,
        text: &Arc<str>,
        head: &FrontMatter<'_>,
    ) -> Self {
        let mut fields = BTreeMap::new();
        for (key, field) in head.keys.nodes() {
            let text = match field.to_json() {
                Json::Null => continue,
                nested @ (Json::Array(_) | Json::Object(_)) => nested.to_string(),
                scalar => text_of(&scalar),
            };
            let key =
                FORMER_KEYS.iter().find(|(former, _)| *former == key).map_or(key, |(_, present)| present);
            fields.insert(key.to_owned(), HeadField { text, line: field.mark.line });
        }
        let is_enabled = fields.get("enabled").is_none_or(|field| field.text.trim() != "false");
        let source = Source::new(TemplateKind::Notification, &place.name, path, text, head);
        Self { kind, source: Arc::new(source), is_enabled, fields }
    }

    /// The value of `key`, under its present name.
    pub(crate) fn field(&self, key: &str) -> Option<&HeadField> {
        self.fields.get(key)
    }

    /// All values of the head, by key.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &HeadField)> {
        self.fields.iter().map(|(key, field)| (key.as_str(), field))
    }
}

impl NotificationKind {
    /// Of the files that are one.
    pub(super) fn of(kind: FileKind) -> Option<Self> {
        match kind {
            FileKind::Email => Some(Self::Email),
            FileKind::Sms => Some(Self::Sms),
            FileKind::ApiCall => Some(Self::ApiCall),
            _ => None,
        }
    }
}

impl fmt::Display for NotificationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Email => "e-mail",
            Self::Sms => "SMS",
            Self::ApiCall => "API call",
        })
    }
}

impl Notifications {
    /// Files that another one hides are problems.
    pub(super) fn new(files: &[(&Place, Arc<Notification>)]) -> (Self, Vec<Problem>) {
        let candidates = files.iter().map(|(place, notification)| Candidate {
            key: (notification.kind, notification.source.name.clone()),
            place,
            path: &notification.source.path,
            item: notification.clone(),
        });
        let (by_name, problems) = pick("notification", candidates);
        (Self { by_name }, problems)
    }

    pub(super) fn find(
        &self,
        kind: NotificationKind,
        name: &str,
    ) -> Result<&Arc<Notification>, UnknownNotification> {
        self.by_name.get(&(kind, Arc::from(name))).ok_or_else(|| {
            let known = self.iter().filter(|known| known.kind == kind).map(|known| &*known.source.name);
            let nearest = nearest_path(name, known).map(str::to_owned);
            UnknownNotification { kind, name: name.to_owned(), nearest }
        })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Notification>> {
        self.by_name.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::kind::{Classified, classify};

    fn notification(path: &str, head: &str) -> Notification {
        let text: Arc<str> = format!("---\n{head}\n---\nbody").into();
        let Classified::Member(place) = classify(path) else { panic!("{path} is no notification") };
        let kind = NotificationKind::of(place.kind).unwrap();
        let head = FrontMatter::parse(path, &text).unwrap();
        Notification::new(kind, &place, &path.into(), &text, &head)
    }

    #[test]
    fn name_is_the_path_below_the_folder() {
        for (path, kind, name) in [
            ("app/emails/orders/paid.liquid", NotificationKind::Email, "orders/paid"),
            ("app/notifications/email_notifications/paid.liquid", NotificationKind::Email, "paid"),
            ("modules/core/public/emails/generic.liquid", NotificationKind::Email, "modules/core/generic"),
            ("app/smses/code.liquid", NotificationKind::Sms, "code"),
            ("app/api_calls/crm.liquid", NotificationKind::ApiCall, "crm"),
        ] {
            let notification = notification(path, "name: other");
            assert_eq!((notification.kind, &*notification.source.name), (kind, name));
        }
    }

    #[test]
    fn values_of_the_head_are_texts_with_a_line() {
        let email = notification(
            "app/emails/hi.liquid",
            "to: '{{ data.to }}'\ncc: [a@x.test, b@x.test]\ndelay: 2\nlayout_path: mailer\nbcc:",
        );
        let field = |key| email.field(key).map(|field| (field.text.as_str(), field.line));
        assert_eq!(field("to"), Some(("{{ data.to }}", 2)));
        assert_eq!(field("cc"), Some((r#"["a@x.test","b@x.test"]"#, 3)));
        assert_eq!(field("delay"), Some(("2", 4)));
        assert_eq!(field("layout"), Some(("mailer", 5)));
        assert_eq!(field("bcc"), None);
        assert!(email.is_enabled);
    }

    #[test]
    fn only_false_disables() {
        for (value, is_enabled) in
            [("false", false), ("'false'", false), ("true", true), ("", true), ("no", false)]
        {
            let sms = notification("app/smses/a.liquid", &format!("enabled: {value}"));
            assert_eq!(sms.is_enabled, is_enabled, "{value}");
        }
    }
}
