//! The keys of a YAML mapping, read with the type each must have. Front matter and settings share it; every complaint
//! names the file and the place of the value.

use serde_json::{Map, Value as Json};

use super::nearest::did_you_mean;
use super::problem::Problem;
use super::yaml::{self, Mapping, Mark, Node, Value, text_of};

/// A mapping in the file at `path`.
pub(super) struct Keys<'a> {
    path: &'a str,
    text: &'a str,
    mapping: Mapping,
}

impl<'a> Keys<'a> {
    /// `text` is the whole content of the file, for excerpts.
    pub(super) fn new(path: &'a str, text: &'a str, mapping: Mapping) -> Self {
        Self { path, text, mapping }
    }

    pub(super) fn to_json(&self) -> Map<String, Json> {
        self.mapping.iter().map(|(key, entry)| (key.clone(), entry.node.to_json())).collect()
    }

    /// One warning for each key that is not among `known`.
    pub(super) fn unknown(&self, known: &[&str]) -> Vec<Problem> {
        self.mapping
            .iter()
            .filter(|(key, _)| !known.contains(&key.as_str()))
            .map(|(key, entry)| {
                Problem::warning(self.path, format!("unknown key `{key}`"))
                    .at(entry.key_mark.line, entry.key_mark.col)
                    .with_excerpt_of(self.text)
                    .with_hint(did_you_mean(key, known.iter().copied()))
            })
            .collect()
    }

    /// One warning for each key that looks like one of `known`, for a mapping that may have keys of its own.
    pub(super) fn mistyped(&self, known: &[&str]) -> Vec<Problem> {
        self.unknown(known).into_iter().filter(|problem| problem.hint.is_some()).collect()
    }

    /// One warning for each key that is given twice, also in the mappings inside.
    pub(super) fn repeated(&self) -> Vec<Problem> {
        yaml::repeated_keys(self.path, self.text, &self.mapping)
    }

    /// Every key with its value, in the order of the file.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.mapping.iter().map(|(key, entry)| (key.as_str(), &entry.node))
    }

    /// The value of a key as it stands; `None` where it is missing.
    pub(super) fn node(&self, key: &str) -> Option<&Node> {
        self.mapping.get(key).map(|entry| &entry.node)
    }

    /// A text; numbers and booleans count as their text, null as missing.
    pub(super) fn text(&self, key: &str) -> Result<Option<String>, Problem> {
        match self.node(key).map(|node| &node.value) {
            None | Some(Value::Scalar(Json::Null)) => Ok(None),
            Some(Value::Scalar(value)) => Ok(Some(text_of(value))),
            Some(_) => Err(self.wrong(key, "must be text")),
        }
    }

    /// A text that is not blank.
    pub(super) fn filled_text(&self, key: &str) -> Result<Option<String>, Problem> {
        Ok(self.text(key)?.filter(|text| !text.trim().is_empty()))
    }

    /// A whole number of at least 0, also written as text.
    pub(super) fn number(&self, key: &str) -> Result<Option<u64>, Problem> {
        let Some(text) = self.filled_text(key)? else { return Ok(None) };
        text.trim().parse().map(Some).map_err(|_| self.wrong(key, "must be a whole number"))
    }

    /// Yes or no, also written as the text `true` or `false`.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, Problem> {
        match self.text(key)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(self.wrong(key, "must be true or false")),
        }
    }

    /// The keys of a mapping; no keys where it is missing.
    pub(super) fn nested(&self, key: &str) -> Result<Self, Problem> {
        let mapping = match self.node(key) {
            None => Some(Mapping::new()),
            Some(node) => node.clone().into_mapping(),
        };
        let mapping = mapping.ok_or_else(|| self.wrong(key, "must have keys of its own"))?;
        Ok(Self { path: self.path, text: self.text, mapping })
    }

    /// A list of texts; a text alone counts as a list of one.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>, Problem> {
        match self.node(key).map(|node| &node.value) {
            Some(Value::Sequence(items)) => items
                .iter()
                .map(|item| match &item.value {
                    Value::Scalar(value) => Ok(text_of(value)),
                    _ => Err(self.wrong(key, "must be a list of names")),
                })
                .collect(),
            Some(Value::Mapping(_)) => Err(self.wrong(key, "must be a list of names")),
            _ => Ok(self.filled_text(key)?.into_iter().collect()),
        }
    }

    /// An error about a key: `demand` continues the sentence.
    pub(super) fn wrong(&self, key: &str, demand: &str) -> Problem {
        let mark = self.node(key).map_or_else(Mark::default, |node| node.mark);
        Problem::error(self.path, format!("`{key}` {demand}"))
            .at(mark.line, mark.col)
            .with_excerpt_of(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_type() {
        let text = "\nslug: 404\nmethod: [a]\nmax_deep_level: '5'\nlayout: ''\nfrom: ~\nlist: [a, 2]\none: a\nmap: {on: yes}\n";
        let mapping = yaml::parse(text, 1).unwrap().into_mapping().unwrap();
        let keys = Keys::new("p", text, mapping);

        assert_eq!(keys.text("slug").unwrap().as_deref(), Some("404"));
        assert_eq!(keys.text("method").unwrap_err().to_string(), "p:3:9: error: `method` must be text");
        assert_eq!(keys.number("max_deep_level").unwrap(), Some(5));
        assert!(keys.number("one").is_err());
        assert_eq!(keys.filled_text("layout").unwrap(), None);
        assert_eq!(keys.text("from").unwrap(), None);
        assert_eq!(keys.texts("list").unwrap(), ["a", "2"]);
        assert_eq!(keys.texts("one").unwrap(), ["a"]);
        assert_eq!(keys.nested("map").unwrap().flag("on").unwrap(), Some(true));
        assert_eq!(keys.flag("one").unwrap_err().to_string(), "p:8:6: error: `one` must be true or false");
        assert!(keys.nested("one").is_err());
        assert!(keys.texts("missing").unwrap().is_empty());
    }
}
