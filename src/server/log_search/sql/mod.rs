//! The SQL that a search understands:
//!
//! ```text
//! SELECT * FROM logs | requests [WHERE column op value [AND | OR …]] [ORDER BY _timestamp [ASC | DESC]] [LIMIT n]
//! ```
//! `op` is one of `= != <> < <= > >= LIKE ILIKE`, a value a number or a `'text'`; `AND` binds closer than `OR`. A parser of all of SQL would read far more
//! than there is to answer.

use std::iter::Peekable;
use std::str::CharIndices;

use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value as Json};

use super::stream::Stream;

/// Conditions of one query.
const MAX_CONDITIONS: usize = 32;

#[derive(Debug)]
pub(super) struct Query {
    pub(super) stream: Stream,
    /// A row is wanted if it fulfils all conditions of one of these. None: every row is.
    alternatives: Vec<Vec<Condition>>,
    /// Newest first, unless told otherwise.
    pub(super) order: Order,
    pub(super) limit: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Ascending,
    Descending,
}

#[derive(Debug)]
struct Condition {
    column: &'static str,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Compared(Comparison, Literal),
    Like(Regex),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

#[derive(Debug, PartialEq)]
enum Literal {
    Text(String),
    Number(f64),
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    #[error(
        "{found} where {expected} is expected; this log answers SELECT * FROM logs or requests [WHERE column op value AND …] [ORDER BY _timestamp]"
    )]
    Unexpected { found: String, expected: &'static str },
    #[error("there is no stream `{name}`; there are {}", Stream::ALL.map(Stream::name).join(" and "))]
    Stream { name: String },
    #[error("`{stream}` has no column `{name}`; it has {}", columns.join(", "))]
    Column { stream: &'static str, name: String, columns: &'static [&'static str] },
    #[error("a query has at most {MAX_CONDITIONS} conditions")]
    TooMany,
    #[error("the pattern of `LIKE` is too large")]
    Pattern,
}

impl Error {
    pub(super) fn stream(name: &str) -> Self {
        Self::Stream { name: name.to_owned() }
    }
}

impl Query {
    pub(super) fn all(stream: Stream) -> Self {
        Self { stream, alternatives: Vec::new(), order: Order::Descending, limit: None }
    }

    pub(super) fn parse(sql: &str) -> Result<Self, Error> {
        let mut tokens = Tokens(sql.char_indices().peekable(), sql);
        tokens.keyword("SELECT")?;
        tokens.symbol("*")?;
        tokens.keyword("FROM")?;
        let name = tokens.name("the name of a stream")?;
        let mut query = Self::all(Stream::named(&name).ok_or_else(|| Error::stream(&name))?);
        let mut next = tokens.next()?;
        if next.is_keyword("WHERE") {
            (query.alternatives, next) = alternatives(&mut tokens, query.stream)?;
        }
        if next.is_keyword("ORDER") {
            tokens.keyword("BY")?;
            tokens.keyword("_timestamp")?;
            next = tokens.next()?;
            if next.is_keyword("ASC") {
                (query.order, next) = (Order::Ascending, tokens.next()?);
            } else if next.is_keyword("DESC") {
                next = tokens.next()?;
            } else {
                query.order = Order::Ascending;
            }
        }
        if next.is_keyword("LIMIT") {
            let limit = tokens.next()?;
            let number = match &limit {
                Token::Number(_, text) => text.parse().ok(),
                _ => None,
            };
            query.limit = Some(number.ok_or_else(|| limit.instead_of("a whole number"))?);
            next = tokens.next()?;
        }
        if next == Token::End { Ok(query) } else { Err(next.instead_of("the end")) }
    }

    /// Whether a row is wanted. A null fulfils no condition.
    pub(super) fn matches(&self, hit: &Map<String, Json>) -> bool {
        let holds = |condition: &Condition| {
            hit.get(condition.column).is_some_and(|value| !value.is_null() && condition.test.holds(value))
        };
        let is_wanted = |conditions: &Vec<Condition>| conditions.iter().all(holds);
        self.alternatives.is_empty() || self.alternatives.iter().any(is_wanted)
    }
}

impl Test {
    /// A number is compared with the number in a text, too; a text with a number as it is written.
    fn holds(&self, value: &Json) -> bool {
        let text = match value {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        match self {
            Self::Like(pattern) => pattern.is_match(&text),
            Self::Compared(comparison, Literal::Text(wanted)) => comparison.holds(text.as_str().cmp(wanted)),
            Self::Compared(comparison, Literal::Number(wanted)) => {
                let number = text.parse::<f64>().ok().and_then(|number| number.partial_cmp(wanted));
                number.is_some_and(|ordering| comparison.holds(ordering))
            }
        }
    }
}

impl Comparison {
    fn of(symbol: &str) -> Option<Self> {
        Some(match symbol {
            "=" => Self::Equal,
            "!=" | "<>" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">" => Self::Greater,
            ">=" => Self::AtLeast,
            _ => return None,
        })
    }

    fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
        }
    }
}

/// And the token behind them.
fn alternatives(tokens: &mut Tokens<'_>, stream: Stream) -> Result<(Vec<Vec<Condition>>, Token), Error> {
    let mut alternatives = Vec::new();
    let mut conditions = Vec::new();
    for _ in 0..MAX_CONDITIONS {
        conditions.push(condition(tokens, stream)?);
        let next = tokens.next()?;
        if next.is_keyword("OR") {
            alternatives.push(std::mem::take(&mut conditions));
        } else if !next.is_keyword("AND") {
            alternatives.push(conditions);
            return Ok((alternatives, next));
        }
    }
    Err(Error::TooMany)
}

fn condition(tokens: &mut Tokens<'_>, stream: Stream) -> Result<Condition, Error> {
    let name = tokens.name("a column")?;
    let known = stream.columns().iter().copied().find(|&column| column == name);
    let column =
        known.ok_or_else(|| Error::Column { stream: stream.name(), name, columns: stream.columns() })?;
    let operator = tokens.next()?;
    let case = match &operator {
        operator if operator.is_keyword("LIKE") => Some(Case::Matters),
        operator if operator.is_keyword("ILIKE") => Some(Case::Ignored),
        _ => None,
    };
    if let Some(case) = case {
        return match tokens.next()? {
            Token::Text(pattern) => Ok(Condition { column, test: Test::Like(like(&pattern, case)?) }),
            other => Err(other.instead_of("a 'text'")),
        };
    }
    let comparison = match &operator {
        Token::Symbol(symbol) => Comparison::of(symbol),
        _ => None,
    };
    let comparison = comparison.ok_or_else(|| operator.instead_of("one of = != < <= > >= LIKE ILIKE"))?;
    let literal = match tokens.next()? {
        Token::Text(text) => Literal::Text(text),
        Token::Number(number, _) => Literal::Number(number),
        other => return Err(other.instead_of("a number or a 'text'")),
    };
    Ok(Condition { column, test: Test::Compared(comparison, literal) })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Matters,
    Ignored,
}

/// `%` is anything, `_` one character.
fn like(pattern: &str, case: Case) -> Result<Regex, Error> {
    let parts = pattern.chars().map(|char| match char {
        '%' => ".*".to_owned(),
        '_' => ".".to_owned(),
        char => regex::escape(char.encode_utf8(&mut [0; 4])),
    });
    let pattern = format!("(?s)^{}$", parts.collect::<String>());
    RegexBuilder::new(&pattern).case_insensitive(case == Case::Ignored).build().map_err(|_| Error::Pattern)
}

#[derive(Debug, PartialEq)]
enum Token {
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
    fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn instead_of(&self, expected: &'static str) -> Error {
        let found = match self {
            Self::Word(text) | Self::Symbol(text) | Self::Number(_, text) => format!("`{text}`"),
            Self::QuotedName(name) => format!("`\"{name}\"`"),
            Self::Text(text) => format!("`'{text}'`"),
            Self::End => "the end".to_owned(),
        };
        Error::Unexpected { found, expected }
    }
}

struct Tokens<'a>(Peekable<CharIndices<'a>>, &'a str);

impl Tokens<'_> {
    fn keyword(&mut self, keyword: &'static str) -> Result<(), Error> {
        let next = self.next()?;
        if next.is_keyword(keyword) { Ok(()) } else { Err(next.instead_of(keyword)) }
    }

    fn symbol(&mut self, symbol: &'static str) -> Result<(), Error> {
        let next = self.next()?;
        if next == Token::Symbol(symbol.to_owned()) { Ok(()) } else { Err(next.instead_of(symbol)) }
    }

    fn name(&mut self, expected: &'static str) -> Result<String, Error> {
        match self.next()? {
            Token::Word(name) | Token::QuotedName(name) => Ok(name),
            other => Err(other.instead_of(expected)),
        }
    }

    fn next(&mut self) -> Result<Token, Error> {
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

#[cfg(test)]
mod tests;
