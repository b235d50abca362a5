//! Bytes in one character encoding to bytes in another. A string here is UTF-8 text or plain bytes, and carries no label
//! beside: what would only change the label leaves it alone, and every filter says what encoding it reads and writes.

use encoding_rs::{DecoderResult, EncoderResult, Encoding};

use super::arguments::Arguments;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("encode", 2..=3, encode),
    Filter::new("encoding", 0..=0, encoding),
    Filter::new("force_encoding", 1..=1, force_encoding),
    Filter::new("scrub", 0..=2, scrub),
];

/// The bytes of a text that may grow fourfold on their way through any pair of encodings.
const GROWTH: usize = 4;

/// An encoding by the name that Ruby has for it.
#[derive(Debug, Clone, Copy)]
enum Charset {
    Utf8,
    Utf16 {
        is_little: bool,
    },
    /// Seven bits.
    Ascii,
    /// Every byte is the character of that number; the web reads `ISO-8859-1` as something else.
    Latin1,
    Other(&'static Encoding),
}

/// What happens where a text cannot be read or written.
#[derive(Debug, Clone, Copy)]
enum Fault<'r> {
    Reject,
    Replace(&'r str),
}

impl Charset {
    fn named(name: &str) -> Result<Self, Rejection> {
        let upper = name.trim().to_ascii_uppercase();
        Ok(match upper.as_str() {
            "UTF-8" | "UTF8" | "CP65001" => Self::Utf8,
            "UTF-16" | "UTF-16BE" => Self::Utf16 { is_little: false },
            "UTF-16LE" => Self::Utf16 { is_little: true },
            "US-ASCII" | "ASCII" | "ASCII-8BIT" | "BINARY" => Self::Ascii,
            "ISO-8859-1" | "ISO8859-1" | "LATIN1" => Self::Latin1,
            _ => {
                // Ruby's `CP1250` and `Windows-31J` are other names for what the web calls `windows-1250`, `shift_jis`.
                let label = match upper.strip_prefix("CP") {
                    Some(page) if page.starts_with("125") => format!("windows-{page}"),
                    _ => upper,
                };
                let found = Encoding::for_label_no_replacement(label.as_bytes());
                Self::Other(found.ok_or_else(|| {
                    let shown: String = name.chars().take(50).collect();
                    Rejection::Argument(format!("unknown encoding name - {shown}"))
                })?)
            }
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16 { is_little: true } => "UTF-16LE",
            Self::Utf16 { is_little: false } => "UTF-16BE",
            Self::Ascii => "US-ASCII",
            Self::Latin1 => "ISO-8859-1",
            Self::Other(encoding) => encoding.name(),
        }
    }

    /// Bytes that mean nothing in this encoding are a fault.
    fn decode(self, bytes: &[u8], fault: Fault<'_>) -> Result<String, Rejection> {
        match self {
            Self::Latin1 => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
            Self::Ascii => bytes.iter().try_fold(String::new(), |mut text, byte| {
                if byte.is_ascii() {
                    text.push(char::from(*byte));
                } else {
                    self.invalid(&[*byte], fault, &mut text)?;
                }
                Ok(text)
            }),
            Self::Utf8 => self.decode_with(encoding_rs::UTF_8, bytes, fault),
            Self::Utf16 { is_little: true } => self.decode_with(encoding_rs::UTF_16LE, bytes, fault),
            Self::Utf16 { is_little: false } => self.decode_with(encoding_rs::UTF_16BE, bytes, fault),
            Self::Other(encoding) => self.decode_with(encoding, bytes, fault),
        }
    }

    fn decode_with(
        self,
        encoding: &'static Encoding,
        bytes: &[u8],
        fault: Fault<'_>,
    ) -> Result<String, Rejection> {
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let mut text = String::new();
        let mut rest = bytes;
        loop {
            let room = decoder.max_utf8_buffer_length_without_replacement(rest.len());
            text.reserve(room.unwrap_or(rest.len()));
            let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
            let (seen, after) = rest.split_at_checked(read).unwrap_or((rest, &[]));
            rest = after;
            match result {
                DecoderResult::InputEmpty => return Ok(text),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, behind) => {
                    let end = seen.len().saturating_sub(usize::from(behind));
                    let start = end.saturating_sub(usize::from(length));
                    self.invalid(seen.get(start..end).unwrap_or_default(), fault, &mut text)?;
                }
            }
        }
    }

    fn invalid(self, bytes: &[u8], fault: Fault<'_>, text: &mut String) -> Result<(), Rejection> {
        match fault {
            Fault::Replace(replacement) => {
                text.push_str(replacement);
                Ok(())
            }
            Fault::Reject => {
                let shown: String = bytes.iter().map(|byte| format!("\\x{byte:02X}")).collect();
                Err(Rejection::Argument(format!("\"{shown}\" on {}", self.name())))
            }
        }
    }

