//! What a document asks for, resolved: fragments spread, `@include` and `@skip` decided, arguments as plain JSON with their
//! defaults. Everything behind it works with this and knows nothing of GraphQL syntax.

use std::cell::Cell;

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::executable::{self, DirectiveList, Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Map, Value as Json};

use super::error::{Error, Location};

/// One field, and what is asked of its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    /// The key in the answer: the alias, or the name.
    pub(super) key: String,
    pub(super) name: String,
    /// The type it is a field of.
    pub(super) owner: String,
    pub(super) arguments: Map<String, Json>,
    /// Empty for a scalar.
    pub(super) fields: Vec<Self>,
    /// The schema promises a value; without one the answer as a whole has none.
    pub(super) is_required: bool,
    pub(super) location: Option<Location>,
}

/// What the walk needs besides the selection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resolver<'d> {
    pub(super) schema: &'d Schema,
    pub(super) document: &'d ExecutableDocument,
    /// Coerced.
    pub(super) variables: &'d Map<String, Json>,
    pub(super) left: &'d FieldsLeft,
}

/// How many fields a document may still select. Fragments that spread others twice double with each level, so that a
/// short text could ask for more than memory holds.
#[derive(Debug)]
pub(super) struct FieldsLeft(Cell<usize>);

impl FieldsLeft {
    /// More than any document that is not meant to do harm.
    pub(super) const MOST: usize = 100_000;

    pub(super) fn new() -> Self {
        // The one too many spends it.
        Self(Cell::new(Self::MOST + 1))
    }

    /// More than [`Self::MOST`] have been selected.
    pub(super) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}

impl Field {
    /// The argument, unless it is missing or null.
    pub(super) fn argument(&self, name: &str) -> Option<&Json> {
        self.arguments.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.argument(name).and_then(Json::as_str)
    }

    /// Some field of one of these names is asked for.
    pub(super) fn asks_for(&self, names: &[&str]) -> bool {
        self.fields.iter().any(|field| names.contains(&field.name.as_str()))
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.argument(name).and_then(Json::as_bool).unwrap_or(false)
    }
}

/// The answer to a selection: the value of each field under its key.
pub(super) fn object(
    fields: &[Field],
    mut value: impl FnMut(&Field) -> Result<Json, Error>,
) -> Result<Json, Error> {
    let mut answer = Map::with_capacity(fields.len());
    for field in fields {
        let value = if field.name == "__typename" { Json::from(field.owner.as_str()) } else { value(field)? };
        answer.insert(field.key.clone(), value);
    }
    Ok(Json::Object(answer))
}

impl Resolver<'_> {
    /// The fields of a selection in their order; one that is selected twice is merged.
    pub(super) fn fields(&self, selection: &SelectionSet) -> Vec<Field> {
        let mut fields = Vec::new();
        self.collect(selection, &mut fields);
        fields
    }

    fn collect(&self, selection: &SelectionSet, fields: &mut Vec<Field>) {
        for selected in &selection.selections {
            if self.left.is_spent() {
                return;
            }
            if !self.is_included(selected.directives()) {
                continue;
            }
            self.left.0.update(|left| left - 1);
            match selected {
                Selection::Field(field) => self.add(field, selection.ty.as_str(), fields),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name) {
                        self.collect(&fragment.selection_set, fields);
                    }
                }
                Selection::InlineFragment(fragment) => self.collect(&fragment.selection_set, fields),
            }
        }
    }

    fn add(&self, field: &executable::Field, owner: &str, fields: &mut Vec<Field>) {
        let key = field.response_key().as_str();
        let inner = self.fields(&field.selection_set);
        match fields.iter_mut().find(|known| known.key == key) {
            // Validation has made sure that both ask the same of the same field.
            Some(known) => merge(&mut known.fields, inner),
            None => fields.push(Field {
                key: key.to_owned(),
                name: field.name.to_string(),
                owner: owner.to_owned(),
                arguments: self.arguments(field),
                fields: inner,
                is_required: field.ty().is_non_null(),
                location: Location::of(field.name.location(), &self.document.sources),
            }),
        }
    }

    fn is_included(&self, directives: &DirectiveList) -> bool {
        let says = |name: &str, wanted: bool| {
            let directive = directives.get(name)?;
            let value = directive.specified_argument_by_name("if")?;
            Some(self.literal(value).and_then(|value| value.as_bool()) == Some(wanted))
        };
        says("skip", false).unwrap_or(true) && says("include", true).unwrap_or(true)
    }

    fn arguments(&self, field: &executable::Field) -> Map<String, Json> {
        let mut arguments = Map::new();
        for definition in &field.definition.arguments {
            let given = field.arguments.iter().find(|argument| argument.name == definition.name);
            let value = given.and_then(|argument| self.literal(&argument.value));
            let value = match (value, &definition.default_value) {
                (Some(value), _) => value,
                (None, Some(default)) => self.literal(default).unwrap_or_default(),
                (None, None) => continue,
            };
            arguments.insert(definition.name.to_string(), self.coerce(value, &definition.ty));
        }
        arguments
    }

    /// A value as written; `None` for a variable that was not given.
    fn literal(&self, value: &Value) -> Option<Json> {
        Some(match value {
            Value::Null => Json::Null,
            Value::Variable(name) => return self.variables.get(name.as_str()).cloned(),
            Value::Enum(name) => Json::from(name.as_str()),
            Value::String(text) => Json::from(text.as_str()),
            Value::Boolean(flag) => Json::from(*flag),
            Value::Int(number) => number
                .as_str()
                .parse::<i64>()
                .map_or_else(|_| number.try_to_f64().map_or(Json::Null, Json::from), Json::from),
            Value::Float(number) => number.try_to_f64().map_or(Json::Null, Json::from),
            Value::List(items) => items.iter().map(|item| self.literal(item).unwrap_or_default()).collect(),
            Value::Object(entries) => {
                let entries =
                    entries.iter().filter_map(|(name, value)| Some((name.to_string(), self.literal(value)?)));
                Json::Object(entries.collect())
            }
        })
    }

    /// Makes a lone value a list where one is wanted, and fills in what an input type gives by default.
    fn coerce(&self, value: Json, ty: &Type) -> Json {
        if value.is_null() {
            return value;
        }
        if ty.is_list() {
            let items = match value {
                Json::Array(items) => items,
                lone => vec![lone],
            };
            return items.into_iter().map(|item| self.coerce(item, ty.item_type())).collect();
        }
        match (self.schema.types.get(ty.inner_named_type()), value) {
            (Some(ExtendedType::InputObject(input)), Json::Object(mut given)) => {
                for (name, field) in &input.fields {
                    let value = match (given.remove(name.as_str()), &field.default_value) {
                        (Some(value), _) => value,
                        (None, Some(default)) => self.literal(default).unwrap_or_default(),
                        (None, None) => continue,
                    };
                    given.insert(name.to_string(), self.coerce(value, &field.ty));
                }
                Json::Object(given)
            }
            (Some(ExtendedType::Scalar(scalar)), value) => match (scalar.name.as_str(), value) {
                ("ID" | "String", Json::Number(number)) => Json::from(number.to_string()),
                (_, value) => value,
            },
            (_, value) => value,
        }
    }
}

fn merge(known: &mut Vec<Field>, more: Vec<Field>) {
    for field in more {
        match known.iter_mut().find(|known| known.key == field.key) {
            Some(known) => merge(&mut known.fields, field.fields),
            None => known.push(field),
        }
    }
}
