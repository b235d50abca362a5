//! A token for whoever can prove who they are: with a password, or in a browser.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::thread;
use std::time::{Duration, Instant};

use crate::cli::{Error, Kind, Ui, browser};
use crate::client::{self, DeviceToken, Portal, SiteUrl};
use crate::settings::Token;

/// Of the platform.
pub(super) const PORTAL: &str = "https://partners.platformos.com";

const PASSWORD: &str = "POS_PORTAL_PASSWORD";
/// RFC 8628: how much longer to wait after each complaint.
const SLOWER: Duration = Duration::from_secs(5);
/// However long a portal would wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

pub(super) struct SignIn<'a> {
    pub(super) portal: Portal,
    pub(super) instance: SiteUrl,
    pub(super) ui: &'a Ui,
}

impl SignIn<'_> {
    pub(super) fn token(&self, email: Option<&str>) -> Result<Token, Error> {
        match email {
            Some(email) => self.with_password(email),
            None => self.with_browser(),
        }
    }

    fn with_password(&self, email: &str) -> Result<Token, Error> {
        let password = self.password(email)?;
        let found =
            self.portal.user_token(email, &password, &self.instance).map_err(|error| match error {
                client::Error::Refused { status: 401 | 403, .. }
                | client::Error::Status { status: 401 | 403, .. } => {
                    Error::new(Kind::User, "the portal does not accept this e-mail with this password")
                }
                error => error.into(),
            })?;
        found.ok_or_else(|| {
            let message = format!("{email} has no access to {}", self.instance.as_str());
            Error::new(Kind::User, message).hint("is the URL right?")
        })
    }

    fn password(&self, email: &str) -> Result<String, Error> {
        let unreadable = |error: io::Error| Error::new(Kind::User, "cannot read a password").because(&error);
        let password = match std::env::var(PASSWORD) {
            Ok(password) if !password.is_empty() => password,
            _ if self.ui.can_ask() => {
                self.ui.ask_hidden(&format!("password of {email}:")).map_err(unreadable)?
            }
            // Typed there, it would be seen.
            _ if io::stdin().is_terminal() => String::new(),
            _ => {
                let mut line = String::new();
                io::stdin().lock().read_line(&mut line).map_err(unreadable)?;
                line.trim_end_matches(['\r', '\n']).to_owned()
            }
        };
        if password.is_empty() {
            return Err(Error::new(Kind::Usage, "there is no password")
                .hint(format!("set {PASSWORD}, or write it to standard input")));
        }
        Ok(password)
    }

    fn with_browser(&self) -> Result<Token, Error> {
        let device = self.portal.authorize_device(&self.instance)?;
        let url = &device.verification_uri_complete;
        self.ui.instruct(&format!("sign in at {url}"));
        let is_ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty());
        // The portal names it: what is no page could be a program to start.
        let is_page = url.starts_with("https://") || url.starts_with("http://");
        if self.ui.has_terminal() && !is_ci && is_page && browser::open(url).is_err() {
            self.ui.note("no browser could be started: open the page yourself");
        }
        let _spinner = self.ui.spinner("waiting for the sign-in");
        let end = Instant::now() + device.expiry().min(LONGEST_WAIT);
        let mut interval = device.interval();
        loop {
            match self.portal.device_token(&device) {
                Ok(DeviceToken::Granted(token)) => return Ok(token),
                Ok(DeviceToken::Pending) => {}
                Ok(DeviceToken::SlowDown) => interval += SLOWER,
                // It may be back before the time is over.
                Err(error @ client::Error::Unreachable { .. }) => {
                    tracing::debug!(?error, "the portal is away");
                }
                Err(error) => return Err(error.into()),
            }
            if Instant::now() + interval > end {
                return Err(Error::new(Kind::User, "nobody has signed in in time").hint("try again"));
            }
            thread::sleep(interval);
        }
    }
}