    /// Characters that this encoding has no bytes for are a fault.
    fn encode(self, text: &str, fault: Fault<'_>) -> Result<Vec<u8>, Rejection> {
        match self {
            Self::Utf8 => Ok(text.as_bytes().to_vec()),
            Self::Utf16 { is_little } => {
                let units = text.encode_utf16();
                Ok(units
                    .flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() })
                    .collect())
            }
            Self::Ascii => self.encode_low(text, 0x80, fault),
            Self::Latin1 => self.encode_low(text, 0x100, fault),
            Self::Other(encoding) => self.encode_with(encoding, text, fault),
        }
    }

    /// Every character below `end` is one byte.
    fn encode_low(self, text: &str, end: u32, fault: Fault<'_>) -> Result<Vec<u8>, Rejection> {
        text.chars().try_fold(Vec::with_capacity(text.len()), |mut bytes, c| {
            match u8::try_from(u32::from(c)) {
                Ok(byte) if u32::from(byte) < end => bytes.push(byte),
                _ => self.undefined(c, fault, &mut bytes)?,
            }
            Ok(bytes)
        })
    }

    fn encode_with(
        self,
        encoding: &'static Encoding,
        text: &str,
        fault: Fault<'_>,
    ) -> Result<Vec<u8>, Rejection> {
        let mut encoder = encoding.new_encoder();
        let mut bytes = Vec::new();
        let mut rest = text;
        loop {
            let room = encoder.max_buffer_length_from_utf8_without_replacement(rest.len());
            bytes.reserve(room.unwrap_or(rest.len()));
            let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut bytes, true);
            rest = rest.get(read..).unwrap_or_default();
            match result {
                EncoderResult::InputEmpty => return Ok(bytes),
                EncoderResult::OutputFull => {}
                EncoderResult::Unmappable(c) => self.undefined(c, fault, &mut bytes)?,
            }
        }
    }

    /// A replacement that cannot be written itself is left out.
    fn undefined(self, c: char, fault: Fault<'_>, bytes: &mut Vec<u8>) -> Result<(), Rejection> {
        match fault {
            Fault::Replace(replacement) => {
                bytes.extend(replacement.bytes().filter(u8::is_ascii));
                Ok(())
            }
            Fault::Reject => {
                Err(Rejection::Argument(format!("U+{:04X} from UTF-8 to {}", u32::from(c), self.name())))
            }
        }
    }
}

/// `encode: from, to, invalid: 'replace', undefined: 'replace', replace: '?'`.
fn encode(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let source = Charset::named(&arguments.text(0))?;
    let destination = Charset::named(&arguments.text(1))?;
    let replacement = arguments.option("replace");
    let replacement = replacement.as_ref().map(Value::to_text);
    let fault = |option: &str, default| match arguments.option(option) {
        Some(value) if &*value.to_text() == "replace" => {
            Fault::Replace(replacement.as_deref().unwrap_or(default))
        }
        _ => Fault::Reject,
    };
    let bytes = input.to_bytes();
    let growth = GROWTH.saturating_mul(replacement.as_ref().map_or(1, |text| text.len().max(1)));
    surroundings.limits.grow(bytes.len().saturating_mul(growth))?;
    // What stands for nothing is U+FFFD in Unicode, and a question mark in encodings that do not have it.
    let is_unicode = matches!(destination, Charset::Utf8 | Charset::Utf16 { .. });
    let text = source.decode(&bytes, fault("invalid", if is_unicode { "\u{fffd}" } else { "?" }))?;
    Ok(Value::bytes(destination.encode(&text, fault("undefined", "?"))?))
}

/// Text is UTF-8; what is no text has no encoding.
fn encoding(_: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    Ok(Value::str(if matches!(input, Value::Bytes(_)) { "ASCII-8BIT" } else { "UTF-8" }))
}

/// Changes no byte, as on the platform; the encoding must be a known one.
fn force_encoding(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    Charset::named(&arguments.text(0))?;
    Ok(Value::bytes(input.to_bytes().into_owned()))
}

