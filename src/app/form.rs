//! A form configuration: which record a form writes, which of its fields, and the Liquid that shows it. The old way to
//! build forms; what pages of old apps still include.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::front_matter::FrontMatter;
use super::kind::Place;
use super::problem::Problem;
use super::source::{Source, TemplateKind};

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
        })
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
    fn fields_that_are_no_mapping_are_placed() {
        let problem = form("app/forms/a.liquid", "fields: [a]").unwrap_err();
        assert_eq!(problem.to_string(), "app/forms/a.liquid:2:9: error: `fields` must have keys of its own");
    }
}
