//! Translations and localised dates. A key is looked up in the language of the render, then in English, then the
//! default counts, then the key itself.

use std::borrow::Cow;

use jiff::ZonedDateTime;
use serde_json::Value as Json;

use super::arguments::Arguments;
use super::date::{formatted, zoned_input};
use super::html::escape;
use super::number::Number;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::{Map, Value};

pub(super) const ROWS: &[Filter] = &[
    Filter::new("l", 0..=3, localize),
    Filter::new("localize", 0..=3, localize),
    Filter::new("t", 0..=1, translate),
    Filter::new("t_escape", 0..=1, translate_escape),
    Filter::new("translate", 0..=1, translate),
    Filter::new("translate_escape", 0..=1, translate_escape),
];

/// The language every app has.
const FALLBACK: &str = "en";

/// Options of `t`; every other named argument is a value for the text.
const OPTIONS: [&str; 4] = ["default", "fallback", "locale", "scope"];

/// The result is safe to print if the app's configuration says so; values put into it are then escaped.
fn translate(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let markup = if surroundings.app.config().safe_translate { Markup::Trusted } else { Markup::Text };
    translated(surroundings, input, arguments, markup)
}

/// Nothing of the text is taken for markup.
fn translate_escape(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    translated(surroundings, input, arguments, Markup::Escaped)
}

/// How a translated text is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Markup {
    /// As HTML of the app's authors; only the values are strange.
    Trusted,
    Escaped,
    /// As any other text, escaped when it is printed.
    Text,
}

fn translated(
    surroundings: &Surroundings<'_>,
    input: &Value,
    arguments: &Arguments,
    markup: Markup,
) -> Filtered {
    let options = arguments.borrowed_hash(0).unwrap_or_default();
    let option = |name: &str| options.get(name).filter(|value| !value.is_nil());
    let key = match option("scope") {
        Some(scope) => Cow::Owned(format!("{}.{}", scope.to_text(), input.to_text())),
        None => input.to_text(),
    };
    let language = option("locale").map_or(Cow::Borrowed(surroundings.language), Value::to_text);
    let falls_back = option("fallback").is_none_or(|value| value.is_truthy() && &*value.to_text() != "false");
    let falls_back = falls_back && *language != *FALLBACK;
    let languages: &[&str] = if falls_back { &[&language, FALLBACK] } else { &[&language] };
    let found = languages.iter().find_map(|language| surroundings.app.translation(language, &key));
    let text = match found.map(|found| pick_plural(found, option("count"))) {
        Some(Json::String(text)) => Cow::Borrowed(text.as_str()),
        Some(other) if !other.is_null() => return Ok(Value::from_json(other)),
        _ => match option("default") {
            Some(Value::Str(default)) => Cow::Borrowed(&*default.text),
            Some(default) => return Ok(default.clone()),
            None => key,
        },
    };
    let text = interpolate(&text, &options, markup);
    surroundings.limits.grow(text.len())?;
    Ok(match markup {
        Markup::Trusted => Value::safe(text),
        Markup::Escaped => Value::safe(&*escape(&text)),
        Markup::Text => Value::str(text),
    })
}

/// `zero`, `one` or `other` of a translation that has them; without a count, or without that form, all of it.
fn pick_plural<'j>(found: &'j Json, count: Option<&Value>) -> &'j Json {
    let Some(count) = count.and_then(|count| Number::of(count).ok()) else {
        return found;
    };
    let count = count.to_float();
    let zero = if count == 0.0 { found.get("zero") } else { None };
    zero.or_else(|| found.get(if count == 1.0 { "one" } else { "other" })).unwrap_or(found)
}

/// Puts values into `%{name}`; a name without value stays as it stands.
fn interpolate(text: &str, values: &Map, markup: Markup) -> String {
    let mut interpolated = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("%{") {
        interpolated.push_str(before);
        let Some((name, after)) = behind.split_once('}') else {
            interpolated.push_str("%{");
            rest = behind;
            continue;
        };
        match values.get(name).filter(|_| !OPTIONS.contains(&name)) {
            Some(Value::Str(value)) if value.safe => interpolated.push_str(&value.text),
            Some(value) if markup == Markup::Trusted => interpolated.push_str(&escape(&value.to_text())),
            Some(value) => interpolated.push_str(&value.to_text()),
            None => interpolated.extend(["%{", name, "}"]),
        }
        rest = after;
    }
    interpolated.push_str(rest);
    interpolated
}

/// `l: format, zone, now`: a date or time in a format of the translations (or one spelled out), with the names of days
/// and months in the language of the render.
fn localize(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let time = zoned_input(surroundings, input, arguments)?;
    let section = if matches!(input, Value::Date(_)) { "date" } else { "time" };
    let name = arguments.text_or(0, "long");
    let format = named_format(surroundings, section, &name)?;
    let format = with_names(&format, &time, |key| find(surroundings, key));
    formatted(surroundings, &time, &format)
}

