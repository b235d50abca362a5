//! `records` against a naive model: documents are put to the database, and each record in memory is asked the same by
//! itself, by rules written down here a second time.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value as Json, json};

use super::Fixture;

const SCHEMA: &str = "name: task\nproperties:\n- name: title\n- {name: points, type: integer}\n- {name: done, type: boolean}\n- {name: tags, type: array}\n- name: owner\n";
const NAMES: [&str; 7] = ["title", "points", "done", "tags", "owner", "undeclared", " "];
/// Texts that look like other things, or like each other.
const TEXTS: [&str; 10] = ["", "x", "X", "Żółw", "żÓŁw", "1", "5", "05", "true", "%"];
/// With the values that each takes.
const OPERATORS: [(&str, Operands); 23] = [
    ("value", Operands::Text),
    ("not_value", Operands::Text),
    ("contains", Operands::Text),
    ("not_contains", Operands::Text),
    ("starts_with", Operands::Text),
    ("not_starts_with", Operands::Text),
    ("ends_with", Operands::Text),
    ("not_ends_with", Operands::Text),
    ("value_in", Operands::Texts),
    ("not_value_in", Operands::Texts),
    ("value_array", Operands::Texts),
    ("not_value_array", Operands::Texts),
    ("array_contains", Operands::Texts),
    ("not_array_contains", Operands::Texts),
    ("array_overlaps", Operands::Texts),
    ("not_array_overlaps", Operands::Texts),
    ("value_int", Operands::Integer),
    ("not_value_int", Operands::Integer),
    ("value_float", Operands::Float),
    ("value_boolean", Operands::Flag),
    ("not_value_boolean", Operands::Flag),
    ("exists", Operands::Flag),
    ("range", Operands::Range),
];

#[derive(Debug, Clone, Copy)]
enum Operands {
    Text,
    Texts,
    Integer,
    Float,
    Flag,
    Range,
}

/// A record as the model knows it: `id` and the properties.
type Task = Map<String, Json>;

fn any_text() -> impl Strategy<Value = String> {
    select(TEXTS.to_vec()).prop_map(str::to_owned)
}

fn any_operand(operands: Operands) -> BoxedStrategy<Json> {
    let range = subsequence(vec!["gt", "gte", "lt", "lte"], 0..=2);
    match operands {
        Operands::Text => any_text().prop_map(Json::from).boxed(),
        Operands::Texts => vec(any_text(), 0..3).prop_map(Json::from).boxed(),
        Operands::Integer => (-3_i64..7).prop_map(Json::from).boxed(),
        Operands::Float => (-6_i32..14).prop_map(|halves| json!(f64::from(halves) / 2.0)).boxed(),
        Operands::Flag => any::<bool>().prop_map(Json::from).boxed(),
        Operands::Range => (range, vec(any_text(), 2))
            .prop_map(|(bounds, texts)| {
                bounds.into_iter().zip(texts).map(|(b, t)| (b.to_owned(), json!(t))).collect()
            })
            .prop_map(Json::Object)
            .boxed(),
    }
}

/// One entry of `properties`: of texts, of arrays, of numbers, each with the operators meant for it; or of anything.
fn any_test() -> impl Strategy<Value = Json> {
    let (of_text, rest) = OPERATORS.split_at(10);
    let (of_arrays, of_others) = rest.split_at(6);
    prop_oneof![
        3 => test_of(&["title"], of_text),
        3 => test_of(&["tags"], of_arrays),
        2 => test_of(&["points", "done"], of_others),
        2 => test_of(&NAMES, &OPERATORS),
    ]
}

fn test_of(names: &[&'static str], operators: &[(&'static str, Operands)]) -> BoxedStrategy<Json> {
    let operator = select(operators.to_vec()).prop_flat_map(|(name, operands)| {
        let operand = prop_oneof![9 => any_operand(operands), 1 => Just(Json::Null)];
        operand.prop_map(move |operand| (name.to_owned(), operand))
    });
    let flags = (option::of(any::<bool>()), option::weighted(0.3, Just(true)));
    (select(names.to_vec()), vec(operator, 1..3), flags)
        .prop_map(|(name, operators, (case, empty))| {
            let mut test = Map::from_iter(operators);
            test.insert("name".to_owned(), json!(name));
            test.extend(case.map(|case| ("case_sensitive".to_owned(), json!(case))));
            test.extend(empty.map(|empty| ("allow_empty".to_owned(), json!(empty))));
            Json::Object(test)
        })
        .boxed()
}

