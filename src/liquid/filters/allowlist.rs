//! What the sanitizer lets through: elements, their attributes, the schemes of their addresses, and attributes that are
//! added. The platform's own list stands unless a template brings another.

use std::sync::LazyLock;

use serde_json::{Map, Value as Json};

use super::Rejection;
use super::arguments::Arguments;
use crate::liquid::limits::Limits;
use crate::liquid::value::Value;

static STANDARD: LazyLock<Json> = LazyLock::new(|| {
    serde_json::from_str(include_str!("allowlist.json")).expect("the list is a constant that parses")
});

/// Attributes that hold an address. Whatever a template allows, none of them may hold a script.
const ADDRESSES: [&str; 8] = ["action", "background", "cite", "data", "formaction", "href", "poster", "src"];

/// Schemes of addresses that the list says nothing about.
const HARMLESS: [&str; 5] = ["ftp", "http", "https", "mailto", "tel"];

/// In a list of schemes, an address without one.
const RELATIVE: &str = "relative";

/// In the attributes by element, those of every element.
const ALL: &str = "all";

#[derive(Debug)]
pub(super) struct Allowlist {
    rules: Json,
}

impl Allowlist {
    /// `options, extra_options`: the first stands instead of the platform's list, the second is merged into whichever
    /// counts. Both are hashes, or JSON text of them.
    pub(super) fn of(arguments: &Arguments, limits: &Limits) -> Result<Self, Rejection> {
        let mut rules = match given(arguments, 0, limits)? {
            Some(options) => Json::Object(options),
            None => STANDARD.clone(),
        };
        if let (Json::Object(rules), Some(extra)) = (&mut rules, given(arguments, 1, limits)?) {
            merge(rules, extra);
        }
        Ok(Self { rules })
    }

    /// The older `attributes, elements`, both arrays: attributes allowed on every element besides the usual ones, and the
    /// elements that are allowed instead of the usual ones.
    pub(super) fn of_arrays(attributes: Json, elements: Option<Json>) -> Self {
        let mut rules = STANDARD.clone();
        if let Some(by_element) = rules.get_mut("attributes").and_then(Json::as_object_mut) {
            by_element.insert(ALL.to_owned(), attributes);
        }
        if let (Some(rules), Some(elements)) = (rules.as_object_mut(), elements) {
            rules.insert("elements".to_owned(), elements);
        }
        Self { rules }
    }

    pub(super) fn has_element(&self, name: &str) -> bool {
        contains(self.rules.get("elements"), name)
    }

    /// Whether the attribute may stand on the element with that value.
    pub(super) fn has_attribute(&self, element: &str, attribute: &str, value: &str) -> bool {
        let attributes = self.rules.get("attributes");
        let of = |element| contains(attributes.and_then(|by_element| by_element.get(element)), attribute);
        (of(element) || of(ALL)) && self.has_address(element, attribute, value)
    }

    fn has_address(&self, element: &str, attribute: &str, value: &str) -> bool {
        let schemes =
            self.rules.get("protocols").and_then(|by_element| by_element.get(element)?.get(attribute));
        let is_address = ADDRESSES.contains(&attribute);
        if schemes.is_none() && !is_address {
            return true;
        }
        match (scheme(value), schemes) {
            (None, Some(schemes)) => contains(Some(schemes), RELATIVE),
            (None, None) => true,
            // A list that allows `javascript` is not heard.
            (Some(scheme), _) if is_address && is_script(&scheme) => false,
            (Some(scheme), Some(schemes)) => contains(Some(schemes), &scheme),
            (Some(scheme), None) => HARMLESS.contains(&scheme.as_str()),
        }
    }

    /// Attributes that every such element is given, whatever it had.
    pub(super) fn added(&self, element: &str) -> impl Iterator<Item = (&str, &str)> {
        let added =
            self.rules.get("add_attributes").and_then(|by_element| by_element.get(element)?.as_object());
        added.into_iter().flatten().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
    }
}

fn contains(list: Option<&Json>, name: &str) -> bool {
    list.and_then(Json::as_array).is_some_and(|names| names.iter().any(|known| known.as_str() == Some(name)))
}

/// In small letters. Browsers skip control characters and spaces in a scheme, so they are skipped here.
fn scheme(address: &str) -> Option<String> {
    let seen: String = address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let (scheme, _) = seen.split_once(':')?;
    if scheme.contains(['/', '?', '#']) { None } else { Some(scheme.to_ascii_lowercase()) }
}

fn is_script(scheme: &str) -> bool {
    matches!(scheme, "javascript" | "vbscript" | "data")
}

/// The options at `at`; `None` for nil and nothing.
fn given(arguments: &Arguments, at: usize, limits: &Limits) -> Result<Option<Map<String, Json>>, Rejection> {
    if let Some(hash) = arguments.hash(at) {
        return match limits.to_json(&Value::hash(hash))? {
            Json::Object(options) => Ok(Some(options)),
            _ => Ok(None),
        };
    }
    let text = arguments.text(at);
    if text.trim().is_empty() {
        return Ok(None);
    }
    match serde_json::from_str(&text) {
        Ok(Json::Object(options)) => Ok(Some(options)),
        Ok(_) => Err(Rejection::argument("the options of the sanitizer must be a hash")),
        Err(error) => {
            Err(Rejection::Argument(format!("invalid JSON in the options of the sanitizer: {error}")))
        }
    }
}

/// Hashes are merged into hashes, null takes a key away, and an empty hash empties what was there.
fn merge(rules: &mut Map<String, Json>, extra: Map<String, Json>) {
    for (key, value) in extra {
        match (rules.get_mut(&key), value) {
            (_, Json::Null) => {
                rules.shift_remove(&key);
            }
            // The depth is that of parsed JSON, which is bounded.
            (Some(Json::Object(inner)), Json::Object(more)) if !more.is_empty() => merge(inner, more),
            (_, value) => {
                rules.insert(key, value);
            }
        }
    }
}
