//! Values: strings, numbers, names with their lookups, ranges. Array and hash literals are in `json_literal`.

use std::sync::Arc;

use super::ast::{Expression, Literal, Path, Piece, Segment, Span};
use super::markup::Markup;
use super::source::is_word;
use crate::liquid::error::Result;

/// Longest number: reading one costs more than linear time, and no page counts that far.
const MAX_DIGITS: usize = 1000;

impl Markup<'_> {
    /// One value: literal, path, range, array or hash literal, interpolated string. No filters.
    pub(crate) fn expression(&mut self) -> Result<Expression> {
        match self.peek() {
            Some(quote @ (b'"' | b'\'')) => self.string(quote),
            Some(b'(') => self.nested(Self::range),
            Some(b'[') => self.nested(Self::array_literal),
            Some(b'{') => self.nested(Self::hash_literal),
            Some(b'0'..=b'9') => self.number_or_name(),
            Some(b'-') if self.byte_at(self.at + 1).is_some_and(|byte| byte.is_ascii_digit()) => {
                self.number()
            }
            Some(byte) if is_word(byte) => self.word(),
            _ => Err(self.unexpected()),
        }
    }

    /// There are no escapes: the string ends at the next quote. What follows an attempt at one (`"a\"b"`) is dropped
    /// up to the next filter or argument, as on the platform.
    fn string(&mut self, quote: u8) -> Result<Expression> {
        let Some(content) = self.string_content(quote) else {
            return Err(self
                .error("String was never closed")
                .with_hint(format!("close it with {}", char::from(quote))));
        };
        let text = self.source.slice(content);
        let value = if quote == b'"' && self.source.interpolates(content) {
            self.interpolated(content, |text| Arc::from(text))?
        } else {
            Expression::Literal(Literal::Str(self.shared(text)))
        };
        self.at = content.end as usize + 1;
        if text.ends_with('\\') {
            self.drop_escape_attempt();
        }
        Ok(value)
    }

    fn drop_escape_attempt(&mut self) {
        let ends_value = |byte: u8| byte.is_ascii_whitespace() || b"|,)]}:.=<>".contains(&byte);
        if self.byte_at(self.at).is_none_or(ends_value) {
            return;
        }
        while let Some(byte) = self.byte_at(self.at) {
            if byte == b'|' {
                return;
            }
            if byte == b',' {
                let mut after = *self;
                after.at += 1;
                if after.is_named() {
                    return;
                }
            }
            self.at += 1;
        }
    }

    /// Names repeat and are worth sharing; a long text is not likely to come twice.
    fn shared(&self, text: &str) -> Arc<str> {
        if text.len() <= 32 { self.intern(text) } else { Arc::from(text) }
    }

    /// The pieces of a string with `{{ }}` in it. `unescape` turns the text between them into what it means.
    pub(super) fn interpolated(&self, content: Span, unescape: fn(&str) -> Arc<str>) -> Result<Expression> {
        let mut pieces = Vec::new();
        let mut text_from = content.start as usize;
        let end = content.end as usize;
        let push_text = |pieces: &mut Vec<Piece>, from: usize, to: usize| {
            if from < to {
                pieces.push(Piece::Text(unescape(self.source.slice(Span::of(from, to)))));
            }
        };
        while let Some(open) = self.source.find_pair(text_from, end, *b"{{") {
            let Some(close) = self.source.find_pair(open + 2, end, *b"}}") else { break };
            push_text(&mut pieces, text_from, open);
            let mut inner = self.within(Span::of(open + 2, close));
            if !inner.is_end() {
                pieces.push(Piece::Value(inner.filtered()?));
                inner.finish()?;
            }
            text_from = close + 2;
        }
        push_text(&mut pieces, text_from, end);
        Ok(Expression::Interpolated(pieces))
    }

    fn number_or_name(&mut self) -> Result<Expression> {
        let digits = self.skip_digits(self.at);
        match self.byte_at(digits) {
            Some(byte) if is_word(byte) => self.word(),
            _ => self.number(),
        }
    }

    /// `-?digits` or `-?digits.digits`. A dot without digits behind it is left: it begins the `..` of a range.
    fn number(&mut self) -> Result<Expression> {
        let start = self.at;
        let mut end = self.skip_digits(start + 1);
        let fraction = self.skip_digits(end + 1);
        let is_float = self.byte_at(end) == Some(b'.') && fraction > end + 1;
        if is_float {
            end = fraction;
        }
        if end - start > MAX_DIGITS {
            return Err(self.error(format!("Number too long: more than {MAX_DIGITS} digits")));
        }
        let text = self.source.slice(Span::of(start, end));
        let literal = if is_float {
            Literal::Float(text.parse().map_err(|_| self.unexpected())?)
        } else {
            text.parse().map_or_else(|_| Literal::BigInt(Arc::from(text)), Literal::Int)
        };
        self.at = end;
        Ok(Expression::Literal(literal))
    }

    fn skip_digits(&self, from: usize) -> usize {
        self.source.run(from, self.end, |byte| byte.is_ascii_digit())
    }

    /// A literal word or a path.
    fn word(&mut self) -> Result<Expression> {
        let path = self.path()?;
        let literal = match &*path.root {
            _ if !path.segments.is_empty() => return Ok(Expression::Path(path)),
            "true" => Literal::True,
            "false" => Literal::False,
            "nil" | "null" => Literal::Nil,
            "blank" => Literal::Blank,
            "empty" => Literal::Empty,
            _ => return Ok(Expression::Path(path)),
        };
        Ok(Expression::Literal(literal))
    }

    /// `a.b["c"][d]`; whitespace may stand around dots and before brackets.
    fn path(&mut self) -> Result<Path> {
        let root = self.shared_name()?;
        // Most paths have one segment or none: room for exactly that.
        let mut segments: Vec<Segment> = self.segment()?.into_iter().collect();
        if !segments.is_empty() {
            while let Some(segment) = self.segment()? {
                segments.push(segment);
            }
        }
        Ok(Path { root, segments })
    }

    fn segment(&mut self) -> Result<Option<Segment>> {
        match self.peek() {
            Some(b'[') => self.nested(Self::index).map(Some),
            Some(b'.') if self.byte_at(self.at + 1) != Some(b'.') => self.key().map(Some),
            _ => Ok(None),
        }
    }

    /// `.name`; the cursor is at the dot.
    pub(super) fn key(&mut self) -> Result<Segment> {
        self.at += 1;
        if !self.peek().is_some_and(|byte| is_word(byte) && !byte.is_ascii_digit()) {
            return Err(self.unexpected());
        }
        self.shared_name().map(Segment::Key)
    }

    /// `[expression]`; the cursor is at the bracket.
    pub(super) fn index(&mut self) -> Result<Segment> {
        self.at += 1;
        let index = self.expression()?;
        self.expect(b']')?;
        Ok(Segment::Index(index))
    }

    /// `(a..b)`; the cursor is at the parenthesis. A third dot is forgiven, as in Ruby's Liquid.
    fn range(&mut self) -> Result<Expression> {
        self.at += 1;
        let first = self.expression()?;
        if !self.eat("...") && !self.eat("..") {
            return Err(self.unexpected().with_hint("parentheses hold a range, (1..5); they do not group"));
        }
        if self.peek() == Some(b')') {
            return Err(self.unexpected().with_hint("a range has two ends: (1..5)"));
        }
        let last = self.expression()?;
        self.expect(b')')?;
        Ok(Expression::Range(Box::new((first, last))))
    }

    /// Takes a closing bracket, or says that it is missing.
    pub(super) fn expect(&mut self, wanted: u8) -> Result<()> {
        if self.eat_byte(wanted) {
            return Ok(());
        }
        Err(self.unexpected().with_hint(format!("expected '{}'", char::from(wanted))))
    }
}
