//! Text filters that change or cut one piece of text. Whatever is piped in counts as its text; nil is the empty text.
//! Lengths and positions count characters, as in Ruby.

use smol_str::StrExt as _;

use super::arguments::{Arguments, integer};
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("append", 1..=1, append),
    Filter::new("capitalize", 0..=0, capitalize),
    Filter::new("downcase", 0..=0, downcase),
    Filter::new("encode", 1..=3, recoded),
    Filter::new("encoding", 0..=0, encoding),
    Filter::question("end_with", 1..=1, end_with),
    Filter::new("force_encoding", 1..=1, recoded),
    Filter::new("lstrip", 0..=0, lstrip),
    Filter::new("pad_left", 1..=2, pad_left),
    Filter::new("prepend", 1..=1, prepend),
    Filter::new("rstrip", 0..=0, rstrip),
    Filter::new("scrub", 0..=1, scrub),
    Filter::new("slice", 1..=2, slice),
    Filter::new("split", 1..=1, split),
    Filter::question("start_with", 1..=1, start_with),
    Filter::new("strip", 0..=0, strip),
    Filter::new("strip_newlines", 0..=0, strip_newlines),
    Filter::new("truncate", 0..=2, truncate),
    Filter::new("truncatewords", 0..=2, truncatewords),
    Filter::new("upcase", 0..=0, upcase),
];

/// What Ruby's `strip` removes; not every Unicode space.
const WHITESPACE: [char; 7] = ['\0', '\t', '\n', '\u{b}', '\u{c}', '\r', ' '];

fn append(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    join_two(surroundings, &input.to_text(), &arguments.text(0))
}

fn prepend(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    join_two(surroundings, &arguments.text(0), &input.to_text())
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
    let length = usize::try_from(arguments.integer(0)?.unwrap_or(50)).unwrap_or(0);
    let ending = arguments.text_or(1, "...");
    let text = input.to_text();
    if text.chars().nth(length).is_none() {
        return Ok(Value::str(&*text));
    }
    let kept = first_chars(&text, length.saturating_sub(ending.chars().count()));
    join_two(surroundings, kept, &ending)
}

/// At least one word is kept. Text that is short enough keeps its whitespace; in cut text each run becomes one space.
fn truncatewords(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let count = usize::try_from(arguments.integer(0)?.unwrap_or(15)).unwrap_or(0).max(1);
    let ending = arguments.text_or(1, "...");
    let text = input.to_text();
    let mut words = text.split_ascii_whitespace();
    let kept: Vec<_> = words.by_ref().take(count).collect();
    if words.next().is_none() {
        return Ok(Value::str(&*text));
    }
    join_two(surroundings, &kept.join(" "), &ending)
}

/// A part of text or of an array: from a position (from the end if negative), one or `length` of them.
fn slice(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
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
        return Ok(Value::array(items.iter().skip(start).take(count).cloned().collect()));
    }
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

fn start_with(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let text = input.to_text();
    Ok(Value::Bool(any_text(&arguments.value(0), |prefix| text.starts_with(prefix))))
}

fn end_with(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let text = input.to_text();
    Ok(Value::Bool(any_text(&arguments.value(0), |suffix| text.ends_with(suffix))))
}

/// Whether the claim holds for the text, or for one of an array of texts.
fn any_text(value: &Value, claim: impl Fn(&str) -> bool) -> bool {
    match value {
        Value::Array(items) => items.borrow().iter().any(|item| claim(&item.to_text())),
        other => claim(&other.to_text()),
    }
}

/// Text in a template is always UTF-8 here.
fn encoding(_: &mut Surroundings<'_>, _: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str("UTF-8"))
}

/// Text stays as it is: another encoding than UTF-8 cannot be had.
fn recoded(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(&*input.to_text()))
}

/// Replaces what could not be read as UTF-8, by the argument or by nothing; such bytes came in as U+FFFD.
fn scrub(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let (text, replacement) = (input.to_text(), arguments.text(0));
    surroundings.limits.grow(text.len().saturating_mul(replacement.len().max(1)))?;
    Ok(Value::str(text.replace('\u{fffd}', &replacement)))
}