fn any_filter() -> impl Strategy<Value = Json> {
    let id = option::weighted(0.2, vec(1_u32..9, 0..4));
    let leaf = (vec(any_test(), 0..=2), id).prop_map(|(tests, id)| {
        let id = id.map_or(json!({"value": null}), |ids| json!({ "value_in": ids }));
        json!({"properties": tests, "id": id})
    });
    leaf.prop_recursive(2, 12, 3, |inner| {
        let joins = vec![("owner", "id"), ("id", "owner"), ("tags", "title"), ("points", "points")];
        let related = (select(joins), inner.clone()).prop_map(|((ours, theirs), mut filter)| {
            filter["table"] = json!({"value": "task"});
            json!({"join": {"join_on_property": ours, "foreign_property": theirs}, "filter": filter})
        });
        let parts = (inner.clone(), option::of(vec(inner, 0..3)), option::weighted(0.3, related));
        parts.prop_map(|(mut filter, branches, related)| {
            filter["or"] = branches.map_or(Json::Null, Json::from);
            filter["related_records"] = related.map_or(Json::Null, |related| json!([related]));
            filter
        })
    })
}

fn any_task() -> impl Strategy<Value = Task> {
    let title = option::of(any_text());
    let tags = option::of(vec(any_text(), 0..3));
    let owner = option::of((1_u32..7).prop_map(|id| id.to_string()));
    (title, option::of(-3_i64..7), option::of(any::<bool>()), tags, owner).prop_map(
        |(title, points, done, tags, owner)| {
            let task = json!({"title": title, "points": points, "done": done, "tags": tags, "owner": owner});
            task.as_object().cloned().unwrap()
        },
    )
}

fn any_sort() -> impl Strategy<Value = Json> {
    let order = || select(vec!["ASC", "DESC"]);
    let property = (select(NAMES.to_vec()), order())
        .prop_map(|(name, order)| json!({"properties": [{"name": name, "order": order}]}));
    let id = order().prop_map(|order| json!({"id": {"order": order}}));
    let listed = (order(), subsequence(vec!["1", "2", "3", "4", "5"], 1..5).prop_shuffle())
        .prop_map(|(order, ids)| json!({"id": {"order": order, "order_by_values": ids}}));
    vec(prop_oneof![6 => property, 1 => id, 1 => listed], 0..4).prop_map(Json::from)
}

fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn number(value: &Json) -> Option<f64> {
    match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn texts(list: &Json) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(text).collect()
}

fn is_blank(operand: &Json) -> bool {
    operand == &json!("") || operand == &json!([])
}

/// Whether a task passes one operator; `None` where that is no condition.
fn passes_operator(value: &Json, name: &str, operator: &str, operand: &Json, test: &Json) -> Option<bool> {
    let is_off = operand.is_null() || (is_blank(operand) && test["allow_empty"] != true);
    if is_off || ["name", "case_sensitive", "allow_empty"].contains(&operator) {
        return None;
    }
    if let Some(positive) = operator.strip_prefix("not_") {
        return passes_operator(value, name, positive, operand, test).map(|passes| !passes);
    }
    let (given, listed) = (text(operand), texts(operand));
    let elements = value.as_array().map(|_| texts(value));
    let fold = |text: String| if test["case_sensitive"] == true { text } else { text.to_lowercase() };
    let part = |holds: fn(&str, &str) -> bool| {
        text(value).is_some_and(|text| holds(&fold(text), &fold(given.clone().unwrap())))
    };
    Some(match operator {
        "value" => text(value) == given,
        "value_int" | "value_float" => number(value).is_some_and(|n| Some(n) == operand.as_f64()),
        "value_boolean" => *value == *operand || text(value) == given,
        "value_in" if name == "tags" => {
            elements.is_some_and(|elements| elements.iter().all(|element| listed.contains(element)))
        }
        "value_in" => text(value).is_some_and(|text| listed.contains(&text)),
        "value_array" => elements == Some(listed),
        "array_contains" => listed.iter().all(|wanted| elements.iter().flatten().any(|e| e == wanted)),
        "array_overlaps" => listed.iter().any(|wanted| elements.iter().flatten().any(|e| e == wanted)),
        "contains" => part(|text, given| text.contains(given)),
        "starts_with" => part(|text, given| text.starts_with(given)),
        "ends_with" => part(|text, given| text.ends_with(given)),
        "exists" => value.is_null() != (*operand == json!(true)),
        "range" => {
            let bounds: Vec<(&String, &Json)> =
                operand.as_object().unwrap().iter().filter(|(_, bound)| !is_blank(bound)).collect();
            if bounds.is_empty() {
                return None;
            }
            bounds.iter().all(|(bound, limit)| {
                let order = match number(limit).filter(|_| name == "points") {
                    Some(limit) => number(value).and_then(|value| value.partial_cmp(&limit)),
                    None => text(value).map(|value| value.cmp(&text(limit).unwrap())),
                };
                order.is_some_and(|order| match bound.as_str() {
                    "gt" => order.is_gt(),
                    "gte" => order.is_ge(),
                    "lt" => order.is_lt(),
                    _ => order.is_le(),
                })
            })
        }
        other => panic!("the model does not know {other}"),
    })
}

