//! What it takes to get from one hash to another.

use super::arguments::Arguments;
use super::hash::entries;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::{Map, Value};

pub(super) const ROWS: &[Filter] = &[Filter::new("hash_diff", 1..=2, hash_diff)];

/// How deep nested hashes are followed.
const MAX_DEPTH: usize = 100;

/// `hash_diff: other, strip: true`: `["-", key, old]`, `["~", key, old, new]`, `["+", key, new]`, keys of nested hashes as
/// `a.b`. In each hash what is gone comes first, then what changed, then what is new, by key. Arrays are compared as
/// wholes; with `strip`, white space around texts does not count.
fn hash_diff(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let spaces = if arguments.flag("strip").unwrap_or(false) { Spaces::Ignored } else { Spaces::Compared };
    let (old, new) = (entries(surroundings, input)?, entries(surroundings, &arguments.value(0))?);
    let mut comparison = Comparison { surroundings, spaces, changes: Vec::new() };
    comparison.hashes(&old, &new, "", MAX_DEPTH)?;
    Ok(Value::array(comparison.changes))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Spaces {
    Compared,
    Ignored,
}

struct Comparison<'c, 'r> {
    surroundings: &'c Surroundings<'r>,
    spaces: Spaces,
    changes: Vec<Value>,
}

impl Comparison<'_, '_> {
    fn hashes(&mut self, old: &Map, new: &Map, prefix: &str, depth: usize) -> Result<(), Rejection> {
        for key in sorted(old.keys().filter(|key| !new.contains_key(key))) {
            self.push("-", prefix, key, &[old.get(key)])?;
        }
        for key in sorted(old.keys().filter(|key| new.contains_key(key))) {
            match (old.get(key), new.get(key)) {
                (Some(Value::Hash(a)), Some(Value::Hash(b))) if depth > 0 => {
                    self.surroundings.limits.step()?;
                    self.hashes(&a.borrow(), &b.borrow(), &format!("{prefix}{key}."), depth - 1)?;
                }
                (Some(a), Some(b)) if !self.are_equal(a, b)? => {
                    self.push("~", prefix, key, &[Some(a), Some(b)])?;
                }
                _ => {}
            }
        }
        for key in sorted(new.keys().filter(|key| !old.contains_key(key))) {
            self.push("+", prefix, key, &[new.get(key)])?;
        }
        Ok(())
    }

    fn are_equal(&self, a: &Value, b: &Value) -> Result<bool, Rejection> {
        match (a, b) {
            (Value::Str(a), Value::Str(b)) if self.spaces == Spaces::Ignored => {
                Ok(a.text.trim() == b.text.trim())
            }
            _ => Ok(self.surroundings.limits.equal(a, b)?),
        }
    }

    fn push(
        &mut self,
        sign: &str,
        prefix: &str,
        key: &str,
        values: &[Option<&Value>],
    ) -> Result<(), Rejection> {
        self.surroundings.limits.step()?;
        let head = [Value::str(sign), Value::str(format!("{prefix}{key}"))];
        let values = values.iter().copied().flatten().cloned();
        self.changes.push(Value::array(head.into_iter().chain(values).collect()));
        Ok(())
    }
}

fn sorted<K: AsRef<str>>(keys: impl Iterator<Item = K>) -> Vec<K> {
    let mut keys: Vec<_> = keys.collect();
    keys.sort_unstable_by(|a, b| a.as_ref().cmp(b.as_ref()));
    keys
}
