//! A file of the net, for a template or a query that waits for it: so every wait has an end, and every size a bound.

use std::io::Read as _;
use std::time::Duration;

use ureq::Agent;
use ureq::http::Uri;
use ureq::http::header::CONTENT_TYPE;

/// The longest a file may take, from the first byte sent to the last one received.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

const MAX_REDIRECTS: u32 = 5;

/// Bytes between two looks at whether to go on.
const CHUNK: u64 = 64 << 10;

const MEGABYTE: f64 = 1_048_576.0;

/// How much of an answer is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// In bytes.
    pub(crate) size: u64,
    pub(crate) time: Duration,
}

/// What came, whole.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    /// As the other side says.
    pub(crate) content_type: Option<String>,
}

/// Why there is no file. Anything but a success is an error, and so is a body that is larger than asked for: a file that is
/// cut off would be taken for a whole one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error<S> {
    #[error("the address must begin with http:// or https://")]
    Scheme,
    #[error("it answered with status {0}")]
    Status(u16),
    #[error("over {MAX_REDIRECTS} redirects")]
    Redirects,
    #[error("no answer within {} seconds", time.as_secs())]
    Slow { time: Duration },
    #[error("it is larger than {} MB", *size as f64 / MEGABYTE)]
    TooLarge { size: u64 },
    #[error("{0}")]
    Http(ureq::Error),
    #[error("it was stopped")]
    Stopped(S),
}

/// Gets the file at `url`. After each piece, `go_on` is told how many bytes it had.
pub(crate) fn download<S>(
    url: &str,
    bounds: Bounds,
    mut go_on: impl FnMut(usize) -> Result<(), S>,
) -> Result<File, Error<S>> {
    if !has_web_scheme(url) {
        return Err(Error::Scheme);
    }
    let told = |error: ureq::Error| match error {
        ureq::Error::Timeout(_) => Error::Slow { time: bounds.time },
        ureq::Error::StatusCode(status) => Error::Status(status),
        ureq::Error::TooManyRedirects => Error::Redirects,
        other => Error::Http(other),
    };
    let config = Agent::config_builder()
        .max_redirects(MAX_REDIRECTS)
        .timeout_global(Some(bounds.time))
        .user_agent(concat!("pos-cli/", env!("CARGO_PKG_VERSION")))
        .build();
    // The rest of an address may hold a signature or a key.
    let host = url.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
    tracing::debug!(host, "download");
    let mut response = Agent::new_with_config(config).get(url).call().map_err(told)?;
    if response.body().content_length().is_some_and(|length| length > bounds.size) {
        return Err(Error::TooLarge { size: bounds.size });
    }
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.map(str::to_owned);
    let mut reader = response.body_mut().as_reader();
    let mut bytes = Vec::new();
    loop {
        let piece = reader.by_ref().take(CHUNK).read_to_end(&mut bytes);
        let piece = piece.map_err(|error| told(ureq::Error::from(error)))?;
        if piece == 0 {
            return Ok(File { bytes, content_type });
        }
        if bytes.len() as u64 > bounds.size {
            return Err(Error::TooLarge { size: bounds.size });
        }
        go_on(piece).map_err(Error::Stopped)?;
    }
}

/// Whether it is an address on the web, which is all that is called and fetched.
pub(crate) fn has_web_scheme(url: &str) -> bool {
    let begins =
        |scheme: &str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    begins("http://") || begins("https://")
}
