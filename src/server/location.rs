//! URLs that go into a `Location` header.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// What no URL holds as it is. `%` is not among them: what is encoded already stays so.
const FOREIGN: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A URL as templates write it, fit for a header: line breaks, spaces and letters outside of ASCII are percent-encoded.
pub(super) fn encoded(url: &str) -> String {
    utf8_percent_encode(url, FOREIGN).to_string()
}

/// A decoded path, fit for a header: also what would end the path or be decoded again is percent-encoded.
pub(super) fn encoded_path(path: &str) -> String {
    const FOREIGN_TO_PATHS: &AsciiSet = &FOREIGN.add(b'%').add(b'?').add(b'#');
    utf8_percent_encode(path, FOREIGN_TO_PATHS).to_string()
}

/// `url` with one more parameter in its query, before its fragment.
pub(super) fn with_parameter(url: &str, name: &str, value: &str) -> String {
    let (url, fragment) =
        url.split_once('#').map_or((url, String::new()), |(url, rest)| (url, format!("#{rest}")));
    let joint = if url.contains('?') { '&' } else { '?' };
    let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
    format!("{url}{joint}{name}={value}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_encoded_once() {
        for (url, expected) in [
            ("/x?a=1&b=2#c", "/x?a=1&b=2#c"),
            ("/a b", "/a%20b"),
            ("/a%20b", "/a%20b"),
            ("/żółw", "/%C5%BC%C3%B3%C5%82w"),
            ("/x\r\nSet-Cookie: a=b", "/x%0D%0ASet-Cookie:%20a=b"),
            ("https://[::1]/", "https://[::1]/"),
        ] {
            assert_eq!(encoded(url), expected);
        }
    }

    #[test]
    fn a_parameter_is_added_to_any_url() {
        for (url, expected) in [
            ("/login", "/login?return_to=%2Fp"),
            ("/login?a=1", "/login?a=1&return_to=%2Fp"),
            ("/login#top", "/login?return_to=%2Fp#top"),
        ] {
            assert_eq!(with_parameter(url, "return_to", "/p"), expected);
        }
    }
}
