//! The variables of a request, checked against what the document declares. Strict, as on the platform: text is no number.
//! What is not declared is ignored, so that a page may hand over whole objects.

use apollo_compiler::ast::VariableDefinition;
use apollo_compiler::executable::Operation;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::{ExecutableDocument, Node};
use serde_json::{Map, Value as Json};

use super::error::{Error, Location};
use super::schema::schema;

/// # Errors
/// The first variable that is missing or of another type, by its name.
pub(super) fn coerce(
    document: &ExecutableDocument,
    operation: &Operation,
    given: &Map<String, Json>,
) -> Result<Map<String, Json>, Error> {
    for variable in &operation.variables {
        let is_missing = given.get(variable.name.as_str()).is_none_or(Json::is_null);
        if is_missing && variable.ty.is_non_null() && variable.default_value.is_none() {
            return Err(invalid(variable, document));
        }
    }
    let declared =
        given.iter().filter(|(name, _)| operation.variables.iter().any(|v| v.name == name.as_str()));
    let declared: JsonMap =
        declared.map(|(name, value)| (name.as_str().into(), value.clone().into())).collect();
    match coerce_variable_values(schema(), operation, &declared) {
        Ok(values) => match serde_json::to_value(values.into_inner()) {
            Ok(Json::Object(values)) => Ok(values),
            _ => Err(Error::new("the variables are no JSON object")),
        },
        Err(refused) => Err(
            match operation.variables.iter().find(|variable| is_refused(operation, variable, &declared)) {
                Some(variable) => invalid(variable, document),
                None => Error::new(refused.message().to_string()),
            },
        ),
    }
}

/// The variable is at fault by itself. (The compiler's own words name what is wrong inside it, but not always itself.)
fn is_refused(operation: &Operation, variable: &Node<VariableDefinition>, declared: &JsonMap) -> bool {
    let alone = Operation { variables: vec![variable.clone()], ..operation.clone() };
    coerce_variable_values(schema(), &alone, declared).is_err()
}

/// The platform's sentence, at the declaration.
fn invalid(variable: &Node<VariableDefinition>, document: &ExecutableDocument) -> Error {
    let message = format!("Variable ${} of type {} was provided invalid value", variable.name, variable.ty);
    Error::new(message).at(Location::of(variable.location(), &document.sources))
}
