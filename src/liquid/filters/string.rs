//! Text filters that change or cut one piece of text. Whatever is piped in counts as its text; nil is the empty text.
//! Lengths and positions count characters, as in Ruby.

use smol_str::StrExt as _;

use super::arguments::{Arguments, integer};
use super::{Filter, Filtered, Rejection, Surroundings, inspected};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::text("append", 1..=1, append),
    Filter::text("capitalize", 0..=0, capitalize),
    Filter::text("downcase", 0..=0, downcase),
    Filter::question("end_with", 1..=1, end_with),
    Filter::text("lstrip", 0..=0, lstrip),
    Filter::new("pad_left", 1..=2, pad_left),
    Filter::text("prepend", 1..=1, prepend),
    Filter::text("rstrip", 0..=0, rstrip),
    Filter::new("slice", 1..=2, slice),
    Filter::text("split", 1..=1, split),
    Filter::question("start_with", 1..=1, start_with),
    Filter::text("strip", 0..=0, strip),
    Filter::text("strip_newlines", 0..=0, strip_newlines),
    Filter::text("truncate", 0..=2, truncate),
    Filter::text("truncatewords", 0..=2, truncatewords),
    Filter::text("upcase", 0..=0, upcase),
];

/// What Ruby's `strip` removes; not every Unicode space.
const WHITESPACE: [char; 7] = ['\0', '\t', '\n', '\u{b}', '\u{c}', '\r', ' '];

fn append(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    join_values(surroundings, input, &arguments.value(0))
}

fn prepend(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    join_values(surroundings, &arguments.value(0), input)
}

/// What is no text stays bytes: keys and digests are joined too.
fn join_values(surroundings: &Surroundings<'_>, first: &Value, second: &Value) -> Filtered {
    if matches!(first, Value::Bytes(_)) || matches!(second, Value::Bytes(_)) {
        let (first, second) = (first.to_bytes(), second.to_bytes());
        surroundings.limits.grow(first.len() + second.len())?;
        return Ok(Value::bytes([first, second].concat()));
    }
    join_two(surroundings, &first.to_text(), &second.to_text())
}

fn join_two(surroundings: &Surroundings<'_>, first: &str, second: &str) -> Filtered {
    surroundings.limits.grow(first.len() + second.len())?;
    Ok(Value::str([first, second].concat()))
}

fn upcase(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let text = input.to_text();
    Ok(if text.is_ascii() {
        Value::str(text.to_ascii_uppercase_smolstr())
    } else {
        Value::str(text.to_uppercase())
    })
}

fn downcase(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let text = input.to_text();
    Ok(if text.is_ascii() {
        Value::str(text.to_ascii_lowercase_smolstr())
    } else {
        // By the whole text, for a sigma at the end of a word is another letter.
        Value::str(text.to_lowercase())
    })
}

/// First letter up, all others down.
fn capitalize(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(capitalized(&input.to_text())))
}

pub(super) fn capitalized(text: &str) -> String {
    if text.is_ascii() {
        let mut capitalized = text.to_ascii_lowercase();
        if let Some(first) = capitalized.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        return capitalized;
    }
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars.as_str().to_lowercase().chars()).collect()
}

fn strip(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(input.to_text().trim_matches(WHITESPACE)))
}

fn lstrip(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(input.to_text().trim_start_matches(WHITESPACE)))
}

fn rstrip(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(input.to_text().trim_end_matches(WHITESPACE)))
}

fn strip_newlines(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(input.to_text().replace("\r\n", "").replace('\n', "")))
}

/// At most that many characters, the ending included.
fn truncate(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let length = arguments.integer(0)?.unwrap_or(50);
    let ending = arguments.text_or(1, "...");
    let text = input.to_text();
    // Even the empty text is longer than a negative length.
    if usize::try_from(length).is_ok_and(|length| text.chars().nth(length).is_none()) {
        return Ok(Value::str(&*text));
    }
    let length = usize::try_from(length).unwrap_or(0);
    let kept = first_chars(&text, length.saturating_sub(ending.chars().count()));
    join_two(surroundings, kept, &ending)
}

