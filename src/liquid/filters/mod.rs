//! The table of filters: one row a name, one file a family. A filter is a plain function from the piped value and
//! its arguments to a value; whoever calls it adds the place to an error.
//!
//! All filters are our own. The family's stock ones would have to be fed copies of our scalars through a runtime of
//! theirs, and differ from the platform in enough small ways (rounding, negative modulo, trailing empties of a split)
//! that keeping both rule books costs more than these small functions do.

mod allowlist;
mod any;
mod arguments;
mod arithmetic;
mod array;
mod asset;
mod base64;
mod collection;
mod countries;
mod crypto;
mod csv;
mod currency;
mod date;
mod decimal;
mod download;
mod encoding;
mod gzip;
mod hash;
mod hash_diff;
mod html;
mod html_text;
mod i18n;
mod inflection;
mod items;
mod json;
mod moment;
mod number;
mod pattern;
mod phone;
mod qrcode;
mod random;
mod relative;
mod replace;
mod sanitize;
mod selection;
mod small;
mod sort;
mod sprintf;
mod strftime;
mod string;
mod time_zone;
mod url;
mod url_template;
mod useragent;
mod validation;
mod video;
mod xml;
mod xml_writer;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, LazyLock};

use foldhash::fast::FixedState;
use jiff::ZonedDateTime;

use crate::app::App;
use crate::liquid::limits::{Limit, Limits};
use crate::liquid::value::{Cycles, Value};
use crate::records::Data;

pub(crate) use arguments::Arguments;
pub(crate) use html_text::plain_text;

#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    /// Number of arguments besides the piped value; named ones count as one trailing hash. An end of [`usize::MAX`]
    /// stands for "any number".
    pub(crate) arity: RangeInclusive<usize>,
    apply: Apply,
    refusal: Refusal,
    reads: Reads,
}

type Apply = fn(&mut Surroundings<'_>, &Value, &Arguments) -> Filtered;

/// What a filter gives back.
pub(crate) type Filtered = Result<Value, Rejection>;

/// What stands in for the result when a filter rejects its input and errors do not stop the render.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    EmptyText,
    /// Filters that answer a question.
    False,
}

/// What a filter takes its piped value and its arguments for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reads {
    Values,
    /// Arrays and hashes too: as JSON, or, in plain mode, as Ruby inspects them.
    Text,
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
    /// What `json` makes is printed as it is.
    pub(crate) keeps_json: bool,
    /// Nothing may be fetched from the net.
    pub(crate) offline: bool,
    /// Growth is charged here.
    pub(crate) limits: &'r Limits,
    /// A filter that writes into a container it was given tells.
    pub(crate) cycles: &'r Cycles,
    /// Shopify's printing of containers, for `render --plain`.
    pub(crate) plain: bool,
    /// What the app stores. `None` for a template without an app around it.
    pub(crate) data: Option<&'r mut Data>,
}

impl Filter {
    const fn new(name: &'static str, arity: RangeInclusive<usize>, apply: Apply) -> Self {
        Self { name, arity, apply, refusal: Refusal::EmptyText, reads: Reads::Values }
    }

    /// A filter to which everything is text.
    const fn text(name: &'static str, arity: RangeInclusive<usize>, apply: Apply) -> Self {
        Self { name, arity, apply, refusal: Refusal::EmptyText, reads: Reads::Text }
    }

    /// A filter that answers a question.
    const fn question(name: &'static str, arity: RangeInclusive<usize>, apply: Apply) -> Self {
        Self { name, arity, apply, refusal: Refusal::False, reads: Reads::Values }
    }

    /// The filter's answer to a call in a template. Whatever it makes of a large input has taken time, and text that it
    /// made takes memory: both are charged here, so that no filter has to think of it.
    pub(crate) fn call(
        &self,
        surroundings: &mut Surroundings<'_>,
        input: &Value,
        arguments: &Arguments,
    ) -> Filtered {
        self.check_arity(arguments)?;
        let reads_container = || {
            surroundings.plain
                && self.reads == Reads::Text
                && [input].into_iter().chain(&arguments.positional).any(Value::is_container)
        };
        let result = if reads_container() {
            let positional = arguments.positional.iter().map(inspected).collect();
            let arguments = Arguments { positional, named: arguments.named.clone() };
            (self.apply)(surroundings, &inspected(input), &arguments)
        } else {
            (self.apply)(surroundings, input, arguments)
        }?;
        surroundings.limits.handled(input)?;
        if let Value::Str(text) = &result
            && text.is_new()
        {
            surroundings.limits.grow(text.text.len())?;
        }
        Ok(result)
    }

