//! `form_name` of a mutation: what it writes goes through the form, as if it had been sent.

use serde_json::{Map, Value as Json};

use super::{Submission, Submitted, payload, submit};
use crate::app::{AsyncCallback, Form};
use crate::graphql::World;
use crate::graphql::error::Error;
use crate::graphql::input::{Input, integer};
use crate::graphql::record_mutations::class_name;
use crate::graphql::selection::Field;

/// What a property input may give through a form: a value, not a change of one.
const VALUES: [&str; 6] = ["value", "value_int", "value_float", "value_boolean", "value_array", "value_json"];

/// The form through which a mutation stores, if it names one.
pub(in crate::graphql) fn named_by(field: &Field) -> Option<&str> {
    field.text("form_name").or_else(|| field.text("form_configuration_name"))
}

/// Stores through the form `name`; the id of what it has stored.
pub(in crate::graphql) fn store(
    name: &str,
    input: Input<'_>,
    id: Option<&Json>,
    world: &mut World<'_>,
) -> Result<i64, Error> {
    let app = world.app;
    let form = app.form(name)?;
    if let Some(table) = input.get("table").and_then(Json::as_str).filter(|table| *table != form.resource) {
        return Err(Error::new(format!("form `{name}` writes `{}`, not `{table}`", form.resource)));
    }
    let id = id.map(|id| integer(id, "id")).transpose()?;
    ask_policies(form, world)?;
    let payload = with_default(form, of_input(input)?, world)?;
    match submit(Submission { form, payload: &payload, id }, world)? {
        Submitted::Stored { id, values } => run_callbacks(form, &values, world).map(|()| id),
        Submitted::Invalid(errors) => Err(Error::new(format!("form `{name}`: {errors}"))),
        Submitted::Missing => Err(Error::new(format!(
            "Can't find {} with id={}",
            class_name(&form.resource),
            id.unwrap_or_default()
        ))),
        Submitted::Forbidden => Err(Error::new(format!("form `{name}` is not for whoever sent it"))),
    }
}

/// Asks the policies of the form. Where a page would be redirected or shown a message, a mutation fails.
fn ask_policies(form: &Form, world: &mut World<'_>) -> Result<(), Error> {
    for name in &form.policies {
        let refused = |said: String| Error::new(format!("form `{}`: {said}", form.name));
        let policy = world.app.policy(name);
        let policy = policy.ok_or_else(|| refused(format!("can't find authorization policy '{name}'")))?;
        let (templates, data) = world.templates()?;
        if !templates.allows(policy, data)? {
            return Err(refused(format!("the authorization policy `{name}` does not let it pass")));
        }
    }
    Ok(())
}

/// What was sent, and over it what the form says itself.
fn with_default(
    form: &Form,
    sent: Map<String, Json>,
    world: &mut World<'_>,
) -> Result<Map<String, Json>, Error> {
    let Some(source) = &form.default_payload else { return Ok(sent) };
    let values = payload::without_passwords(sent.clone());
    let (templates, data) = world.templates()?;
    let printed = templates.of_form(form, source, &values, data)?;
    payload::with_default(sent, &printed)
        .ok_or_else(|| Error::new(format!("form `{}`: {}", form.name, payload::NO_OBJECT)))
}

/// Runs what the form does once it is stored. It is part of the mutation: where it fails, nothing has been stored.
fn run_callbacks(form: &Form, values: &Map<String, Json>, world: &mut World<'_>) -> Result<(), Error> {
    let queued = form.async_callback_actions.as_ref().map(AsyncCallback::in_background);
    for source in form.callback_actions.as_deref().into_iter().chain(queued.as_deref()) {
        let (templates, data) = world.templates()?;
        templates.of_form(form, source, values, data)?;
    }
    Ok(())
}

/// The input as a form would send it.
fn of_input(input: Input<'_>) -> Result<Map<String, Json>, Error> {
    let mut payload = input.entries().clone();
    let mut properties = Map::new();
    let inputs = payload.remove("properties").unwrap_or_default();
    for input in inputs.as_array().into_iter().flatten().filter_map(Json::as_object) {
        let name = input.get("name").and_then(Json::as_str).unwrap_or_default();
        if let Some(operation) = input.keys().find(|key| *key != "name" && !VALUES.contains(&key.as_str())) {
            return Err(Error::new(format!("not supported here: `{operation}` through a form")));
        }
        if let Some(value) = VALUES.into_iter().find_map(|key| input.get(key)) {
            properties.insert(name.to_owned(), value.clone());
        }
    }
    payload.insert("properties_attributes".to_owned(), Json::Object(properties));
    Ok(payload)
}
