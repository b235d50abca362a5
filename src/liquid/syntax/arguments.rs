//! What a tag's markup is made of besides values: the target of an assignment and the list of named arguments.

use super::ast::{Argument, Expression, FilterCall, Path, Segment, Span, Target, Write};
use super::filter_chain::Position;
use super::markup::{Literals, Markup};
use super::source::is_word;
use crate::liquid::error::Result;

impl Markup<'_> {
    /// `x`, `x.k["j"]`, followed by `=` or `<<`, both taken. No whitespace inside: `x ["k"]` is a mistake.
    pub(crate) fn target(&mut self) -> Result<Target> {
        if !self.peek().is_some_and(is_word) {
            return Err(self.unexpected().with_hint("expected a variable name"));
        }
        let start = self.at;
        self.at = self.name_end(start);
        let root = self.intern(self.source.slice(Span::of(start, self.at)));
        let mut segments: Vec<Segment> = Vec::new();
        loop {
            match self.byte_at(self.at) {
                Some(b'[') => segments.push(self.nested(Self::index)?),
                Some(b'.') => segments.push(self.key()?),
                _ => break,
            }
        }
        let path = Path { root, segments };
        let write = if self.eat("<<") {
            Write::Append
        } else if self.peek() == Some(b'=') && self.byte_at(self.at + 1) != Some(b'=') {
            self.at += 1;
            Write::Set
        } else {
            return Err(self.unexpected().with_hint("expected '='"));
        };
        Ok(Target { path, write })
    }

    /// Whether a target comes next; does not move. Tells `graphql g = 'file'` from the block `graphql g`.
    pub(crate) fn is_target(&mut self) -> bool {
        if !self.peek().is_some_and(is_word) {
            return false;
        }
        // Most markup that is no target shows it behind its first word, before an error has to be made up.
        let after = self.source.skip_whitespace(self.name_end(self.at));
        matches!(self.byte_at(after), Some(b'=' | b'<' | b'.' | b'[')) && { *self }.target().is_ok()
    }

    /// `k: v, k: v` up to the end. Commas are optional, a leading and a trailing one tolerated; a value may carry
    /// filters. Stops before what is no `name:`.
    pub(crate) fn arguments(&mut self) -> Result<Vec<Argument>> {
        self.arguments_of(Self::argument)
    }

    fn arguments_of(&mut self, value: fn(&mut Self) -> Result<Expression>) -> Result<Vec<Argument>> {
        let mut arguments = Vec::new();
        loop {
            while self.eat_byte(b',') {}
            if !self.is_named() {
                return Ok(arguments);
            }
            let name = self.shared_name()?;
            self.eat_byte(b':');
            arguments.push(Argument { name, value: value(self)? });
        }
    }

    /// All of a markup that is one value and its arguments: `'path', k: v`.
    pub(crate) fn call(&mut self) -> Result<(Expression, Vec<Argument>)> {
        let value = self.argument()?;
        let arguments = self.arguments()?;
        self.finish()?;
        Ok((value, arguments))
    }

    /// The same where the first `|` ends the arguments: `'path', k: v | dig: 'a'` filters the result of the call.
    pub(crate) fn filtered_call(&mut self) -> Result<(Expression, Vec<Argument>, Vec<FilterCall>)> {
        let value = self.argument_value()?;
        let arguments = self.arguments_of(Self::argument_value)?;
        let filters = self.filters(Position::Whole)?;
        self.finish()?;
        Ok((value, arguments, filters))
    }

    /// One value of an argument list, with the filters that the platform would drop.
    pub(crate) fn argument(&mut self) -> Result<Expression> {
        self.peek();
        let start = self.at;
        let value = self.argument_value()?;
        let filtered = self.with_filters(start, value, Position::Argument)?;
        if filtered.filters.is_empty() {
            return Ok(filtered.value);
        }
        Ok(Expression::Filtered(Box::new(filtered)))
    }

    /// A value whose literals take no filters inside.
    pub(super) fn argument_value(&mut self) -> Result<Expression> {
        let outer = std::mem::replace(&mut self.literals, Literals::Plain);
        let value = self.expression();
        self.literals = outer;
        value
    }
}
