//! Tables as `app/schema/*.yml` declares them: which table a file is, and whether each property has a name and a type
//! that exists. Users (`user.yml`) and the old user profiles have the same form.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::keys::Keys;
use super::kind::{FileKind, Place};
use super::nearest::did_you_mean;
use super::problem::Problem;
use super::table::{Property, PropertyType, Table};
use super::upload_options::UploadOptions;
use super::yaml::{self, Entry, Mark, Node, Value};

const KEYS: [&str; 2] = ["name", "properties"];
const PROPERTY_KEYS: [&str; 5] = ["name", "type", "options", "belongs_to", "default_value"];

/// One file.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) table: Arc<Table>,
    kind: FileKind,
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
        let properties = properties(&keys, path, text, &mut problems);
        let name = if place.kind == FileKind::User { String::new() } else { table_name(place, declared) };
        let is_profile_type = place.kind == FileKind::UserProfileType;
        let table = Table { name: name.into(), is_profile_type, path: path.into(), properties };
        Ok((Self { table: Arc::new(table), kind: place.kind }, problems))
    }

    /// A table of records or a type of user profiles, of which there may be many.
    pub(super) fn is_named(&self) -> bool {
        !self.is_users()
    }

    pub(super) fn is_users(&self) -> bool {
        self.kind == FileKind::User
    }
}

/// The declared name counts, not the file's; a module's has its prefix either way.
fn table_name(place: &Place, declared: Option<String>) -> String {
    match (declared, &place.module) {
        (None, _) => place.name.clone(),
        (Some(name), None) => name,
        (Some(name), Some(module)) => {
            let prefix = format!("modules/{module}/");
            if name.starts_with(&prefix) { name } else { prefix + &name }
        }
    }
}

