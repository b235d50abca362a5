//! Flat `name=value` pairs to nested parameters, as Rack reads them: `a[b]=1` is a hash, `a[]=1` an array, `a[][b]=1` an
//! array of hashes. Pure; depth and count are bounded, because the pairs come from anyone.

use serde_json::{Map, Value as Json};

/// Brackets in one name. Rack's own bound.
const MAX_DEPTH: usize = 32;
/// Pairs in one query or form. Rack's own bound.
const MAX_PAIRS: usize = 4096;

/// Why the parameters of a request cannot be read; each is a 400.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    #[error("more than {MAX_PAIRS} parameters")]
    TooMany,
    #[error("parameter `{name}` is nested more than {MAX_DEPTH} levels deep")]
    TooDeep { name: String },
    #[error("parameter `{name}` is used as {wanted} and as {found}")]
    Conflict { name: String, wanted: &'static str, found: &'static str },
}

/// One step of a name: `a[b][]` is `Key(a)`, `Key(b)`, `Append`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Append,
}

/// Nests `pairs`, in their order. Later values win, except in arrays, where they are added.
pub(super) fn nest(pairs: impl IntoIterator<Item = (String, Json)>) -> Result<Map<String, Json>, Error> {
    let mut root = Json::Object(Map::new());
    for (count, (name, value)) in pairs.into_iter().enumerate() {
        if count >= MAX_PAIRS {
            return Err(Error::TooMany);
        }
        let steps = steps(&name);
        if steps.len() > MAX_DEPTH {
            return Err(Error::TooDeep { name: shortened(&name) });
        }
        insert(&mut root, &steps, value).map_err(|(wanted, found)| Error::Conflict {
            name: shortened(&name),
            wanted,
            found,
        })?;
    }
    match root {
        Json::Object(map) => Ok(map),
        _ => Ok(Map::new()),
    }
}

/// The pairs of a query string or a form body. Broken percent signs stay as they are, broken UTF-8 becomes `U+FFFD`.
pub(super) fn pairs(encoded: &[u8]) -> impl Iterator<Item = (String, Json)> {
    form_urlencoded::parse(encoded).map(|(name, value)| (name.into_owned(), Json::String(value.into_owned())))
}

/// A name whose brackets do not fit (`a[b`, `a]b`, `[`) is a plain key, brackets and all.
fn steps(name: &str) -> Vec<Step> {
    let plain = || vec![Step::Key(name.to_owned())];
    let Some((head, mut rest)) = name.find('[').filter(|at| *at > 0).map(|at| name.split_at(at)) else {
        return plain();
    };
    let mut steps = vec![Step::Key(head.to_owned())];
    while !rest.is_empty() {
        let Some((inner, after)) = rest.strip_prefix('[').and_then(|open| open.split_once(']')) else {
            return plain();
        };
        if inner.contains('[') {
            return plain();
        }
        steps.push(if inner.is_empty() { Step::Append } else { Step::Key(inner.to_owned()) });
        if steps.len() > MAX_DEPTH {
            break;
        }
        rest = after;
    }
    steps
}

fn insert(slot: &mut Json, steps: &[Step], value: Json) -> Result<(), (&'static str, &'static str)> {
    match steps.split_first() {
        None => *slot = value,
        Some((Step::Key(key), rest)) => {
            if slot.is_null() {
                *slot = Json::Object(Map::new());
            }
            let found = kind(slot);
            let Json::Object(map) = slot else { return Err(("a hash", found)) };
            insert(map.entry(key.clone()).or_insert(Json::Null), rest, value)?;
        }
        Some((Step::Append, rest)) => {
            if slot.is_null() {
                *slot = Json::Array(Vec::new());
            }
            let found = kind(slot);
            let Json::Array(items) = slot else { return Err(("an array", found)) };
            match items.last_mut() {
                // `a[][x]=1&a[][y]=2` fills one hash; a name it already has begins the next.
                Some(last) if last.is_object() && !rest.is_empty() && !holds(last, rest) => {
                    insert(last, rest, value)?;
                }
                _ => {
                    items.push(Json::Null);
                    if let Some(last) = items.last_mut() {
                        insert(last, rest, value)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// Does `value` already have something where `steps` lead? What lies behind a `[]` never counts: it can grow.
fn holds(value: &Json, steps: &[Step]) -> bool {
    if steps.contains(&Step::Append) {
        return false;
    }
    let mut here = Some(value);
    for step in steps {
        if let Step::Key(key) = step {
            here = here.and_then(|value| value.get(key));
        }
    }
    here.is_some()
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Object(_) => "a hash",
        Json::Array(_) => "an array",
        _ => "a plain value",
    }
}

/// A name goes into an error page: a megabyte of brackets must not.
fn shortened(name: &str) -> String {
    const SHOWN: usize = 80;
    if name.chars().count() <= SHOWN {
        return name.to_owned();
    }
    name.chars().take(SHOWN).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nested(query: &str) -> Result<Json, Error> {
        nest(pairs(query.as_bytes())).map(Json::Object)
    }

    #[test]
    fn names_with_brackets_nest() {
        for (query, expected) in [
            ("", json!({})),
            ("a=1&b=", json!({"a": "1", "b": ""})),
            ("a", json!({"a": ""})),
            ("a=1&a=2", json!({"a": "2"})),
            ("a[b]=1&a[c]=2", json!({"a": {"b": "1", "c": "2"}})),
            ("contact[email]=a%40b.c", json!({"contact": {"email": "a@b.c"}})),
            ("a[]=1&a[]=2", json!({"a": ["1", "2"]})),
            ("a[][x]=1&a[][y]=2&a[][x]=3", json!({"a": [{"x": "1", "y": "2"}, {"x": "3"}]})),
            ("a[][x][]=1&a[][x][]=2", json!({"a": [{"x": ["1", "2"]}]})),
            ("a[b][c][]=1", json!({"a": {"b": {"c": ["1"]}}})),
            ("a[b=1&]=2&[=3&[]=4", json!({"a[b": "1", "]": "2", "[": "3", "[]": "4"})),
            ("a[b]c=1", json!({"a[b]c": "1"})),
            ("a[b[c]]=1", json!({"a[b[c]]": "1"})),
            ("a+b=c+d%20e", json!({"a b": "c d e"})),
            ("a=%ff", json!({"a": "\u{fffd}"})),
            ("a[b]=1&a=2", json!({"a": "2"})),
        ] {
            assert_eq!(nested(query), Ok(expected), "{query}");
        }
    }

    #[test]
    fn a_name_used_in_two_ways_is_refused() {
        for query in ["a=1&a[b]=2", "a[]=1&a[b]=2", "a[b]=1&a[]=2", "a=1&a[]=2"] {
            assert!(
                matches!(nested(query), Err(Error::Conflict { name, .. }) if name.starts_with("a[")),
                "{query}"
            );
        }
    }

    #[test]
    fn depth_and_count_are_bounded() {
        let deep = |levels: usize| format!("a{}=1", "[b]".repeat(levels));
        assert!(nested(&deep(MAX_DEPTH - 1)).is_ok());
        assert!(matches!(nested(&deep(MAX_DEPTH)), Err(Error::TooDeep { .. })));
        assert!(matches!(nested(&deep(1_000_000)), Err(Error::TooDeep { name }) if name.len() < 300));
        assert!(nested(&"a[]=1&".repeat(MAX_PAIRS)).is_ok());
        assert_eq!(nested(&"a[]=1&".repeat(MAX_PAIRS + 1)), Err(Error::TooMany));
    }
}
