//! Hashes, codes, Base64, random text.

use serde_json::json;

use crate::liquid::filters::tests::{call, call_json, check, check_rejections};
use crate::liquid::value::Value;

/// RFC 1320, RFC 1321, RIPEMD-160's own page, FIPS 180-4: "abc" each.
#[test]
fn hashes_are_the_published_ones() {
    let rows = [
        ("md4", "a448017aaf21d8525fc10ae87aa6729d"),
        ("md5", "900150983cd24fb0d6963f7d28e17f72"),
        ("ripemd160", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
        ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
        ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "sha384",
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
        ),
        (
            "sha512",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd\
             454d4423643ce80e2a9ac94fa54ca49f",
        ),
    ];
    for (algorithm, hash) in rows {
        check(&[(json!("abc"), "digest", json!([algorithm]), json!(hash))]);
    }
}

/// RFC 2202 and RFC 4231, their second test case each; RIPEMD-160 from RFC 2286.
#[test]
fn authentication_codes_are_the_published_ones() {
    let rows = [
        ("MD5", "750c783e6ab0b503eaa86e310a5db738"),
        ("RIPEMD160", "dda6c0213a485a9e24f4742064a7f033b43c4069"),
        ("SHA1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        ("SHA224", "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"),
        ("SHA256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            "sha-384",
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
        ),
        (
            "sha512",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd\
             caeab1a34d4a6b4b636e070a38bce737",
        ),
    ];
    for (algorithm, code) in rows {
        let arguments = json!(["Jefe", algorithm]);
        check(&[(json!("what do ya want for nothing?"), "compute_hmac", arguments, json!(code))]);
    }
}

#[test]
fn documented_calls_give_what_is_documented() {
    let sha256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    check(&[
        (json!("foo"), "digest", json!([]), json!("0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33")),
        (json!("foo"), "sha1", json!([]), json!("0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33")),
        (json!("foo"), "digest", json!(["sha256"]), json!(sha256)),
        (
            json!("foo"),
            "digest",
            json!(["sha256", "base64"]),
            json!("LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564="),
        ),
        (
            json!("some_data"),
            "compute_hmac",
            json!(["some_secret", "MD4"]),
            json!("cabff538af5f97ccc27d481942616492"),
        ),
        (
            json!("what do ya want for nothing?"),
            "compute_hmac",
            json!(["Jefe", "SHA256", "base64"]),
            json!("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="),
        ),
    ]);
}

#[test]
fn hash_without_a_format_is_its_bytes() {
    let bytes = call_json(&json!("foo"), "digest", &json!(["sha256", "none"])).unwrap();
    assert_eq!(bytes.to_bytes().len(), 32);
    let hash = call(&bytes, "base64_encode", vec![], &json!({})).unwrap();
    assert_eq!(hash.to_text(), "LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564=");
}

/// RFC 4231, test case 3: neither secret nor data are text.
#[test]
fn codes_are_of_bytes_and_not_of_their_text() {
    let (secret, data) = (Value::bytes(vec![0xaa; 20]), Value::bytes(vec![0xdd; 50]));
    let code = call(&data, "compute_hmac", vec![secret], &json!({})).unwrap();
    assert_eq!(code.to_text(), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
}

#[test]
fn unknown_algorithms_and_formats_are_refused_without_repeating_them() {
    let known =
        "unsupported digest algorithm: known are md4, md5, ripemd160, sha1, sha224, sha256, sha384, sha512";
    let formats = "unknown format: known are hex, base64, none";
    check_rejections(&[
        (json!("x"), "digest", json!(["mdc2"]), known),
        (json!("x"), "digest", json!([null]), known),
        (json!("x"), "compute_hmac", json!(["sha256", "my secret"]), known),
        (json!("x"), "compute_hmac", json!(["secret", "sha256", "hexa"]), formats),
        (json!("x"), "digest", json!(["md5", "b64"]), formats),
        (json!("x"), "compute_hmac", json!([]), "wrong number of arguments (given 1, expected 2..4)"),
        (json!("x"), "sha1", json!([1]), "wrong number of arguments (given 2, expected 1)"),
    ]);
}

#[test]
fn base64_is_read_as_strictly_as_ruby_reads_it() {
    check(&[
        (json!("_~"), "base64_encode", json!([]), json!("X34=")),
        (json!("???>>>"), "base64_encode", json!([]), json!("Pz8/Pj4+")),
        (json!("???>>>"), "base64_url_safe_encode", json!([]), json!("Pz8_Pj4-")),
        (json!("Pz8/Pj4+"), "base64_decode", json!([]), json!("???>>>")),
        (json!("X34"), "base64_url_safe_decode", json!([]), json!("_~")),
        (json!("X34="), "base64_url_safe_decode", json!([]), json!("_~")),
        (json!("Pz8_Pj4+"), "base64_url_safe_decode", json!([]), json!("???>>>")),
        (json!(null), "base64_encode", json!([]), json!("")),
        (json!(null), "base64_decode", json!([]), json!("")),
        (json!(12), "base64_encode", json!([]), json!("MTI=")),
    ]);
    let standard = "invalid base64 provided to base64_decode";
    check_rejections(&[
        (json!("X34"), "base64_decode", json!([]), standard),
        (json!("X35="), "base64_decode", json!([]), standard),
        (json!("X34=\n"), "base64_decode", json!([]), standard),
        (json!("Pz8_"), "base64_decode", json!([]), standard),
        (json!("é"), "base64_decode", json!([]), standard),
        (
            json!("X"),
            "base64_url_safe_decode",
            json!([]),
            "invalid base64 provided to base64_url_safe_decode",
        ),
    ]);
}

#[test]
fn decoded_bytes_come_back_when_they_are_encoded() {
    let bytes = call_json(&json!("/wD+"), "base64_decode", &json!([])).unwrap();
    assert_eq!(*bytes.to_bytes(), [0xff, 0, 0xfe]);
    let tail = call(&bytes, "append", vec![Value::str("a")], &json!({})).unwrap();
    let both = call(&Value::str("b"), "append", vec![tail], &json!({})).unwrap();
    assert_eq!(*both.to_bytes(), [b'b', 0xff, 0, 0xfe, b'a']);
    let encoded = call(&bytes, "base64_encode", vec![], &json!({})).unwrap();
    assert_eq!(encoded.to_text(), "/wD+");
}

#[test]
fn random_text_is_as_long_as_asked_for_and_never_twice_the_same() {
    let random =
        |input: Value, filter| call(&input, filter, vec![], &json!({})).unwrap().to_text().into_owned();
    for (input, length) in [(json!(8), 8), (json!("8"), 8), (json!(0), 0), (json!(-1), 0), (json!(null), 12)]
    {
        let text = random(Value::from_json(&input), "random_string");
        assert_eq!(text.len(), length, "{input}");
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{text}");
    }
    assert_ne!(random(Value::Int(20), "random_string"), random(Value::Int(20), "random_string"));

    let id = random(Value::Nil, "uuid");
    let version = id.split('-').nth(2).unwrap();
    assert!(id.len() == 36 && version.starts_with('4'), "{id}");
}
