//! A value (or a condition that stands for one) and its filters. The one question here is who owns a comma: the
//! filter, the tag's argument list, or the literal around it.

use super::ast::{Expression, FilterCall, Filtered, Literal, Span};
use super::markup::Markup;
use crate::app::nearest;
use crate::liquid::error::Result;
use crate::liquid::filters;
use crate::liquid::foreign::instead_of_filter;

/// What stands around a value, which decides what a comma behind its filters means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// Nothing: every comma separates filter arguments.
    Whole,
    /// A tag's argument list: `id: x | default: 1, page: p` has two arguments.
    Argument,
    /// An array literal: every comma separates items.
    Item,
    /// A hash literal: a comma before a key separates entries.
    Entry,
}

impl Markup<'_> {
    /// A value (or condition, as in `a == b`) and its filters. Nothing at all is nil, as in Ruby's Liquid:
    /// `assign x = `, `{{ | upcase }}`.
    pub(crate) fn filtered(&mut self) -> Result<Filtered> {
        self.filtered_in(Position::Whole)
    }

    pub(super) fn filtered_in(&mut self, position: Position) -> Result<Filtered> {
        self.peek();
        let start = self.at;
        let is_missing = position == Position::Whole && matches!(self.byte_at(start), None | Some(b'|'));
        let value = if is_missing { Expression::Literal(Literal::Nil) } else { self.expression()? };
        let value = if self.is_operator_next() {
            Expression::Condition(Box::new(self.condition_from(value)?))
        } else {
            value
        };
        self.with_filters(start, value, position)
    }

    /// The filters behind `value`, which began at `start`.
    pub(super) fn with_filters(
        &mut self,
        start: usize,
        value: Expression,
        position: Position,
    ) -> Result<Filtered> {
        let value_end = self.at;
        let filters = self.filters(position)?;
        let end = filters.last().map_or(value_end, |last| last.span.end as usize);
        Ok(Filtered { span: Span::of(start, end), value, filters })
    }

    /// `| name: a | …`, as far as it goes; none is well too. A bar with nothing behind it is skipped;
    /// `||` is meant otherwise.
    pub(super) fn filters(&mut self, position: Position) -> Result<Vec<FilterCall>> {
        let mut filters = Vec::new();
        while self.eat_byte(b'|') {
            let is_doubled = self.byte_at(self.at) == Some(b'|');
            if is_doubled || !matches!(self.peek(), None | Some(b'|')) {
                filters.push(self.filter(position)?);
            }
        }
        Ok(filters)
    }

    /// `name: a, k: v`; the bar has been taken. A comma where the colon should be is read as the colon.
    fn filter(&mut self, position: Position) -> Result<FilterCall> {
        self.peek();
        let start = self.at;
        let Some(name) = self.name() else {
            let error = self.unexpected();
            return Err(match self.peek() {
                Some(b'|') => error.with_hint("use 'or'"),
                _ => error.with_hint("write the name of a filter behind '|'"),
            });
        };
        let Some(filter) = filters::find(name) else {
            let error = self.error_at(start, format!("Unknown filter '{name}'"));
            return Err(match (instead_of_filter(name), nearest(name, filters::names())) {
                (Some(hint), _) => error.with_hint(hint),
                (None, Some(known)) => error.with_hint(format!("did you mean '{known}'?")),
                (None, None) => error,
            });
        };
        let mut call =
            FilterCall { span: Span::of(start, self.at), filter, positional: Vec::new(), named: Vec::new() };
        let has_arguments = match self.peek() {
            Some(b':') => {
                self.at += 1;
                true
            }
            _ => self.takes_comma(position),
        };
        if has_arguments {
            self.filter_arguments(&mut call, position)?;
        }
        Ok(call)
    }

    fn filter_arguments(&mut self, call: &mut FilterCall, position: Position) -> Result<()> {
        loop {
            // `| default:` and a trailing comma: nothing there, nothing passed.
            if matches!(self.peek(), None | Some(b'|')) {
                return Ok(());
            }
            if self.is_named() {
                let name = self.shared_name()?;
                self.eat_byte(b':');
                call.named.push((name, self.argument_value()?));
            } else {
                call.positional.push(self.argument_value()?);
            }
            call.span.end = self.at as u32;
            if !self.takes_comma(position) {
                return Ok(());
            }
        }
    }

    /// Takes the comma that comes next if it belongs to the filter.
    fn takes_comma(&mut self, position: Position) -> bool {
        if self.peek() != Some(b',') {
            return false;
        }
        let mut after = *self;
        after.at += 1;
        let ends_filter = match position {
            Position::Whole => false,
            Position::Item => true,
            Position::Argument => after.is_named(),
            Position::Entry => after.peek() == Some(b'"') || after.is_named(),
        };
        if !ends_filter {
            self.at = after.at;
        }
        !ends_filter
    }
}
