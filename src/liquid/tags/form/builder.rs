//! The variable `form` of a form configuration: the fields with the names and values of their inputs, what the element
//! sends besides, and where to. Names nest as Rails reads them: `form[properties_attributes][color]`.

use std::sync::Arc;

use serde_json::{Map as JsonMap, Value as Json};

use crate::app::Form;
use crate::liquid::render::Render;
use crate::liquid::value::{Hash, Map, Value};

/// What all names of inputs begin with, unless the element says otherwise.
const PREFIX: &str = "form";

/// What a field says of itself; other keys of the configuration are fields within it.
const OF_A_FIELD: [&str; 2] = ["validation", "property_options"];

/// The form as its file sees it, rendered with `variables`: `id` says which record is edited, `parent_resource_id` of which
/// table it is.
pub(super) fn object(form: &Form, variables: &Map, render: &mut Render<'_>) -> Value {
    let argument = |name: &str| variables.get(name).filter(|value| !value.is_blank());
    let id = argument("id").map(|id| id.to_text().into_owned()).filter(|id| id != "new");
    let parent = argument("parent_resource_id").map(|parent| parent.to_text().into_owned());
    let refused = render.scope.refused_form.as_ref().filter(|refused| refused.name == form.name);
    let nothing = JsonMap::new();
    let (values, errors) = refused.map_or((&nothing, &nothing), |refused| (&refused.values, &refused.errors));
    Value::hash_of([
        ("name", Value::str(form.name.as_str())),
        ("resource", Value::str(form.resource.as_str())),
        ("resource_owner", form.resource_owner.as_deref().map_or(Value::Nil, Value::str)),
        ("action", Value::str(action(&form.resource, id.as_deref()))),
        ("errors", Value::from_json(&Json::Object(errors.clone()))),
        ("fields", Value::hash(fields(&form.fields, PREFIX, values))),
        ("system_fields", system_fields(form, id, parent, render)),
    ])
}

/// Gives the fields of the `object` made for `form` the values of a payload.
pub(super) fn fill(object: &Value, form: &Form, payload: &JsonMap<String, Json>) {
    if let Value::Hash(entries) = object {
        let fields = Value::hash(fields(&form.fields, PREFIX, payload));
        let replaced = entries.borrow_mut().insert(Arc::from("fields"), fields);
        drop(replaced);
    }
}

/// What an element outside of a form configuration goes by: it sends to its own page.
pub(super) fn without_configuration(render: &mut Render<'_>) -> Value {
    let context = Value::Hash(render.context.hash().clone());
    let action = context.property("location").property("pathname");
    let hidden = [("utf8", Value::str("✓")), ("authenticity_token", context.property("authenticity_token"))];
    Value::hash_of([("action", action), ("system_fields", Value::hash_of(hidden))])
}

/// The form, with fields that are called `prefix[…]`.
pub(super) fn renamed(form: Value, prefix: &str) -> Value {
    if let Value::Hash(fields) = form.property("fields") {
        rename(&fields, prefix);
    }
    form
}

fn rename(fields: &Hash, prefix: &str) {
    let entries: Vec<(Arc<str>, Value)> =
        fields.borrow().iter().map(|(key, value)| (Arc::clone(key), value.clone())).collect();
    for (key, value) in entries {
        match value {
            Value::Hash(inner) => rename(&inner, prefix),
            Value::Str(name) if &*key == "name" => {
                let rest = name.text.strip_prefix(PREFIX).unwrap_or(&name.text);
                let replaced = fields.borrow_mut().insert(key, Value::str(format!("{prefix}{rest}")));
                drop(replaced);
            }
            _ => {}
        }
    }
}

/// Groups become `…[group_attributes]`; a field is what has no fields within it. `values` are those of the payload.
fn fields(configured: &JsonMap<String, Json>, prefix: &str, values: &JsonMap<String, Json>) -> Map {
    let entries = configured.iter().filter(|(key, _)| !OF_A_FIELD.contains(&key.as_str()));
    entries
        .map(|(key, about)| {
            let nothing = JsonMap::new();
            let about = about.as_object().unwrap_or(&nothing);
            let is_group = about.keys().any(|key| !OF_A_FIELD.contains(&key.as_str()));
            let object = if is_group {
                let attributes = format!("{key}_attributes");
                let values = values.get(&attributes).and_then(Json::as_object).unwrap_or(&nothing);
                Value::hash(fields(about, &format!("{prefix}[{attributes}]"), values))
            } else {
                let said = |key| about.get(key).map_or_else(|| Value::hash(Map::default()), Value::from_json);
                Value::hash_of([
                    ("name", Value::str(format!("{prefix}[{key}]"))),
                    ("value", values.get(key).map_or(Value::Nil, Value::from_json)),
                    ("validation", said("validation")),
                    ("property_options", said("property_options")),
                ])
            };
            (Arc::from(key.as_str()), object)
        })
        .collect()
}

/// The API of the platform that takes the form.
fn action(resource: &str, id: Option<&str>) -> String {
    let collection = match resource {
        "User" => "users",
        "Session" => "sessions",
        _ => "customizations",
    };
    match id {
        Some(id) => format!("/api/{collection}/{id}"),
        None => format!("/api/{collection}"),
    }
}

/// What the element sends besides its fields.
fn system_fields(form: &Form, id: Option<String>, parent: Option<String>, render: &mut Render<'_>) -> Value {
    let context = Value::Hash(render.context.hash().clone());
    let (page, params) = (context.property("page"), context.property("params"));
    let slug = match params.property("slug") {
        Value::Nil => page.property("slug"),
        slug => slug,
    };
    let mut hidden = vec![
        ("utf8", Value::str("✓")),
        ("authenticity_token", context.property("authenticity_token")),
        ("form_id", Value::str(form.name.as_str())),
        ("page_id", page.property("id")),
        ("slug", slug),
        ("slug2", params.property("slug2")),
        ("slug3", params.property("slug3")),
    ];
    if id.is_some() {
        hidden.push(("_method", Value::str("put")));
    }
    hidden.push(("resource_id", Value::str(id.unwrap_or_else(|| "new".to_owned()))));
    if !matches!(form.resource.as_str(), "User" | "Session") {
        hidden.push(("parent_resource_id", Value::str(parent.unwrap_or_else(|| form.resource.clone()))));
        hidden.push(("parent_resource_class", Value::str("CustomModelType")));
    }
    Value::hash_of(hidden)
}
