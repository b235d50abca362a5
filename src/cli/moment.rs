//! Moments of the wire as people read them.

use jiff::{Timestamp, tz::TimeZone};

/// RFC 3339 as local date and time; a text that is no time as it is.
pub(crate) fn local(time: &str) -> String {
    match time.parse::<Timestamp>() {
        Ok(time) => time.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => time.to_owned(),
    }
}
