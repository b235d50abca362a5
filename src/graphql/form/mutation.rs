//! `form_name` of a mutation: what it writes goes through the form, as if it had been sent.

use serde_json::{Map, Value as Json};

use super::{Submission, Submitted, submit};
use crate::app::Form;
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
    needs_no_template(form)?;
    let payload = payload(input)?;
    let id = id.map(|id| integer(id, "id")).transpose()?;
    match submit(Submission { form, payload: &payload, id }, world)? {
        Submitted::Stored { id, .. } => Ok(id),
        Submitted::Invalid(errors) => Err(Error::new(format!("form `{name}`: {errors}"))),
        Submitted::Missing => Err(Error::new(format!(
            "Can't find {} with id={}",
            class_name(&form.resource),
            id.unwrap_or_default()
        ))),
        Submitted::Forbidden => Err(Error::new(format!("form `{name}` is not for whoever sent it"))),
    }
}

/// Policies and callbacks of a form are templates, which a query cannot render.
fn needs_no_template(form: &Form) -> Result<(), Error> {
    for (key, has) in [
        ("authorization_policies", !form.policies.is_empty()),
        ("default_payload", form.default_payload.is_some()),
        ("callback_actions", form.callback_actions.is_some()),
        ("async_callback_actions", form.async_callback_actions.is_some()),
    ] {
        if has {
            let name = &form.name;
            return Err(Error::new(format!(
                "not supported here: form `{name}` in a mutation, with its {key}"
            )));
        }
    }
    Ok(())
}

/// The input as a form would send it.
fn payload(input: Input<'_>) -> Result<Map<String, Json>, Error> {
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
