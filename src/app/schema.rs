//! Tables as `app/schema/*.yml` declares them: which table a file is, and whether each property has a name and a type
//! that exists. Users (`user.yml`) and the old user profiles have the same form.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::keys::Keys;
use super::kind::{FileKind, Place};
use super::nearest::did_you_mean;
use super::problem::Problem;
use super::yaml::{self, Entry, Mark, Node, Value};

const KEYS: [&str; 2] = ["name", "properties"];
const PROPERTY_KEYS: [&str; 5] = ["name", "type", "options", "belongs_to", "default_value"];

/// In the order in which a suggestion picks one.
const TYPES: [&str; 12] = [
    "string", "integer", "float", "boolean", "array", "date", "datetime", "time", "text", "decimal",
    "upload", "geojson",
];

/// Types of old: the platform keeps such values as they are.
const OLD_TYPES: [&str; 4] = ["file", "photo", "binary", "address"];

/// One file.
#[derive(Debug)]
pub(super) struct Schema {
    /// The name that queries use: `order`, `modules/crm/lead`. None for users, of whom there is one kind.
    table: Option<String>,
}

impl Schema {
    /// Reads the file and says what is odd about it; only one that is no YAML mapping is refused as a whole.
    pub(super) fn parse(place: &Place, path: &str, text: &str) -> Result<(Self, Vec<Problem>), Problem> {
        let keys = Keys::new(path, text, yaml::parse_mapping(path, text)?);
        let mut problems = keys.repeated();
        problems.extend(keys.mistyped(&KEYS));
        let declared = keys.filled_text("name").unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        problems.extend(properties(&keys, path, text));
        let table = (place.kind == FileKind::Schema).then(|| table(place, declared));
        Ok((Self { table }, problems))
    }
}

/// The declared name counts, not the file's; a module's has its prefix either way.
fn table(place: &Place, declared: Option<String>) -> String {
    match (declared, &place.module) {
        (None, _) => place.name.clone(),
        (Some(name), None) => name,
        (Some(name), Some(module)) => {
            let prefix = format!("modules/{module}/");
            if name.starts_with(&prefix) { name } else { prefix + &name }
        }
    }
}

fn properties(keys: &Keys<'_>, path: &str, text: &str) -> Vec<Problem> {
    let items = match keys.node("properties").map(|node| &node.value) {
        None | Some(Value::Scalar(serde_json::Value::Null)) => return Vec::new(),
        Some(Value::Sequence(items)) => items,
        Some(_) => {
            let problem = keys.wrong("properties", "must be a list");
            return vec![problem.with_hint("write each property as `- name: …`".to_owned())];
        }
    };
    let mut problems = Vec::new();
    let mut seen: BTreeMap<String, Mark> = BTreeMap::new();
    for item in items {
        let at = |mark: Mark, problem: Problem| problem.at(mark.line, mark.col).with_excerpt_of(text);
        match property(item, path, text, &mut problems) {
            Ok(name) => {
                if let Some(first) = seen.get(&name) {
                    let message = format!("property `{name}` is declared on line {} already", first.line);
                    problems.push(at(item.mark, Problem::error(path, message)));
                }
                seen.entry(name).or_insert(item.mark);
            }
            Err(problem) => problems.push(problem),
        }
    }
    problems
}

/// The name of one property.
fn property(item: &Node, path: &str, text: &str, problems: &mut Vec<Problem>) -> Result<String, Problem> {
    let refuse = |message: &str| {
        let problem = Problem::error(path, message).at(item.mark.line, item.mark.col).with_excerpt_of(text);
        problem.with_hint("write `- name: title` and, below it, `type: string`".to_owned())
    };
    let Value::Mapping(mapping) = &item.value else {
        return Err(refuse("a property must have keys of its own"));
    };
    let keys = Keys::new(path, text, mapping.clone());
    problems.extend(keys.mistyped(&PROPERTY_KEYS));
    if let Some(Entry { node, .. }) = mapping.get("type") {
        match keys.filled_text("type") {
            Ok(kind) => problems.extend(kind.and_then(|kind| unknown_type(&kind, node.mark, path, text))),
            Err(problem) => problems.push(problem),
        }
    }
    keys.filled_text("name")?.ok_or_else(|| refuse("this property has no `name`"))
}

