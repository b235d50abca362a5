//! JSON Web Tokens and encryption, and keys that two sides derive.

use serde_json::{Value as Json, json};

use crate::liquid::filters::Rejection;
use crate::liquid::filters::crypto::content_encryption::ContentEncryption;
use crate::liquid::filters::crypto::hex as hexadecimal;
use crate::liquid::filters::tests::{call, call_json, check, check_rejections};
use crate::liquid::value::Value;

const RSA_PRIVATE: &str = include_str!("keys/rsa_private.pem");
const RSA_PUBLIC: &str = include_str!("keys/rsa_public.pem");

/// The claims of RFC 7515, appendices A.1 to A.3, which expired in 2011.
const JOE: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

fn text(input: &Json, filter: &str, arguments: &Json) -> String {
    call_json(input, filter, arguments).unwrap().to_text().into_owned()
}

fn bytes(base64: &str) -> Value {
    call_json(&json!(base64), "base64_url_safe_decode", &json!([])).unwrap()
}

#[test]
fn documented_tokens_are_made_and_read() {
    let payload = json!({"key": "value", "another_key": "another value"});
    let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJrZXkiOiJ2YWx1ZSIsImFub3RoZXJfa2V5IjoiYW5vdGhlciB2YWx1ZSJ9.\
        XT8sHXyPTA9DoHzssXh1q6Uv2D1ENosW0F3Ixle85L0";
    let with_header = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImN0eSI6ImN1c3RvbSJ9.eyJrZXkiOiJ2YWx1ZSIsImFub3RoZXJfa2V5Ijoi\
        YW5vdGhlciB2YWx1ZSJ9.5_-LcqcbLMeswMw04UfXqDyqAEk1x-Pwi9nwGMqxHtQ";
    let secret = "this-is-secret";
    check(&[
        (payload.clone(), "jwt_encode", json!(["HS256", secret]), json!(token)),
        (payload.clone(), "jwt_encode", json!(["HS256", secret, {"cty": "custom"}]), json!(with_header)),
        (
            json!(token),
            "jwt_decode",
            json!(["HS256", secret]),
            json!([payload, {"typ": "JWT", "alg": "HS256"}]),
        ),
    ]);
}

#[test]
fn every_algorithm_reads_what_it_signed() {
    let payload = json!({"sub": "1", "exp": 1_800_000_000, "nbf": 1_700_000_000});
    let (p256, p256_public) =
        (include_str!("keys/p256_private_pkcs8.pem"), include_str!("keys/p256_public.pem"));
    let p521 = "AY5pb7A0UFiB3RELSD64fTLOSV_jazdF7fLYyuTw8lOfRhWg6Y6rUrPAxerEzgdRhajnu0ferB0d53vM9mE15j2C";
    let p521_public = "BAHpKQUPEk_GvFXH1TkzZd-d70qwwiyyV5j5NOsE48a643AaV6eRDp2BvzYxWejryxVdY0n0vbbM-KlMXFnHqsEBpAA0pkQON\
        2dQ0jcf0b3CyPO3HS9O5eo0MsgVzKMVYP5dk4fsd0tVg4Yw5cu_Woy-CpHdAGTGmZofbm5n-t3t5MjI9g";
    let p384 = include_str!("keys/p384_private.pem");
    let rows = [
        ("none", "", ""),
        ("HS256", "secret", "secret"),
        ("HS384", "secret", "secret"),
        ("HS512", "secret", "secret"),
        ("RS256", RSA_PRIVATE, RSA_PUBLIC),
        ("RS384", include_str!("keys/rsa_private_pkcs8.pem"), RSA_PUBLIC),
        ("RS512", RSA_PRIVATE, RSA_PRIVATE),
        ("ES256", p256, p256_public),
        ("ES256", include_str!("keys/p256_private.pem"), p256),
        ("ES384", p384, p384),
        ("ES512", p521, p521_public),
    ];
    for (algorithm, private, public) in rows {
        let token = text(&payload, "jwt_encode", &json!([algorithm, private]));
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!((parts.len(), parts[2].is_empty()), (3, algorithm == "none"));
        let read = call_json(&json!(token), "jwt_decode", &json!([algorithm, public])).unwrap();
        assert_eq!(read.to_json(), json!([payload, {"typ": "JWT", "alg": algorithm}]), "{algorithm}");
    }
}

