//! The layers of the settings, one over the other. The embedded defaults come first and are the schema too: a later
//! layer may only set keys they have, to values of the same type. Each value remembers where it was set, so that a
//! value that turns out to be impossible is reported there.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::error::{Error, Place};
use super::nearest;

const DEFAULTS: &str = include_str!("defaults.toml");
const PREFIX: &str = "POS_CLI_";

/// Dotted key (`run.port`) to its value in the uppermost layer that sets it.
#[derive(Debug)]
pub(super) struct Layers(BTreeMap<String, Layered>);

#[derive(Debug)]
struct Layered {
    value: Value,
    place: Place,
}

/// The kinds of value that settings have.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Number(f64),
    Flag(bool),
}

impl Layers {
    /// The built-in layer alone.
    pub(super) fn defaults() -> Self {
        let mut layers = Self(BTreeMap::new());
        let table = DeTable::parse(DEFAULTS).expect("the embedded defaults are TOML, as a test shows");
        layers.adopt("", table.get_ref());
        layers
    }

    /// Adds the text of a settings file called `name`.
    pub(super) fn add_file(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let table = DeTable::parse(text).map_err(|error| Error::Syntax {
            place: Place::at(name, text, error.span().unwrap_or_default().start),
            message: error.message().lines().next().unwrap_or_default().to_owned(),
        })?;
        self.add_table("", table.get_ref(), &|span| Place::at(name, text, span.start))
    }

    /// Adds the `POS_CLI_*` variables of an environment; an unknown one is an error, for it was meant for us.
    pub(super) fn add_variables(
        &mut self,
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<(), Error> {
        for (name, text) in variables {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
            let place = Place::Variable(name.to_owned());
            let Some((key, layered)) = self.0.iter_mut().find(|(key, _)| variable(key) == name) else {
                let known: Vec<String> = self.0.keys().map(|key| variable(key)).collect();
                let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
                return Err(Error::Unknown { place, name: name.to_owned(), nearest });
            };
            let text = text.to_string_lossy();
            let Some(value) = layered.value.parse_same_type(text.trim()) else {
                return Err(layered.value.mismatch(place, key, format!("`{text}`")));
            };
            *layered = Layered { value, place };
        }
        Ok(())
    }

    /// The value of a key, turned into what it means. `parse` says what it expects instead of a value that it refuses.
    ///
    /// # Panics
    /// The defaults have no such key: a misspelt one is found by the first test that loads settings.
    pub(super) fn read<T>(
        &self,
        key: &str,
        parse: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Result<T, Error> {
        let layered = self.0.get(key).expect("every key that is read has a default");
        parse(&layered.value).map_err(|expected| Error::Value {
            place: layered.place.clone(),
            key: key.to_owned(),
            expected,
            found: layered.value.to_string(),
        })
    }

    fn adopt(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let key = format!("{prefix}{}", key.get_ref());
            if let DeValue::Table(table) = value.get_ref() {
                self.adopt(&format!("{key}."), table);
            } else if let Some(value) = Value::of(value.get_ref()) {
                self.0.insert(key, Layered { value, place: Place::Default });
            }
        }
    }

    fn add_table(
        &mut self,
        prefix: &str,
        table: &DeTable<'_>,
        place: &impl Fn(Range<usize>) -> Place,
    ) -> Result<(), Error> {
        for (name, value) in table {
            let key = format!("{prefix}{}", name.get_ref());
            let section = format!("{key}.");
            let is_section = self.0.keys().any(|known| known.starts_with(&section));
            match (value.get_ref(), self.0.get_mut(&key)) {
                (DeValue::Table(table), None) if is_section => self.add_table(&section, table, place)?,
                (other, Some(layered)) => {
                    let place = place(value.span());
                    let Some(value) = Value::of(other).and_then(|value| value.into_type_of(&layered.value))
                    else {
                        return Err(layered.value.mismatch(
                            place,
                            &key,
                            format!("{} {}", article(other), other.type_str()),
                        ));
                    };
                    *layered = Layered { value, place };
                }
                (other, None) if is_section => {
                    return Err(Error::Value {
                        place: place(value.span()),
                        expected: format!("a table `[{key}]`"),
                        key,
                        found: format!("{} {}", article(other), other.type_str()),
                    });
                }
                (_, None) => return Err(self.unknown(place(name.span()), key)),
            }
        }
        Ok(())
    }

    fn unknown(&self, place: Place, name: String) -> Error {
        let sections = self.0.keys().filter_map(|key| key.rsplit_once('.')).map(|(section, _)| section);
        let nearest = nearest(&name, self.0.keys().map(String::as_str).chain(sections)).map(str::to_owned);
        // `port = 4000` above any `[section]`: the key without its section is what people forget.
        let suffix = format!(".{name}");
        let nearest = nearest.or_else(|| self.0.keys().find(|key| key.ends_with(&suffix)).cloned());
        Error::Unknown { place, name, nearest }
    }
}

impl Value {
    fn of(value: &DeValue<'_>) -> Option<Self> {
        match value {
            DeValue::String(text) => Some(Self::Text(text.to_string())),
            DeValue::Integer(digits) => {
                i64::from_str_radix(digits.as_str(), digits.radix()).ok().map(Self::Integer)
            }
            DeValue::Float(digits) => digits.as_str().parse().ok().map(Self::Number),
            DeValue::Boolean(flag) => Some(Self::Flag(*flag)),
            DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
        }
    }

    /// A whole number will do for a fractional one, nothing else for anything else.
    fn into_type_of(self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Integer(number), Self::Number(_)) => Some(Self::Number(number as f64)),
            (value, other) => {
                (std::mem::discriminant(&value) == std::mem::discriminant(other)).then_some(value)
            }
        }
    }

    /// Reads the text of a variable as the type this value has.
    fn parse_same_type(&self, text: &str) -> Option<Self> {
        match self {
            Self::Text(_) => Some(Self::Text(text.to_owned())),
            Self::Integer(_) => text.parse().ok().map(Self::Integer),
            Self::Number(_) => text.parse().ok().map(Self::Number),
            Self::Flag(_) => match text {
                "true" | "1" => Some(Self::Flag(true)),
                "false" | "0" => Some(Self::Flag(false)),
                _ => None,
            },
        }
    }

    fn mismatch(&self, place: Place, key: &str, found: String) -> Error {
        let expected = match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "a whole number",
            Self::Number(_) => "a number",
            Self::Flag(_) => "true or false",
        };
        Error::Value { place, key: key.to_owned(), expected: expected.to_owned(), found }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "`{}`", text.escape_debug()),
            Self::Integer(number) => write!(f, "`{number}`"),
            Self::Number(number) => write!(f, "`{number}`"),
            Self::Flag(flag) => write!(f, "`{flag}`"),
        }
    }
}

/// `run.port` -> `POS_CLI_RUN_PORT`
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_uppercase())
}

fn article(value: &DeValue<'_>) -> &'static str {
    if matches!(value, DeValue::Integer(_) | DeValue::Array(_)) { "an" } else { "a" }
}
