//! Form configurations that cannot be sent: what they write is not there, or a rule of theirs is not kept here. Only a
//! warning: an old app shows forms that nobody sends any more. So are notifications that a form starts and nobody wrote.

use crate::app::{App, Form, FormNotification, Problem, Severity};
use crate::graphql;
use crate::liquid::Place;

pub(super) fn check(app: &App) -> Vec<Problem> {
    let forms =
        app.form_names().filter_map(|name| app.form(name).ok()).filter(|form| !form.resource.is_empty());
    let problem = |form: &Form| {
        let error = graphql::check_form(form, app).err()?;
        Some(Problem::warning(&*form.source.path, format!("this form cannot be sent: {}", error.message)))
    };
    let of_one = |form: &Form| {
        let missing = form.notifications.iter().filter_map(|started| missing(form, started, app));
        problem(form).into_iter().chain(missing).collect::<Vec<_>>()
    };
    forms.flat_map(|form| of_one(form)).collect()
}

fn missing(form: &Form, started: &FormNotification, app: &App) -> Option<Problem> {
    let FormNotification { kind, name, line } = started;
    let unknown = app.notification(*kind, name).err()?;
    let source = &form.source;
    let written = source.text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let before = written.find(name.as_str()).and_then(|at| written.get(..at)).unwrap_or_default();
    let place = Place::at(&source.path, &source.text, *line as usize, before.chars().count() + 1);
    let hint = unknown.nearest.map(|known| format!("did you mean '{known}'?"));
    Some(place.problem(Severity::Warning, format!("can't find {kind} '{name}'")).with_hint(hint))
}
