//! The words, texts, numbers and signs that a query is made of.

use std::iter::Peekable;
use std::str::CharIndices;

use super::Error;

#[derive(Debug, PartialEq)]
pub(super) enum Token {
    /// A keyword or a name.
    Word(String),
    /// `"name"`
    QuotedName(String),
    /// `'text'`
    Text(String),
    /// And as it is written.
    Number(f64, String),
    Symbol(String),
    End,
}

impl Token {
    pub(super) fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    pub(super) fn instead_of(&self, expected: &'static str) -> Error {
        let found = match self {
            Self::Word(text) | Self::Symbol(text) | Self::Number(_, text) => format!("`{text}`"),
            Self::QuotedName(name) => format!("`\"{name}\"`"),
            Self::Text(text) => format!("`'{text}'`"),
            Self::End => "the end".to_owned(),
        };
        Error::Unexpected { found, expected }
    }
}

pub(super) struct Tokens<'a>(Peekable<CharIndices<'a>>, &'a str);

impl<'a> Tokens<'a> {
    pub(super) fn of(sql: &'a str) -> Self {
        Self(sql.char_indices().peekable(), sql)
    }

    pub(super) fn keyword(&mut self, keyword: &'static str) -> Result<(), Error> {
        let next = self.next()?;
        if next.is_keyword(keyword) { Ok(()) } else { Err(next.instead_of(keyword)) }
    }

    pub(super) fn symbol(&mut self, symbol: &'static str) -> Result<(), Error> {
        let next = self.next()?;
        if next == Token::Symbol(symbol.to_owned()) { Ok(()) } else { Err(next.instead_of(symbol)) }
    }

    pub(super) fn name(&mut self, expected: &'static str) -> Result<String, Error> {
        match self.next()? {
            Token::Word(name) | Token::QuotedName(name) => Ok(name),
            other => Err(other.instead_of(expected)),
        }
    }

    pub(super) fn next(&mut self) -> Result<Token, Error> {
        while self.0.next_if(|(_, char)| char.is_whitespace()).is_some() {}
        let Some((start, first)) = self.0.next() else { return Ok(Token::End) };
        match first {
            '\'' => self.quoted('\'').map(Token::Text),
            '"' => self.quoted('"').map(Token::QuotedName),
            '<' | '>' | '!' | '=' => {
                let second = self.0.next_if(|(_, char)| matches!(char, '=' | '>'));
                Ok(Token::Symbol([first].into_iter().chain(second.map(|(_, char)| char)).collect()))
            }
            _ if first.is_ascii_digit() || first == '-' => {
                let text = self.rest_of(start, |char| char.is_ascii_digit() || char == '.');
                match text.parse() {
                    Ok(number) => Ok(Token::Number(number, text)),
                    Err(_) => Ok(Token::Symbol(text)),
                }
            }
            _ if first.is_alphanumeric() || first == '_' => {
                Ok(Token::Word(self.rest_of(start, |char| char.is_alphanumeric() || char == '_')))
            }
            _ => Ok(Token::Symbol(first.to_string())),
        }
    }

    fn rest_of(&mut self, start: usize, belongs: impl Fn(char) -> bool) -> String {
        while self.0.next_if(|(_, char)| belongs(*char)).is_some() {}
        let end = self.0.peek().map_or(self.1.len(), |(end, _)| *end);
        self.1.get(start..end).unwrap_or_default().to_owned()
    }

    /// A doubled quote stands for itself.
    fn quoted(&mut self, quote: char) -> Result<String, Error> {
        let mut text = String::new();
        while let Some((_, char)) = self.0.next() {
            if char == quote && self.0.next_if(|(_, next)| *next == quote).is_none() {
                return Ok(text);
            }
            text.push(char);
        }
        Err(Error::Unexpected { found: "the end".to_owned(), expected: "a closing quote" })
    }
}
