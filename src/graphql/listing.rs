//! Lists of things that are in memory: partials, pages, tables, constants, jobs. The same filter inputs, sorting and
//! paging as for rows, with the values of a thing under the names that the schema gives them.

use std::cmp::Ordering;

use serde_json::{Map, Value as Json};

use super::cast;
use super::error::Error;
use super::filter::{operator_conditions, property_conditions};
use super::rows::{page, paging};
use super::selection::{Field, object};
use crate::app::PropertyType;
use crate::records::{Attribute, Filter, Operand};

/// A thing in a list.
pub(super) trait Item {
    /// The value of a field, null if there is none. Times are text.
    fn value(&self, name: &str) -> Json;
}

/// The items that a field's `filter` means, in the order of its `sort`; unsorted, in the order they come in.
///
/// # Errors
/// The filter makes no sense.
pub(super) fn chosen<I: Item>(items: impl Iterator<Item = I>, field: &Field) -> Result<Vec<I>, Error> {
    let filter = conditions(field.argument("filter"))?;
    let items = items.filter(|item| filter.holds(&|named| operand_of(item, named))).collect();
    Ok(sorted(items, field.argument("sort")))
}

/// In the order of `sort`; what is equal stays in the order it comes in.
pub(super) fn sorted<I: Item>(mut items: Vec<I>, sort: Option<&Json>) -> Vec<I> {
    let sorts = sorts(sort);
    items.sort_by(|a, b| {
        sorts.iter().map(|sort| sort.compare(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    items
}

/// The one item that a field's `filter` means. A filter without a condition means none: what is asked for without saying
/// what must not be answered with whatever comes first.
///
/// # Errors
/// The filter makes no sense.
pub(super) fn only<I: Item>(mut items: impl Iterator<Item = I>, field: &Field) -> Result<Option<I>, Error> {
    let filter = conditions(field.argument("filter"))?;
    if filter == Filter::All(Vec::new()) {
        return Ok(None);
    }
    Ok(items.find(|item| filter.holds(&|named| operand_of(item, named))))
}

/// One page of `items`, and what is asked of each.
///
/// # Errors
/// The page makes no sense, or an item cannot be answered.
pub(super) fn paged<I>(
    field: &Field,
    items: &[I],
    mut answer: impl FnMut(&I, &[Field]) -> Result<Json, Error>,
) -> Result<Json, Error> {
    let page = page(field)?;
    let before = usize::try_from((page.number - 1).saturating_mul(page.size)).unwrap_or(usize::MAX);
    let size = usize::try_from(page.size).unwrap_or(usize::MAX);
    object(&field.fields, |asked| match asked.name.as_str() {
        "results" => items.iter().skip(before).take(size).map(|item| answer(item, &asked.fields)).collect(),
        name => Ok(paging(name, page, items.len() as u64)),
    })
}

/// Every value as it is.
pub(super) fn plain(item: &impl Item, fields: &[Field]) -> Result<Json, Error> {
    object(fields, |asked| Ok(item.value(&asked.name)))
}

fn conditions(input: Option<&Json>) -> Result<Filter, Error> {
    let mut all = Vec::new();
    for (name, value) in input.and_then(Json::as_object).into_iter().flatten() {
        let field = Attribute::Property(name.as_str().into());
        match value {
            Json::Null => {}
            Json::Array(branches) if name == "or" => {
                let branches: Result<Vec<Filter>, Error> =
                    branches.iter().map(|branch| conditions(Some(branch))).collect();
                let mut branches = branches?;
                branches.retain(|branch| *branch != Filter::All(Vec::new()));
                if !branches.is_empty() {
                    all.push(Filter::Any(branches));
                }
            }
            Json::Array(filters) => {
                for filter in filters.iter().filter_map(Json::as_object) {
                    all.extend(keyed(name, filter)?);
                }
            }
            Json::Object(operators) => {
                all.extend(operator_conditions(&field, is_time(name), operators, &|value| {
                    operand(name, value)
                })?);
            }
            scalar => all.push(Filter::OneOf(field, vec![operand(name, scalar)?])),
        }
    }
    Ok(Filter::All(all))
}

/// What is asked of the keys of a hash. `exclude` turns it round.
fn keyed(name: &str, filter: &Map<String, Json>) -> Result<Option<Filter>, Error> {
    let below = |key: &str| format!("{name}.{key}");
    let mut all = Vec::new();
    if let Some(key) = filter.get("has_key").and_then(Json::as_str) {
        all.push(Filter::Exists(Attribute::Property(below(key).into())));
    }
    if filter.get("contains").is_some_and(|value| !value.is_null()) {
        return Err(Error::new(format!("not supported here: `contains` of `{name}`")));
    }
    let attributes = ["attribute", "attributes"].into_iter().filter_map(|key| filter.get(key));
    let attributes =
        attributes.flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    for attribute in attributes.filter_map(Json::as_object) {
        let key = attribute.get("key").and_then(Json::as_str).unwrap_or_default();
        all.extend(property_conditions(&below(key), PropertyType::String, attribute)?);
    }
    let excludes = filter.get("exclude").and_then(Json::as_bool).unwrap_or(false);
    let all = (!all.is_empty()).then_some(Filter::All(all));
    Ok(if excludes { all.map(Filter::not) } else { all })
}

fn is_time(name: &str) -> bool {
    name.ends_with("_at") || name == "timestamp"
}

fn is_number(name: &str) -> bool {
    matches!(name, "id" | "attempts" | "file_size" | "redirect_code")
}

/// An operand for the field `name`. An id that is no number is text.
fn operand(name: &str, value: &Json) -> Result<Operand, Error> {
    let text = cast::text_of(value).unwrap_or_default();
    if is_time(name) {
        let moment =
            cast::moment(value).ok_or_else(|| Error::new(format!("`{text}` is not a date and time")))?;
        return Ok(Operand::Integer(moment.as_millisecond()));
    }
    Ok(if is_number(name) {
        text.trim().parse().map_or(Operand::Text(text), Operand::Integer)
    } else {
        Operand::Text(text)
    })
}

/// The value with which an operand is compared: of a time its milliseconds, of `a.b` what is under `b` in `a`.
fn operand_of(item: &impl Item, named: &Attribute) -> Json {
    let Attribute::Property(name) = named else { return Json::Null };
    match name.split_once('.') {
        Some((hash, key)) => item.value(hash).get(key).cloned().unwrap_or_default(),
        None if is_time(name) => {
            cast::moment(&item.value(name)).map_or(Json::Null, |moment| Json::from(moment.as_millisecond()))
        }
        None => item.value(name),
    }
}

/// One entry of a `sort`.
struct Sort {
    name: String,
    /// As these values follow each other; what has another value comes last, or first when descending. Empty: by [`Rank`].
    listed: Vec<String>,
    is_descending: bool,
}

fn sorts(input: Option<&Json>) -> Vec<Sort> {
    let descends = |order: &Json| order.get("order").and_then(Json::as_str) == Some("DESC");
    let entries = input.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_object).flatten();
    let mut sorts = Vec::new();
    for (name, order) in entries {
        match order {
            Json::Array(keys) => sorts.extend(keys.iter().filter_map(|key| {
                let name = format!("{name}.{}", key.get("name").and_then(Json::as_str)?);
                Some(Sort { name, listed: Vec::new(), is_descending: descends(key) })
            })),
            // A distance is measured where vectors are known.
            Json::Object(_) if name != "embedding" => {
                let listed = order.get("order_by_values").and_then(Json::as_array);
                let listed = listed.into_iter().flatten().filter_map(cast::text_of).collect();
                sorts.push(Sort { name: name.clone(), listed, is_descending: descends(order) });
            }
            _ => {}
        }
    }
    sorts
}

impl Sort {
    /// By [`Rank`]; what has no value comes last, or first when descending.
    fn compare(&self, a: &impl Item, b: &impl Item) -> Ordering {
        let named = Attribute::Property(self.name.as_str().into());
        let order = match (operand_of(a, &named), operand_of(b, &named)) {
            (Json::Null, Json::Null) => Ordering::Equal,
            (Json::Null, _) => Ordering::Greater,
            (_, Json::Null) => Ordering::Less,
            (a, b) if !self.listed.is_empty() => self.place(&a).cmp(&self.place(&b)),
            (a, b) => Rank::of(&a).compare(&Rank::of(&b)),
        };
        if self.is_descending { order.reverse() } else { order }
    }

    fn place(&self, value: &Json) -> usize {
        let text = cast::text_of(value);
        self.listed.iter().position(|listed| Some(listed) == text.as_ref()).unwrap_or(self.listed.len())
    }
}

/// By what a value is sorted. All numbers come before all texts: were `10` and `1a` compared as texts but `9` and `10` as
/// numbers, there would be no order.
#[derive(Debug)]
enum Rank {
    /// The second tells whole numbers apart that are too long for the first.
    Number(f64, i64),
    Text(String),
}

impl Rank {
    fn of(value: &Json) -> Self {
        match cast::float(value) {
            // Zero has one sign.
            Some(float) => Self::Number(float + 0.0, cast::integer(value).unwrap_or_default()),
            None => Self::Text(cast::text_of(value).unwrap_or_default()),
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a, a_whole), Self::Number(b, b_whole)) => a.total_cmp(b).then(a_whole.cmp(b_whole)),
            (Self::Number(..), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(..)) => Ordering::Greater,
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
    use serde_json::json;

    use super::*;

    impl Item for Json {
        fn value(&self, name: &str) -> Json {
            self.get(name).cloned().unwrap_or_default()
        }
    }

    fn names(filter: Json, sort: Json) -> String {
        let items = [
            json!({"id": "2", "name": "Orders/Paid", "metadata": {"tags": ["a"], "n": 2}, "created_at": "2024-01-02T00:00:00Z"}),
            json!({"id": "10", "name": "orders/new", "metadata": {"n": 10}, "created_at": "2024-01-01T00:00:00Z"}),
            json!({"id": "3", "name": "", "metadata": null}),
        ];
        let field = Field {
            key: String::new(),
            name: String::new(),
            owner: String::new(),
            arguments: Map::from_iter([("filter".to_owned(), filter), ("sort".to_owned(), sort)]),
            fields: Vec::new(),
            is_required: false,
            location: None,
        };
        let chosen = chosen(items.into_iter(), &field).unwrap();
        chosen.iter().filter_map(|item| cast::text_of(&item["id"])).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn filters_mean_in_memory_what_they_mean_for_rows() {
        for (filter, expected) in [
            (json!(null), "2 10 3"),
            (json!({"name": {"value": "orders/new"}}), "10"),
            (json!({"name": {"exact": "orders/NEW"}}), ""),
            (json!({"name": {"value": ""}}), "3"),
            (json!({"name": {"value": null}}), "2 10 3"),
            (json!({"name": {"not_value": "orders/new"}}), "2 3"),
            (json!({"name": {"value_in": ["orders/new", "x"]}}), "10"),
            (json!({"name": {"not_value_in": ["orders/new", ""]}}), "2"),
            (json!({"name": {"contains": "ORDERS"}}), "2 10"),
            (json!({"name": {"contains": "orders", "case_sensitive": true}}), "10"),
            (json!({"name": {"not_contains": "orders"}}), "3"),
            (json!({"name": {"starts_with": "o", "ends_with": "paid"}}), "2"),
            (json!({"name": {"not_starts_with": "o"}}), "3"),
            (json!({"name": {"not_ends_with": "paid"}}), "10 3"),
            (json!({"id": {"range": {"gte": "3"}}}), "10 3"),
            (json!({"id": {"value_in": [2, "3"]}}), "2 3"),
            (json!({"created_at": {"gt": "2024-01-01"}}), "2"),
            (json!({"created_at": {"exists": false}}), "3"),
            (json!({"metadata": [{"has_key": "tags"}]}), "2"),
            (json!({"metadata": [{"has_key": "tags", "exclude": true}]}), "10 3"),
            (json!({"metadata": [{"attribute": {"key": "n", "value": "10"}}]}), "10"),
            (json!({"metadata": [{"attributes": [{"key": "tags", "array_contains": ["a"]}]}]}), "2"),
            (json!({"or": [{"id": {"value": "2"}}, {"name": {"value": ""}}]}), "2 3"),
            (json!({"or": [{}, {"name": {"value": null}}]}), "2 10 3"),
            (json!({"name": "orders/new"}), "10"),
        ] {
            assert_eq!(names(filter.clone(), json!(null)), expected, "{filter}");
        }
    }

    #[test]
    fn missing_values_come_last_ascending_and_first_descending() {
        for (sort, expected) in [
            (json!([{"id": {"order": "ASC"}}]), "2 3 10"),
            (json!([{"created_at": {"order": "ASC"}}]), "10 2 3"),
            (json!([{"created_at": {"order": "DESC"}}]), "3 2 10"),
            (json!([{"metadata": [{"name": "n", "order": "DESC"}]}]), "3 10 2"),
            (json!([{"id": {"order": "ASC", "order_by_values": ["10", "3"]}}]), "10 3 2"),
            (json!([{"id": {"order": "DESC", "order_by_values": ["10", "3"]}}]), "2 3 10"),
        ] {
            assert_eq!(names(json!(null), sort.clone()), expected, "{sort}");
        }
    }

    #[test]
    fn numbers_sort_by_size_and_before_texts() {
        let sort = Sort { name: "v".to_owned(), listed: Vec::new(), is_descending: false };
        let sorted = [
            json!("-2.5"),
            json!(-2),
            json!(0.25),
            json!("0.5"),
            json!(9),
            json!("10"),
            json!(9_007_199_254_740_992_i64),
            json!("9007199254740993"),
            json!("1a"),
            json!("9a"),
            json!(true),
            json!(null),
        ];
        for pair in sorted.windows(2) {
            assert_eq!(
                sort.compare(&json!({"v": pair[0]}), &json!({"v": pair[1]})),
                Ordering::Less,
                "{pair:?}"
            );
        }
    }

    fn value() -> impl Strategy<Value = Json> {
        prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            (-2_i64..=2).prop_map(|n| Json::from(9_007_199_254_740_992 + n)),
            (-3_i64..=3).prop_map(|n| Json::from(n as f64 / 2.0)),
            "[0-9]{1,2}[.]?[0-9a]?".prop_map(Json::from),
        ]
    }

    proptest! {
        #[test]
        fn values_have_one_order(values in proptest::collection::vec(value(), 3)) {
            let sort = Sort { name: "v".to_owned(), listed: Vec::new(), is_descending: false };
            let compare = |a: usize, b: usize| sort.compare(&json!({"v": values[a]}), &json!({"v": values[b]}));
            for [a, b, c] in [[0, 1, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0], [1, 0, 2], [0, 2, 1]] {
                prop_assert_eq!(compare(a, b), compare(b, a).reverse());
                prop_assert!(compare(a, b).is_gt() || compare(b, c).is_gt() || compare(a, c).is_le());
                prop_assert!(compare(a, b).is_ne() || compare(a, c) == compare(b, c));
            }
        }
    }
}
