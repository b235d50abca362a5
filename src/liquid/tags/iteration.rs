//! What `for` and `tablerow` share: `x in source`, its options, and the items a source gives.

use std::sync::Arc;

use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Render, leading_integer, over};
use crate::liquid::syntax::ast::{Expression, Span, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser};
use crate::liquid::value::{Value, pair, range_len};

/// Lists over this are charged for the copy a loop takes of them: many loops within each other hold many.
const MANY: usize = 10_000;

/// Which tag loops: they read their options by different rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looping {
    /// An option is an integer, or text that is one.
    For,
    /// Of an option the digits it begins with count, and what is no option is passed over.
    TableRow,
}

/// The markup of a loop.
#[derive(Debug)]
pub(super) struct Iteration {
    looping: Looping,
    pub(super) variable: Arc<str>,
    /// `item-product.tags`: what `forloop.name` shows and `offset: continue` goes by.
    pub(super) name: Arc<str>,
    source: Expression,
    reversed: bool,
    limit: Option<Expression>,
    offset: Option<Offset>,
    pub(super) columns: Option<Expression>,
}

#[derive(Debug)]
enum Offset {
    At(Expression),
    /// Where the loop of the same name ended.
    Continue,
}

/// The items of a loop, counted before the first is taken. A range is not expanded.
#[derive(Debug)]
pub(super) struct Items {
    items: Kind,
    pub(super) len: usize,
}

#[derive(Debug)]
enum Kind {
    List(std::vec::IntoIter<Value>),
    Range { next: i64, step: i64 },
}

impl Looping {
    /// The value of an option; `None` where nil is as good as no option.
    pub(super) fn integer(self, value: &Value) -> Result<Option<i64>> {
        let not_an_integer = || Error::runtime("invalid integer");
        match (self, value) {
            (_, Value::Int(i)) => Ok(Some(*i)),
            (Self::For, Value::Nil) => Ok(None),
            (Self::For, other) => other.to_text().trim().parse().map(Some).map_err(|_| not_an_integer()),
            (Self::TableRow, Value::Nil) => Ok(Some(0)),
            (Self::TableRow, Value::Float(f)) => Ok(Some(*f as i64)),
            (Self::TableRow, Value::Str(text)) => Ok(Some(leading_integer(&text.text))),
            (Self::TableRow, _) => Err(not_an_integer()),
        }
    }
}

impl Iteration {
    pub(super) fn parse(looping: Looping, parser: &Parser<'_>, markup: &mut Markup<'_>) -> Result<Self> {
        let begin = *markup;
        let missing = || {
            begin
                .error("Syntax Error in loop - Valid syntax: item in list")
                .with_hint("write 'for item in items'")
        };
        let variable = markup.name().ok_or_else(missing)?;
        let variable = markup.intern(variable);
        if !markup.eat("in") {
            return Err(missing());
        }
        let start = markup.span().start;
        let source = markup.expression()?;
        let text = text(parser, Span { start, end: markup.span().start });
        let name = Arc::from(format!("{variable}-{text}"));
        let mut iteration = Self {
            looping,
            variable,
            name,
            source,
            reversed: false,
            limit: None,
            offset: None,
            columns: None,
        };
        loop {
            if iteration.option(markup)? {
                continue;
            }
            if looping == Looping::For || markup.is_end() {
                break;
            }
            markup.skip();
        }
        markup.finish()?;
        Ok(iteration)
    }

    fn option(&mut self, markup: &mut Markup<'_>) -> Result<bool> {
        while markup.eat(",") {}
        if self.looping == Looping::For && markup.eat("reversed") {
            self.reversed = true;
            return Ok(true);
        }
        let mut ahead = *markup;
        let Some(name) = ahead.name() else { return Ok(false) };
        if !ahead.eat(":") {
            return Ok(false);
        }
        *markup = ahead;
        if name == "offset" && markup.eat("continue") {
            self.offset = Some(Offset::Continue);
            return Ok(true);
        }
        let value = markup.argument()?;
        match name {
            "limit" => self.limit = Some(value),
            "offset" => self.offset = Some(Offset::At(value)),
            "cols" => self.columns = Some(value),
            _ => {}
        }
        Ok(true)
    }

