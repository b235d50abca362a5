//! Encryption there and back, and what others encrypted.

use serde_json::{Value as Json, json};

use crate::liquid::filters::tests::{call_json, check_rejections};

const KEY: &str = "ThisIsA32ByteKeyForAES256GCM!!!!";

fn text(input: &Json, filter: &str, arguments: &Json) -> String {
    call_json(input, filter, arguments).unwrap().to_text().into_owned()
}

#[test]
fn every_cipher_undoes_what_it_did() {
    let rows = [
        ("aes-128-cbc", 16),
        ("AES-192-CBC", 24),
        ("aes-256-cbc", 32),
        ("aes-128-ctr", 16),
        ("aes-256-ctr", 32),
        ("aes-256-ecb", 32),
        ("aes-128-gcm", 16),
        ("aes-192-gcm", 24),
        ("aes-256-gcm", 32),
        ("chacha20-poly1305", 32),
    ];
    for (algorithm, length) in rows {
        let key = &KEY[..length];
        for payload in ["", "a", "zażółć gęślą", "exactly 16 bytes", &"long".repeat(1000)] {
            let secret = text(&json!(payload), "encrypt", &json!([algorithm, key]));
            assert!(!secret.contains(['+', '/']), "{secret}");
            assert_eq!(text(&json!(secret), "decrypt", &json!([algorithm, key])), payload, "{algorithm}");
        }
    }
}

#[test]
fn nothing_is_encrypted_twice_the_same_unless_the_vector_is_given() {
    let encrypt = |arguments: Json| text(&json!("foo bar"), "encrypt", &arguments);
    assert_ne!(encrypt(json!(["aes-256-cbc", KEY])), encrypt(json!(["aes-256-cbc", KEY])));
    assert_ne!(encrypt(json!(["aes-256-gcm", KEY, null])), encrypt(json!(["aes-256-gcm", KEY])));

    let vector = "twelve bytes";
    let secret = encrypt(json!(["aes-256-gcm", KEY, vector]));
    assert_eq!(secret, encrypt(json!(["aes-256-gcm", KEY, vector])));
    assert!(secret.starts_with("dHdlbHZlIGJ5dGVz"), "{secret}");
    assert_eq!(text(&json!(secret), "decrypt", &json!(["aes-256-gcm", KEY])), "foo bar");
}

/// The payloads of the platform's documentation.
#[test]
fn documented_payloads_are_read() {
    let secret = "Kkuo2eWEnTbcrtbGjAmQVMTjptS5elsgqQe-5blHpUR-ziHPI45n2wOnY30DVZGldCTNqMT_Ml0ZFiGiupKGD4ZWxVIMkdCHaq4Xg\
        iAIUew=";
    let payload = "\n{\n  \"key\": \"value\",\n  \"another_key\": \"another value\"\n}\n";
    let arguments = json!(["aes-256-cbc", "ThisPasswordIsReallyHardToGuessA"]);
    assert_eq!(text(&json!(secret), "decrypt", &arguments), payload);

    let secret = "43553EEDD9BFE36D10F99E931245CF8826903C00D235DFD300B3CC40BD263A621FC2FB9F5C3743F75D399A912AFABF92371927\
        C6D190E0EFF19EAE9802320391FED79D92009796403EC6B426E901AB981CE53A43557C295F3D6FC9678EE0557F";
    let payload = "step=2;header.amount=10;header.paymentTypeCode=ONLINE;customer.firstName=John";
    let key = "4FCD5FAE2AC493C0F8CE8E1E6105D194";
    let arguments = json!(["aes-128-ecb", key, true, true, true]);
    assert_eq!(text(&json!(secret), "decrypt", &arguments), payload);
    let arguments = json!(["aes-128-ecb", key, null, true, true, 32]);
    assert_eq!(text(&json!(payload), "encrypt", &arguments), secret);
}

