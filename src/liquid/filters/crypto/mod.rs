//! Filters that hash, sign, encrypt and agree on keys. The mathematics is a library's; here are the names, the order of
//! the arguments and the shapes of the results that the platform gives them. No error shows a secret.

mod aead;
mod block_cipher;
mod cipher;
mod content_encryption;
mod digest;
mod hex;
mod jwe;
mod jws;
mod jwt;
mod key_agreement;
mod key_management;
mod key_wrap;
mod keys;
mod openpgp;

pub(super) use openpgp::is_public_key;

use super::Filter;

pub(super) const FAMILIES: [&[Filter]; 5] =
    [cipher::ROWS, digest::ROWS, jwe::ROWS, jwt::ROWS, key_agreement::ROWS];

#[cfg(test)]
mod tests;
