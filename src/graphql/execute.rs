//! A request from text to answer: parse, coerce the variables, resolve the selection, run the root fields in order. Each
//! mutation is a transaction of its own; one that fails leaves nothing behind and does not undo the ones before it.

use apollo_compiler::executable::Operation;
use apollo_compiler::introspection;
use serde_json::{Map, Value as Json};

use super::World;
use super::document::Documents;
use super::error::Error;
use super::schema::{implementers, schema};
use super::selection::{Field, FieldsLeft, Resolver};
use super::{root, variables};

/// Runs documents. Clone = same documents.
#[derive(Debug, Clone, Default)]
pub(crate) struct Executor {
    documents: Documents,
}

/// What is asked. `operation` chooses one where a document has several.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request<'r> {
    pub(crate) document: &'r str,
    pub(crate) variables: Map<String, Json>,
    pub(crate) operation: Option<&'r str>,
}

/// What came of it. Without `data` where nothing was run, or a field that must have a value has none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) data: Option<Map<String, Json>>,
    pub(crate) errors: Vec<Error>,
}

impl Executor {
    pub(crate) fn execute(&self, request: &Request<'_>, world: &mut World<'_>) -> Answer {
        let document = match self.documents.get(request.document) {
            Ok(document) => document,
            Err(errors) => return Answer { data: None, errors },
        };
        let operation = match document.operations.get(request.operation) {
            Ok(operation) => operation,
            Err(refused) => return Answer::refused(Error::new(refused.message().to_string())),
        };
        let variables = match variables::coerce(&document, operation, &request.variables) {
            Ok(variables) => variables,
            Err(error) => return Answer::refused(error),
        };
        let left = FieldsLeft::new();
        let resolver = Resolver { schema: schema(), document: &document, variables: &variables, left: &left };
        let fields = resolver.fields(&operation.selection_set);
        if left.is_spent() {
            return Answer::refused(Error::new(format!(
                "the document asks for more than {} fields",
                FieldsLeft::MOST
            )));
        }
        let mut answer = Answer { data: Some(Map::new()), errors: Vec::new() };
        if fields.iter().any(|field| field.name.starts_with("__")) {
            answer.introspect(&document, operation, &variables);
        }
        for field in fields.iter().filter(|field| !field.name.starts_with("__")) {
            answer.run(field, world);
        }
        answer
    }
}

impl Answer {
    fn refused(error: Error) -> Self {
        Self { data: None, errors: vec![error] }
    }

    fn run(&mut self, field: &Field, world: &mut World<'_>) {
        let value = root::resolve(field, world).unwrap_or_else(|error| {
            let error = if error.locations.is_empty() { error.at(field.location) } else { error };
            self.errors.push(error.within(&field.key));
            Json::Null
        });
        if field.is_required && value.is_null() {
            self.data = None;
        }
        if let Some(data) = &mut self.data {
            data.insert(field.key.clone(), value);
        }
    }

    /// What a document asks about the schema itself.
    fn introspect(
        &mut self,
        document: &apollo_compiler::validation::Valid<apollo_compiler::ExecutableDocument>,
        operation: &Operation,
        variables: &Map<String, Json>,
    ) {
        let variables = variables.iter().map(|(name, value)| (name.as_str().into(), value.clone().into()));
        let variables = apollo_compiler::validation::Valid::assume_valid(variables.collect());
        let answered =
            introspection::partial_execute(schema(), implementers(), document, operation, &variables);
        match answered {
            Ok(response) => {
                let data = serde_json::to_value(&response.data).unwrap_or_default();
                if let (Json::Object(entries), Some(data)) = (data, &mut self.data) {
                    data.extend(entries);
                }
            }
            Err(refused) => self.errors.push(Error::new(refused.message().to_string())),
        }
    }
}