fn find<'s>(surroundings: &'s Surroundings<'_>, key: &str) -> Option<&'s Json> {
    [surroundings.language, FALLBACK].iter().find_map(|language| surroundings.app.translation(language, key))
}

/// A format of the app's translations, a built-in one, or `name` itself if it is spelled out.
fn named_format<'n>(
    surroundings: &Surroundings<'_>,
    section: &str,
    name: &'n str,
) -> Result<Cow<'n, str>, Rejection> {
    if name.contains('%') {
        return Ok(Cow::Borrowed(name));
    }
    if let Some(Json::String(format)) = find(surroundings, &format!("{section}.formats.{name}")) {
        return Ok(Cow::Owned(format.clone()));
    }
    built_in_format(section, name).map(Cow::Borrowed).ok_or_else(|| {
        Rejection::argument(format!(
            "translation missing: {}.{section}.formats.{name}",
            surroundings.language
        ))
    })
}

fn built_in_format(section: &str, name: &str) -> Option<&'static str> {
    Some(match (section, name) {
        ("date", "long") => "%B %d, %Y",
        ("date", "short") => "%m/%d/%Y",
        ("date", "stripe") => "%m-%d-%Y",
        ("date", "default") => "%Y-%m-%d",
        ("time", "long" | "default") => "%a, %m/%d/%Y %H:%M",
        ("time", "short") => "%-H:%M",
        ("time", "with_time_zone") => "%a, %m/%d/%Y %H:%M %Z",
        ("date" | "time", "day_and_month") => "%b %d",
        ("date" | "time", "day_month_year") => "%d-%m-%Y",
        _ => return None,
    })
}

/// Writes the names of day, month and half of the day into `format` where the translations have them: `%A` by the
/// list `date.day_names`, which begins with Sunday, `%B` by `date.month_names`, whose first place is unused.
fn with_names<'j>(format: &str, time: &ZonedDateTime, find: impl Fn(&str) -> Option<&'j Json>) -> String {
    let weekday = time.weekday().to_sunday_zero_offset() as usize;
    let month = time.month() as usize;
    let mut named = String::with_capacity(format.len() * 2);
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            named.push(c);
            continue;
        }
        let Some(letter) = chars.next() else {
            named.push('%');
            break;
        };
        let name = match letter {
            'A' => find("date.day_names").and_then(|names| names.get(weekday)),
            'a' => find("date.abbr_day_names").and_then(|names| names.get(weekday)),
            'B' => find("date.month_names").and_then(|names| names.get(month)),
            'b' => find("date.abbr_month_names").and_then(|names| names.get(month)),
            'p' | 'P' => find(if time.hour() < 12 { "time.am" } else { "time.pm" }),
            _ => None,
        };
        match name.and_then(Json::as_str) {
            // A percent sign of a name is no directive.
            Some(name) => named.push_str(&name.replace('%', "%%")),
            None => named.extend(['%', letter]),
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Markup, interpolate, pick_plural, with_names};
    use crate::liquid::value::{Map, Value};

    #[test]
    fn values_are_escaped_in_trusted_text_unless_safe() {
        let values: Map = [
            ("a".into(), Value::str("<")),
            ("b".into(), Value::safe("<i>")),
            ("n".into(), Value::Int(2)),
            ("scope".into(), Value::str("no")),
        ]
        .into_iter()
        .collect();
        let cases = [
            ("<b>%{a}</b> %{b} %{n}", Markup::Trusted, "<b>&lt;</b> <i> 2"),
            ("%{a}", Markup::Text, "<"),
            ("%{missing} %{scope} %{a", Markup::Text, "%{missing} %{scope} %{a"),
        ];
        for (text, markup, expected) in cases {
            assert_eq!(interpolate(text, &values, markup), expected, "{text}");
        }
    }

    #[test]
    fn counts_pick_a_form() {
        let forms = json!({"one": "1 cat", "other": "%{count} cats"});
        let with_zero = json!({"zero": "none", "one": "1", "other": "n"});
        let pick = |json, count: i64| pick_plural(json, Some(&Value::Int(count))).as_str().map(str::to_owned);
        assert_eq!(pick(&forms, 1).as_deref(), Some("1 cat"));
        assert_eq!(pick(&forms, 0).as_deref(), Some("%{count} cats"));
        assert_eq!(pick(&with_zero, 0).as_deref(), Some("none"));
        assert_eq!(pick_plural(&forms, None), &forms);
        assert_eq!(pick_plural(&json!("text"), Some(&Value::Int(1))), &json!("text"));
    }

    #[test]
    fn names_come_from_the_translations() {
        let time = "2024-03-05T07:08:09+01:00[Europe/Warsaw]".parse().unwrap();
        let days = json!(["niedziela", "poniedziałek", "wtorek"]);
        let months = json!([null, "stycznia", "lutego", "mar%ca"]);
        let find = |key: &str| match key {
            "date.day_names" => Some(&days),
            "date.month_names" => Some(&months),
            _ => None,
        };
        assert_eq!(with_names("%A, %d %B %b %%A %", &time, find), "wtorek, %d mar%%ca %b %%A %");
    }
}
