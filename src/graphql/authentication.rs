//! What proves that somebody is a user: fields of a user that check a password, a code or a token, and those that hand
//! them out. Each is answered by itself; none of them signs anybody in.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::{Value as Json, json};

use super::World;
use super::error::Error;
use super::input;
use super::selection::{Field, object};
use super::users;
use crate::records::{JwtAlgorithm, User, UserId, is_one_time_code, is_password, one_time_code};

/// A JSON Web Token lives no longer, and so long unless it is asked otherwise: as long as a session.
const JWT_LIFETIME: i64 = 365 * 24 * 60 * 60;

/// Light modules around a QR code, as its standard wants.
const QUIET_ZONE: i32 = 4;

/// `authenticate { … }`
pub(super) fn checks(user: &User, field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    object(&field.fields, |asked| {
        let text = |name: &str| asked.text(name).unwrap_or_default();
        let now = world.now;
        Ok(Json::Bool(match asked.name.as_str() {
            "password" => is_password(text("password"), user.encrypted_password.as_deref()),
            "otp_code" => {
                let drift = asked.argument("drift").and_then(Json::as_i64).unwrap_or(0);
                let secret = user.one_time_secret("");
                secret.is_some_and(|secret| is_one_time_code(secret, text("code"), drift, now))
            }
            "temporary_token" => world.data.accepts_temporary_token(user, text("token"), now)?,
            "jwt" => world.data.accepts_jwt(user, algorithm(asked), text("token"), now)?,
            other => return Err(Error::new(format!("not supported here: Authenticate.{other}"))),
        }))
    })
}

/// Hours may be fractions; `valid_for`, the older name, goes before `expires_in`.
pub(super) fn temporary_token(user: &User, field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let hours = field.argument("valid_for").or_else(|| field.argument("expires_in"));
    let seconds = hours.and_then(Json::as_f64).unwrap_or(48.0) * 60.0 * 60.0;
    let lifetime = SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::MAX);
    let expires_at = world.now.saturating_add(lifetime).unwrap_or(Timestamp::MAX);
    Ok(Json::from(world.data.temporary_token(user, expires_at)?))
}

pub(super) fn jwt(user: &User, field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let seconds = field.argument("expires_in").and_then(Json::as_i64).unwrap_or(JWT_LIFETIME);
    let lifetime = SignedDuration::from_secs(seconds.clamp(0, JWT_LIFETIME));
    let expires_at = world.now.saturating_add(lifetime).unwrap_or(Timestamp::MAX);
    Ok(Json::from(world.data.jwt(user, algorithm(field), world.now, expires_at)?))
}

/// The schema lets no other algorithm in.
fn algorithm(field: &Field) -> JwtAlgorithm {
    field.text("algorithm").and_then(JwtAlgorithm::named).unwrap_or(JwtAlgorithm::Hs256)
}

/// `otp { … }`: the secret is made when it is first read.
pub(super) fn one_time_password(user: &User, field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let secret = world.data.one_time_secret(user, field.text("otp_name").unwrap_or_default())?;
    object(&field.fields, |asked| {
        Ok(match asked.name.as_str() {
            "secret" => json!(secret),
            "current_code" => json!(one_time_code(&secret, world.now).unwrap_or_default()),
            "secret_as_svg_qr_code" => {
                let label = asked.text("label").unwrap_or(&user.email);
                Json::from(svg(&address(&secret, label, asked.text("issuer")))?)
            }
            other => return Err(Error::new(format!("not supported here: Otp.{other}"))),
        })
    })
}

pub(super) fn refresh_one_time_secret(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let (id, name) = one_time_secret(field)?;
    match world.data.refresh_one_time_secret(id, name)? {
        true => changed(field, "refreshed"),
        false => Err(users::missing(id)),
    }
}

pub(super) fn delete_one_time_secret(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let (id, name) = one_time_secret(field)?;
    match world.data.delete_one_time_secret(id, name)? {
        true => changed(field, "deleted"),
        false => Err(users::missing(id)),
    }
}

/// Whose secret is meant, and which: the one without a name has an empty one.
fn one_time_secret(field: &Field) -> Result<(UserId, &str), Error> {
    let id = input::integer(field.argument("user_id").unwrap_or(&Json::Null), "user_id")?;
    Ok((UserId(id), field.text("otp_name").unwrap_or_default()))
}

fn changed(field: &Field, status: &str) -> Result<Json, Error> {
    object(&field.fields, |asked| {
        Ok(match asked.name.as_str() {
            "status" => json!(status),
            name => field.argument(name).cloned().unwrap_or_default(),
        })
    })
}

/// What an authenticator reads from the picture.
fn address(secret: &str, label: &str, issuer: Option<&str>) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let account = encode(label);
    match issuer.map(encode) {
        Some(issuer) => format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}"),
        None => format!("otpauth://totp/{account}?secret={secret}"),
    }
}

fn svg(text: &str) -> Result<String, Error> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)
        .map_err(|_| Error::new("the label is too long for a QR code"))?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            // Writing to a `String` cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET_ZONE, y + QUIET_ZONE);
        }
    }
    let side = code.size() + 2 * QUIET_ZONE;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picture_holds_the_secret_for_an_authenticator() {
        assert_eq!(
            address("ABC", "ann@x.test", Some("Shop & Co")),
            "otpauth://totp/Shop%20%26%20Co:ann%40x%2Etest?secret=ABC&issuer=Shop%20%26%20Co"
        );
        assert!(svg("otpauth://totp/a?secret=ABC").unwrap().starts_with("<svg xmlns="));
        assert!(svg(&"x".repeat(5000)).is_err());
    }
}
