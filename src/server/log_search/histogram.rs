//! How many rows there are in each interval of time, for the bars above a list of rows.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use regex::Regex;
use serde_json::{Value as Json, json};

/// The only aggregate.
const NAME: &str = "histogram";

/// `histogram(_timestamp, '30 seconds')`
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)histogram\(\s*_timestamp\s*,\s*'\s*([0-9]{1,6})\s*(second|minute|hour|day)s?\s*'\s*\)")
        .expect("the pattern is valid")
});

/// What the SQL calls the interval and the number of its rows.
static ALIASES: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [r"(?i)histogram\([^)]*\)\s+AS\s+(\w+)", r"(?i)count\([^)]*\)\s+AS\s+(\w+)"]
        .map(|pattern| Regex::new(pattern).expect("the pattern is valid"))
});

#[derive(Debug)]
pub(super) struct Histogram {
    /// Seconds, at least one.
    interval: i64,
    /// By the number of the interval since 1970.
    rows: BTreeMap<i64, u64>,
    key: String,
    number: String,
}

impl Histogram {
    /// # Errors
    /// Says which aggregate is not understood.
    pub(super) fn of(name: &str, sql: &str) -> Result<Self, String> {
        if name != NAME {
            return Err(format!("the aggregate `{name}` is not known here; there is `{NAME}`"));
        }
        let interval = CALL.captures(sql).and_then(|found| {
            let count: i64 = found.get(1)?.as_str().parse().ok()?;
            let unit = match found.get(2)?.as_str().to_ascii_lowercase().as_str() {
                "second" => 1,
                "minute" => 60,
                "hour" => 3600,
                _ => 86_400,
            };
            Some(count * unit)
        });
        let [key, number] = ALIASES.each_ref().map(|alias| {
            alias.captures(sql).and_then(|found| found.get(1)).map(|name| name.as_str().to_owned())
        });
        match interval {
            Some(interval @ 1..) => Ok(Self {
                interval,
                rows: BTreeMap::new(),
                key: key.unwrap_or_else(|| "zo_sql_key".to_owned()),
                number: number.unwrap_or_else(|| "zo_sql_num".to_owned()),
            }),
            _ => Err(format!("`{NAME}` needs an interval: histogram(_timestamp, '1 minute')")),
        }
    }

    pub(super) fn count(&mut self, moment: Timestamp) {
        *self.rows.entry(moment.as_second().div_euclid(self.interval)).or_default() += 1;
    }

    /// Ascending; an interval without rows is left out.
    pub(super) fn rows(&self) -> Vec<Json> {
        let row = |(number, count): (&i64, &u64)| {
            let begins = Timestamp::from_second(number * self.interval).unwrap_or(Timestamp::UNIX_EPOCH);
            let begins = begins.strftime("%Y-%m-%dT%H:%M:%S").to_string();
            Json::from_iter([(self.key.as_str(), json!(begins)), (self.number.as_str(), json!(count))])
        };
        self.rows.iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_by_interval() {
        let sql = "SELECT histogram(_timestamp, '1 minute') AS key, COUNT(*) AS num FROM query GROUP BY key";
        let mut histogram = Histogram::of("histogram", sql).unwrap();
        for moment in ["2026-01-15T10:00:59Z", "2026-01-15T10:02:00Z", "2026-01-15T10:00:01Z"] {
            histogram.count(moment.parse().unwrap());
        }
        assert_eq!(
            histogram.rows(),
            [
                json!({ "key": "2026-01-15T10:00:00", "num": 2 }),
                json!({ "key": "2026-01-15T10:02:00", "num": 1 }),
            ]
        );
    }

    #[test]
    fn what_is_no_histogram_is_refused_by_name() {
        for (name, sql, part) in [
            ("filters", "SELECT 1", "`filters`"),
            ("histogram", "SELECT count(*)", "an interval"),
            ("histogram", "histogram(_timestamp, '0 seconds')", "an interval"),
        ] {
            assert!(Histogram::of(name, sql).unwrap_err().contains(part), "{name} {sql}");
        }
    }
}
