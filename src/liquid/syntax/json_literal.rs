//! Array and hash literals: JSON with Liquid values. Strings in them are JSON strings (double quotes, escapes), while
//! everywhere else in Liquid a backslash is a backslash.

use std::sync::Arc;

use super::ast::{Expression, Filtered, HashKey, Literal, Path, Span};
use super::filter_chain::Position;
use super::markup::{Literals, Markup};
use crate::liquid::error::{Error, Result};

impl Markup<'_> {
    /// `[a, b]`; the cursor is at the bracket.
    pub(super) fn array_literal(&mut self) -> Result<Expression> {
        self.at += 1;
        let mut items = Vec::new();
        if self.eat_byte(b']') {
            return Ok(Expression::Array(items));
        }
        loop {
            items.push(self.item(Position::Item)?);
            if !self.another(b']')? {
                break;
            }
        }
        self.expect(b']')?;
        Ok(Expression::Array(items))
    }

    /// `{ "k": v, bare: v }`; the cursor is at the brace.
    pub(super) fn hash_literal(&mut self) -> Result<Expression> {
        self.at += 1;
        let mut entries = Vec::new();
        if self.eat_byte(b'}') {
            return Ok(Expression::Hash(entries));
        }
        loop {
            let key = self.hash_key()?;
            self.expect(b':')?;
            entries.push((key, self.item(Position::Entry)?));
            if !self.another(b'}')? {
                break;
            }
        }
        self.expect(b'}')?;
        Ok(Expression::Hash(entries))
    }

    /// Takes the comma before another item, if there is one.
    fn another(&mut self, close: u8) -> Result<bool> {
        let comma = self.eat_byte(b',');
        if comma && self.peek() == Some(close) {
            return Err(self.unexpected().with_hint("take out the comma behind the last value"));
        }
        Ok(comma)
    }

    fn hash_key(&mut self) -> Result<HashKey> {
        match self.peek() {
            Some(b'"') => {
                let content = self.json_string_content()?;
                self.at = content.end as usize + 1;
                self.unescaped(content).map(HashKey::Str)
            }
            Some(b'\'') => Err(self.single_quotes()),
            _ => Ok(HashKey::Bare(Path { root: self.shared_name()?, segments: Vec::new() })),
        }
    }

    /// A value of a literal, with its filters.
    fn item(&mut self, position: Position) -> Result<Filtered> {
        let item = match self.peek() {
            Some(b'"') => {
                let start = self.at;
                let value = self.json_string()?;
                self.with_filters(start, value, position)?
            }
            Some(b'\'') => return Err(self.single_quotes()),
            _ => self.filtered_in(position)?,
        };
        match item.filters.first() {
            Some(filter) if self.literals == Literals::Plain => {
                let error = "Filters are not allowed inside the literal of an argument";
                Err(self
                    .error_at(filter.span.start as usize, error)
                    .with_hint("assign the filtered value first"))
            }
            _ => Ok(item),
        }
    }

    fn json_string(&mut self) -> Result<Expression> {
        let content = self.json_string_content()?;
        let value = if self.source.interpolates(content) {
            // An escape that means nothing is kept as it is written.
            self.interpolated(content, |text| unescape(text).unwrap_or_else(|| Arc::from(text)))?
        } else {
            Expression::Literal(Literal::Str(self.unescaped(content)?))
        };
        self.at = content.end as usize + 1;
        Ok(value)
    }

    /// What stands between the quote at the cursor and the next one without a backslash.
    fn json_string_content(&self) -> Result<Span> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            match self.byte_at(at) {
                Some(b'"') => return Ok(Span::of(start, at)),
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
                None => return Err(self.error("String was never closed").with_hint("close it with \"")),
            }
        }
    }

    fn unescaped(&self, content: Span) -> Result<Arc<str>> {
        let text = self.source.slice(content);
        if text.contains('\\') {
            unescape(text)
                .ok_or_else(|| self.error_at(content.start as usize, "Invalid escape in a JSON string"))
        } else {
            Ok(self.intern(text))
        }
    }

    fn single_quotes(&self) -> Error {
        self.unexpected().with_hint("strings in array and hash literals take double quotes")
    }
}

/// JSON's escapes resolved; line breaks and tabs may stand in the string as they are.
fn unescape(text: &str) -> Option<Arc<str>> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (plain, escape) = rest.split_at(at);
        out.push_str(plain);
        let (character, length) = escaped_character(escape)?;
        out.push(character);
        rest = escape.get(length..)?;
    }
    out.push_str(rest);
    Some(Arc::from(out))
}

/// The character that `escape` begins with, and how many bytes it is written in.
fn escaped_character(escape: &str) -> Option<(char, usize)> {
    let character = match escape.as_bytes().get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        byte @ (b'"' | b'\\' | b'/') => char::from(*byte),
        b'u' => return escaped_unicode(escape),
        _ => return None,
    };
    Some((character, 2))
}

/// `\u00e4`, or a surrogate pair.
fn escaped_unicode(escape: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = escape.get(at..at + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
    };
    let first = unit(0)?;
    match char::from_u32(first.into()) {
        Some(character) => Some((character, 6)),
        None => char::decode_utf16([first, unit(6)?]).next()?.ok().map(|character| (character, 12)),
    }
}
