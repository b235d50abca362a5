//! JSON Web Encryption (RFC 7516): a text that only the owner of a key can read, in compact form.

use ::base64::Engine as _;
use ::base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value as Json};

use super::content_encryption::ContentEncryption;
use super::key_management::{KeyManagement, Recipient};
use crate::liquid::filters::arguments::Arguments;
use crate::liquid::filters::{Filter, Filtered, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] =
    &[Filter::new("jwe_encode", 3..=3, jwe_encode), Filter::new("jwe_encode_rc", 3..=3, jwe_encode)];

/// `json | jwe_encode: key, alg, enc`: how the content key reaches the recipient, and how it encrypts the content.
fn jwe_encode(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let management = KeyManagement::parse(&arguments.text(1))?;
    let encryption = ContentEncryption::parse(&arguments.text(2))?;
    let plaintext = input.to_bytes();
    surroundings.limits.grow(plaintext.len().saturating_mul(3))?;

    let key = arguments.value(0);
    let Recipient { content_key, encrypted_key, header } = management.address(&key.to_bytes(), encryption)?;
    let mut protected = Map::from_iter([
        ("alg".to_owned(), Json::from(management.name())),
        ("enc".to_owned(), Json::from(encryption.name())),
    ]);
    protected.extend(header);
    let protected = BASE64_URL_SAFE_NO_PAD.encode(Json::Object(protected).to_string());

    let mut vector = vec![0; encryption.vector_length()];
    rand::fill(&mut vector);
    let sealed = encryption.seal(&content_key, &vector, protected.as_bytes(), &plaintext);
    let (ciphertext, tag) =
        sealed.expect("content key and vector are of the lengths that the encryption names");
    let [encrypted_key, vector, ciphertext, tag] =
        [encrypted_key, vector, ciphertext, tag].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
    Ok(Value::str([protected, encrypted_key, vector, ciphertext, tag].join(".")))
}
