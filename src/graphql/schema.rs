//! The schema: what of the platform's GraphQL is supported here, in files by family. It never depends on the app.

use std::sync::LazyLock;

use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::Implementers;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};

const FILES: [(&str, &str); 18] = [
    ("root.graphql", include_str!("schema/root.graphql")),
    ("filters.graphql", include_str!("schema/filters.graphql")),
    ("records.graphql", include_str!("schema/records.graphql")),
    ("models.graphql", include_str!("schema/models.graphql")),
    ("customizations.graphql", include_str!("schema/customizations.graphql")),
    ("users.graphql", include_str!("schema/users.graphql")),
    ("profiles.graphql", include_str!("schema/profiles.graphql")),
    ("constants.graphql", include_str!("schema/constants.graphql")),
    ("background_jobs.graphql", include_str!("schema/background_jobs.graphql")),
    ("notifications.graphql", include_str!("schema/notifications.graphql")),
    ("api_calls.graphql", include_str!("schema/api_calls.graphql")),
    ("activities.graphql", include_str!("schema/activities.graphql")),
    ("embeddings.graphql", include_str!("schema/embeddings.graphql")),
    ("app.graphql", include_str!("schema/app.graphql")),
    ("search_index.graphql", include_str!("schema/search_index.graphql")),
    ("uploads.graphql", include_str!("schema/uploads.graphql")),
    ("imports.graphql", include_str!("schema/imports.graphql")),
    ("data_exports.graphql", include_str!("schema/data_exports.graphql")),
];

static SCHEMA: LazyLock<Valid<Schema>> = LazyLock::new(|| {
    let mut builder = Schema::builder();
    for (name, text) in FILES {
        builder = builder.parse(text, name);
    }
    let schema = builder.build().map_err(|errors| errors.errors.to_string());
    let valid = schema.and_then(|schema| schema.validate().map_err(|errors| errors.errors.to_string()));
    valid.expect("the embedded schema is valid; a test says so")
});

static IMPLEMENTERS: LazyLock<HashMap<Name, Implementers>> = LazyLock::new(|| SCHEMA.implementers_map());

/// Which types implement which interface: for introspection.
pub(super) fn implementers() -> &'static HashMap<Name, Implementers> {
    &IMPLEMENTERS
}

pub(super) fn schema() -> &'static Valid<Schema> {
    &SCHEMA
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use apollo_compiler::schema::ExtendedType;

    use super::*;

    #[test]
    fn every_type_is_of_use() {
        let mut reached = BTreeSet::new();
        let mut left = vec!["RootQuery".to_owned(), "RootMutation".to_owned()];
        while let Some(name) = left.pop() {
            if !reached.insert(name.clone()) {
                continue;
            }
            match &schema().types[name.as_str()] {
                ExtendedType::Object(object) => {
                    for field in object.fields.values() {
                        left.push(field.ty.inner_named_type().to_string());
                        left.extend(
                            field.arguments.iter().map(|argument| argument.ty.inner_named_type().to_string()),
                        );
                    }
                }
                ExtendedType::InputObject(input) => {
                    left.extend(input.fields.values().map(|field| field.ty.inner_named_type().to_string()));
                }
                _ => {}
            }
        }
        let declared =
            schema().types.iter().filter(|(_, ty)| !ty.is_built_in()).map(|(name, _)| name.to_string());
        let useless: Vec<String> = declared.filter(|name| !reached.contains(name)).collect();
        assert_eq!(useless, [""; 0]);
    }

    #[test]
    fn embedded_schema_is_valid() {
        assert!(schema().types.contains_key("RootQuery"));
    }
}
