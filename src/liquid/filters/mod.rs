//! The table of filters: one row a name, one file a family. A filter is a plain function from the piped value and
//! its arguments to a value; whoever calls it adds the place to an error.
//!
//! All filters are our own. The family's stock ones would have to be fed copies of our scalars through a runtime of
//! theirs, and differ from the platform in enough small ways (rounding, negative modulo, trailing empties of a split)
//! that keeping both rule books costs more than these small functions do.

mod any;
mod arguments;
mod arithmetic;
mod array;
mod asset;
mod collection;
mod crypto;
mod csv;
mod currency;
mod date;
mod decimal;
mod hash;
mod html;
mod i18n;
mod inflection;
mod items;
mod json;
mod moment;
mod number;
mod pattern;
mod relative;
mod replace;
mod sanitize;
mod selection;
mod small;
mod sort;
mod sprintf;
mod strftime;
mod string;
mod url;
mod url_template;
mod validation;

#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;
use std::sync::{Arc, LazyLock};

use jiff::ZonedDateTime;

use crate::app::App;
use crate::liquid::limits::{Limit, Limits, MAX_STRING};
use crate::liquid::value::Value;

pub(crate) use arguments::Arguments;

#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    /// Number of arguments besides the piped value; named ones count as one trailing hash. An end of [`usize::MAX`]
    /// stands for "any number".
    pub(crate) arity: RangeInclusive<usize>,
    pub(crate) apply: Apply,
    refusal: Refusal,
}

pub(crate) type Apply = fn(&mut Surroundings<'_>, &Value, &Arguments) -> Filtered;

/// What a filter gives back.
pub(crate) type Filtered = Result<Value, Rejection>;

/// What stands in for the result when a filter rejects its input and errors do not stop the render.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    EmptyText,
    /// Filters that answer a question.
    False,
}

/// Why a filter refused its input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// `divided by 0`; becomes a Liquid error with the place of the call.
    Argument(String),
    Limit(Limit),
}

/// What a filter may know beyond its arguments.
#[derive(Debug)]
pub(crate) struct Surroundings<'r> {
    pub(crate) app: &'r Arc<App>,
    /// ISO code of the language of this render.
    pub(crate) language: &'r str,
    /// `http://127.0.0.1:3000`, no trailing slash; for absolute asset URLs.
    pub(crate) base_url: &'r str,
    /// The moment this render began; `now` and `today` do not move within a render.
    pub(crate) now: &'r ZonedDateTime,
    /// Growth is charged here.
    pub(crate) limits: &'r Limits,
    /// Shopify's printing of containers, for `render --plain`.
    pub(crate) plain: bool,
}

impl Filter {
    const fn new(name: &'static str, arity: RangeInclusive<usize>, apply: Apply) -> Self {
        Self { name, arity, apply, refusal: Refusal::EmptyText }
    }

    /// A filter that answers a question.
    const fn question(name: &'static str, arity: RangeInclusive<usize>, apply: Apply) -> Self {
        Self { name, arity, apply, refusal: Refusal::False }
    }

    /// Rejects a call with too few or too many arguments, in Ruby's words: the piped value counts as one.
    pub(crate) fn check_arity(&self, arguments: &Arguments) -> Result<(), Rejection> {
        let given = arguments.count();
        if self.arity.contains(&given) {
            return Ok(());
        }
        let (least, most) = (self.arity.start() + 1, self.arity.end().saturating_add(1));
        let expected = match most {
            usize::MAX => format!("{least}+"),
            _ if least == most => least.to_string(),
            _ => format!("{least}..{most}"),
        };
        let given = given + 1;
        Err(Rejection::Argument(format!("wrong number of arguments (given {given}, expected {expected})")))
    }

    /// The value of a call that was rejected, where errors are printed and do not stop the render.
    pub(crate) fn refused(&self) -> Value {
        match self.refusal {
            Refusal::EmptyText => Value::str(""),
            Refusal::False => Value::Bool(false),
        }
    }
}

impl Surroundings<'_> {
    /// Charges a piece of a text that is built piece by piece and is `length` bytes long with it.
    fn grow_text(&self, piece: usize, length: usize) -> Result<(), Rejection> {
        self.limits.grow(piece)?;
        if length > MAX_STRING { Err(Rejection::Limit(Limit::String)) } else { Ok(()) }
    }
}

impl Rejection {
    fn argument(text: impl Into<String>) -> Self {
        Self::Argument(text.into())
    }
}

impl From<Limit> for Rejection {
    fn from(limit: Limit) -> Self {
        Self::Limit(limit)
    }
}

/// Every row, sorted by name. A name that two families claim would be found by the test below.
static TABLE: LazyLock<Vec<&'static Filter>> = LazyLock::new(|| {
    let families = [
        any::ROWS,
        arithmetic::ROWS,
        array::ROWS,
        asset::ROWS,
        collection::ROWS,
        crypto::ROWS,
        csv::ROWS,
        currency::ROWS,
        date::ROWS,
        hash::ROWS,
        html::ROWS,
        i18n::ROWS,
        inflection::ROWS,
        json::ROWS,
        pattern::ROWS,
        replace::ROWS,
        sanitize::ROWS,
        selection::ROWS,
        sort::ROWS,
        sprintf::ROWS,
        string::ROWS,
        url::ROWS,
        url_template::ROWS,
        validation::ROWS,
    ];
    let mut rows: Vec<_> = families.into_iter().flatten().collect();
    rows.sort_unstable_by_key(|row| row.name);
    rows
});

/// The filter called `name`, if there is one.
pub(crate) fn find(name: &str) -> Option<&'static Filter> {
    let at = TABLE.binary_search_by_key(&name, |row| row.name).ok()?;
    TABLE.get(at).copied()
}

/// Every name, sorted: for "did you mean".
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|row| row.name)
}
