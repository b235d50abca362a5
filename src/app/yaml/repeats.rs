//! Keys that stand twice in one mapping. As on the platform the last value counts, so the first one is lost without a
//! word, which is rarely what was meant.

use std::collections::BTreeMap;

use super::{Mapping, Mark, Node, Value};
use crate::app::problem::Problem;

/// One warning for each key given twice in `mapping` or a mapping inside it, of the file at `path` with this text.
pub(in crate::app) fn repeated_keys(path: &str, text: &str, mapping: &Mapping) -> Vec<Problem> {
    let mut found = BTreeMap::new();
    collect(mapping, &mut found);
    let warn = |(mark, (key, first)): (Mark, (&String, Mark))| {
        let message = format!("`{key}` is given twice: the value on line {} is lost", first.line);
        Problem::warning(path, message).at(mark.line, mark.col).with_excerpt_of(text)
    };
    found.into_iter().map(warn).collect()
}

/// By place, so that what aliases repeat is told once.
fn collect<'m>(mapping: &'m Mapping, found: &mut BTreeMap<Mark, (&'m String, Mark)>) {
    for (key, entry) in mapping {
        if let Some(first) = entry.repeats {
            found.insert(entry.key_mark, (key, first));
        }
        collect_in(&entry.node, found);
    }
}

fn collect_in<'m>(node: &'m Node, found: &mut BTreeMap<Mark, (&'m String, Mark)>) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter().for_each(|item| collect_in(item, found)),
        Value::Mapping(mapping) => collect(mapping, found),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_mapping;
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let mapping = parse_mapping("p", text).unwrap();
        repeated_keys("p", text, &mapping).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn keys_given_twice_are_placed_at_the_second() {
        assert_eq!(
            problems("a: 1\nb:\n  - c: 1\n    c: 2\na: 3\n"),
            [
                "p:4:5: warning: `c` is given twice: the value on line 3 is lost",
                "p:5:1: warning: `a` is given twice: the value on line 1 is lost",
            ]
        );
    }

    #[test]
    fn merged_keys_are_there_to_be_replaced_and_aliases_repeat_nothing() {
        assert_eq!(problems("x: &x {a: 1}\ny:\n  <<: *x\n  a: 2\nz: *x\n"), [""; 0]);
        assert_eq!(problems("x: &x {a: 1, a: 2}\ny: *x\n").len(), 1);
    }
}