/// What is wrong with one is a problem; the others are properties all the same.
fn properties(
    keys: &Keys<'_>,
    path: &str,
    text: &str,
    problems: &mut Vec<Problem>,
) -> IndexMap<Arc<str>, Property> {
    let mut properties = IndexMap::new();
    let items = match keys.node("properties").map(|node| &node.value) {
        None | Some(Value::Scalar(Json::Null)) => return properties,
        Some(Value::Sequence(items)) => items,
        Some(_) => {
            let problem = keys.wrong("properties", "must be a list");
            problems.push(problem.with_hint("write each property as `- name: …`".to_owned()));
            return properties;
        }
    };
    let mut lines: BTreeMap<Arc<str>, u32> = BTreeMap::new();
    for item in items {
        match property(item, path, text, problems) {
            Ok((name, property)) => {
                if let Some(line) = lines.get(&name) {
                    let message = format!("property `{name}` is declared on line {line} already");
                    let problem = Problem::error(path, message).at(item.mark.line, item.mark.col);
                    problems.push(problem.with_excerpt_of(text));
                } else {
                    lines.insert(Arc::clone(&name), item.mark.line);
                    properties.insert(name, property);
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    properties
}

fn property(
    item: &Node,
    path: &str,
    text: &str,
    problems: &mut Vec<Problem>,
) -> Result<(Arc<str>, Property), Problem> {
    let refuse = |message: &str| {
        let problem = Problem::error(path, message).at(item.mark.line, item.mark.col).with_excerpt_of(text);
        problem.with_hint("write `- name: title` and, below it, `type: string`".to_owned())
    };
    let Value::Mapping(mapping) = &item.value else {
        return Err(refuse("a property must have keys of its own"));
    };
    let keys = Keys::new(path, text, mapping.clone());
    problems.extend(keys.mistyped(&PROPERTY_KEYS));
    let declared = keys.filled_text("type").unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    let kind = declared.as_deref().and_then(PropertyType::named).unwrap_or_default();
    if let (Some(declared), Some(Entry { node, .. })) = (&declared, mapping.get("type")) {
        problems.extend(unknown_type(declared, node.mark, path, text));
    }
    let (options, upload) = match keys.nested("options") {
        Ok(options) if kind == PropertyType::Upload => {
            problems.extend(options.mistyped(&UploadOptions::KEYS));
            let options = options.to_json();
            let (upload, complaints) = UploadOptions::parse(&options);
            let mark = keys.node("options").map_or(item.mark, |node| node.mark);
            problems.extend(complaints.into_iter().map(|complaint| {
                Problem::error(path, complaint).at(mark.line, mark.col).with_excerpt_of(text)
            }));
            (options, upload)
        }
        Ok(options) => (options.to_json(), UploadOptions::default()),
        Err(problem) => {
            problems.push(problem);
            Default::default()
        }
    };
    let belongs_to = keys.filled_text("belongs_to").unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    let name = keys.filled_text("name")?.ok_or_else(|| refuse("this property has no `name`"))?;
    Ok((name.into(), Property { kind, options, upload, belongs_to }))
}

fn unknown_type(kind: &str, mark: Mark, path: &str, text: &str) -> Option<Problem> {
    let (problem, hint) = match PropertyType::named(kind) {
        Some(PropertyType::Opaque) => {
            let message = format!("`{kind}` is a type of old: its values are kept as they are");
            (Problem::warning(path, message), "files are of type `upload` now".to_owned())
        }
        Some(_) => return None,
        None => {
            let types = || format!("types are {}", PropertyType::NAMES.join(", "));
            let hint = did_you_mean(kind, PropertyType::NAMES).unwrap_or_else(types);
            (Problem::error(path, format!("unknown property type `{kind}`")), hint)
        }
    };
    Some(problem.at(mark.line, mark.col).with_excerpt_of(text).with_hint(hint))
}

/// Files that declare one table, or one type of profiles. What the app overrides of a module replaces the module's file, and
/// is none.
pub(super) fn conflicts<'a>(
    files: impl IntoIterator<Item = (&'a Place, &'a str, &'a Arc<Schema>)>,
) -> Vec<Problem> {
    let mut declared: BTreeMap<(bool, &str), (&Place, &str)> = BTreeMap::new();
    let mut problems = Vec::new();
    for (place, path, schema) in files {
        if !schema.is_named() {
            continue;
        }
        let (table, is_profile_type) = (&*schema.table.name, schema.table.is_profile_type);
        match declared.get(&(is_profile_type, table)) {
            Some((first, first_path)) if first.is_override() == place.is_override() => {
                let what = if is_profile_type { "user profile" } else { "table" };
                let message = format!("{what} `{table}` is declared in `{first_path}` already");
                problems.push(Problem::error(path, message).with_hint("keep one of them".to_owned()));
            }
            Some(_) => {}
            None => {
                declared.insert((is_profile_type, table), (place, path));
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
        let text =
            "properties:\n- name: scan\n  type: upload\n  options: {acl: secret, content_lenght: {lte: 5}}\n";
        insta::assert_snapshot!(problems(text), @"
        app/schema/order.yml:4:26: warning: unknown key `content_lenght` (did you mean `content_length`?)
        app/schema/order.yml:4:12: error: `acl` must be `public` or `private`
        ");
        insta::assert_snapshot!(problems("- a"), @"app/schema/order.yml:1:1: error: must be lines of `key: value`");
    }

    #[test]
    fn a_table_is_declared_once_unless_the_app_overrides_a_module() {
        let files = [
            ("app/modules/crm/public/schema/lead.yml", "name: lead"),
            ("app/schema/a.yml", "name: lead"),
            ("app/schema/lead.yml", ""),
            ("app/user_profile_types/lead.yml", ""),
            ("app/user_profile_schemas/old.yml", "name: lead"),
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
            [
                "app/schema/lead.yml: error: table `lead` is declared in `app/schema/a.yml` already",
                "app/user_profile_schemas/old.yml: error: user profile `lead` is declared in `app/user_profile_types/lead.yml` already",
            ]
        );
    }
}
