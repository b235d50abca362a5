//! The validations `date` and `datetime`: a value that is one, within bounds such as `before: now`. Pure. Days are those of
//! UTC, in which moments are stored.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json};

use crate::graphql::cast;
use crate::graphql::error::Error;

/// What a validation says of itself, whatever it demands.
const OF_A_RULE: [&str; 3] = ["message", "allow_nil", "allow_blank"];

#[derive(Debug)]
pub(super) struct Moments {
    precision: Precision,
    bounds: Vec<(Side, Limit)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    Day,
    Moment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    OnOrBefore,
    After,
    OnOrAfter,
}

#[derive(Debug)]
enum Limit {
    /// When it is looked at: `now` or `today`.
    Now,
    At(Timestamp),
}

impl Moments {
    /// # Errors
    /// An option is no bound, or says no moment: a rule that is half understood would let through what it should not.
    pub(super) fn parse(precision: Precision, options: &Map<String, Json>) -> Result<Self, Error> {
        let mut bounds = Vec::new();
        for (key, value) in options.iter().filter(|(key, _)| !OF_A_RULE.contains(&key.as_str())) {
            let side = match key.as_str() {
                "before" => Side::Before,
                "on_or_before" => Side::OnOrBefore,
                "after" => Side::After,
                "on_or_after" => Side::OnOrAfter,
                _ => return Err(Error::new(format!("not supported here: `{key}` of a date in a form"))),
            };
            let limit = match value.as_str().map(str::trim) {
                Some("now" | "today") => Limit::Now,
                _ => cast::moment(value).map(Limit::At).ok_or_else(|| {
                    Error::new(format!("`{key}` of a validation is no date, `now` or `today`"))
                })?,
            };
            bounds.push((side, limit));
        }
        Ok(Self { precision, bounds })
    }

    pub(super) fn broken(&self, value: &Json, now: Timestamp) -> Option<String> {
        let Some(moment) = cast::moment(value) else {
            return Some(self.precision.says_of_nonsense().to_owned());
        };
        let moment = self.precision.of(moment);
        self.bounds.iter().find_map(|(side, limit)| {
            let limit = self.precision.of(match limit {
                Limit::Now => now,
                Limit::At(limit) => *limit,
            });
            let holds = match side {
                Side::Before => moment < limit,
                Side::OnOrBefore => moment <= limit,
                Side::After => moment > limit,
                Side::OnOrAfter => moment >= limit,
            };
            (!holds).then(|| format!("must be {} {limit}", side.words()))
        })
    }
}

impl Precision {
    /// Texts in ISO 8601 and UTC: they sort as what they name.
    fn of(self, moment: Timestamp) -> String {
        match self {
            Self::Day => moment.to_zoned_datetime(TimeZone::UTC).date().to_string(),
            Self::Moment => cast::iso(moment),
        }
    }

    fn says_of_nonsense(self) -> &'static str {
        match self {
            Self::Day => "is not a valid date",
            Self::Moment => "is not a valid datetime",
        }
    }
}

impl Side {
    fn words(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::OnOrBefore => "on or before",
            Self::After => "after",
            Self::OnOrAfter => "on or after",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn moments_keep_their_bounds() {
        let now: Timestamp = "2024-05-02T10:00:00Z".parse().unwrap();
        for (precision, options, value, expected) in [
            (Precision::Day, json!({}), "2024-05-01", None),
            (Precision::Day, json!({}), "soon", Some("is not a valid date")),
            (Precision::Day, json!({}), "2024-02-30", Some("is not a valid date")),
            (Precision::Moment, json!({}), "", Some("is not a valid datetime")),
            (Precision::Day, json!({"before": "today"}), "2024-05-02", Some("must be before 2024-05-02")),
            (Precision::Day, json!({"on_or_before": "today"}), "2024-05-02T23:00:00Z", None),
            (Precision::Day, json!({"on_or_after": "2024-05-02"}), "2024-05-02", None),
            (Precision::Moment, json!({"before": "now"}), "2024-05-02 09:59", None),
            (
                Precision::Moment,
                json!({"after": "now", "message": "later"}),
                "2024-05-02T12:00:00+02:00",
                Some("must be after 2024-05-02T10:00:00.000Z"),
            ),
        ] {
            let moments = Moments::parse(precision, options.as_object().unwrap()).unwrap();
            assert_eq!(moments.broken(&json!(value), now).as_deref(), expected, "{options} {value}");
        }
    }

    #[test]
    fn bound_that_is_not_understood_is_no_bound_that_holds() {
        for (options, said) in [
            (json!({"before": "soon"}), "`before` of a validation is no date, `now` or `today`"),
            (json!({"befor": "now"}), "not supported here: `befor` of a date in a form"),
        ] {
            let refused = Moments::parse(Precision::Day, options.as_object().unwrap()).unwrap_err();
            assert_eq!(refused.message, said);
        }
    }
}