/// At least one word is kept. Text that is short enough keeps its whitespace; in cut text each run becomes one space.
/// As in Ruby, whitespace behind the last word that fits makes the text too long.
fn truncatewords(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let count = usize::try_from(arguments.integer(0)?.unwrap_or(15)).unwrap_or(0).max(1);
    let ending = arguments.text_or(1, "...");
    let text = input.to_text();
    let mut words = text.split_ascii_whitespace();
    let kept: Vec<_> = words.by_ref().take(count).collect();
    let ends_in_space = kept.len() == count && text.ends_with(|c: char| c.is_ascii_whitespace());
    if words.next().is_none() && !ends_in_space {
        return Ok(Value::str(&*text));
    }
    join_two(surroundings, &kept.join(" "), &ending)
}

/// A part of text or of an array: from a position (from the end if negative), one or `length` of them.
fn slice(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let offset = integer(&arguments.value(0))?;
    let length = match arguments.get(1) {
        None | Some(Value::Nil) => 1,
        Some(length) => integer(length)?,
    };
    if let Value::Array(array) = input {
        let items = array.borrow();
        let Some((start, count)) = clamp(offset, length, items.len()) else {
            return Ok(Value::array(Vec::new()));
        };
        let part = items.iter().skip(start).take(count);
        surroundings.limits.grow(part.len() * size_of::<Value>())?;
        return Ok(Value::array(part.cloned().collect()));
    }
    let input = if surroundings.plain { inspected(input) } else { input.clone() };
    let text = input.to_text();
    let Some((start, count)) = clamp(offset, length, text.chars().count()) else {
        return Ok(Value::str(""));
    };
    Ok(Value::str(text.chars().skip(start).take(count).collect::<String>()))
}

/// Where a slice of something `size` long begins and how many it may take; `None` if it begins outside.
fn clamp(offset: i64, length: i64, size: usize) -> Option<(usize, usize)> {
    let size = i64::try_from(size).ok()?;
    let start = if offset < 0 { offset.checked_add(size)? } else { offset };
    if start > size {
        return None;
    }
    Some((usize::try_from(start).ok()?, usize::try_from(length).ok()?))
}

/// Empty pieces at the end are dropped, as in Ruby; one space splits at any whitespace, the empty text at every
/// character. An array is left alone.
fn split(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    match input {
        Value::Array(_) => return Ok(input.clone()),
        Value::Hash(_) => return Err(Rejection::argument("split filter requires text, got a hash")),
        _ => {}
    }
    let (text, pattern) = (input.to_text(), arguments.text(0));
    let pieces: &mut dyn Iterator<Item = &str> = match &*pattern {
        " " => &mut text.split_ascii_whitespace(),
        "" => &mut characters(&text),
        pattern => &mut text.split(pattern),
    };
    let mut parts = Vec::new();
    let mut without_empty_end = 0;
    for piece in pieces {
        surroundings.limits.grow(size_of::<Value>() + 2 * size_of::<usize>() + piece.len())?;
        parts.push(Value::str(piece));
        if !piece.is_empty() {
            without_empty_end = parts.len();
        }
    }
    parts.truncate(without_empty_end);
    Ok(Value::array(parts))
}

fn characters(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().filter_map(|(at, c)| text.get(at..at + c.len_utf8()))
}

/// The first `count` characters.
fn first_chars(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Pads at the left until the text is as long as asked for; text that is longer stays.
fn pad_left(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let (text, padding) = (input.to_text(), arguments.text_or(1, " "));
    if padding.is_empty() {
        return Err(Rejection::argument("zero width padding"));
    }
    let width = usize::try_from(integer(&arguments.value(0))?).unwrap_or(0);
    let missing = width.saturating_sub(text.chars().count());
    surroundings.limits.grow(text.len().saturating_add(missing.saturating_mul(4)))?;
    let padded: String = padding.chars().cycle().take(missing).chain(text.chars()).collect();
    Ok(Value::str(padded))
}

fn start_with(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let text = input.to_text();
    any_text(surroundings, &arguments.value(0), |prefix| text.starts_with(prefix))
}

fn end_with(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let text = input.to_text();
    any_text(surroundings, &arguments.value(0), |suffix| text.ends_with(suffix))
}

/// Whether the claim holds for the text, or for one of an array of texts.
fn any_text(surroundings: &Surroundings<'_>, value: &Value, claim: impl Fn(&str) -> bool) -> Filtered {
    let Value::Array(items) = value else { return Ok(Value::Bool(claim(&value.to_text()))) };
    for item in items.borrow().iter() {
        if claim(&surroundings.text_of(item)?) {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}