fn unknown_type(kind: &str, mark: Mark, path: &str, text: &str) -> Option<Problem> {
    let (problem, hint) = if TYPES.contains(&kind) {
        return None;
    } else if OLD_TYPES.contains(&kind) {
        let message = format!("`{kind}` is a type of old: its values are kept as they are");
        (Problem::warning(path, message), Some("files are of type `upload` now".to_owned()))
    } else {
        let hint = did_you_mean(kind, TYPES).unwrap_or_else(|| format!("types are {}", TYPES.join(", ")));
        (Problem::error(path, format!("unknown property type `{kind}`")), Some(hint))
    };
    Some(problem.at(mark.line, mark.col).with_excerpt_of(text).with_hint(hint))
}

/// Files that declare one table. What the app overrides of a module replaces the module's file, and is none.
pub(super) fn conflicts<'a>(
    files: impl IntoIterator<Item = (&'a Place, &'a str, &'a Arc<Schema>)>,
) -> Vec<Problem> {
    let mut declared: BTreeMap<&str, (&Place, &str)> = BTreeMap::new();
    let mut problems = Vec::new();
    for (place, path, schema) in files {
        let Some(table) = schema.table.as_deref() else { continue };
        match declared.get(table) {
            Some((first, first_path)) if first.is_override() == place.is_override() => {
                let message = format!("table `{table}` is declared in `{first_path}` already");
                problems.push(Problem::error(path, message).with_hint("keep one of them".to_owned()));
            }
            Some(_) => {}
            None => {
                declared.insert(table, (place, path));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::kind::{Classified, classify};

    fn place(path: &str) -> Place {
        let Classified::Member(place) = classify(path) else { panic!("{path} is no schema") };
        place
    }

    fn problems(text: &str) -> String {
        let path = "app/schema/order.yml";
        let found = match Schema::parse(&place(path), path, text) {
            Ok((_, problems)) => problems,
            Err(problem) => vec![problem],
        };
        let lines = found.iter().map(|problem| match &problem.hint {
            Some(hint) => format!("{problem} ({hint})\n"),
            None => format!("{problem}\n"),
        });
        lines.collect()
    }

    #[test]
    fn tables_as_apps_write_them_are_right() {
        for text in [
            "",
            "name: order",
            "name: order\nproperties:",
            "name: order\nextra: 1\nproperties:\n- name: total\n  type: integer\n- name: note\n- name: scan\n  type: upload\n  options: {acl: private}\n",
        ] {
            assert_eq!(problems(text), "", "{text:?}");
        }
    }

    #[test]
    fn mistakes_are_placed_at_the_value() {
        let text = "name: order\nproperties:\n- name: total\n  type: intger\n- type: string\n- total\n- name: total\n  tpye: date\n- name: scan\n  type: photo\n- name: x\n  type: jsonb\n";
        insta::assert_snapshot!(problems(text), @"
        app/schema/order.yml:4:9: error: unknown property type `intger` (did you mean `integer`?)
        app/schema/order.yml:5:3: error: this property has no `name` (write `- name: title` and, below it, `type: string`)
        app/schema/order.yml:6:3: error: a property must have keys of its own (write `- name: title` and, below it, `type: string`)
        app/schema/order.yml:8:3: warning: unknown key `tpye` (did you mean `type`?)
        app/schema/order.yml:7:3: error: property `total` is declared on line 3 already
        app/schema/order.yml:10:9: warning: `photo` is a type of old: its values are kept as they are (files are of type `upload` now)
        app/schema/order.yml:12:9: error: unknown property type `jsonb` (types are string, integer, float, boolean, array, date, datetime, time, text, decimal, upload, geojson)
        ");
        insta::assert_snapshot!(problems("properties: {a: 1}\npropertys: []"), @"
        app/schema/order.yml:2:1: warning: unknown key `propertys` (did you mean `properties`?)
        app/schema/order.yml:1:13: error: `properties` must be a list (write each property as `- name: …`)
        ");
        insta::assert_snapshot!(problems("- a"), @"app/schema/order.yml:1:1: error: must be lines of `key: value`");
    }

    #[test]
    fn a_table_is_declared_once_unless_the_app_overrides_a_module() {
        let files = [
            ("app/modules/crm/public/schema/lead.yml", "name: lead"),
            ("app/schema/a.yml", "name: lead"),
            ("app/schema/lead.yml", ""),
            ("modules/crm/public/schema/lead.yml", ""),
        ];
        let files = files.map(|(path, text)| {
            let place = place(path);
            let (schema, _) = Schema::parse(&place, path, text).unwrap();
            (place, path, Arc::new(schema))
        });
        let problems = conflicts(files.iter().map(|(place, path, schema)| (place, *path, schema)));
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();

        assert_eq!(
            shown,
            ["app/schema/lead.yml: error: table `lead` is declared in `app/schema/a.yml` already"]
        );
    }
}
