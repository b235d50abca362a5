//! Keys as they stand in an app's constants: PEM of any of the usual kinds, or for elliptic curves the bare Base64url
//! that browsers and VAPID tools hand out. What is wrong with a key is never said in more words than its kind: an error
//! text ends up in the log.

use p256::elliptic_curve::pkcs8::AssociatedOid;
use p256::elliptic_curve::pkcs8::DecodePublicKey;

use p256::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point, ValidatePublicKey};
use p256::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytes, FieldBytesSize, PublicKey, SecretKey};
use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey};
use rsa::pkcs8::DecodePrivateKey;

use crate::liquid::filters::Rejection;
use crate::liquid::filters::base64::decode_lenient;

/// Begins every PEM block.
const PEM: &str = "-----BEGIN ";

pub(super) fn rsa_private(text: &str) -> Result<rsa::PrivateKey, Rejection> {
    let pem = text.trim();
    rsa::PrivateKey::from_pkcs8_pem(pem)
        .ok()
        .or_else(|| rsa::PrivateKey::from_pkcs1_pem(pem).ok())
        .ok_or_else(|| Rejection::argument("the key is not an RSA private key in PEM format"))
}

/// A private key will do: the public one is part of it.
pub(super) fn rsa_public(text: &str) -> Result<rsa::PublicKey, Rejection> {
    let pem = text.trim();
    rsa::PublicKey::from_public_key_pem(pem)
        .ok()
        .or_else(|| rsa::PublicKey::from_pkcs1_pem(pem).ok())
        .or_else(|| Some(rsa_private(pem).ok()?.to_public_key()))
        .ok_or_else(|| Rejection::argument("the key is not an RSA public key in PEM format"))
}

/// A private key on curve `C`: PEM (SEC 1 or PKCS #8), or the bare scalar.
pub(super) fn ec_private<C>(text: &str) -> Option<SecretKey<C>>
where
    C: CurveArithmetic + AssociatedOid + ValidatePublicKey,
    FieldBytesSize<C>: ModulusSize,
{
    let text = text.trim();
    if text.starts_with(PEM) {
        return SecretKey::from_pem(text).ok();
    }
    let scalar = decode_lenient(text.as_bytes())?;
    SecretKey::from_bytes(<&FieldBytes<C>>::try_from(&*scalar).ok()?).ok()
}

/// A public key on curve `C`: PEM, the bare point, or the private key it is part of.
pub(super) fn ec_public<C>(text: &str) -> Option<PublicKey<C>>
where
    C: CurveArithmetic + AssociatedOid + ValidatePublicKey,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let text = text.trim();
    if text.starts_with(PEM) {
        return PublicKey::from_public_key_pem(text)
            .ok()
            .or_else(|| Some(ec_private::<C>(text)?.public_key()));
    }
    PublicKey::from_sec1_bytes(&decode_lenient(text.as_bytes())?).ok()
}