    pub(super) fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.expression(&self.source, Use::Passed);
        let offset = match &self.offset {
            Some(Offset::At(offset)) => Some(offset),
            _ => None,
        };
        for option in [self.limit.as_ref(), offset, self.columns.as_ref()].into_iter().flatten() {
            visitor.expression(option, Use::Passed);
        }
    }

    /// The items to go through, and remembers where `offset: continue` would go on. `None` where there is no list at all.
    pub(super) fn items(&self, render: &mut Render<'_>) -> Result<Option<Items>> {
        let source = render.value(&self.source)?;
        if self.looping == Looping::TableRow && !source.is_truthy() {
            return Ok(None);
        }
        let from = match &self.offset {
            None => 0,
            Some(Offset::At(offset)) => self.looping.integer(&render.value(offset)?)?.unwrap_or(0),
            Some(Offset::Continue) => {
                let offsets = render.frames.registers().map(|registers| &registers.offsets);
                match offsets.and_then(|offsets| offsets.get(&self.name)) {
                    Some(Value::Int(at)) => *at,
                    _ => 0,
                }
            }
        };
        let limit = match &self.limit {
            None => None,
            Some(limit) => self.looping.integer(&render.value(limit)?)?,
        };
        if !source.is_truthy() {
            return Ok(None);
        }
        let to = limit.map(|limit| limit.saturating_add(from));
        let items = Items::of(&source, from, to, self.reversed);
        if items.len > MANY && matches!(items.items, Kind::List(_)) {
            render.limits.grow(items.len.saturating_mul(size_of::<Value>())).map_err(over)?;
        }
        let end = from.saturating_add(i64::try_from(items.len).unwrap_or(i64::MAX));
        render.frames.registers_mut().offsets.insert(Arc::clone(&self.name), Value::Int(end));
        Ok(Some(items))
    }
}

impl Items {
    /// Items `from` to `to` (not included) of what `source` holds. A string is one item, whatever the options; other
    /// scalars hold nothing.
    fn of(source: &Value, from: i64, to: Option<i64>, reversed: bool) -> Self {
        let within = |len: usize| {
            let start = usize::try_from(from.max(0)).unwrap_or(usize::MAX).min(len);
            let end = to.map_or(len, |to| usize::try_from(to.max(0)).unwrap_or(usize::MAX).min(len));
            start..end.max(start)
        };
        let list: Vec<Value> = match source {
            Value::Range(first, last) => {
                let range = within(usize::try_from(range_len(*first, *last)).unwrap_or(usize::MAX));
                return Self::range(*first, range, reversed);
            }
            Value::Array(items) => {
                let items = items.borrow();
                items.get(within(items.len())).unwrap_or_default().to_vec()
            }
            Value::Hash(entries) => {
                let entries = entries.borrow();
                let range = within(entries.len());
                entries.iter().skip(range.start).take(range.len()).map(|(k, v)| pair(k, v)).collect()
            }
            Value::Str(text) if !text.text.is_empty() => vec![source.clone()],
            _ => Vec::new(),
        };
        let mut list = list;
        if reversed {
            list.reverse();
        }
        Self { len: list.len(), items: Kind::List(list.into_iter()) }
    }

    fn range(first: i64, range: std::ops::Range<usize>, reversed: bool) -> Self {
        let at = |offset: usize| first.saturating_add(i64::try_from(offset).unwrap_or(i64::MAX));
        let items = if reversed {
            Kind::Range { next: at(range.end).saturating_sub(1), step: -1 }
        } else {
            Kind::Range { next: at(range.start), step: 1 }
        };
        Self { items, len: range.len() }
    }

    /// The next item; never asked for more than `len` of them.
    pub(super) fn next(&mut self) -> Value {
        match &mut self.items {
            Kind::List(items) => items.next().unwrap_or_default(),
            Kind::Range { next, step } => {
                let value = *next;
                *next = next.saturating_add(*step);
                Value::Int(value)
            }
        }
    }
}

fn text<'s>(parser: &Parser<'s>, span: Span) -> &'s str {
    parser.source().get(span.start as usize..span.end as usize).unwrap_or_default().trim()
}
