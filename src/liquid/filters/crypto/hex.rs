//! Bytes as hexadecimal text and back.

use std::fmt::Write as _;

/// Lower case, two digits a byte.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
    }
    text
}

/// Either case; nothing but whole pairs of digits.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16)?.try_into().ok()).collect::<Option<_>>()?;
    let (pairs, odd) = digits.as_chunks();
    odd.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_pairs_of_digits_of_either_case() {
        assert_eq!(encode(&[]), "");
        assert_eq!(encode(&[0, 0x0f, 0xff]), "000fff");
        assert_eq!(decode("000FfF"), Some(vec![0, 0x0f, 0xff]));
        assert_eq!(decode(""), Some(vec![]));
        for broken in ["0", "000", "0g", "+1", " 00", "é0"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }
}
