//! The partner portal: where the token of an instance comes from, for an e-mail and a password, or for someone who signs
//! in with a browser (RFC 8628, the device grant).

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::http::{HeaderValue, Response, Uri};
use ureq::{Agent, Body};

use super::refusal::refusal;
use super::{Error, MAX_ANSWER, REMOTE_CONNECT_TIMEOUT, config, parse};
use crate::settings::Token;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Between two questions, where the portal names no interval, or none that makes sense.
const INTERVAL: Duration = Duration::from_secs(5);
const INTERVALS: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(60)];
/// For the person, where the portal does not say.
const EXPIRY: Duration = Duration::from_secs(15 * 60);

#[derive(Debug)]
pub(crate) struct Portal {
    agent: Agent,
    url: String,
}

/// The URL of an instance or a portal: a host, http or https, and no path. With a slash at its end, as the file of
/// environments has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SiteUrl {
    text: String,
    host: String,
}

/// Somebody may sign in.
#[derive(Debug, Deserialize)]
pub(crate) struct DeviceAuthorization {
    /// Where.
    pub(crate) verification_uri_complete: String,
    device_code: String,
    /// Seconds.
    interval: Option<f64>,
    expires_in: Option<f64>,
}

/// What a portal says while somebody signs in.
#[derive(Debug)]
pub(crate) enum DeviceToken {
    Pending,
    /// Pending, and asked for too often.
    SlowDown,
    Granted(Token),
}

#[derive(Deserialize)]
struct UserToken {
    token: Token,
}

#[derive(Deserialize)]
struct AccessToken {
    access_token: Token,
}

#[derive(Deserialize)]
struct DeviceError {
    error: String,
    error_description: Option<String>,
}

impl SiteUrl {
    /// # Errors
    /// What is wrong with it; the text is not repeated.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let uri: Uri = text.parse().map_err(|_| "it is no URL")?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err("it begins with `https://`, or with `http://`");
        }
        let authority = uri.authority().ok_or("it names no host")?;
        if authority.as_str().contains('@') {
            return Err("a user name and a password are no part of it");
        }
        if uri.query().is_some() || !uri.path().bytes().all(|byte| byte == b'/') || text.contains('#') {
            return Err("nothing follows the host");
        }
        let host = authority.host().to_owned();
        Ok(Self { text: format!("{}/", text.trim_end_matches('/')), host })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

impl Portal {
    pub(crate) fn at(url: &SiteUrl) -> Self {
        let config = config().timeout_connect(Some(REMOTE_CONNECT_TIMEOUT)).timeout_global(Some(TIMEOUT));
        Self { agent: config.build().into(), url: url.as_str().trim_end_matches('/').to_owned() }
    }

    /// The token that a user has for an instance; `None`: the user has none there.
    pub(crate) fn user_token(
        &self,
        email: &str,
        password: &str,
        instance: &SiteUrl,
    ) -> Result<Option<Token>, Error> {
        let url = self.path("/api/user_tokens");
        let mut credentials = HeaderValue::from_str(&format!("{email}:{password}")).map_err(|_| {
            let message = "an e-mail or a password with a line end cannot be sent".to_owned();
            Error::Failed { message }
        })?;
        credentials.set_sensitive(true);
        let asked = self.agent.get(&url).header("UserAuthorization", credentials);
        let answer = asked.header("InstanceDomain", instance.as_str()).call();
        let tokens: Vec<UserToken> = read(answer, &url)?;
        Ok(tokens.into_iter().next().map(|user| user.token))
    }

    /// Begins the sign-in of somebody with a browser.
    pub(crate) fn authorize_device(&self, instance: &SiteUrl) -> Result<DeviceAuthorization, Error> {
        let url = self.path("/oauth/authorize_device");
        read(self.agent.post(&url).send_form([("domain", instance.host.as_str())]), &url)
    }

    /// # Errors
    /// The person has refused, or it is too late.
    pub(crate) fn device_token(&self, device: &DeviceAuthorization) -> Result<DeviceToken, Error> {
        let url = self.path("/oauth/device_token");
        let form = [("grant_type", GRANT), ("device_code", device.device_code.as_str())];
        let (status, body) = received(self.agent.post(&url).send_form(form), &url)?;
        if status.is_success() {
            let AccessToken { access_token } = parse(&body, &url)?;
            return Ok(DeviceToken::Granted(access_token));
        }
        match serde_json::from_slice::<DeviceError>(&body) {
            Ok(error) if error.error == "authorization_pending" => Ok(DeviceToken::Pending),
            Ok(error) if error.error == "slow_down" => Ok(DeviceToken::SlowDown),
            Ok(error) if error.error == "access_denied" => {
                Err(Error::Failed { message: "the sign-in was refused".to_owned() })
            }
            Ok(error) if error.error == "expired_token" => {
                Err(Error::Failed { message: "the time to sign in is over".to_owned() })
            }
            Ok(DeviceError { error_description: Some(message), .. }) => {
                Err(Error::Refused { status: status.as_u16(), message })
            }
            _ => Err(refusal(&url, status, &body)),
        }
    }

    fn path(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

impl DeviceAuthorization {
    /// Between two questions.
    pub(crate) fn interval(&self) -> Duration {
        let [shortest, longest] = INTERVALS;
        seconds(self.interval).unwrap_or(INTERVAL).clamp(shortest, longest)
    }

    /// How long the person has.
    pub(crate) fn expiry(&self) -> Duration {
        seconds(self.expires_in).unwrap_or(EXPIRY)
    }
}

fn seconds(seconds: Option<f64>) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds?).ok()
}

fn read<T: DeserializeOwned>(answer: Result<Response<Body>, ureq::Error>, url: &str) -> Result<T, Error> {
    let (status, body) = received(answer, url)?;
    if status.is_success() { parse(&body, url) } else { Err(refusal(url, status, &body)) }
}

fn received(
    answer: Result<Response<Body>, ureq::Error>,
    url: &str,
) -> Result<(ureq::http::StatusCode, Vec<u8>), Error> {
    let failed = |error| Error::of(error, url, TIMEOUT);
    let (head, mut body) = answer.map_err(failed)?.into_parts();
    let body = body.with_config().limit(MAX_ANSWER).read_to_vec().map_err(failed)?;
    Ok((head.status, body))
}

#[cfg(test)]
mod tests {
    use super::SiteUrl;

    #[test]
    fn site_is_a_host_with_a_slash_behind_it() {
        for (text, url, host) in [
            ("https://a.example", "https://a.example/", "a.example"),
            (" http://127.0.0.1:3000// ", "http://127.0.0.1:3000/", "127.0.0.1"),
            ("https://A.example/", "https://A.example/", "A.example"),
        ] {
            let site = SiteUrl::parse(text).unwrap();
            assert_eq!((site.as_str(), site.host.as_str()), (url, host), "{text}");
        }
    }

    #[test]
    fn what_is_no_site_is_refused() {
        for text in [
            "",
            "a.example",
            "ftp://a.example",
            "https://",
            "https:///x",
            "https://a.example/admin",
            "https://a.example?x",
            "https://a.example/#x",
            "https://u:p@a.example",
            "https://a b",
        ] {
            assert!(SiteUrl::parse(text).is_err(), "{text}");
        }
    }
}
