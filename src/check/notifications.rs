//! What the heads of notifications say: Liquid in every value, layouts that are not there, recipients that are missing. A
//! job that sends such a notification would fail, and nobody waits for it.

use crate::app::{
    App, Format, HeadField, Notification, NotificationKind, Problem, Severity, TemplateKind, nearest_path,
};
use crate::liquid::{Place, text_error};

pub(super) fn check(app: &App) -> Vec<Problem> {
    let of_one = |notification: &Notification| {
        let mut problems = syntax(app, notification);
        problems.extend(layout(app, notification));
        problems.extend(recipients(notification));
        problems
    };
    app.notifications().flat_map(|notification| of_one(notification)).collect()
}

/// Values that do not parse.
fn syntax(app: &App, notification: &Notification) -> Vec<Problem> {
    let broken = |(key, field): (&str, &HeadField)| {
        let error = text_error(app, &field.text)?;
        let line = field.line.saturating_add(error.line.saturating_sub(1));
        let problem =
            at(notification, line, &field.text, Severity::Error, format!("{key}: {}", error.message));
        Some(problem.with_hint(error.hint))
    };
    notification.fields().filter_map(broken).collect()
}

/// Of an e-mail whose layout is named as it is, without Liquid.
fn layout(app: &App, notification: &Notification) -> Option<Problem> {
    let field = notification.field("layout").filter(|_| notification.kind == NotificationKind::Email)?;
    let name = field.text.trim();
    if name.is_empty()
        || name.contains("{{")
        || name.contains("{%")
        || app.layout(name, Format::Html).is_some()
    {
        return None;
    }
    let layouts = app.sources().filter(|source| source.kind == TemplateKind::Layout);
    let hint = nearest_path(name, layouts.map(|layout| &*layout.name));
    let message = format!("can't find layout '{name}'");
    let problem = at(notification, field.line, name, Severity::Error, message);
    Some(problem.with_hint(hint.map(|known| format!("did you mean '{known}'?"))))
}

/// The platform takes such a file; nothing it sends ever arrives.
fn recipients(notification: &Notification) -> Option<Problem> {
    let is_given = notification.field("to").is_some_and(|field| !field.text.trim().is_empty());
    if is_given || !notification.is_enabled {
        return None;
    }
    let message = format!("this {} goes to nobody: `to` is missing", notification.kind);
    let hint = "write `to: '{{ data.to }}'` in its front matter".to_owned();
    Some(at(notification, 1, "", Severity::Warning, message).with_hint(hint))
}

/// On `line`, where `text` begins if it stands there as it is.
fn at(notification: &Notification, line: u32, text: &str, severity: Severity, message: String) -> Problem {
    let source = &notification.source;
    let written = source.text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let before = written.find(text).and_then(|at| written.get(..at)).unwrap_or_default();
    let column = before.chars().count() + 1;
    Place::at(&source.path, &source.text, line as usize, column).problem(severity, message)
}
