//! Arrays of arrays to CSV text and back (RFC 4180). An empty field is nil, a quoted empty one the empty text.

use super::arguments::Arguments;
use super::items::array_items;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::{Map, Value};

pub(super) const ROWS: &[Filter] = &[
    Filter::new("parse_csv", 0..=1, parse_csv),
    Filter::new("parse_csv_rc", 0..=1, parse_csv),
    Filter::new("to_csv", 0..=1, to_csv),
];

const DEFAULT_SEPARATOR: char = ',';

/// `col_sep` of the options: one character.
fn separator(arguments: &Arguments) -> Result<char, Rejection> {
    let Some(option) = arguments.option("col_sep") else {
        return Ok(DEFAULT_SEPARATOR);
    };
    let text = option.to_text();
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(separator), None) if !matches!(separator, '"' | '\n' | '\r') => Ok(separator),
        _ => Err(Rejection::argument("col_sep must be one character")),
    }
}

/// Which fields stand in quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    WhereNeeded,
    Everywhere,
}

/// Options `col_sep`, and `force_quotes`: all fields in quotes, not only those that need them.
fn to_csv(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let separator = separator(arguments)?;
    let is_forced = arguments.flag("force_quotes").unwrap_or(false);
    let quotes = if is_forced { Quotes::Everywhere } else { Quotes::WhereNeeded };
    let mut csv = String::new();
    for row in array_items(surroundings, input)? {
        let before = csv.len();
        for (at, field) in array_items(surroundings, &row)?.iter().enumerate() {
            if at > 0 {
                csv.push(separator);
            }
            if is_forced || !field.is_nil() {
                write_field(&mut csv, &surroundings.text_of(field)?, separator, quotes);
                surroundings.limits.check_length(csv.len())?;
            }
        }
        csv.push('\n');
        surroundings.grow_text(csv.len() - before, csv.len())?;
    }
    Ok(Value::str(csv))
}

fn write_field(csv: &mut String, field: &str, separator: char, quotes: Quotes) {
    let needs_quotes = quotes == Quotes::Everywhere
        || field.is_empty()
        || field.starts_with([' ', '\t'])
        || field.ends_with([' ', '\t'])
        || field.contains([separator, '"', '\n', '\r']);
    if needs_quotes {
        csv.push('"');
        csv.push_str(&field.replace('"', "\"\""));
        csv.push('"');
    } else {
        csv.push_str(field);
    }
}

/// With `convert_to_hash: true` the first row names the keys of the others.
fn parse_csv(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let text = input.to_text();
    surroundings.limits.grow(text.len().saturating_mul(size_of::<Value>()))?;
    let rows = parse(&text, separator(arguments)?)?;
    if !arguments.flag("convert_to_hash").unwrap_or(false) {
        return Ok(Value::array(rows.into_iter().map(Value::array).collect()));
    }
    let mut rows = rows.into_iter();
    let header = rows.next().unwrap_or_default();
    let hashes = rows.map(|row| {
        let fields = row.into_iter().chain(std::iter::repeat(Value::Nil));
        Value::hash(header.iter().map(|key| key.to_text().into()).zip(fields).collect::<Map>())
    });
    Ok(Value::array(hashes.collect()))
}

fn parse(text: &str, separator: char) -> Result<Vec<Vec<Value>>, Rejection> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while !rest.is_empty() {
        let (field, after) = parse_field(rest, separator, line)?;
        line += rest.len().checked_sub(after.len()).and_then(|end| rest.get(..end)).map_or(0, newlines);
        row.push(field);
        let mut chars = after.chars();
        match chars.next() {
            Some(c) if c == separator => {
                rest = chars.as_str();
                if rest.is_empty() {
                    row.push(Value::Nil);
                }
            }
            end => {
                let after_return = if end == Some('\r') { chars.as_str().strip_prefix('\n') } else { None };
                rest = after_return.unwrap_or(chars.as_str());
                line += 1;
                // An empty line is an empty row.
                if matches!(row.as_slice(), [Value::Nil]) {
                    row.clear();
                }
                rows.push(std::mem::take(&mut row));
            }
        }
    }
    if !row.is_empty() {
        rows.push(row);
    }
    Ok(rows)
}

/// One field, and what follows it: a separator, a line end, or nothing.
fn parse_field(text: &str, separator: char, line: usize) -> Result<(Value, &str), Rejection> {
    let Some(mut quoted) = text.strip_prefix('"') else {
        let end = text.find([separator, '\n', '\r']).unwrap_or(text.len());
        let (field, after) = text.split_at(end);
        return Ok((if field.is_empty() { Value::Nil } else { Value::str(field) }, after));
    };
    let mut field = String::new();
    loop {
        let Some((part, after)) = quoted.split_once('"') else {
            return Err(Rejection::argument(format!("unclosed quoted field in line {line}")));
        };
        field.push_str(part);
        if let Some(more) = after.strip_prefix('"') {
            field.push('"');
            quoted = more;
        } else if after.is_empty() || after.starts_with([separator, '\n', '\r']) {
            return Ok((Value::str(field), after));
        } else {
            return Err(Rejection::argument(format!("text after a quoted field in line {line}")));
        }
    }
}

fn newlines(text: &str) -> usize {
    text.matches('\n').count()
}
