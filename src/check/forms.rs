//! Form configurations that cannot be sent: what they write is not there, or a rule of theirs is not kept here. Only a
//! warning: an old app shows forms that nobody sends any more.

use crate::app::{App, Form, Problem};
use crate::graphql;

pub(super) fn check(app: &App) -> Vec<Problem> {
    let forms = app.form_names().filter_map(|name| app.form(name)).filter(|form| !form.resource.is_empty());
    let problem = |form: &Form| {
        let error = graphql::check_form(form, app).err()?;
        Some(Problem::warning(&*form.source.path, format!("this form cannot be sent: {}", error.message)))
    };
    forms.filter_map(|form| problem(form)).collect()
}