/// Whether a task passes a filter; `None` where the filter says nothing.
fn passes(task: &Task, filter: &Json, all: &[Task]) -> Option<bool> {
    let none = Json::Null;
    let of = |name: &str| task.get(name).unwrap_or(&none);
    let mut conditions = Vec::new();
    for test in filter["properties"].as_array().into_iter().flatten() {
        let name = test["name"].as_str().unwrap();
        if name.trim().is_empty() {
            continue;
        }
        let operators = test.as_object().unwrap().iter();
        conditions.extend(
            operators
                .filter_map(|(operator, operand)| passes_operator(of(name), name, operator, operand, test)),
        );
    }
    if let Some(ids) = filter["id"]["value_in"].as_array() {
        conditions.push(ids.contains(of("id")));
    }
    let branches = filter["or"].as_array().into_iter().flatten();
    let branches: Vec<bool> = branches.filter_map(|branch| passes(task, branch, all)).collect();
    if !branches.is_empty() {
        conditions.push(branches.contains(&true));
    }
    for related in filter["related_records"].as_array().into_iter().flatten() {
        let key = |side: &str| related["join"][side].as_str().unwrap();
        let ours = of(key("join_on_property"));
        let mut keys = texts(ours);
        keys.extend(text(ours));
        let found = all.iter().filter(|other| passes(other, &related["filter"], all).unwrap_or(true));
        let mut theirs = found.filter_map(|other| other.get(key("foreign_property")).and_then(text));
        conditions.push(theirs.any(|key| keys.contains(&key)));
    }
    (!conditions.is_empty()).then(|| conditions.iter().all(|holds| *holds))
}

/// What has no value comes last when ascending and first when descending; at last, the ids decide, in
/// the direction of the last key.
fn compare(a: &Task, b: &Task, sort: &Json) -> Ordering {
    let by = |entry: &Json| -> Ordering {
        let (key, order) = match entry["properties"].get(0) {
            Some(property) => (property["name"].as_str().unwrap(), property),
            None => ("id", &entry["id"]),
        };
        let rank = |task: &Task| {
            let value = task.get(key).cloned().unwrap_or_default();
            let listed = order["order_by_values"].as_array();
            let value = match listed {
                Some(listed) => json!(listed.iter().position(|id| text(id) == text(&value))),
                None => value,
            };
            let number = number(&value).filter(|_| key == "id" || key == "points");
            (!value.is_null()).then(|| (number, text(&value)))
        };
        let order_of = match (rank(a), rank(b)) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) => a.partial_cmp(&b).unwrap(),
        };
        if order["order"] == "DESC" { order_of.reverse() } else { order_of }
    };
    let keys = sort.as_array().into_iter().flatten();
    let decided = keys.map(by).try_for_each(|order| match order {
        Ordering::Equal => ControlFlow::Continue(()),
        order => ControlFlow::Break(order),
    });
    match decided {
        ControlFlow::Break(order) => order,
        ControlFlow::Continue(()) => {
            let order = a["id"].as_i64().cmp(&b["id"].as_i64());
            let says = |entry: &&Json| entry["properties"][0]["name"] != " ";
            let last = sort.as_array().into_iter().flatten().rfind(says);
            let descends = last.is_some_and(|last| {
                last["properties"][0]["order"] == "DESC" || last["id"]["order"] == "DESC"
            });
            if descends { order.reverse() } else { order }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn documents_find_what_the_model_finds(
        tasks in vec(any_task(), 0..9),
        mut filter in any_filter(),
        has_table in any::<bool>(),
        sort in any_sort(),
        (size, page) in (1_usize..5, 1_usize..4),
    ) {
        let mut fixture = Fixture::new(&[("app/schema/task.yml", SCHEMA)]);
        let records: Vec<Json> = tasks.iter().map(|task| json!({"table": "task", "properties": task})).collect();
        let create = "mutation ($r: [RecordsCreateInputType!]!) { records_create_rc(records: $r) { id } }";
        fixture.data(create, json!({ "r": records }));
        let all: Vec<Task> = tasks
            .into_iter()
            .zip(1..)
            .map(|(mut task, id)| {
                task.insert("id".to_owned(), json!(id));
                task
            })
            .collect();
        let mut expected: Vec<&Task> =
            all.iter().filter(|task| passes(task, &filter, &all).unwrap_or(true)).collect();
        expected.sort_by(|a, b| compare(a, b, &if has_table { sort.clone() } else { json!([]) }));
        let shown: Vec<String> = expected.iter().skip(size * (page - 1)).take(size).filter_map(|task| text(&task["id"])).collect();

        if has_table {
            filter["table"] = json!({"value": "task"});
        }
        let document = "query ($f: RecordsFilterInput, $s: [RecordsSortInput!], $size: Int!, $page: Int) {
            records(per_page: $size, page: $page, filter: $f, sort: $s) { total_entries total_pages has_next_page results { id } } }";
        let sort = if has_table { sort } else { json!([]) };
        let found = fixture.data(document, json!({"f": filter, "s": sort, "size": size, "page": page}));
        let pages = expected.len().div_ceil(size).max(1);
        prop_assert_eq!(
            &found["records"],
            &json!({
                "total_entries": expected.len(),
                "total_pages": pages,
                "has_next_page": page < pages,
                "results": shown.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>(),
            }),
            "{}", filter
        );
    }
}
