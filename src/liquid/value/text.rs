//! Value to text: the platform's printing, Shopify's for `render --plain`, and Ruby's `inspect` for error messages.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::{Display, Write as _};

use super::digits::{push_float, push_integer};
use super::{MAX_DEPTH, MAX_VISITS, Value, may_visit};

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

    /// Appends [`Self::to_text`] without an intermediate string.
    pub(crate) fn write_text(&self, out: &mut String) {
        match self {
            Self::Nil | Self::Empty | Self::Blank => {}
            Self::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Self::Int(i) => push_integer(out, *i),
            Self::BigInt(i) => write_display(out, i),
            Self::Float(f) => write_float(out, *f),
            Self::Str(s) => out.push_str(&s.text),
            Self::Array(_) | Self::Hash(_) => out.push_str(&self.to_json_text()),
            Self::Range(a, b) => write_display(out, &format_args!("{a}..{b}")),
            Self::Date(d) => write_display(out, &d.strftime("%Y-%m-%d")),
            Self::Time(t) => write_display(out, &t.strftime("%Y-%m-%d %H:%M:%S %z")),
            Self::Loop(_) => out.push_str("ForloopDrop"),
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

    /// Ruby's `inspect`: `{"a"=>1, "b"=>nil}`.
    pub(crate) fn write_inspect(&self, out: &mut String) {
        self.write_inspect_within(out, MAX_DEPTH, &Cell::new(MAX_VISITS));
    }

    fn write_inspect_within(&self, out: &mut String, depth: usize, visits: &Cell<usize>) {
        if !may_visit(self, visits) {
            return out.push_str("...");
        }
        match self {
            Self::Nil | Self::Empty | Self::Blank => out.push_str("nil"),
            Self::Str(s) => write_display(out, &format_args!("{:?}", s.text)),
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
                    out.push_str(if i > 0 { ", " } else { "" });
                    write_display(out, &format_args!("{key:?}=>"));
                    value.write_inspect_within(out, depth - 1, visits);
                }
                out.push('}');
            }
            other => other.write_text(out),
        }
    }
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
