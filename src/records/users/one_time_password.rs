//! One-time passwords as authenticator apps show them (RFC 6238): six digits of a secret and the half minute. Pure.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha1::Sha1;

/// Seconds for which a code is shown.
const STEP: i64 = 30;

/// Seconds by which a clock may be wrong at most, whatever is asked for.
const MAX_DRIFT: i64 = 600;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// 160 random bits in base 32, as they are typed into an authenticator.
pub(super) fn new_secret() -> String {
    let bytes: [u8; 20] = rand::random();
    encode(&bytes)
}

/// The code at a moment; `None` where the secret is no base 32.
pub(crate) fn code(secret: &str, now: Timestamp) -> Option<String> {
    code_at(&decode(secret)?, now.as_second().div_euclid(STEP))
}

/// The code was shown at most `drift` seconds ago, or will be by then.
pub(crate) fn is_code(secret: &str, code: &str, drift: i64, now: Timestamp) -> bool {
    let Some(key) = decode(secret) else { return false };
    let drift = drift.clamp(0, MAX_DRIFT);
    let step = |second: i64| second.div_euclid(STEP);
    let code = code.trim();
    (step(now.as_second() - drift)..=step(now.as_second() + drift))
        .fold(false, |found, step| found | (code_at(&key, step).as_deref() == Some(code)))
}

fn code_at(key: &[u8], step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).ok()?;
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    // Four bytes from the place that the last half byte names.
    let offset = usize::from(hash.last()? & 0x0f);
    let bytes: [u8; 4] = hash.get(offset..offset + 4)?.try_into().ok()?;
    Some(format!("{:06}", (u32::from_be_bytes(bytes) & 0x7fff_ffff) % 1_000_000))
}

fn encode(bytes: &[u8]) -> String {
    let bits = |at: usize| {
        let byte = bytes.get(at / 8).copied().unwrap_or(0);
        (byte >> (7 - at % 8)) & 1
    };
    let letters = (0..bytes.len() * 8).step_by(5).map(|start| {
        let value = (start..start + 5).fold(0, |value, at| (value << 1) | bits(at));
        BASE32.get(usize::from(value)).copied().unwrap_or(b'A')
    });
    letters.map(char::from).collect()
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut buffer, mut held) = (Vec::new(), 0_u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        let value = BASE32.iter().position(|known| *known == letter.to_ascii_uppercase())?;
        buffer = (buffer << 5) | u32::try_from(value).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((buffer >> held) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = encode(b"12345678901234567890");
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (second, expected) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            assert_eq!(code(&secret, Timestamp::from_second(second).unwrap()).as_deref(), Some(expected));
        }
    }

    #[test]
    fn code_is_right_as_long_as_the_clock_may_be_wrong() {
        let secret = new_secret();
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let shown = code(&secret, at(1000)).unwrap();
        for (now, drift, expected) in [
            (1000, 0, true),
            (1019, 0, true),
            (1020, 0, false),
            (1049, 30, true),
            (1050, 30, false),
            (950, i64::MAX, true),
        ] {
            assert_eq!(is_code(&secret, &shown, drift, at(now)), expected, "{now} {drift}");
        }
        assert!(!is_code(&secret, "", 30, at(1000)));
        assert!(!is_code("not base 32!", &shown, 30, at(1000)));
    }
}
