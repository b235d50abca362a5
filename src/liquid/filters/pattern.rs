//! The filters that match and replace with regular expressions, and the compiled expressions they share.

use std::cell::RefCell;
use std::collections::HashMap;

use ::regex::{Captures, Regex, RegexBuilder};

use super::arguments::Arguments;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;
use crate::ruby_regex::translate;

pub(super) const ROWS: &[Filter] = &[
    Filter::question("matches", 1..=2, matches),
    Filter::new("regex_matches", 1..=2, regex_matches),
    Filter::new("replace_regex", 2..=4, replace_regex),
];

/// Longest expression in bytes: reading it takes a hundred times its length in memory.
const MAX_PATTERN: usize = 64 << 10;

/// A compiled expression may take that many bytes.
const MAX_COMPILED: usize = 4 << 20;

/// Most bytes of compiled expression times bytes of text. Matching takes up to a few nanoseconds for each pair of a byte
/// and a state, and nothing can interrupt it.
const MAX_WORK: usize = 1 << 34;

/// Characters of an expression that its error shows.
const MAX_SHOWN: usize = 200;

/// Expressions kept compiled for each thread: a filter in a loop meets the same one again.
const MAX_CACHED: usize = 32;

thread_local! {
    static CACHE: RefCell<HashMap<(String, String, usize), Regex>> = RefCell::default();
}

/// Compiles a Ruby expression for matching `text`; `options` is made of `i`, `m` (a point matches line ends too) and `x`.
/// The longer the text, the smaller the expression has to be.
pub(super) fn compile(pattern: &str, options: &str, text: &str) -> Result<Regex, Rejection> {
    if pattern.len() > MAX_PATTERN {
        return Err(Rejection::argument(format!("regular expression too long: over {MAX_PATTERN} bytes")));
    }
    // Powers of two, so that texts of different length share what is compiled.
    let size = (MAX_WORK / text.len().next_power_of_two()).min(MAX_COMPILED);
    let key = (pattern.to_owned(), options.to_owned(), size);
    if let Some(regex) = CACHE.with_borrow(|cache| cache.get(&key).cloned()) {
        return Ok(regex);
    }
    let refused = |reason: &str| {
        let mut shown: String = pattern.chars().take(MAX_SHOWN).collect();
        if shown.len() < pattern.len() {
            shown.push('…');
        }
        Rejection::Argument(format!("cannot use the regular expression /{shown}/: {reason}"))
    };
    let translated =
        translate(pattern).map_err(|construct| refused(&format!("{construct} is not supported here")))?;
    let regex = RegexBuilder::new(&translated)
        // In Ruby `^` and `$` always stand for the ends of lines.
        .multi_line(true)
        .case_insensitive(options.contains('i'))
        .dot_matches_new_line(options.contains('m'))
        .ignore_whitespace(options.contains('x'))
        .size_limit(size)
        .build()
        .map_err(|error| {
            let text = error.to_string();
            refused(text.lines().last().unwrap_or_default().trim_start_matches("error: "))
        })?;
    CACHE.with_borrow_mut(|cache| {
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        cache.insert(key, regex.clone());
    });
    Ok(regex)
}

/// Nil for the empty text, as on the platform.
fn matches(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let text = input.to_text();
    let regex = compile(&arguments.text(0), &arguments.text(1), &text)?;
    if text.is_empty() {
        return Ok(Value::Nil);
    }
    Ok(Value::Bool(regex.is_match(&text)))
}

/// All matches: arrays of the groups, or the matched texts if the expression has no groups.
fn regex_matches(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let text = input.to_text();
    let regex = compile(&arguments.text(0), &arguments.text(1), &text)?;
    let mut found = Vec::new();
    for captures in regex.captures_iter(&text) {
        // Finding a single match may have taken the whole text.
        surroundings.limits.read(text.len())?;
        surroundings.limits.grow(captures.len() * size_of::<Value>() + whole(&captures).len())?;
        if captures.len() == 1 {
            found.push(Value::str(whole(&captures)));
        } else {
            let groups = captures.iter().skip(1);
            found.push(Value::array(
                groups.map(|group| group.map_or(Value::Nil, |group| Value::str(group.as_str()))).collect(),
            ));
        }
    }
    Ok(Value::array(found))
}

fn whole<'t>(captures: &Captures<'t>) -> &'t str {
    captures.get(0).map_or("", |whole| whole.as_str())
}

/// With a text (`\1` is the first group, `\0` the match) or a hash from matches to texts; all matches, unless the last
/// argument is false.
fn replace_regex(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let text = input.to_text();
    let regex = compile(&arguments.text(0), &arguments.text(2), &text)?;
    let only_first = arguments.get(3).is_some_and(|global| !global.is_truthy());
    let replacements = arguments.hash(1);
    let template = arguments.text(1);
    let mut replaced = String::new();
    let mut copied = 0;
    for captures in regex.captures_iter(&text).take(if only_first { 1 } else { usize::MAX }) {
        // Finding a single match may have taken the whole text.
        surroundings.limits.read(text.len())?;
        let Some(found) = captures.get(0) else { continue };
        let before = replaced.len();
        replaced.push_str(text.get(copied..found.start()).unwrap_or_default());
        match &replacements {
            Some(hash) => {
                if let Some(value) = hash.get(found.as_str()) {
                    value.write_text(&mut replaced);
                }
            }
            None => write_template(&mut replaced, &template, &captures),
        }
        copied = found.end();
        surroundings.grow_text(replaced.len() - before, replaced.len())?;
    }
    replaced.push_str(text.get(copied..).unwrap_or_default());
    Ok(Value::str(replaced))
}

/// Writes `template` with `\1` or `\k<name>` replaced by the group, `\0` and `\&` by the match, `\\` by a backslash.
fn write_template(replaced: &mut String, template: &str, captures: &Captures<'_>) {
    let mut rest = template;
    while let Some((text, escape)) = rest.split_once('\\') {
        replaced.push_str(text);
        let mut chars = escape.chars();
        let named = escape.strip_prefix("k<").and_then(|name| name.split_once('>'));
        rest = match (named, chars.next()) {
            (Some((name, after)), _) => {
                replaced.push_str(captures.name(name).map_or("", |group| group.as_str()));
                after
            }
            (None, Some('&')) => {
                replaced.push_str(whole(captures));
                chars.as_str()
            }
            (None, Some('\\')) => {
                replaced.push('\\');
                chars.as_str()
            }
            (None, Some(digit)) if digit.is_ascii_digit() => {
                let group = digit.to_digit(10).and_then(|group| captures.get(group as usize));
                replaced.push_str(group.map_or("", |group| group.as_str()));
                chars.as_str()
            }
            (None, _) => {
                replaced.push('\\');
                escape
            }
        };
    }
    replaced.push_str(rest);
}
