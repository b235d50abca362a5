//! Whether a filter holds of something in memory. Says the same as the statement that `sql` makes of it; a property test
//! compares the two.

use std::cmp::Ordering;

use rusqlite::types::Value as Sql;
use serde_json::Value as Json;

use super::criteria::{ArrayTest, Attribute, Bound, Case, Filter, Operand, TextPart, TextTest};
use super::values;

impl Filter {
    /// `value` gives the value of an attribute, null if there is none. What is in memory has no relations: such a test is false.
    pub(crate) fn holds(&self, value: &dyn Fn(&Attribute) -> Json) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.holds(value)),
            Self::Any(filters) => filters.iter().any(|filter| filter.holds(value)),
            Self::Not(filter) => !filter.holds(value),
            Self::Exists(attribute) => !value(attribute).is_null(),
            Self::OneOf(attribute, operands) => {
                let value = value(attribute);
                operands.iter().any(|operand| compared(&value, operand) == Some(Ordering::Equal))
            }
            Self::Range(attribute, bounds) => {
                let value = value(attribute);
                bounds
                    .iter()
                    .all(|(bound, operand)| compared(&value, operand).is_some_and(|is| bound.allows(is)))
            }
            Self::Text(attribute, test) => {
                values::text_of(&value(attribute)).is_some_and(|text| test.holds(&text))
            }
            Self::Word(attribute, test) => values::searched_text(&value(attribute))
                .is_some_and(|text| test.part.is_in(&text, &test.word)),
            Self::Array(attribute, test) => {
                value(attribute).as_array().is_some_and(|elements| test.holds(elements))
                // No element is wanted, so nothing is missing.
                || matches!(test, ArrayTest::Contains(wanted) if wanted.is_empty())
            }
            Self::Near(attribute, nearness) => nearness.holds(&value(attribute), value),
            Self::Related { .. } => false,
        }
    }
}

impl TextTest {
    fn holds(&self, text: &str) -> bool {
        let fold = |text: &str| match self.case {
            Case::Sensitive => text.to_owned(),
            Case::Insensitive => crate::store::fold(text),
        };
        let (text, wanted) = (fold(text), fold(&self.text));
        match self.part {
            TextPart::Anywhere => text.contains(&wanted),
            TextPart::Start => text.starts_with(&wanted),
            TextPart::End => text.ends_with(&wanted),
        }
    }
}

impl ArrayTest {
    fn holds(&self, elements: &[Json]) -> bool {
        let elements: Vec<String> = elements.iter().filter_map(values::text_of).collect();
        match self {
            Self::Contains(wanted) => wanted.iter().all(|element| elements.contains(element)),
            Self::Overlaps(wanted) => wanted.iter().any(|element| elements.contains(element)),
            Self::Within(allowed) => elements.iter().all(|element| allowed.contains(element)),
            Self::Equals(wanted) => elements == *wanted,
        }
    }
}

impl Bound {
    fn allows(self, order: Ordering) -> bool {
        match self {
            Self::Above => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Below => order.is_lt(),
            Self::AtMost => order.is_le(),
        }
    }
}

/// Text with the value as text, a number with the value as a number; `None` where it is none.
fn compared(value: &Json, operand: &Operand) -> Option<Ordering> {
    if let Operand::Text(operand) = operand {
        return Some(values::text_of(value)?.as_str().cmp(operand));
    }
    match (values::number(value)?, operand) {
        (Sql::Integer(value), Operand::Integer(operand)) => Some(value.cmp(operand)),
        (value, operand) => float(&value)?.partial_cmp(&operand.as_float()?),
    }
}

pub(super) fn float(value: &Sql) -> Option<f64> {
    match value {
        Sql::Integer(integer) => Some(*integer as f64),
        Sql::Real(real) => Some(*real),
        _ => None,
    }
}

impl Operand {
    fn as_float(&self) -> Option<f64> {
        match self {
            Self::Text(_) => None,
            Self::Integer(integer) => Some(*integer as f64),
            Self::Float(float) => Some(*float),
        }
    }
}