/// `scrub: from, to`: without what means nothing in the encoding it is in, or cannot be written in the one asked for.
/// U+FFFD stands for bytes that were lost before.
fn scrub(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let charset = |at| {
        let name = arguments.text(at);
        Charset::named(if name.is_empty() { "UTF-8" } else { &name })
    };
    let (source, destination) = (charset(0)?, charset(1)?);
    let bytes = input.to_bytes();
    surroundings.limits.grow(bytes.len().saturating_mul(GROWTH))?;
    let text = source.decode(&bytes, Fault::Replace(""))?.replace('\u{fffd}', "");
    Ok(Value::bytes(destination.encode(&text, Fault::Replace(""))?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::liquid::filters::tests::{call, check, check_rejections};
    use serde_json::json;

    fn piped(input: Value, filter: &str, arguments: &[&str]) -> Value {
        let arguments = arguments.iter().map(|text| Value::str(*text)).collect();
        call(&input, filter, arguments, &json!({})).unwrap()
    }

    #[test]
    fn bytes_go_from_one_encoding_to_another() {
        let rows: [(&str, &str, &[u8]); 9] = [
            ("é", "ISO-8859-1", b"\xe9"),
            ("ż", "ISO-8859-2", b"\xbf"),
            ("ż", "cp1250", b"\xbf"),
            ("€", "Windows-1252", b"\x80"),
            ("é😀", "UTF-16LE", b"\xe9\0\x3d\xd8\0\xde"),
            ("é", "UTF-16BE", b"\0\xe9"),
            ("日本", "Shift_JIS", b"\x93\xfa\x96\x7b"),
            ("日本", "EUC-JP", b"\xc6\xfc\xcb\xdc"),
            ("a", "US-ASCII", b"a"),
        ];
        for (text, charset, bytes) in rows {
            let encoded = piped(Value::str(text), "encode", &["UTF-8", charset]);
            assert_eq!(*encoded.to_bytes(), *bytes, "{charset}");
            let decoded = piped(encoded, "encode", &[charset, "UTF-8"]);
            assert_eq!(decoded.to_text(), text, "{charset}");
        }
    }

    #[test]
    fn faults_are_refused_or_replaced() {
        check(&[
            (
                json!("John arrived_foo"),
                "encode",
                json!(["ISO-8859-1", "UTF-8", {"named": {"invalid": "replace", "undefined": "replace", "replace": "??"}}]),
                json!("John arrived_foo"),
            ),
            (json!("a€b"), "encode", json!(["UTF-8", "ISO-8859-2", {"undefined": "replace"}]), json!("a?b")),
            (
                json!("a€b"),
                "encode",
                json!(["UTF-8", "US-ASCII", {"named": {"undefined": "replace", "replace": "EUR"}}]),
                json!("aEURb"),
            ),
        ]);
        check_rejections(&[
            (json!("a€"), "encode", json!(["UTF-8", "ISO-8859-1"]), "U+20AC from UTF-8 to ISO-8859-1"),
            (json!("ż"), "encode", json!(["US-ASCII", "UTF-8"]), "\"\\xC5\" on US-ASCII"),
            (json!("a"), "encode", json!(["KLINGON", "UTF-8"]), "unknown encoding name - KLINGON"),
            (json!("a"), "force_encoding", json!([""]), "unknown encoding name - "),
            (json!("a"), "encode", json!(["UTF-8"]), "wrong number of arguments (given 2, expected 3..4)"),
        ]);
        let broken = || Value::bytes(b"a\xffb\xc5".to_vec());
        let refused = call(&broken(), "encode", vec![Value::str("UTF-8"), Value::str("UTF-8")], &json!({}));
        assert_eq!(refused.unwrap_err(), Rejection::argument("\"\\xFF\" on UTF-8"));
        let options = json!({"invalid": "replace", "replace": "-"});
        let mended = call(&broken(), "encode", vec![Value::str("UTF-8"), Value::str("UTF-8")], &options);
        assert_eq!(mended.unwrap().to_text(), "a-b-");
    }

    #[test]
    fn scrubbing_leaves_what_means_something() {
        assert_eq!(piped(Value::bytes(b"Hello W\xfforld".to_vec()), "scrub", &[]).to_text(), "Hello World");
        assert_eq!(piped(Value::str("Hello W\u{fffd}orld"), "scrub", &[]).to_text(), "Hello World");
        assert_eq!(*piped(Value::str("a€é"), "scrub", &["UTF-8", "ISO-8859-1"]).to_bytes(), *b"a\xe9");
        assert_eq!(piped(Value::Nil, "scrub", &[]).to_text(), "");
    }

    #[test]
    fn forcing_an_encoding_changes_no_byte() {
        let bytes = Value::bytes(b"\xe9".to_vec());
        let forced = piped(bytes, "force_encoding", &["ISO-8859-1"]);
        assert_eq!(piped(forced.clone(), "encode", &["ISO-8859-1", "UTF-8"]).to_text(), "é");
        assert_eq!(piped(forced, "encoding", &[]).to_text(), "ASCII-8BIT");
        assert_eq!(piped(Value::str("John arrived_foo"), "encoding", &[]).to_text(), "UTF-8");
    }
}
