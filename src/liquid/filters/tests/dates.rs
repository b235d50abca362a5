//! Dates, times, translations.

use serde_json::json;

use super::{check, check_rejections};

#[test]
fn dates_are_read_written_and_counted() {
    check(&[
        (json!("now"), "date", json!(["%F %T"]), json!("2024-05-15 12:30:00")),
        (json!("20240131"), "date", json!(["%Y"]), json!("1970")),
        (json!("hello"), "date", json!(["%Y"]), json!("hello")),
        (json!(0), "date", json!(["%Y"]), json!("1970")),
        (json!([1]), "date", json!(["%Y"]), json!([1])),
        (json!("2024-01-31"), "date_add", json!([1, "mo"]), json!("2024-02-29")),
        (json!("2024-01-31"), "add_to_date", json!([]), json!("2024-02-01")),
        (json!("2024-01-31 10:00"), "add_to_time", json!([-90, "m"]), json!("2024-01-31T08:30:00.000+00:00")),
        (json!("today"), "to_time", json!([]), json!("2024-05-15T12:30:00.000+00:00")),
        (
            json!("2024-01-01 10:00 UTC"),
            "to_time",
            json!(["Europe/Warsaw"]),
            json!("2024-01-01T11:00:00.000+01:00"),
        ),
        (json!("01/02/24"), "to_time", json!(["", "%m/%d/%y"]), json!("2024-01-02T00:00:00.000+00:00")),
        (
            json!("in 2 days"),
            "to_time",
            json!(["", "", "2024-01-01"]),
            json!("2024-01-03T00:00:00.000+00:00"),
        ),
        (json!(""), "to_time", json!([]), json!(null)),
        (json!("2024-01-01T23:00:00-05:00"), "to_date", json!([]), json!("2024-01-01")),
        (json!("9999-12-31"), "to_date", json!([]), json!("9999-12-31")),
        (json!("now"), "is_date_before", json!(["9999-12-31"]), json!(true)),
        (json!("20240131"), "to_date", json!([]), json!("2024-01-31")),
        (json!("2024-01-01T10:00:00Z"), "strftime", json!(["%H:%M", "America/New_York"]), json!("05:00")),
        (json!("2024-01-01T10:00:00+03:00"), "strftime", json!(["%H:%M %z"]), json!("10:00 +0300")),
        (json!("2024-01-01"), "time_diff", json!(["2024-01-02"]), json!(86_400_000.0)),
        (json!("2024-01-01"), "time_diff", json!(["2023-12-31 22:20", "h", 1]), json!(-1.7)),
        (json!("2024-01-01"), "is_date_before", json!(["2024-01-02"]), json!(true)),
        (json!("2024-05-15 12:29"), "is_date_in_past", json!([]), json!(true)),
        (json!("tomorrow"), "is_date_in_past", json!([]), json!(false)),
        (json!("nope"), "is_parsable_date", json!([]), json!(false)),
        (json!("2024-01-01 07:05"), "l", json!(["short"]), json!("7:05")),
        (json!("2024-01-01 07:05"), "localize", json!([]), json!("Mon, 01/01/2024 07:05")),
        (json!("2024-01-01 07:05"), "l", json!(["%d %B"]), json!("01 January")),
    ]);
    check_rejections(&[
        (json!("x"), "to_time", json!([]), "cannot read 'x' as a time"),
        (json!("x"), "to_time", json!(["", "%Y"]), "cannot read 'x' as a time of the form '%Y'"),
        (json!("x"), "to_date", json!([]), "cannot read 'x' as a time"),
        (json!("now"), "to_date", json!(["x"]), "cannot read 'x' as a time"),
        (json!("now"), "date_add", json!([1, "day"]), "third argument must be valid unit"),
        (json!("now"), "date_add", json!([i64::MAX, "y"]), "date out of range"),
        (json!("now"), "date_add", json!([7976, "y"]), "date out of range"),
        (json!("now"), "to_time", json!(["Atlantis"]), "unknown time zone 'Atlantis'"),
        (json!("now"), "l", json!(["nope"]), "translation missing: en.time.formats.nope"),
        (json!(i64::MAX), "strftime", json!(["%Y"]), "cannot read '9223372036854775807' as a time"),
    ]);
}

#[test]
fn missing_translations_fall_back() {
    check(&[
        (json!("a.b"), "t", json!([]), json!("a.b")),
        (json!("a.b"), "t", json!([{"named": {"default": "Hi %{x}", "x": "<"}}]), json!("Hi &lt;")),
        (json!("b"), "translate", json!([{"named": {"scope": "a"}}]), json!("a.b")),
        (json!("a"), "t_escape", json!([{"named": {"default": "<b>"}}]), json!("&lt;b&gt;")),
        (json!("a"), "t", json!([{"named": {"default": ["x"]}}]), json!(["x"])),
    ]);
}