/// RFC 7515, appendices A.1 to A.4. Whether the signature is right is what comes before the expiry.
#[test]
fn published_signatures_are_right() {
    let hs256 =
        format!("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{JOE}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    let hs256_key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let rs256 = format!(
        "eyJhbGciOiJSUzI1NiJ9.{JOE}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5Y\
         Kt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Q\
         e7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs\
         98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
    let es256 = format!(
        "eyJhbGciOiJFUzI1NiJ9.{JOE}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6N\
         U1Q"
    );
    let rows = [
        (&hs256, "HS256", bytes(hs256_key)),
        (&rs256, "RS256", Value::str(RSA_PUBLIC)),
        (&es256, "ES256", Value::str(include_str!("keys/p256_public.pem"))),
    ];
    for (token, algorithm, key) in rows {
        let decode = |token: &str| {
            call(&Value::str(token), "jwt_decode", vec![Value::str(algorithm), key.clone()], &json!({}))
                .map(|_| ())
        };
        assert_eq!(decode(token), Err(Rejection::argument("Signature has expired")), "{algorithm}");
        let forged = token.replace(JOE, "e30");
        assert_eq!(decode(&forged), Err(Rejection::argument("Signature verification failed")), "{algorithm}");
    }
}

#[test]
fn rsa_signature_is_the_one_that_openssl_makes() {
    let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.KC6kopaGpFuulxV1g9kd-PELBmRQD1MKEMZaCocT4Z2-3VPWMUp\
        RWs0MVX0jYc9hAhqRj-5xFmY3nboJ55FXX-f-9Xc1ma2cJb-tshsyokhDkHSOWCM_iK8ne7QxzRRC9a40EIo4hIHUGwQSl29-bjTGsxS-cTIgyqtC\
        MA2cjpotE23hBC8fuRA5ALlhYj1l-zgRVOdksPqJxognvKzFmIgK3Yp0aWjAXuBHLYUqe_kp5btIgl6gJ87klLlT-TaTQrQi9V5e4cjSmWkpNyD67\
        W2ViKh1vmaOffLl6x6K1hIGzjyI-pYXKqxXcddvbKu7q8JZ5yqdcjwCtbK_L4g81w";
    check(&[(json!({"sub": "1"}), "jwt_encode", json!(["RS256", RSA_PRIVATE]), json!(token))]);
}

#[test]
fn token_is_read_but_not_trusted_where_the_app_says_so() {
    let token = format!("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{JOE}.AAAA");
    for arguments in [json!(["none"]), json!(["HS256", "other", false]), json!(["RS256", null, false])] {
        let read = call_json(&json!(token), "jwt_decode", &arguments).unwrap().to_json();
        assert_eq!(read.pointer("/0/iss"), Some(&json!("joe")), "{arguments}");
        assert_eq!(read.pointer("/1/alg"), Some(&json!("HS256")), "{arguments}");
    }
}

#[test]
fn token_holds_from_one_moment_to_another() {
    let now = 1_715_776_200;
    let decode = |claims: Json| {
        let token = text(&claims, "jwt_encode", &json!(["HS256", "secret"]));
        call_json(&json!(token), "jwt_decode", &json!(["HS256", "secret"]))
            .map(|read| read.to_json()[0].clone())
    };
    let rows = [
        (json!({}), None),
        (json!({"exp": now + 1}), None),
        (json!({"exp": 1e300}), None),
        (json!({"exp": now}), Some("Signature has expired")),
        (json!({"exp": null}), Some("Signature has expired")),
        (json!({"exp": "never"}), Some("Signature has expired")),
        (json!({"exp": {}}), Some("Signature has expired")),
        (json!({"nbf": now}), None),
        (json!({"nbf": now + 1}), Some("Signature nbf has not been reached")),
    ];
    for (claims, refused) in rows {
        let expected = refused.map_or(Ok(claims.clone()), |text| Err(Rejection::argument(text)));
        assert_eq!(decode(claims.clone()), expected, "{claims}");
    }
}

#[test]
fn key_is_found_in_a_key_set_by_its_id() {
    let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS\
        -pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg\
        665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWy\
        uXpoQ";
    let set = json!({"keys": [
        {"kid": "curve", "kty": "EC", "crv": "P-256"},
        {"kid": "broken", "kty": "RSA", "n": "AQAB", "e": "?"},
        {"kid": "mine", "kty": "RSA", "n": n, "e": "AQAB"},
    ]});
    let token =
        |header: Json| text(&json!({"sub": "1"}), "jwt_encode", &json!(["RS256", RSA_PRIVATE, header]));
    let mine = token(json!({"kid": "mine"}));
    for arguments in [
        json!(["RS256", null, true, set]),
        json!(["RS256", null, true, {"named": {"jwks": set}}]),
        json!(["RS256", {"named": {"jwks": set}}]),
    ] {
        let read = call_json(&json!(mine), "jwt_decode", &arguments).unwrap();
        assert_eq!(read.to_json()[0], json!({"sub": "1"}), "{arguments}");
    }

    let forged = token(json!({"kid": "mine"})).replace("eyJzdWIiOiIxIn0", "eyJzdWIiOiIyIn0");
    let with_set = json!(["RS256", null, true, set]);
    let not_rsa = "the token's key in the key set is not an RSA key";
    check_rejections(&[
        (json!(forged), "jwt_decode", with_set.clone(), "Signature verification failed"),
        (json!(token(json!({}))), "jwt_decode", with_set.clone(), "No key id (kid) found from token headers"),
        (
            json!(token(json!({"kid": "her"}))),
            "jwt_decode",
            with_set.clone(),
            "Could not find public key for the token's kid",
        ),
        (json!(token(json!({"kid": "curve"}))), "jwt_decode", with_set.clone(), not_rsa),
        (json!(token(json!({"kid": "broken"}))), "jwt_decode", with_set, not_rsa),
    ]);
}

#[test]
fn tokens_that_are_none_and_keys_that_do_not_fit_are_refused() {
    let token = text(&json!({}), "jwt_encode", &json!(["HS256", "secret", {"alg": "none"}]));
    let unsigned = text(&json!({}), "jwt_encode", &json!(["none"]));
    let confused = text(&json!({}), "jwt_encode", &json!(["HS256", RSA_PUBLIC]));
    let algorithms = "second argument must be one of following algorithms: none, HS256, HS384, HS512, RS256, RS384, \
        RS512, ES256, ES384, ES512";
    let (segments, encoding) = ("Not enough or too many segments", "Invalid segment encoding");
    let different = "Expected a different algorithm";
    check_rejections(&[
        (json!({}), "jwt_encode", json!(["my secret", "HS256"]), algorithms),
        (json!({}), "jwt_encode", json!(["hs256", "secret"]), algorithms),
        (json!({}), "jwt_encode", json!([]), "wrong number of arguments (given 1, expected 2..4)"),
        (json!("{}"), "jwt_encode", json!(["HS256", "secret"]), "expected a hash, got String"),
        (json!({}), "jwt_encode", json!(["HS256"]), "the secret is empty"),
        (json!({}), "jwt_encode", json!(["HS256", null]), "the secret is empty"),
        (json!({}), "jwt_encode", json!(["RS256", "x"]), "the key is not an RSA private key in PEM format"),
        (
            json!({}),
            "jwt_encode",
            json!(["RS256", RSA_PUBLIC]),
            "the key is not an RSA private key in PEM format",
        ),
        (json!({}), "jwt_encode", json!(["ES384", "x"]), "the key is not an EC private key for ES384"),
        (
            json!({}),
            "jwt_encode",
            json!(["ES384", include_str!("keys/p256_private.pem")]),
            "the key is not an EC private key for ES384",
        ),
        (json!(""), "jwt_decode", json!(["HS256", "secret"]), segments),
        (json!("a.b"), "jwt_decode", json!(["HS256", "secret"]), segments),
        (json!("a.b.c.d"), "jwt_decode", json!(["HS256", "secret"]), segments),
        (json!(".."), "jwt_decode", json!(["none"]), encoding),
        (json!("e30.W10."), "jwt_decode", json!(["none"]), encoding),
        (json!("e30.e30.?"), "jwt_decode", json!(["HS256", "secret"]), encoding),
        (json!("e30.e30."), "jwt_decode", json!(["HS256", "secret"]), different),
        (json!(unsigned), "jwt_decode", json!(["HS256", "secret"]), different),
        (json!(confused), "jwt_decode", json!(["RS256", RSA_PUBLIC]), different),
        (json!(token), "jwt_decode", json!(["HS512", "secret"]), different),
        (json!(token), "jwt_decode", json!(["HS256", "Secret"]), "Signature verification failed"),
        (json!(token), "jwt_decode", json!(["HS256", ""]), "the secret is empty"),
    ]);
}

/// RFC 5869, appendix A, test cases 1, 3 and 4.
#[test]
fn derived_keys_are_the_published_ones() {
    let hex = |text: &str| Value::bytes(hexadecimal::decode(text).unwrap());
    let rows = [
        (
            "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
            vec![hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"), Value::Int(42)],
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
            vec![Value::Nil, Value::str(""), Value::Int(42), Value::str("sha256")],
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
        (
            "0b0b0b0b0b0b0b0b0b0b0b",
            vec![
                hex("000102030405060708090a0b0c"),
                hex("f0f1f2f3f4f5f6f7f8f9"),
                Value::Int(42),
                Value::str("SHA1"),
            ],
            "085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896",
        ),
    ];
    for (key, arguments, derived) in rows {
        let found = call(&hex(key), "hkdf", arguments, &json!({})).unwrap();
        assert_eq!(hexadecimal::encode(&found.to_bytes()), derived);
    }
    let bytes = call_json(&json!("ikm"), "hkdf", &json!([])).unwrap().to_bytes().len();
    assert_eq!(bytes, 32);
}

#[test]
fn impossible_lengths_of_a_derived_key_are_refused() {
    for length in [json!(0), json!(-1), json!(255 * 32 + 1), json!(i64::MAX)] {
        let refused = call_json(&json!("ikm"), "hkdf", &json!(["", "", length])).unwrap_err();
        let text = format!("cannot derive {length} bytes: 1 up to 255 hashes are possible");
        assert_eq!(refused, Rejection::argument(text));
    }
    check_rejections(&[
        (json!("ikm"), "hkdf", json!(["", "", "many"]), "invalid integer"),
        (
            json!("ikm"),
            "hkdf",
            json!(["", "", 1, "", 1]),
            "wrong number of arguments (given 6, expected 1..5)",
        ),
    ]);
}

/// RFC 8291, section 5 and appendix A: a web push message.
#[test]
fn web_push_message_is_the_published_one() {
    let step = |input: &Value, filter, arguments| call(input, filter, arguments, &json!({})).unwrap();
    let browser = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    let sender = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    let private = Value::str("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
    let (auth, salt) = (bytes("BTBZMqHH6r4Tts7J_aSIgg"), bytes("DGv6ra1nlYgDCS1FRnbzlw"));

    let secret = step(&private, "ecdh_compute", vec![Value::str(browser)]);
    let key_info = step(&Value::str("WebPush: info\0"), "append", vec![bytes(browser)]);
    let key_info = step(&key_info, "append", vec![bytes(sender)]);
    let ikm = step(&secret, "hkdf", vec![auth, key_info, Value::Int(32)]);
    let info = |name: &str| Value::str(format!("Content-Encoding: {name}\0"));
    let key = step(&ikm, "hkdf", vec![salt.clone(), info("aes128gcm"), Value::Int(16)]);
    let nonce = step(&ikm, "hkdf", vec![salt, info("nonce"), Value::Int(12)]);
    let message = Value::str("When I grow up, I want to be a watermelon\u{2}");
    let sealed = step(&message, "encrypt", vec![Value::str("aes-128-gcm"), key, nonce]);

    let body = "8pfeW0KbunFT06SuDKoJH9Ql87S1QUrdirN6GcG7sFz1y1sqLgVi1VhjVkHsUoEsbI_0LpXMuGvnzQ";
    let expected = [bytes("4h_95klXJ5E_qnoN").to_bytes(), bytes(body).to_bytes()].concat();
    assert_eq!(*bytes(&sealed.to_text()).to_bytes(), expected);
}

#[test]
fn two_sides_agree_whatever_form_their_keys_have() {
    let private = include_str!("keys/p256_private.pem");
    let other = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
    let other_public =
        "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    let here = text(&json!(private), "ecdh_compute", &json!([other_public, "hex"]));
    let there = text(&json!(other), "ecdh_compute", &json!([include_str!("keys/p256_public.pem"), "hex"]));
    assert_eq!(here.len(), 64);
    assert_eq!(here, there);
    let base64 = text(&json!(private), "ecdh_compute", &json!([other_public, "base64"]));
    assert_eq!(hexadecimal::encode(&bytes(&base64).to_bytes()), here);

    let p384 = include_str!("keys/p384_private.pem");
    let no_private = "the key is not an EC private key on P-256, P-384 or P-521";
    let no_public = "the peer's key is not an EC public key on the same curve";
    check_rejections(&[
        (json!("x"), "ecdh_compute", json!([other_public]), no_private),
        (json!(null), "ecdh_compute", json!([other_public]), no_private),
        (json!(RSA_PRIVATE), "ecdh_compute", json!([other_public]), no_private),
        (json!(private), "ecdh_compute", json!([null]), no_public),
        (json!(p384), "ecdh_compute", json!([other_public]), no_public),
        (json!(private), "ecdh_compute", json!([RSA_PUBLIC]), no_public),
        (
            json!(private),
            "ecdh_compute",
            json!([other_public, "Hex"]),
            "unknown format: known are raw, hex, base64",
        ),
    ]);
}

/// What `rsa_private.pem` opens.
fn unlocked(algorithm: &str, secret: &[u8]) -> Vec<u8> {
    let secret = call(&Value::bytes(secret.to_vec()), "base64_encode", vec![], &json!({})).unwrap();
    let arguments = vec![Value::str(algorithm), Value::str(RSA_PRIVATE)];
    call(&secret, "decrypt", arguments, &json!({})).unwrap().to_bytes().into_owned()
}

#[test]
fn content_reaches_the_owner_of_the_key() {
    let json = json!("{\"a\":1}");
    let keys = [
        ("RSA1_5", "A128CBC-HS256", RSA_PUBLIC),
        ("RSA-OAEP", "A256GCM", RSA_PUBLIC),
        ("RSA-OAEP-256", "A128GCM", RSA_PUBLIC),
        ("dir", "A128GCM", "sixteen bytes ok"),
        ("dir", "A256CBC-HS512", &"0123456789abcdef".repeat(4)),
        ("A128KW", "A192GCM", "sixteen bytes ok"),
        ("A256GCMKW", "A192CBC-HS384", "thirty-two bytes of a shared key"),
        ("ECDH-ES", "A128GCM", include_str!("keys/p256_public.pem")),
        ("ECDH-ES+A256KW", "A256GCM", include_str!("keys/p384_private.pem")),
        ("PBES2-HS512+A256KW", "A256GCM", "a password"),
    ];
    for (alg, enc, key) in keys {
        let token = text(&json, "jwe_encode", &json!([key, alg, enc]));
        let parts: Vec<_> = token.split('.').map(|part| bytes(part).to_bytes().into_owned()).collect();
        let [header, encrypted_key, vector, ciphertext, tag] = &parts[..] else { panic!("{token}") };
        let header: Json = serde_json::from_slice(header).unwrap();
        assert_eq!((&header["alg"], &header["enc"]), (&json!(alg), &json!(enc)));
        assert_eq!(encrypted_key.is_empty(), matches!(alg, "dir" | "ECDH-ES"), "{alg}");
        let content_key = match alg {
            "dir" => Some(key.as_bytes().to_vec()),
            "RSA1_5" => Some(unlocked("rsa", encrypted_key)),
            "RSA-OAEP" => Some(unlocked("rsa-oaep", encrypted_key)),
            _ => None,
        };
        if let Some(content_key) = content_key {
            let (aad, _) = token.split_once('.').unwrap();
            let encryption = ContentEncryption::parse(enc).unwrap();
            let sealed = encryption.seal(&content_key, vector, aad.as_bytes(), b"{\"a\":1}");
            assert_eq!(sealed.as_ref(), Some(&(ciphertext.clone(), tag.clone())), "{alg} {enc}");
        }
        let is_cbc = enc.contains("CBC");
        assert_eq!(vector.len(), if is_cbc { 16 } else { 12 }, "{enc}");
        assert_eq!(ciphertext.len(), if is_cbc { 16 } else { 7 }, "{enc}");
        assert!(matches!(tag.len(), 16 | 24 | 32), "{enc}");
        let extra =
            ["epk", "p2s", "p2c", "iv", "tag"].into_iter().filter(|field| header.get(field).is_some());
        let expected: &[&str] = match alg {
            "ECDH-ES" | "ECDH-ES+A256KW" => &["epk"],
            "PBES2-HS512+A256KW" => &["p2s", "p2c"],
            "A256GCMKW" => &["iv", "tag"],
            _ => &[],
        };
        assert_eq!(extra.collect::<Vec<_>>(), expected, "{alg}");
    }
}

#[test]
fn encryption_that_cannot_work_is_refused_without_telling_secrets() {
    let encryptions = "unsupported content encryption: known are A128CBC-HS256, A192CBC-HS384, A256CBC-HS512, A128GCM, \
        A192GCM, A256GCM";
    let ec = "the key is not an EC public key on P-256, P-384 or P-521";
    check_rejections(&[
        (
            json!("x"),
            "jwe_encode",
            json!(["dir", "A128GCM"]),
            "wrong number of arguments (given 3, expected 4)",
        ),
        (json!("x"), "jwe_encode", json!(["sixteen bytes ok", "dir", "A512GCM"]), encryptions),
        (json!("x"), "jwe_encode", json!(["short", "dir", "A128GCM"]), "key must be 16 bytes"),
        (json!("x"), "jwe_encode", json!(["short", "A256KW", "A128GCM"]), "key must be 32 bytes"),
        (
            json!("x"),
            "jwe_encode",
            json!(["x", "RSA-OAEP", "A128GCM"]),
            "the key is not an RSA public key in PEM format",
        ),
        (json!("x"), "jwe_encode", json!([RSA_PUBLIC, "ECDH-ES", "A128GCM"]), ec),
    ]);
    let Err(Rejection::Argument(text)) =
        call_json(&json!("x"), "jwe_encode", &json!(["A128GCM", "my secret", "A128GCM"]))
    else {
        panic!("a secret is no way to manage keys");
    };
    assert!(
        text.starts_with("unsupported key management: known are RSA1_5, ") && !text.contains("my secret")
    );
}
