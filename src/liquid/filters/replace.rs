//! Replacing and removing literal text: all occurrences, the first, or the last.

use smol_str::StrExt as _;

use super::arguments::Arguments;
use super::{Filter, Filtered, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::text("remove", 1..=1, remove),
    Filter::text("remove_first", 1..=1, remove_first),
    Filter::text("remove_last", 1..=1, remove_last),
    Filter::text("replace", 1..=2, replace),
    Filter::text("replace_first", 1..=2, replace_first),
    Filter::text("replace_last", 2..=2, replace_last),
];

fn replace(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    all(surroundings, input, &arguments.text(0), &arguments.text(1))
}

fn remove(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    all(surroundings, input, &arguments.text(0), "")
}

fn replace_first(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    first(surroundings, input, &arguments.text(0), &arguments.text(1))
}

fn remove_first(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    first(surroundings, input, &arguments.text(0), "")
}

fn replace_last(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    last(surroundings, input, &arguments.text(0), &arguments.text(1))
}

fn remove_last(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    last(surroundings, input, &arguments.text(0), "")
}

/// The empty pattern matches before every character and at the end.
fn all(surroundings: &Surroundings<'_>, input: &Value, pattern: &str, replacement: &str) -> Filtered {
    let text = input.to_text();
    let growth = text.matches(pattern).count().saturating_mul(replacement.len());
    surroundings.limits.grow(text.len().saturating_add(growth))?;
    Ok(Value::str(text.replace_smolstr(pattern, replacement)))
}

fn first(surroundings: &Surroundings<'_>, input: &Value, pattern: &str, replacement: &str) -> Filtered {
    let text = input.to_text();
    around(surroundings, &text, text.split_once(pattern), replacement)
}

fn last(surroundings: &Surroundings<'_>, input: &Value, pattern: &str, replacement: &str) -> Filtered {
    let text = input.to_text();
    around(surroundings, &text, text.rsplit_once(pattern), replacement)
}

/// What stood before and after the match, with the replacement between; `text` itself without a match.
fn around(
    surroundings: &Surroundings<'_>,
    text: &str,
    halves: Option<(&str, &str)>,
    replacement: &str,
) -> Filtered {
    let Some((before, after)) = halves else {
        return Ok(Value::str(text));
    };
    surroundings.limits.grow(text.len() + replacement.len())?;
    Ok(Value::str([before, replacement, after].concat()))
}
