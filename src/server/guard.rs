//! Who may talk to the server. A page on the internet can make a browser send requests to this machine: by a name that
//! resolves here (DNS rebinding), or by a form that posts to it. So every request must name a host we answer to, and a
//! state-changing request to the developer routes must come from our own pages or from no browser at all.

use std::net::{IpAddr, SocketAddr};

use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};

use super::secret;

/// As `Authorization`, no browser adds it to a request of another site unless we allow it.
const TOKEN: &str = "token";

/// What the address we listen on allows.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// Listening beyond this machine: any address is a host name of ours, and developer routes ask for a token.
    remote: Option<RemoteAccess>,
}

#[derive(Debug, Clone)]
struct RemoteAccess {
    token: String,
}

/// A request that is turned away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

impl Access {
    /// For a server that listens on `host`. On a loopback address nothing else is needed; otherwise `token` is what the
    /// developer routes ask of other machines.
    pub(crate) fn new(host: IpAddr, token: impl FnOnce() -> String) -> Self {
        Self { remote: (!host.is_loopback()).then(|| RemoteAccess { token: token() }) }
    }

    /// The token other machines need, if we listen to them at all.
    pub(crate) fn token(&self) -> Option<&str> {
        self.remote.as_ref().map(|remote| remote.token.as_str())
    }

    /// What a client signs in with. On a loopback address any text will do, but clients want one.
    pub(super) fn client_token(&self) -> &str {
        self.token().unwrap_or("local")
    }

    /// Every request: does its `Host` name us?
    pub(super) fn check_host(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let name = host_name(host);
        // A rebinding attack needs a name of the attacker's: a literal address cannot be one.
        let literal = self.remote.is_some() && name.parse::<IpAddr>().is_ok();
        if literal || is_loopback_name(name) {
            return Ok(());
        }
        Err(Refusal {
            status: StatusCode::MISDIRECTED_REQUEST,
            message: if host.is_empty() {
                "the request names no host; use http://localhost".to_owned()
            } else {
                format!("`{host}` is not a name of this server; use http://localhost")
            },
        })
    }

    /// Requests to developer routes: same origin if they change something, the token if they come from elsewhere.
    pub(super) fn check_developer(
        &self,
        method: &Method,
        headers: &HeaderMap,
        peer: SocketAddr,
    ) -> Result<(), Refusal> {
        if !method.is_safe() && !is_same_origin(headers) {
            return Err(foreign_page());
        }
        self.check_token(headers, peer)
    }

    /// Requests of the platform's clients. No browser adds `Authorization` to a request of another site unless we allow it,
    /// which we do not; the official client always sends one.
    pub(super) fn check_client(&self, headers: &HeaderMap, peer: SocketAddr) -> Result<(), Refusal> {
        if !headers.contains_key(AUTHORIZATION) && !is_same_origin(headers) {
            return Err(foreign_page());
        }
        self.check_token(headers, peer)
    }

    /// Requests for a place to send a file to: clients of the platform say their token in a header of its own.
    pub(super) fn check_sender(&self, headers: &HeaderMap, peer: SocketAddr) -> Result<(), Refusal> {
        let Some(token) = headers.get(TOKEN) else { return self.check_client(headers, peer) };
        self.check_given(token.to_str().ok(), peer)
    }

    /// Another machine says the token, in the words of `curl` or of the official client.
    fn check_token(&self, headers: &HeaderMap, peer: SocketAddr) -> Result<(), Refusal> {
        let given = headers.get(AUTHORIZATION).and_then(|value| {
            let value = value.to_str().ok()?;
            value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("Token "))
        });
        self.check_given(given, peer)
    }

    fn check_given(&self, given: Option<&str>, peer: SocketAddr) -> Result<(), Refusal> {
        let Some(RemoteAccess { token }) = &self.remote else { return Ok(()) };
        if peer.ip().to_canonical().is_loopback() || given.is_some_and(|given| secret::is_same(given, token))
        {
            return Ok(());
        }
        Err(Refusal {
            status: StatusCode::UNAUTHORIZED,
            message: "another machine needs the token printed at start: `Authorization: Token TOKEN`"
                .to_owned(),
        })
    }
}

fn foreign_page() -> Refusal {
    Refusal {
        status: StatusCode::FORBIDDEN,
        message: "a page of another site may not change anything here".to_owned(),
    }
}

