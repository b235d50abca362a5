//! A slug as a pattern over the segments of a path: `posts/:id`, `s/*rest`, `search(/:country)(/:city)`. Pure.

use serde_json::{Map, Value as Json};

use super::slug::ROOT;

/// Names the platform keeps for itself.
const RESERVED: [&str; 2] = ["action", "controller"];

/// A slug, understood. The root has no items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    items: Vec<Item>,
    /// The last component of the slug has a dot in it, so a dot in the request is not only its format's.
    dotted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    One(Part),
    /// In parentheses: all of it or nothing.
    Optional(Vec<Part>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Static(String),
    /// `:name`, one segment.
    Param(String),
    /// `*name`, one or more segments with the slashes between them.
    Rest(String),
}

/// Continues the sentence "`slug` …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PatternError {
    #[error("has a `(` that is never closed")]
    Unclosed,
    #[error("has a `)` without `(`")]
    Unopened,
    #[error("has a parameter without a name")]
    Nameless,
    #[error("has a parameter `{name}`, which is a reserved name")]
    Reserved { name: String },
}

/// What a pattern took of a path.
#[derive(Debug, PartialEq)]
pub(super) struct Taken {
    pub(super) params: Map<String, Json>,
    /// Number of segments.
    pub(super) segments: usize,
}

impl Pattern {
    /// Parentheses inside parentheses are taken for ones side by side, which comes to the same as no group is tried twice.
    pub(crate) fn parse(slug: &str) -> Result<Self, PatternError> {
        let mut items = Vec::new();
        let mut depth = 0_usize;
        let mut rest = slug;
        while !rest.is_empty() {
            let end = rest.find(['(', ')']).unwrap_or(rest.len());
            let (text, tail) = rest.split_at(end);
            let parts = parse_parts(text)?;
            if depth == 0 {
                items.extend(parts.into_iter().map(Item::One));
            } else if !parts.is_empty() {
                items.push(Item::Optional(parts));
            }
            let mut tail_chars = tail.chars();
            match tail_chars.next() {
                Some('(') => depth += 1,
                Some(_) => depth = depth.checked_sub(1).ok_or(PatternError::Unopened)?,
                None => {}
            }
            rest = tail_chars.as_str();
        }
        if depth > 0 {
            return Err(PatternError::Unclosed);
        }
        let dotted = slug.rsplit('/').next().is_some_and(|last| last.contains('.'));
        Ok(Self { items, dotted })
    }

    /// Takes segments from the front, optional groups greedily from left to right and never back.
    pub(super) fn take(&self, segments: &[&str]) -> Option<Taken> {
        let mut params = Map::new();
        let mut at = 0;
        for (index, item) in self.items.iter().enumerate() {
            let left = segments.get(at..).unwrap_or_default();
            match item {
                Item::One(part) => {
                    let needed = self.required_behind(index);
                    at += part.take(left, needed, &mut params)?;
                }
                Item::Optional(parts) => at += take_group(parts, left, &mut params),
            }
        }
        Some(Taken { params, segments: at })
    }

    /// How many segments the items behind `index` cannot do without.
    fn required_behind(&self, index: usize) -> usize {
        self.items.iter().skip(index + 1).filter(|item| matches!(item, Item::One(_))).count()
    }

    /// Where the pattern stands among others; the lowest number is tried first. Static segments weigh more than named
    /// ones, so `posts/new` goes before `posts/:id`.
    pub(super) fn precedence(&self) -> i64 {
        let weight: i64 = self.items.iter().map(Item::weight).sum();
        let root = i64::from(self.is_root());
        -100 * weight.max(1) + root - i64::from(self.dotted)
    }

    /// `*rest` weighs as much as `:id`, and is tried behind it.
    pub(super) fn takes_rest(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Item::One(Part::Rest(_))))
    }

    pub(super) fn is_root(&self) -> bool {
        self.items.is_empty()
    }

    pub(super) fn is_dotted(&self) -> bool {
        self.dotted
    }

    /// The pattern with the names left out: two with the same shape answer the same paths.
    pub(super) fn shape(&self) -> String {
        if self.is_root() {
            return ROOT.to_owned();
        }
        self.items.iter().map(Item::shape).collect()
    }
}

impl Item {
    fn weight(&self) -> i64 {
        match self {
            Self::One(Part::Static(_)) => 100,
            Self::One(Part::Param(_) | Part::Rest(_)) => 10,
            Self::Optional(parts) => parts.iter().map(|_| 1).sum(),
        }
    }

    fn shape(&self) -> String {
        match self {
            Self::One(part) => part.shape(),
            Self::Optional(parts) => format!("({})", parts.iter().map(Part::shape).collect::<String>()),
        }
    }
}

