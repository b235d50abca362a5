//! Equality and order between values, by Ruby's rules.

use std::cell::Cell;
use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::{BYTES_PER_VISIT, MAX_DEPTH, Value};

/// How many items one comparison visits. Two structures too deep or too large to compare count as different.
const MAX_VISITS: usize = 10_000_000;

impl Value {
    /// Ruby's `==` between Liquid values, with the literals `empty` and `blank`; and how many items were looked at: none
    /// where neither is a container or long text. A render asks through [`crate::liquid::limits::Limits::equal`].
    pub(crate) fn equals_counting(&self, other: &Self) -> (bool, usize) {
        let left = Cell::new(MAX_VISITS);
        let equal = self.equals_within(other, MAX_DEPTH, &left);
        (equal, MAX_VISITS - left.get())
    }

    #[cfg(test)]
    pub(crate) fn equals(&self, other: &Self) -> bool {
        self.equals_counting(other).0
    }

    fn equals_within(&self, other: &Self, depth: usize, visits: &Cell<usize>) -> bool {
        match (self, other) {
            (Self::Nil, Self::Nil) => true,
            // The literals ask something of a value; of each other, or of themselves, they hold nothing.
            (Self::Empty | Self::Blank, Self::Empty | Self::Blank) => false,
            (Self::Empty, value) | (value, Self::Empty) => value.is_empty(),
            (Self::Blank, value) | (value, Self::Blank) => value.is_blank(),
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Str(a), Self::Str(b)) => {
                a.text.len() == b.text.len()
                    && may_visit(a.text.len() / BYTES_PER_VISIT, visits)
                    && a.text == b.text
            }
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Range(a, b), Self::Range(c, d)) => (a, b) == (c, d),
            (Self::Date(a), Self::Date(b)) => a == b,
            (Self::Time(a), Self::Time(b)) => a.timestamp() == b.timestamp(),
            (Self::Array(a), Self::Array(b)) => {
                a.is(b) || {
                    let (a, b) = (a.borrow(), b.borrow());
                    a.len() == b.len()
                        && depth > 0
                        && may_visit(1 + a.len(), visits)
                        && a.iter().zip(b.iter()).all(|(a, b)| a.equals_within(b, depth - 1, visits))
                }
            }
            (Self::Hash(a), Self::Hash(b)) => {
                a.is(b) || {
                    let (a, b) = (a.borrow(), b.borrow());
                    let equal = |a: &Self, b: Option<&Self>| {
                        b.is_some_and(|b| a.equals_within(b, depth.saturating_sub(1), visits))
                    };
                    a.len() == b.len()
                        && depth > 0
                        && may_visit(1 + a.len(), visits)
                        && a.iter().all(|(k, a)| equal(a, b.get(k)))
                }
            }
            (Self::Loop(a), Self::Loop(b)) => std::rc::Rc::ptr_eq(a, b),
            _ => self.compare_numbers(other) == Some(Ordering::Equal),
        }
    }

    /// Order of two numbers, two strings, two dates or two times; `None` where Ruby would raise.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Str(_) | Self::Bytes(_), Self::Str(_) | Self::Bytes(_)) => {
                Some(self.to_bytes().cmp(&other.to_bytes()))
            }
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b)) => Some(a.timestamp().cmp(&b.timestamp())),
            _ => self.compare_numbers(other),
        }
    }

    fn compare_numbers(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b),
            (Self::Int(a), Self::Float(b)) => (*a as f64).partial_cmp(b),
            (Self::Float(a), Self::Int(b)) => a.partial_cmp(&(*b as f64)),
            (Self::BigInt(a), Self::BigInt(b)) => Some(a.cmp(b)),
            (Self::BigInt(a), Self::Int(b)) => Some((**a).cmp(&BigInt::from(*b))),
            (Self::Int(a), Self::BigInt(b)) => Some(BigInt::from(*a).cmp(b)),
            (Self::BigInt(a), Self::Float(b)) => a.to_f64()?.partial_cmp(b),
            (Self::Float(a), Self::BigInt(b)) => a.partial_cmp(&b.to_f64()?),
            _ => None,
        }
    }
}

/// Counts so many visits; false once there have been too many.
fn may_visit(count: usize, visits: &Cell<usize>) -> bool {
    let left = visits.get().checked_sub(count);
    visits.set(left.unwrap_or(0));
    left.is_some()
}