/// `Sec-Fetch-Site` if the browser sends it, else `Origin` against `Host`. A request with neither is no browser's.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = text(ORIGIN.as_str()) else { return true };
    let origin_host = origin.split_once("://").map(|(_, host)| host);
    origin_host.is_some() && origin_host == text(HOST.as_str())
}

/// `Host` without its port.
fn host_name(host: &str) -> &str {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

/// `localhost`, names below it (browsers resolve them to loopback themselves), and loopback addresses.
fn is_loopback_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    fn local() -> Access {
        Access::new(IpAddr::from([127, 0, 0, 1]), || unreachable!())
    }

    fn remote() -> Access {
        Access::new(IpAddr::from([0, 0, 0, 0]), || "secret".to_owned())
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for (host, here, everywhere) in [
            ("localhost", true, true),
            ("LocalHost:3000", true, true),
            ("localhost.:3000", true, true),
            ("shop.localhost:3000", true, true),
            ("127.0.0.1:3000", true, true),
            ("127.8.8.8", true, true),
            ("[::1]:3000", true, true),
            ("[::ffff:127.0.0.1]", true, true),
            ("192.168.1.5:3000", false, true),
            ("[fe80::1]:3000", false, true),
            ("evil.example", false, false),
            ("evil.example:3000", false, false),
            ("localhost.evil.example", false, false),
            ("127.0.0.1.evil.example", false, false),
            ("evillocalhost", false, false),
            ("", false, false),
            ("]", false, false),
        ] {
            let headers = headers(&[("host", host)]);
            assert_eq!(local().check_host(&headers).is_ok(), here, "{host}");
            assert_eq!(remote().check_host(&headers).is_ok(), everywhere, "{host}");
        }
        assert!(local().check_host(&HeaderMap::new()).is_err());
    }

    #[test]
    fn a_change_must_come_from_our_own_pages_or_from_no_browser() {
        let ours = ("host", "localhost:3000");
        for (extra, passes) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", "http://localhost:3000")], true),
            (&[("origin", "http://localhost:4000")], false),
            (&[("origin", "null")], false),
            (&[("origin", "http://evil.example")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://localhost:3000")], false),
        ] {
            let headers = headers(&[&[ours], extra].concat());
            let peer = SocketAddr::from(([127, 0, 0, 1], 9));
            assert_eq!(local().check_developer(&Method::POST, &headers, peer).is_ok(), passes, "{extra:?}");
            assert!(local().check_developer(&Method::GET, &headers, peer).is_ok());
        }
    }

    #[test]
    fn another_machine_needs_the_token() {
        let far = SocketAddr::from(([192, 168, 1, 9], 9));
        let near = SocketAddr::from(([127, 0, 0, 1], 9));
        let none = headers(&[("host", "192.168.1.5")]);
        let right = headers(&[("host", "192.168.1.5"), ("authorization", "Bearer secret")]);
        let wrong = headers(&[("host", "192.168.1.5"), ("authorization", "Bearer other")]);
        let status = |headers, peer| {
            remote().check_developer(&Method::GET, headers, peer).map_err(|refusal| refusal.status)
        };
        assert_eq!(status(&none, far), Err(StatusCode::UNAUTHORIZED));
        assert_eq!(status(&wrong, far), Err(StatusCode::UNAUTHORIZED));
        assert_eq!(status(&right, far), Ok(()));
        assert_eq!(status(&none, near), Ok(()));

        let client = headers(&[("host", "192.168.1.5"), ("authorization", "Token secret")]);
        assert!(remote().check_client(&client, far).is_ok());
        assert!(remote().check_client(&none, far).is_err());

        let sender = headers(&[("host", "192.168.1.5"), ("token", "secret")]);
        let stranger = headers(&[("host", "192.168.1.5"), ("token", "other")]);
        assert!(remote().check_sender(&sender, far).is_ok());
        assert!(remote().check_sender(&client, far).is_ok());
        assert!(remote().check_sender(&stranger, far).is_err());
        assert!(remote().check_sender(&none, far).is_err());
    }

    #[test]
    fn the_official_client_is_no_page_of_another_site() {
        let near = SocketAddr::from(([127, 0, 0, 1], 9));
        let ours = ("host", "localhost:3000");
        for (extra, passes) in [
            (&[][..], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("origin", "http://evil.example")], false),
            (&[("sec-fetch-mode", "cors"), ("authorization", "Token any")], true),
        ] {
            let headers = headers(&[&[ours], extra].concat());
            assert_eq!(local().check_client(&headers, near).is_ok(), passes, "{extra:?}");
        }
    }
}
