//! Whether a text is an OpenPGP key (RFC 9580): its armour, its checksum, and its packets from the first to the last
//! byte. Signatures in it are not verified, so a key that was tampered with, has expired or was revoked is a key still.

use crate::liquid::filters::base64::decode_lenient;

const HEAD: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
const TAIL: &str = "-----END PGP PUBLIC KEY BLOCK-----";

/// Packet types of which a public key is made.
const SIGNATURE: u8 = 2;
const PUBLIC_KEY: u8 = 6;
const USER_ID: u8 = 13;
const PUBLIC_SUBKEY: u8 = 14;
const USER_ATTRIBUTE: u8 = 17;
/// Markers, trust, padding: allowed anywhere, and without meaning to others.
const IGNORED: [u8; 3] = [10, 12, 21];

/// Whether `text` is the armour of one public key, with at least one signed packet that says whose it is.
pub(in crate::liquid::filters) fn is_public_key(text: &str) -> bool {
    let kinds = unarmour(text).and_then(|bytes| packets(&bytes));
    kinds.is_some_and(|kinds| {
        let kinds: Vec<u8> = kinds.into_iter().filter(|kind| !IGNORED.contains(kind)).collect();
        let is_one_key = kinds.first() == Some(&PUBLIC_KEY)
            && kinds.iter().filter(|kind| **kind == PUBLIC_KEY).count() == 1;
        let belongs = [SIGNATURE, PUBLIC_KEY, USER_ID, PUBLIC_SUBKEY, USER_ATTRIBUTE];
        let is_whole = [USER_ID, SIGNATURE].iter().all(|kind| kinds.contains(kind));
        is_one_key && is_whole && kinds.iter().all(|kind| belongs.contains(kind))
    })
}

/// The bytes in the armour; `None` if anything about it is wrong, the checksum included. There need not be one.
fn unarmour(text: &str) -> Option<Vec<u8>> {
    let body = text.trim().strip_prefix(HEAD)?.strip_suffix(TAIL)?;
    let mut lines = body.lines().map(str::trim);
    let is_head_alone = lines.next()?.is_empty();
    let mut lines = lines.skip_while(|line| line.contains(':'));
    if !is_head_alone || !lines.next()?.is_empty() {
        return None;
    }
    let (mut base64, mut checksum) = (String::new(), None);
    for line in lines.filter(|line| !line.is_empty()) {
        match line.strip_prefix('=') {
            _ if checksum.is_some() => return None,
            Some(sum) => checksum = Some(decode_lenient(sum.as_bytes())?),
            None => base64.push_str(line),
        }
    }
    let bytes = decode_lenient(base64.as_bytes())?;
    let is_intact = checksum.is_none_or(|sum| sum == crc24(&bytes));
    is_intact.then_some(bytes)
}

/// RFC 9580, section 6.1.
fn crc24(bytes: &[u8]) -> [u8; 3] {
    let mut crc: u32 = 0x00b7_04ce;
    for byte in bytes {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0186_4cfb;
            }
        }
    }
    let [_, high, middle, low] = crc.to_be_bytes();
    [high, middle, low]
}

/// The types of all packets; `None` if the bytes are not packets one after the other and nothing else.
fn packets(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kinds = Vec::new();
    while let Some((header, rest)) = bytes.split_first() {
        let (kind, length, rest) = match header >> 6 {
            0b11 => {
                let (length, rest) = length(rest)?;
                (header & 0x3f, length, rest)
            }
            0b10 => {
                let octets = 1 << (header & 0b11);
                // The fourth kind of length, "to the end of the file", is for streams only.
                let (length, rest) = rest.split_at_checked(octets).filter(|_| octets <= 4)?;
                (header >> 2 & 0x0f, length.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)), rest)
            }
            _ => return None,
        };
        let (body, after) = rest.split_at_checked(length)?;
        let is_known_version = body.first().is_some_and(|version| (3..=6).contains(version));
        if matches!(kind, PUBLIC_KEY | PUBLIC_SUBKEY | SIGNATURE) && !is_known_version {
            return None;
        }
        kinds.push(kind);
        bytes = after;
    }
    Some(kinds)
}

/// The length of a packet with a header of the newer form, and what follows it. Key material comes in one piece, so the
/// partial lengths are refused.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match *bytes {
        [octet @ ..192, ref rest @ ..] => Some((octet.into(), rest)),
        [first @ 192..224, second, ref rest @ ..] => {
            Some((((usize::from(first) - 192) << 8) + usize::from(second) + 192, rest))
        }
        [255, a, b, c, d, ref rest @ ..] => Some((u32::from_be_bytes([a, b, c, d]) as usize, rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_is_the_published_one() {
        assert_eq!(crc24(b""), [0xb7, 0x04, 0xce]);
        assert_eq!(crc24(b"123456789"), [0x21, 0xcf, 0x02]);
    }

    /// RFC 9580, section 4.2.1.4.
    #[test]
    fn lengths_of_the_newer_form_are_read() {
        let rows: [(&[u8], _); 7] = [
            (&[0x64], Some(100)),
            (&[0xc5, 0xfb], Some(1723)),
            (&[0xff, 0x00, 0x01, 0x86, 0xa0], Some(100_000)),
            (&[0xef], None),
            (&[0xc5], None),
            (&[0xff, 0, 0, 0], None),
            (&[], None),
        ];
        for (bytes, expected) in rows {
            assert_eq!(length(bytes).map(|(length, _)| length), expected, "{bytes:?}");
        }
    }

    #[test]
    fn packets_follow_each_other_to_the_last_byte() {
        let rows: [(&[u8], Option<Vec<u8>>); 9] = [
            (&[], Some(vec![])),
            (&[0xc6, 1, 4, 0xb4, 2, b'a', b'b'], Some(vec![PUBLIC_KEY, USER_ID])),
            (&[0x99, 0, 1, 4], Some(vec![PUBLIC_KEY])),
            (&[0x9a, 0, 0, 0, 1, 4], Some(vec![PUBLIC_KEY])),
            (&[0xc6, 1, 2], None),
            (&[0xc6, 0], None),
            (&[0xc6, 2, 4], None),
            (&[0x9b, 4], None),
            (&[0x46, 1, 4], None),
        ];
        for (bytes, kinds) in rows {
            assert_eq!(packets(bytes), kinds, "{bytes:?}");
        }
    }
}