    /// Rejects a call with too few or too many arguments, in Ruby's words: the piped value counts as one.
    fn check_arity(&self, arguments: &Arguments) -> Result<(), Rejection> {
        self.arity_error(arguments.count()).map_or(Ok(()), |text| Err(Rejection::Argument(text)))
    }

    /// What is said of a call with as many arguments, if it is wrong.
    pub(crate) fn arity_error(&self, given: usize) -> Option<String> {
        if self.arity.contains(&given) {
            return None;
        }
        let (least, most) = (self.arity.start() + 1, self.arity.end().saturating_add(1));
        let expected = match most {
            usize::MAX => format!("{least}+"),
            _ if least == most => least.to_string(),
            _ => format!("{least}..{most}"),
        };
        let given = given + 1;
        Some(format!("wrong number of arguments (given {given}, expected {expected})"))
    }

    /// How many arguments the filter takes, in words: the platform's sentence counts the piped value as one.
    pub(crate) fn takes(&self) -> String {
        let name = self.name;
        match (*self.arity.start(), *self.arity.end()) {
            (_, 0) => format!("'{name}' takes no arguments"),
            (1, 1) => format!("'{name}' takes 1 argument"),
            (least, usize::MAX) => format!("'{name}' takes {least} arguments or more"),
            (least, most) if least == most => format!("'{name}' takes {least} arguments"),
            (least, most) if least + 1 == most => format!("'{name}' takes {least} or {most} arguments"),
            (least, most) => format!("'{name}' takes {least} to {most} arguments"),
        }
    }

    /// The value of a call that was rejected, where errors are printed and do not stop the render.
    pub(crate) fn refused(&self) -> Value {
        match self.refusal {
            Refusal::EmptyText => Value::str(""),
            Refusal::False => Value::Bool(false),
        }
    }
}

/// A container as Ruby's `inspect` writes it, anything else as it is.
fn inspected(value: &Value) -> Value {
    if value.is_container() { Value::str(value.inspect()) } else { value.clone() }
}

impl Surroundings<'_> {
    /// The text of one of many values, its time counted: short lists may hold the same long text over and over.
    fn text_of<'v>(&self, value: &'v Value) -> Result<Cow<'v, str>, Rejection> {
        let text = value.to_text();
        self.limits.read(text.len())?;
        Ok(text)
    }

    /// Charges a piece of a text that is built piece by piece and is `length` bytes long with it.
    fn grow_text(&self, piece: usize, length: usize) -> Result<(), Rejection> {
        self.limits.grow(piece)?;
        Ok(self.limits.check_length(length)?)
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
        base64::ROWS,
        collection::ROWS,
        csv::ROWS,
        currency::ROWS,
        date::ROWS,
        download::ROWS,
        encoding::ROWS,
        gzip::ROWS,
        hash::ROWS,
        hash_diff::ROWS,
        html::ROWS,
        html_text::ROWS,
        i18n::ROWS,
        inflection::ROWS,
        json::ROWS,
        pattern::ROWS,
        phone::ROWS,
        qrcode::ROWS,
        random::ROWS,
        replace::ROWS,
        sanitize::ROWS,
        selection::ROWS,
        sort::ROWS,
        sprintf::ROWS,
        string::ROWS,
        url::ROWS,
        url_template::ROWS,
        useragent::ROWS,
        validation::ROWS,
        video::ROWS,
        xml::ROWS,
        xml_writer::ROWS,
    ];
    let families = families.into_iter().chain(crypto::FAMILIES);
    let mut rows: Vec<_> = families.flatten().collect();
    rows.sort_unstable_by_key(|row| row.name);
    rows
});

/// Hashed: a template asks once for every filter in it.
static BY_NAME: LazyLock<HashMap<&'static str, &'static Filter, FixedState>> =
    LazyLock::new(|| TABLE.iter().map(|row| (row.name, *row)).collect());

/// The filter called `name`, if there is one.
pub(crate) fn find(name: &str) -> Option<&'static Filter> {
    BY_NAME.get(name).copied()
}

/// Every name, sorted: for "did you mean".
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|row| row.name)
}
