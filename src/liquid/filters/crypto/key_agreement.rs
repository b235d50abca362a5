//! From a secret to keys: HKDF, and the Diffie-Hellman exchange on elliptic curves. Together with `encrypt` they are
//! what a template needs to send a web push message (RFC 8291).

use ::base64::Engine as _;
use ::base64::prelude::BASE64_URL_SAFE;
use p256::elliptic_curve::pkcs8::AssociatedOid;

use p256::NistP256;
use p256::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point, ValidatePublicKey};
use p256::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize};
use p384::NistP384;
use p521::NistP521;

use super::digest::Algorithm;
use super::{hex, keys};
use crate::liquid::filters::arguments::Arguments;
use crate::liquid::filters::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] =
    &[Filter::new("ecdh_compute", 1..=2, ecdh_compute), Filter::new("hkdf", 0..=4, hkdf)];

/// Bytes that `hkdf` derives unless told otherwise.
const DEFAULT_LENGTH: i64 = 32;

/// `hkdf: salt, info, length, algorithm`: 32 bytes by SHA-256 unless said otherwise.
fn hkdf(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let (salt, info) = (arguments.value(0), arguments.value(1));
    let length = arguments.integer(2)?.unwrap_or(DEFAULT_LENGTH);
    let algorithm = Algorithm::parse(&arguments.text_or(3, "sha256"))?;
    let derived = match usize::try_from(length) {
        // Asked before the bytes are made: the longest output there is has 255 times 64 bytes.
        Ok(length @ 1..=16_320) => {
            algorithm.derive(&input.to_bytes(), &salt.to_bytes(), &info.to_bytes(), length)
        }
        _ => None,
    };
    derived.map(Value::bytes).ok_or_else(|| {
        Rejection::argument(format!("cannot derive {length} bytes: 1 up to 255 hashes are possible"))
    })
}

/// `private_key | ecdh_compute: public_key, format`: the secret that the owners of both keys share, as bytes unless
/// the format is `hex` or `base64` (URL-safe). The private key names the curve, if by nothing else then by its length.
fn ecdh_compute(_: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let (private, public) = (input.to_text(), arguments.text(0));
    let secret = agree::<NistP256>(&private, &public)
        .or_else(|| agree::<NistP384>(&private, &public))
        .or_else(|| agree::<NistP521>(&private, &public))
        .ok_or_else(|| Rejection::argument("the key is not an EC private key on P-256, P-384 or P-521"))??;
    match &*arguments.text_or(1, "raw") {
        "raw" | "" => Ok(Value::bytes(secret)),
        "hex" => Ok(Value::str(hex::encode(&secret))),
        "base64" => Ok(Value::str(BASE64_URL_SAFE.encode(secret))),
        _ => Err(Rejection::argument("unknown format: known are raw, hex, base64")),
    }
}

/// `None` if the private key is not on this curve.
fn agree<C>(private: &str, public: &str) -> Option<Result<Vec<u8>, Rejection>>
where
    C: CurveArithmetic + AssociatedOid + ValidatePublicKey,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let private = keys::ec_private::<C>(private)?;
    let public = keys::ec_public::<C>(public)
        .ok_or_else(|| Rejection::argument("the peer's key is not an EC public key on the same curve"));
    Some(public.map(|public| private.diffie_hellman(&public).raw_secret_bytes().to_vec()))
}