#[test]
fn flags_are_read_by_name_as_well() {
    let key = "000102030405060708090a0b0c0d0e0f";
    let named = json!({"named": {"transform_key_to_hex": true, "return_hex": true}});
    let secret = text(&json!("foo"), "encrypt", &json!(["aes-128-gcm", key, null, named]));
    assert!(secret.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')), "{secret}");
    assert_eq!(secret.len(), 2 * (12 + 3 + 16));

    let named = json!({"named": {"transform_key_to_hex": true, "from_hex": true}});
    assert_eq!(text(&json!(secret), "decrypt", &json!(["aes-128-gcm", key, named])), "foo");

    let named = json!({"named": {"return_hex": true}});
    let secret = text(&json!("foo"), "encrypt", &json!(["aes-256-gcm", KEY, named]));
    let arguments = json!(["aes-256-gcm", KEY, {"from_hex": true}]);
    assert_eq!(text(&json!(secret), "decrypt", &arguments), "foo");
}

#[test]
fn rsa_encrypts_for_the_owner_of_the_private_key() {
    let keys = [include_str!("keys/rsa_private.pem"), include_str!("keys/rsa_private_pkcs8.pem")];
    for algorithm in ["RSA", "RSA-OAEP"] {
        let secret = text(&json!("foo"), "encrypt", &json!([algorithm, include_str!("keys/rsa_public.pem")]));
        for private in keys {
            let private = format!("\n  {private}\n");
            assert_eq!(text(&json!(secret), "decrypt", &json!([algorithm, private])), "foo");
        }
    }
}

/// Made by OpenSSL.
#[test]
fn rsa_of_others_is_read() {
    let rows = [
        (
            "rsa",
            "JKOnCYqp5ekuMBDrTu3KNm-vGZzwvERd9QD_MSk4iu7SHKhyOkZFx_YcMyh2lBqLTOXeRSedmYyk91pqqc5gAyJqEJOKtlFMO0HKJEEo\
             uDFmaNm-hfT95G8R-z-07_elW2kN8r57aYvPVehVslsp3aICBSKFCI4nnpXbP2hrDk2XHSJQYkU9OtbmvvwX3-nlkQeOBOPzb1NLk2OM\
             V5yRoFqns_eAJiXtZKkcaYXFZQqBnndtMnN48tyY0K-tJO5-kNdXCqAHdE-vIBE8mk85DrwUr0q8waKJfghWKx8EIr7nSWt6GVWXAFap\
             hT3V4ZNXJHn9vndTP7EpU0ysMi8VTw==",
        ),
        (
            "rsa-oaep",
            "P2GZLwCcOaie0NJ4E_2zksGBxJ44Ixv2NolplTIsDL48k9S_HG5Rv-yzxSvSi7ZTw4uaUobmvMwfbJyP6qSe8o7bZ3CQ2rUOX_aS57ev\
             -5HkY704AdfJsAH6uGPnCEO_TAsQs4MlO4gy38xBXgr7N0oGmNIQYK91UnjfrnMhbSVfNLaXZ_C3nzIijlvk1c6QIXNcv-sPdgH9ZzVL\
             bUqqPqp061CVRdxj3FCsCjgz0ewgbkFNn0Gt3oXf_DELNTbi3nk24SKksIgi1UbZ1E8sUEUIuopp0LLii5XVLmDQ81nHDhWQ4AztYxqT\
             4YksF_E-0OyPRE9gLei8jqONXswiVg==",
        ),
    ];
    for (algorithm, secret) in rows {
        let arguments = json!([algorithm, include_str!("keys/rsa_private.pem")]);
        assert_eq!(text(&json!(secret), "decrypt", &arguments), "secret");
    }
}

#[test]
fn calls_that_cannot_work_are_refused_without_telling_secrets() {
    let public = include_str!("keys/rsa_public.pem");
    let algorithms = "unsupported cipher algorithm: known are aes-128, aes-192 and aes-256 with -cbc, -ctr, -ecb or \
        -gcm, chacha20-poly1305, rsa, rsa-oaep";
    check_rejections(&[
        (json!("x"), "encrypt", json!([KEY]), "wrong number of arguments (given 2, expected 3..7)"),
        (json!("x"), "encrypt", json!([KEY, "aes-256-cbc"]), algorithms),
        (json!("x"), "encrypt", json!(["des-ede3-cbc", KEY]), algorithms),
        (json!("x"), "encrypt", json!(["aes-256-cbc", "short"]), "key must be 32 bytes"),
        (json!("x"), "encrypt", json!(["aes-128-gcm", null]), "key must be 16 bytes"),
        (json!("x"), "encrypt", json!(["aes-256-cbc", KEY, "short"]), "iv must be 16 bytes"),
        (json!("x"), "encrypt", json!(["aes-256-ecb", KEY, "short"]), "the algorithm takes no iv"),
        (json!("x"), "encrypt", json!(["rsa", public, "short"]), "the algorithm takes no iv"),
        (json!("x"), "encrypt", json!(["aes-256-cbc", KEY, null, true]), "the key is not hexadecimal"),
        (
            json!("x"),
            "encrypt",
            json!(["aes-256-cbc", KEY, null, false, false, 0]),
            "the payload can be filled to a multiple of 1 to 1024 bytes",
        ),
        (
            json!("x"),
            "encrypt",
            json!(["aes-256-cbc", KEY, null, false, false, 10]),
            "the payload is not filled to whole blocks of 16 bytes",
        ),
        (json!("x"), "encrypt", json!(["rsa", KEY]), "the key is not an RSA public key in PEM format"),
        (json!("A"), "decrypt", json!(["aes-256-cbc", KEY]), "the payload is not Base64"),
        (json!("A"), "decrypt", json!(["aes-256-cbc", KEY, false, true]), "the payload is not hexadecimal"),
        (json!("AAAA"), "decrypt", json!(["rsa", public]), "the key is not an RSA private key in PEM format"),
        (json!("a".repeat(300)), "encrypt", json!(["rsa", public]), "the payload is too long for the key"),
        (
            json!("a".repeat(300)),
            "encrypt",
            json!(["rsa-oaep", public]),
            "the payload is too long for the key",
        ),
    ]);
}

#[test]
fn damaged_payload_and_wrong_key_read_the_same() {
    let cannot = "cannot decrypt: the key or the algorithm is another one, or the payload is damaged";
    let secret = text(&json!("foo"), "encrypt", &json!(["aes-256-gcm", KEY]));
    let (cut, long) = (&secret[..secret.len() - 4], format!("{secret}AAAA").replace('=', ""));
    let other = KEY.to_lowercase();
    let private = include_str!("keys/rsa_private.pem");
    check_rejections(&[
        (json!(""), "decrypt", json!(["aes-256-gcm", KEY]), cannot),
        (json!(""), "decrypt", json!(["aes-256-cbc", KEY]), cannot),
        (json!(cut), "decrypt", json!(["aes-256-gcm", KEY]), cannot),
        (json!(long), "decrypt", json!(["aes-256-gcm", KEY]), cannot),
        (json!(secret), "decrypt", json!(["aes-256-gcm", other]), cannot),
        (json!(secret), "decrypt", json!(["chacha20-poly1305", KEY]), cannot),
        (json!("AAAA"), "decrypt", json!(["aes-256-ecb", KEY]), cannot),
        (json!("AAAA"), "decrypt", json!(["rsa", private]), cannot),
        (json!("AAAA"), "decrypt", json!(["rsa-oaep", private]), cannot),
    ]);
}
