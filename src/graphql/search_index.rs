//! The search index: documents that an app puts there to be found by their words and their values. The platform gives this
//! to a search engine; here every document of an index is looked at, and the one that has most of the words comes first.

use serde_json::{Map, Value as Json, json};

use super::World;
use super::cast;
use super::error::Error;
use super::filter::property_conditions;
use super::listing::{Item, paged, sorted};
use super::node;
use super::selection::{Field, object};
use super::words::{WordQuery, places};
use crate::app::PropertyType;
use crate::records::{ArrayTest, Attribute, Document, Filter, Operand, searched_text, text_of};

impl Item for Document {
    /// A name with dots is that of something within, unless there is a property of the whole name.
    fn value(&self, name: &str) -> Json {
        if name == "id" {
            return json!(self.id);
        }
        let within = || {
            let (outer, path) = name.split_once('.')?;
            path.split('.').try_fold(self.properties.get(outer)?, |value, key| value.get(key))
        };
        self.properties.get(name).or_else(within).cloned().unwrap_or_default()
    }
}

/// In the order of `sort`; what is equal, or all if there is none, the best match first.
pub(super) fn documents(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let filter = conditions(field.argument("filter"))?;
    let mut found = world.data.documents(search_index(field)?)?;
    found.retain(|document| filter.holds(&|named| value_of(document, named)));
    let query = field.argument("query").and_then(Json::as_object);
    if let Some(query) = query {
        found = matching(found, query)?;
    }
    let found = sorted(found, Some(&sort_of(field)));
    paged(field, &found, answer)
}

/// An id that is there already stands for the new document from now on.
pub(super) fn insert(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let document = field.argument("document").cloned().unwrap_or_default();
    let document = cast::to_stored(document, PropertyType::Opaque)
        .map_err(|error| Error::new(format!("`document`: {error}")))?;
    let Json::Object(properties) = document else {
        return Err(Error::new("`document` must be a hash"));
    };
    let id = field.text("id").filter(|id| !id.is_empty());
    let mut stored = world.data.insert_document(search_index(field)?, id, properties)?;
    stored.properties.insert("id".to_owned(), json!(stored.id));
    Ok(Json::Object(stored.properties))
}

fn search_index(field: &Field) -> Result<&str, Error> {
    let name = field.text("search_index").filter(|name| !name.trim().is_empty());
    name.ok_or_else(|| Error::new("Search index can't be blank"))
}

fn value_of(document: &Document, named: &Attribute) -> Json {
    match named {
        Attribute::Property(name) => document.value(name),
        Attribute::Column(_) => Json::Null,
    }
}

/// Those that the query finds, the best first. It looks into all properties where it does not say into which.
fn matching(documents: Vec<Document>, query: &Map<String, Json>) -> Result<Vec<Document>, Error> {
    let Some(words) = WordQuery::of(query)? else { return Ok(documents) };
    let places: Vec<_> = ["properties", "fields"].into_iter().flat_map(|key| places(query, key)).collect();
    let mut found = Vec::new();
    for document in documents {
        let names: Vec<(&str, i64)> = if places.is_empty() {
            document.properties.keys().map(|name| (name.as_str(), 1)).collect()
        } else {
            places.iter().map(|place| (place.name, place.priority)).collect()
        };
        let attributes: Vec<Attribute> =
            names.iter().map(|(name, _)| Attribute::Property((*name).into())).collect();
        if words.filter(&attributes).holds(&|named| value_of(&document, named)) {
            let worth = |(name, priority): &(&str, i64)| {
                searched_text(&document.value(name)).map_or(0, |text| priority * words.found_in(&text))
            };
            let worth: i64 = names.iter().map(worth).sum();
            found.push((worth, document));
        }
    }
    found.sort_by_key(|(worth, _)| std::cmp::Reverse(*worth));
    Ok(found.into_iter().map(|(_, document)| document).collect())
}

fn conditions(filters: Option<&Json>) -> Result<Filter, Error> {
    let filters = filters.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_object);
    let mut all = Vec::new();
    for filter in filters {
        let name = filter.get("name").and_then(Json::as_str).unwrap_or_default();
        let is_one_of = |values: &Json| has_one_of(name, values);
        for (operator, value) in filter.iter().filter(|(_, value)| !value.is_null()) {
            match operator.as_str() {
                "value" => all.push(is_one_of(value)),
                "not_value" | "not_value_in" => all.push(is_one_of(value).not()),
                "value_in" if filter.get("value_in_operator").and_then(Json::as_str) == Some("AND") => {
                    all.extend(value.as_array().into_iter().flatten().map(is_one_of));
                }
                "value_in" => all.push(is_one_of(value)),
                "prefix" => all.extend(of_property(name, "starts_with", value)?),
                // A number where the bound is one.
                "range" | "exists" => all.extend(of_property(name, operator, value)?),
                _ => {}
            }
        }
    }
    Ok(Filter::All(all))
}

/// A value, or an element of an array.
fn has_one_of(name: &str, values: &Json) -> Filter {
    let values = values.as_array().map_or(std::slice::from_ref(values), Vec::as_slice);
    let texts: Vec<String> = values.iter().filter_map(text_of).collect();
    let attribute = Attribute::Property(name.into());
    let operands = texts.iter().cloned().map(Operand::Text).collect();
    Filter::Any(vec![
        Filter::OneOf(attribute.clone(), operands),
        Filter::Array(attribute, ArrayTest::Overlaps(texts)),
    ])
}

fn of_property(name: &str, operator: &str, value: &Json) -> Result<Vec<Filter>, Error> {
    let condition = Map::from_iter([(operator.to_owned(), value.clone())]);
    property_conditions(name, PropertyType::Float, &condition)
}

/// `[{name: "price", order: "desc"}]` as lists sort.
fn sort_of(field: &Field) -> Json {
    let entries = field.argument("sort").and_then(Json::as_array).into_iter().flatten();
    let entry = |entry: &Json| {
        let says = |key: &str| entry.get(key).and_then(Json::as_str).unwrap_or_default();
        let order = if says("order").eq_ignore_ascii_case("desc") { "DESC" } else { "ASC" };
        json!({ says("name"): {"order": order} })
    };
    entries.map(entry).collect()
}

fn answer(document: &Document, fields: &[Field]) -> Result<Json, Error> {
    object(fields, |asked| match asked.name.as_str() {
        "id" => Ok(json!(document.id)),
        "properties" => {
            let selected = node::selected(asked);
            let is_selected = |name: &str| selected.as_ref().is_none_or(|names| names.contains(&name));
            let chosen = document.properties.iter().filter(|(name, _)| is_selected(name));
            Ok(Json::Object(chosen.map(|(name, value)| (name.clone(), value.clone())).collect()))
        }
        other => {
            let stored = document.value(asked.text("name").unwrap_or_default());
            let accessor = other.strip_prefix("property").unwrap_or(other);
            node::accessed(accessor, &stored)
                .ok_or_else(|| Error::new(format!("not supported here: Document.{other}")))
        }
    })
}
