//! The input object of a mutation. Of each key there are three cases: not given, null, a value.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::cast;
use super::error::Error;
use super::selection::Field;

#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'f>(&'f Map<String, Json>);

impl<'f> Input<'f> {
    /// The argument `name`.
    ///
    /// # Errors
    /// It is missing or null.
    pub(super) fn of(field: &'f Field, name: &str) -> Result<Self, Error> {
        let input = field.argument(name).and_then(Json::as_object);
        input.map(Self).ok_or_else(|| Error::new(format!("{} needs a `{name}`", field.name)))
    }

    pub(super) fn entries(self) -> &'f Map<String, Json> {
        self.0
    }

    /// `None` if it is not given.
    pub(super) fn get(self, key: &str) -> Option<&'f Json> {
        self.0.get(key)
    }

    /// Those given, null if none are.
    pub(super) fn properties(self) -> &'f Json {
        self.get("properties").unwrap_or(&Json::Null)
    }

    /// `Some(None)` for null.
    pub(super) fn text(self, key: &str) -> Option<Option<String>> {
        self.get(key).map(cast::text_of)
    }

    /// # Errors
    /// The value is no whole number.
    pub(super) fn integer(self, key: &str) -> Result<Option<Option<i64>>, Error> {
        let given = self.get(key);
        given.map(|value| if value.is_null() { Ok(None) } else { integer(value, key).map(Some) }).transpose()
    }

    /// The id that something new is to have.
    ///
    /// # Errors
    /// The value is none.
    pub(super) fn id(self, key: &str) -> Result<Option<i64>, Error> {
        self.get(key).filter(|value| !value.is_null()).map(|value| new_id(value, key)).transpose()
    }

    /// # Errors
    /// The value is no date and time.
    pub(super) fn moment(self, key: &str) -> Result<Option<Option<Timestamp>>, Error> {
        let parse = |value: &Json| {
            if value.is_null() {
                return Ok(None);
            }
            let text = cast::text_of(value).unwrap_or_default();
            let moment = cast::moment(value);
            moment.map(Some).ok_or_else(|| Error::new(format!("{key}: `{text}` is not a date and time")))
        };
        self.get(key).map(parse).transpose()
    }
}

impl<'f> From<&'f Map<String, Json>> for Input<'f> {
    fn from(input: &'f Map<String, Json>) -> Self {
        Self(input)
    }
}

/// The largest id that may be chosen. Ids count up from the largest there is, so it must leave room for others; and every
/// reader of JSON has this number right.
const LARGEST_ID: i64 = (1 << 53) - 1;

/// The id that something new is to have. `name` is for the error.
pub(super) fn new_id(value: &Json, name: &str) -> Result<i64, Error> {
    let text = cast::text_of(value).unwrap_or_default();
    let id = text.trim().parse().ok().filter(|id| (1..=LARGEST_ID).contains(id));
    id.ok_or_else(|| Error::new(format!("{name}: `{text}` is not an id: these are 1 to {LARGEST_ID}")))
}

/// An id, which may be text. `name` is for the error.
pub(super) fn integer(value: &Json, name: &str) -> Result<i64, Error> {
    let text = cast::text_of(value).unwrap_or_default();
    text.trim().parse().map_err(|_| Error::new(format!("{name}: `{text}` is not an id")))
}
