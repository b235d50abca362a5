//! One validation of a field: what it demands of a value, and what it says of one that does not meet it, in the platform's
//! words. Pure; whether a value is taken already is for who can see the others.

use jiff::Timestamp;
use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value as Json};

use super::file;
use super::moment::{Moments, Precision};
use crate::graphql::cast;
use crate::graphql::error::Error;
use crate::ruby_regex::translate;

/// A compiled `format` may take that many bytes.
const MAX_COMPILED: usize = 4 << 20;

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) demand: Demand,
    /// In place of the sentence the demand has.
    message: Option<String>,
    allows_nil: bool,
    allows_blank: bool,
}

#[derive(Debug)]
pub(super) enum Demand {
    Presence,
    /// Among the rows with the same values in these fields.
    Unique {
        scope: Vec<String>,
    },
    /// The same value in the field of this name with `_confirmation` behind it.
    Confirmation,
    Email,
    OneOf(Vec<String>),
    NoneOf(Vec<String>),
    Format(Regex),
    /// Characters of a text, elements of a list.
    Length {
        minimum: Option<u64>,
        maximum: Option<u64>,
        is: Option<u64>,
    },
    Number(Vec<Bound>),
    Moment(Moments),
    /// Of a file; for who can see it.
    File(file::Demand),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bound {
    Above(f64),
    AtLeast(f64),
    Equal(f64),
    Below(f64),
    AtMost(f64),
    Not(f64),
    Odd,
    Even,
    Whole,
}

impl Rule {
    /// The rule called `name`; `None` where it is switched off.
    ///
    /// # Errors
    /// There is no such rule here, or its options make no sense.
    pub(super) fn parse(name: &str, options: &Json) -> Result<Option<Self>, Error> {
        let nothing = Map::new();
        let options = match options {
            Json::Null | Json::Bool(false) => return Ok(None),
            Json::Object(options) => options,
            _ => &nothing,
        };
        if options.contains_key("if") || options.contains_key("unless") {
            return Err(Error::new(format!("not supported here: a condition of the validation `{name}`")));
        }
        let demand = match name {
            "presence" => Demand::Presence,
            "unique" | "uniqueness" => Demand::Unique { scope: scope(options) },
            "confirmation" => Demand::Confirmation,
            "email" => Demand::Email,
            "inclusion" => Demand::OneOf(texts(options.get("in"))),
            "exclusion" => Demand::NoneOf(texts(options.get("in"))),
            "format" => Demand::Format(expression(options)?),
            "length" => {
                let number = |key| options.get(key).and_then(Json::as_u64);
                Demand::Length { minimum: number("minimum"), maximum: number("maximum"), is: number("is") }
            }
            "numericality" => Demand::Number(bounds(options, cast::float)?),
            "date" => Demand::Moment(Moments::parse(Precision::Day, options)?),
            "datetime" => Demand::Moment(Moments::parse(Precision::Moment, options)?),
            _ => Demand::File(file::Demand::parse(name, options)?.ok_or_else(|| {
                Error::new(format!("not supported here: the validation `{name}` of a form"))
            })?),
        };
        let flag = |key| options.get(key).and_then(Json::as_bool).unwrap_or(false);
        let message = options.get("message").and_then(cast::text_of);
        Ok(Some(Self { demand, message, allows_nil: flag("allow_nil"), allows_blank: flag("allow_blank") }))
    }

    /// What is wrong with `value`, as far as it can be seen by itself; `confirmation` is what was entered a second time.
    pub(super) fn broken(&self, value: &Json, confirmation: &Json, now: Timestamp) -> Option<String> {
        if self.allows(value) {
            return None;
        }
        let said = match &self.demand {
            Demand::Presence => is_blank(value).then(|| "can't be blank".to_owned()),
            Demand::Unique { .. } | Demand::File(_) => None,
            Demand::Confirmation => (value != confirmation).then(|| "doesn't match confirmation".to_owned()),
            Demand::Email => (!is_blank(value) && !is_email(&text(value))).then(|| "is invalid".to_owned()),
            Demand::OneOf(list) => {
                (!list.contains(&text(value))).then(|| "is not included in the list".to_owned())
            }
            Demand::NoneOf(list) => list.contains(&text(value)).then(|| "is reserved".to_owned()),
            Demand::Format(expression) => {
                (!expression.is_match(&text(value))).then(|| "is invalid".to_owned())
            }
            Demand::Length { minimum, maximum, is } => length_broken(length(value), *minimum, *maximum, *is),
            Demand::Number(bounds) => number_broken(value, bounds),
            Demand::Moment(moments) => moments.broken(value, now),
        };
        said.map(|said| self.says(&said))
    }

