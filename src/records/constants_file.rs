//! The `NAME=value` lines of a constants file, in the manner of `.env` files. Pure.

use std::fmt;

/// A name and its value, which may be a secret and is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Constant {
    pub(super) name: String,
    pub(super) value: String,
}

/// Why a line makes no sense. `line` is one-based.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) line: usize,
    pub(super) message: &'static str,
}

/// Reads the constants in their order. Blank lines and `#` comments are skipped, `export ` is allowed, a value may be
/// in single quotes (taken as it is) or double quotes (`\n`, `\t`, `\"`, `\\`); behind a bare value, ` #` begins a comment.
/// A name given twice has its last value.
pub(super) fn parse(text: &str) -> Result<Vec<Constant>, SyntaxError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut constants: Vec<Constant> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let fail = |message| SyntaxError { line: line_number, message };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=').ok_or_else(|| fail("expected `NAME=value`"))?;
        let name = name.trim();
        if name.is_empty() {
            return Err(fail("a constant needs a name before `=`"));
        }
        let value = parse_value(value.trim()).map_err(fail)?;
        constants.retain(|constant| constant.name != name);
        constants.push(Constant { name: name.to_owned(), value });
    }
    Ok(constants)
}

impl fmt::Debug for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Constant({}=…)", self.name)
    }
}

fn parse_value(text: &str) -> Result<String, &'static str> {
    if let Some(rest) = text.strip_prefix('\'') {
        let (value, tail) = rest.split_once('\'').ok_or("the quote `'` is never closed")?;
        expect_nothing_more(tail)?;
        return Ok(value.to_owned());
    }
    if let Some(rest) = text.strip_prefix('"') {
        return parse_double_quoted(rest);
    }
    let end = text
        .char_indices()
        .find(|&(at, c)| {
            c == '#' && text.get(..at).is_some_and(|before| before.ends_with(char::is_whitespace))
        })
        .map_or(text.len(), |(at, _)| at);
    Ok(text.get(..end).unwrap_or(text).trim_end().to_owned())
}

fn parse_double_quoted(rest: &str) -> Result<String, &'static str> {
    let mut value = String::new();
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                expect_nothing_more(chars.as_str())?;
                return Ok(value);
            }
            '\\' => match chars.next() {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some(other) => value.push(other),
                None => break,
            },
            c => value.push(c),
        }
    }
    Err("the quote `\"` is never closed")
}

fn expect_nothing_more(tail: &str) -> Result<(), &'static str> {
    let tail = tail.trim_start();
    if tail.is_empty() || tail.starts_with('#') {
        Ok(())
    } else {
        Err("nothing may follow the closing quote")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_constants() {
        let cases = [
            ("A=1", &[("A", "1")][..]),
            ("\u{feff}A=1\r\nB=2\r\n", &[("A", "1"), ("B", "2")]),
            ("# note\n\n  export A = 1 \n", &[("A", "1")]),
            ("modules/openai/TOKEN=sk-1=2", &[("modules/openai/TOKEN", "sk-1=2")]),
            ("A=", &[("A", "")]),
            ("A=p#ss # note", &[("A", "p#ss")]),
            ("A='a # b\\n' # note", &[("A", "a # b\\n")]),
            (r#"A="a\n\"b\" # c""#, &[("A", "a\n\"b\" # c")]),
            ("A=1\nB=2\nA=3", &[("B", "2"), ("A", "3")]),
            ("A=zażółć", &[("A", "zażółć")]),
        ];
        for (text, expected) in cases {
            let constants = parse(text).unwrap();
            let pairs: Vec<_> = constants.iter().map(|c| (c.name.as_str(), c.value.as_str())).collect();
            assert_eq!(pairs, expected, "{text:?}");
        }
    }

    #[test]
    fn senseless_lines_are_named() {
        let cases = [
            ("A=1\nB", 2, "expected `NAME=value`"),
            ("=1", 1, "a constant needs a name before `=`"),
            ("A='x", 1, "the quote `'` is never closed"),
            ("A=\"x\\", 1, "the quote `\"` is never closed"),
            ("A='x'y", 1, "nothing may follow the closing quote"),
        ];
        for (text, line, message) in cases {
            assert_eq!(parse(text).unwrap_err(), SyntaxError { line, message }, "{text:?}");
        }
    }
}
