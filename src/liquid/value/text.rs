//! Value to text: the platform's printing, Shopify's for `render --plain`, and Ruby's `inspect` for error messages.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::{Display, Write as _};

use super::digits::{push_float, push_integer};
use super::{MAX_DEPTH, MAX_VISITS, Value, may_visit, may_visit_text};

/// Values that an error message shows; 32 bytes of text count as one.
const MAX_INSPECTED: usize = 200;

impl Value {
    /// The value as a person or `append` sees it; arrays and hashes as JSON.
    pub(crate) fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Str(s) => Cow::Borrowed(&s.text),
            Self::Nil | Self::Empty | Self::Blank => Cow::Borrowed(""),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            _ => {
                let mut out = String::new();
                self.write_text(&mut out);
                Cow::Owned(out)
            }
        }
    }

    /// The bytes of the text, as what encodes, hashes or encrypts a string needs them.
    pub(crate) fn to_bytes(&self) -> Cow<'_, [u8]> {
        if let Self::Bytes(bytes) = self {
            return Cow::Borrowed(bytes);
        }
        match self.to_text() {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }
    }

    /// Appends [`Self::to_text`] without an intermediate string.
    pub(crate) fn write_text(&self, out: &mut String) {
        match self {
            Self::Nil | Self::Empty | Self::Blank => {}
            Self::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Self::Int(i) => push_integer(out, *i),
            Self::BigInt(i) => write_display(out, i),
            Self::Float(f) => write_float(out, *f),
            Self::Str(s) => out.push_str(&s.text),
            Self::Bytes(bytes) => out.push_str(&String::from_utf8_lossy(bytes)),
            Self::Array(_) | Self::Hash(_) => out.push_str(&self.to_json_text()),
            Self::Range(a, b) => write_display(out, &format_args!("{a}..{b}")),
            Self::Date(d) => write_display(out, &d.strftime("%Y-%m-%d")),
            Self::Time(t) => write_display(out, &t.strftime("%Y-%m-%d %H:%M:%S %z")),
            Self::Loop(l) => out.push_str(l.class_name()),
        }
    }

    /// Shopify's printing: array items one after the other, hashes as Ruby inspects them.
    pub(crate) fn write_plain(&self, out: &mut String) {
        self.write_plain_within(out, MAX_DEPTH, &Cell::new(MAX_VISITS));
    }

    fn write_plain_within(&self, out: &mut String, depth: usize, visits: &Cell<usize>) {
        if !may_visit(self, visits) {
            return;
        }
        match self {
            Self::Array(a) if depth > 0 => {
                for item in a.borrow().iter() {
                    item.write_plain_within(out, depth - 1, visits);
                }
            }
            Self::Array(_) => {}
            Self::Hash(_) => self.write_inspect_within(out, depth, visits),
            other => other.write_text(out),
        }
    }

    /// Ruby's `inspect`: `{"a"=>1, "b"=>nil}`; the beginning of it, where it is long.
    pub(crate) fn inspect(&self) -> String {
        let mut out = String::new();
        self.write_inspect_within(&mut out, MAX_DEPTH, &Cell::new(MAX_INSPECTED));
        out
    }

    fn write_inspect_within(&self, out: &mut String, depth: usize, visits: &Cell<usize>) {
        if !may_visit(self, visits) {
            return out.push_str("...");
        }
        match self {
            Self::Bytes(bytes) => write_display(out, &format_args!("{:?}", String::from_utf8_lossy(bytes))),
            Self::Nil => out.push_str("nil"),
            // As values, the two literals are the empty text.
            Self::Empty | Self::Blank => out.push_str("\"\""),
            Self::Str(s) => write_quoted(out, &s.text),
            Self::Array(_) | Self::Hash(_) if depth == 0 => out.push_str("..."),
            Self::Array(a) => {
                out.push('[');
                for (i, item) in a.borrow().iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    item.write_inspect_within(out, depth - 1, visits);
                }
                out.push(']');
            }
            Self::Hash(h) => {
                out.push('{');
                for (i, (key, value)) in h.borrow().iter().enumerate() {
                    if !may_visit_text(key, visits) {
                        break;
                    }
                    out.push_str(if i > 0 { ", " } else { "" });
                    write_quoted(out, key);
                    out.push_str("=>");
                    value.write_inspect_within(out, depth - 1, visits);
                }
                out.push('}');
            }
            other => other.write_text(out),
        }
    }
}

/// Ruby's `String#inspect`: in double quotes, with what is not printable and what would begin an interpolation escaped.
fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '#' if chars.peek().is_some_and(|next| matches!(next, '{' | '$' | '@')) => out.push_str("\\#"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            c if c.is_control() => write_display(out, &format_args!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn write_display(out: &mut String, value: &dyn Display) {
    write!(out, "{value}").expect("writing to a String cannot fail");
}

/// Ruby's `Float#to_s`: always a decimal point, scientific from 1e16 and below 1e-4.
fn write_float(out: &mut String, f: f64) {
    if f.is_nan() {
        out.push_str("NaN");
    } else if f.is_infinite() {
        out.push_str(if f > 0.0 { "Infinity" } else { "-Infinity" });
    } else if f != 0.0 && !(1e-4..1e16).contains(&f.abs()) {
        let text = format!("{f:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let point = if mantissa.contains('.') { "" } else { ".0" };
        let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
        write_display(out, &format_args!("{mantissa}{point}e{sign}{digits:0>2}"));
    } else if !push_float(out, f) {
        write_display(out, &format_args!("{f:?}"));
    }
}