    /// Whether there is nothing to look at, and there need not be.
    pub(super) fn allows(&self, value: &Json) -> bool {
        self.allows_nil && value.is_null() || self.allows_blank && is_blank(value)
    }

    /// The message of the form, or the demand's own.
    pub(super) fn says(&self, own: &str) -> String {
        self.message.clone().unwrap_or_else(|| own.to_owned())
    }
}

pub(in crate::graphql) fn is_blank(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(entries) => entries.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

fn text(value: &Json) -> String {
    cast::text_of(value).unwrap_or_default()
}

/// Practical rather than complete.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == '@');
    is_plain(local)
        && is_plain(domain)
        && domain.split('.').count() > 1
        && !domain.split('.').any(str::is_empty)
}

fn length(value: &Json) -> u64 {
    match value {
        Json::Array(items) => items.len() as u64,
        other => text(other).chars().count() as u64,
    }
}

fn length_broken(length: u64, minimum: Option<u64>, maximum: Option<u64>, is: Option<u64>) -> Option<String> {
    let letters =
        |count: u64| if count == 1 { "1 character".to_owned() } else { format!("{count} characters") };
    if let Some(minimum) = minimum.filter(|minimum| length < *minimum) {
        return Some(format!("is too short (minimum is {})", letters(minimum)));
    }
    if let Some(maximum) = maximum.filter(|maximum| length > *maximum) {
        return Some(format!("is too long (maximum is {})", letters(maximum)));
    }
    is.filter(|is| length != *is).map(|is| format!("is the wrong length (should be {})", letters(is)))
}

fn number_broken(value: &Json, bounds: &[Bound]) -> Option<String> {
    let Some(number) = cast::float(value) else { return Some("is not a number".to_owned()) };
    bounds.iter().find_map(|bound| bound.broken(number, |limit| limit.to_string()))
}

impl Bound {
    /// `shown` writes the limit.
    pub(super) fn broken(self, number: f64, shown: impl Fn(f64) -> String) -> Option<String> {
        let (holds, said) = match self {
            Self::Above(bound) => (number > bound, format!("must be greater than {}", shown(bound))),
            Self::AtLeast(bound) => {
                (number >= bound, format!("must be greater than or equal to {}", shown(bound)))
            }
            Self::Equal(bound) => (number == bound, format!("must be equal to {}", shown(bound))),
            Self::Below(bound) => (number < bound, format!("must be less than {}", shown(bound))),
            Self::AtMost(bound) => {
                (number <= bound, format!("must be less than or equal to {}", shown(bound)))
            }
            Self::Not(bound) => (number != bound, format!("must be other than {}", shown(bound))),
            Self::Odd => (number.rem_euclid(2.0) == 1.0, "must be odd".to_owned()),
            Self::Even => (number.rem_euclid(2.0) == 0.0, "must be even".to_owned()),
            Self::Whole => (number.fract() == 0.0, "must be an integer".to_owned()),
        };
        (!holds).then_some(said)
    }
}

/// The bounds among the options, each limit as `read` reads it.
pub(super) fn bounds(
    options: &Map<String, Json>,
    read: impl Fn(&Json) -> Option<f64>,
) -> Result<Vec<Bound>, Error> {
    let mut bounds = Vec::new();
    for (key, value) in options {
        let limit = |bound: fn(f64) -> Bound| {
            let number = read(value);
            number.map(bound).ok_or_else(|| Error::new(format!("`{key}` of a validation is no number")))
        };
        let is_on = value.as_bool().unwrap_or(false);
        bounds.push(match key.as_str() {
            "greater_than" => limit(Bound::Above)?,
            "greater_than_or_equal_to" => limit(Bound::AtLeast)?,
            "equal_to" => limit(Bound::Equal)?,
            "less_than" => limit(Bound::Below)?,
            "less_than_or_equal_to" => limit(Bound::AtMost)?,
            "other_than" => limit(Bound::Not)?,
            "odd" if is_on => Bound::Odd,
            "even" if is_on => Bound::Even,
            "only_integer" if is_on => Bound::Whole,
            _ => continue,
        });
    }
    Ok(bounds)
}

pub(super) fn texts(list: Option<&Json>) -> Vec<String> {
    list.and_then(Json::as_array).into_iter().flatten().map(text).collect()
}

/// Names, or `properties: name`.
fn scope(options: &Map<String, Json>) -> Vec<String> {
    let name = |entry: &Json| match entry {
        Json::Object(entry) => entry.values().next().map(text),
        name => cast::text_of(name),
    };
    options.get("scope").and_then(Json::as_array).into_iter().flatten().filter_map(name).collect()
}

fn expression(options: &Map<String, Json>) -> Result<Regex, Error> {
    let with = options.get("with").and_then(Json::as_str).unwrap_or_default();
    let translated = translate(with).map_err(|construct| {
        Error::new(format!("the `format` of a form is `{with}`: {construct} is not supported here"))
    })?;
    // In Ruby `^` and `$` always stand for the ends of lines.
    let built = RegexBuilder::new(&translated).multi_line(true).size_limit(MAX_COMPILED).build();
    built.map_err(|_| Error::new(format!("the `format` of a form is no regular expression: `{with}`")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_rule_says_what_it_misses() {
        for (name, options, value, expected) in [
            ("presence", json!(true), json!(" "), Some("can't be blank")),
            ("presence", json!(true), json!(false), None),
            ("presence", json!({"message": "say it"}), json!(null), Some("say it")),
            ("email", json!(true), json!("a@b.c"), None),
            ("email", json!(true), json!(""), None),
            ("email", json!(true), json!("a b@c.d"), Some("is invalid")),
            ("email", json!(true), json!("a@b"), Some("is invalid")),
            ("email", json!(true), json!("a@.b"), Some("is invalid")),
            ("inclusion", json!({"in": [true, "x"]}), json!("true"), None),
            ("inclusion", json!({"in": [1]}), json!("2"), Some("is not included in the list")),
            ("exclusion", json!({"in": ["admin"]}), json!("admin"), Some("is reserved")),
            ("format", json!({"with": r"\A[+]?[\d \-()]+\z"}), json!("+1 (2)"), None),
            ("format", json!({"with": r"\A\d+\z"}), json!(null), Some("is invalid")),
            ("format", json!({"with": r"\A\h+\Z"}), json!("c0de\n"), None),
            ("format", json!({"with": r"\d"}), json!("٣"), Some("is invalid")),
            ("format", json!({"with": "^b$"}), json!("a\nb"), None),
            ("format", json!({"with": r"\A\d+\z", "allow_blank": true}), json!(""), None),
            ("length", json!({"minimum": 2}), json!("ż"), Some("is too short (minimum is 2 characters)")),
            ("length", json!({"maximum": 1}), json!("żó"), Some("is too long (maximum is 1 character)")),
            ("length", json!({"is": 2}), json!(["a"]), Some("is the wrong length (should be 2 characters)")),
            ("numericality", json!(true), json!("x"), Some("is not a number")),
            ("numericality", json!({"allow_nil": true}), json!(null), None),
            (
                "numericality",
                json!({"greater_than_or_equal_to": 0}),
                json!("-1"),
                Some("must be greater than or equal to 0"),
            ),
            ("numericality", json!({"less_than": 2.5}), json!("2.5"), Some("must be less than 2.5")),
            ("numericality", json!({"odd": true}), json!("-3"), None),
            ("numericality", json!({"even": true}), json!("3"), Some("must be even")),
            ("numericality", json!({"only_integer": true}), json!("3.5"), Some("must be an integer")),
            ("date", json!({"before": "now"}), json!("1970-01-01"), Some("must be before 1970-01-01")),
            ("datetime", json!({"after": "now", "allow_blank": true}), json!(""), None),
            ("confirmation", json!(true), json!("a"), Some("doesn't match confirmation")),
        ] {
            let rule = Rule::parse(name, &options).unwrap().unwrap();
            assert_eq!(
                rule.broken(&value, &Json::Null, Timestamp::UNIX_EPOCH).as_deref(),
                expected,
                "{name} {options} {value}"
            );
        }
        assert!(Rule::parse("presence", &json!(false)).unwrap().is_none());
    }

    #[test]
    fn rule_that_is_not_kept_here_is_no_rule_that_always_holds() {
        for (name, options, said) in [
            ("spelling", json!(true), "not supported here: the validation `spelling` of a form"),
            (
                "presence",
                json!({"if": "true"}),
                "not supported here: a condition of the validation `presence`",
            ),
            (
                "format",
                json!({"with": "a(?=b)"}),
                "the `format` of a form is `a(?=b)`: a look-ahead, `(?=` or `(?!` is not supported here",
            ),
            ("format", json!({"with": "("}), "the `format` of a form is no regular expression: `(`"),
            ("numericality", json!({"less_than": "x"}), "`less_than` of a validation is no number"),
        ] {
            assert_eq!(Rule::parse(name, &options).unwrap_err().message, said);
        }
    }
}