impl Part {
    fn parse(segment: &str) -> Result<Self, PatternError> {
        let (name, make): (_, fn(String) -> Self) = if let Some(name) = segment.strip_prefix(':') {
            (name, Self::Param)
        } else if let Some(name) = segment.strip_prefix('*') {
            (name, Self::Rest)
        } else {
            return Ok(Self::Static(segment.to_owned()));
        };
        if name.is_empty() {
            return Err(PatternError::Nameless);
        }
        if RESERVED.contains(&name) {
            return Err(PatternError::Reserved { name: name.to_owned() });
        }
        Ok(make(name.to_owned()))
    }

    /// How many of the segments `left` this takes, leaving `needed` for what follows.
    fn take(&self, left: &[&str], needed: usize, params: &mut Map<String, Json>) -> Option<usize> {
        let first = left.first()?;
        match self {
            Self::Static(text) => (text == first).then_some(1),
            Self::Param(name) => {
                params.insert(name.clone(), Json::String((*first).to_owned()));
                Some(1)
            }
            Self::Rest(name) => {
                let count = left.len().checked_sub(needed).filter(|&count| count > 0)?;
                let text = left.get(..count)?.join("/");
                params.insert(name.clone(), Json::String(text));
                Some(count)
            }
        }
    }

    fn shape(&self) -> String {
        match self {
            Self::Static(text) => format!("/{text}"),
            Self::Param(_) => "/:".to_owned(),
            Self::Rest(_) => "/*".to_owned(),
        }
    }
}

fn parse_parts(text: &str) -> Result<Vec<Part>, PatternError> {
    text.split('/').filter(|segment| !segment.is_empty()).map(Part::parse).collect()
}

/// The segments an optional group takes: all its parts match, or none is taken and no parameter set.
fn take_group(parts: &[Part], left: &[&str], params: &mut Map<String, Json>) -> usize {
    let mut found = Map::new();
    let mut at = 0;
    for part in parts {
        match part.take(left.get(at..).unwrap_or_default(), 0, &mut found) {
            Some(count) => at += count,
            None => return 0,
        }
    }
    params.extend(found);
    at
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn params(slug: &str, path: &str) -> Option<Json> {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let taken = Pattern::parse(slug).unwrap().take(&segments)?;
        (taken.segments == segments.len()).then_some(Json::Object(taken.params))
    }

    #[test]
    fn patterns_take_paths() {
        let cases = [
            ("/", "/", Some(json!({}))),
            ("/", "/a", None),
            ("a/b", "/a/b", Some(json!({}))),
            ("a/b", "/a", None),
            ("a/b", "/a/b/c", None),
            ("a", "/A", None),
            ("projects/:id", "/projects/7", Some(json!({"id": "7"}))),
            ("projects/:id", "/projects", None),
            ("a/:x/b/:y", "/a/1/b/2", Some(json!({"x": "1", "y": "2"}))),
            ("s/*c", "/s", None),
            ("s/*c", "/s/a/b", Some(json!({"c": "a/b"}))),
            ("s/*c/edit", "/s/a/b/edit", Some(json!({"c": "a/b"}))),
            ("s/*c/edit", "/s/edit", None),
            ("search(/:country)(/:city)", "/search", Some(json!({}))),
            ("search(/:country)(/:city)", "/search/PL", Some(json!({"country": "PL"}))),
            ("search(/:country)(/:city)", "/search/PL/Krk", Some(json!({"country": "PL", "city": "Krk"}))),
            ("search(/:country)(/:city)", "/search/PL/Krk/x", None),
            ("search(/:country(/:city))", "/search/PL/Krk", Some(json!({"country": "PL", "city": "Krk"}))),
            ("a(/en)/b", "/a/b", Some(json!({}))),
            ("a(/en)/b", "/a/en/b", Some(json!({}))),
            ("a(/:x/y)", "/a/1/z", None),
            ("a(/:x)/b", "/a/b", None),
            ("a(/*rest)", "/a", Some(json!({}))),
            ("a(/*rest)", "/a/b/c", Some(json!({"rest": "b/c"}))),
            ("żółw/:id", "/żółw/ł", Some(json!({"id": "ł"}))),
        ];
        for (slug, path, expected) in cases {
            assert_eq!(params(slug, path), expected, "{slug} {path}");
        }
    }

    #[test]
    fn senseless_slugs_are_refused() {
        let cases = [
            ("a(/:b", PatternError::Unclosed),
            ("a/:b)", PatternError::Unopened),
            ("a/:", PatternError::Nameless),
            ("a/*", PatternError::Nameless),
            ("a/:action", PatternError::Reserved { name: "action".into() }),
        ];
        for (slug, error) in cases {
            assert_eq!(Pattern::parse(slug).unwrap_err(), error, "{slug}");
        }
    }

    #[test]
    fn precedence_prefers_what_is_more_exact() {
        let in_order =
            ["a/b/c", "posts/feed.xml", "posts/new", "posts/:id", "posts(/:id)", "posts", ":a/:b", ":a", "/"];
        let numbers: Vec<i64> =
            in_order.iter().map(|slug| Pattern::parse(slug).unwrap().precedence()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    }
}
