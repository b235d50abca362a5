//! A file of the net, into a template. The render waits for it, so every wait has an end: the time limit of the render,
//! or half a minute where it has none.

use std::io::Read as _;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ureq::{Agent, BodyReader};

use super::arguments::Arguments;
use super::number::Number;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::limits::Limit;
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[Filter::new("download_file", 0..=1, download_file)];

const MEGABYTE: f64 = 1_048_576.0;

/// In megabytes, where the template says nothing, and whatever it says.
const DEFAULT_SIZE: f64 = 1.0;
const LARGEST_SIZE: f64 = 50.0;

/// From the first byte sent to the last one received.
const TIMEOUT: Duration = Duration::from_secs(30);

const MAX_REDIRECTS: u32 = 5;

/// Bytes that are charged, and the cancel flag looked at, at once.
const CHUNK: u64 = 64 << 10;

/// `download_file: megabytes`: the body as it comes. Anything but a success is an error, and so is a body that is larger
/// than asked for: a file that is cut off would be taken for a whole one.
fn download_file(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let url = input.to_text();
    let url = url.trim();
    let failed = |reason: &dyn std::fmt::Display| {
        let shown: String = url.chars().take(200).collect();
        Rejection::Argument(format!("cannot download '{shown}': {reason}"))
    };
    if !["http://", "https://"].iter().any(|scheme| has_prefix(url, scheme)) {
        return Err(failed(&"the address must begin with http:// or https://"));
    }
    if surroundings.offline {
        return Err(failed(&"outgoing calls are off"));
    }
    let size = max_size(arguments)?;
    let timeout = timeout(surroundings, Instant::now())?;
    let told = |error: ureq::Error| match error {
        ureq::Error::Timeout(_) if timeout < TIMEOUT => Rejection::Limit(Limit::Deadline),
        ureq::Error::Timeout(_) => failed(&format_args!("no answer within {} seconds", TIMEOUT.as_secs())),
        ureq::Error::StatusCode(status) => failed(&format_args!("it answered with status {status}")),
        ureq::Error::TooManyRedirects => failed(&format_args!("over {MAX_REDIRECTS} redirects")),
        other => failed(&other),
    };
    let config = Agent::config_builder()
        .max_redirects(MAX_REDIRECTS)
        .timeout_global(Some(timeout))
        .user_agent(concat!("pos-cli/", env!("CARGO_PKG_VERSION")))
        .build();
    tracing::debug!(url, "download");
    let mut response = Agent::new_with_config(config).get(url).call().map_err(told)?;
    let too_large = || failed(&format_args!("it is larger than {} MB", size as f64 / MEGABYTE));
    if response.body().content_length().is_some_and(|length| length > size) {
        return Err(too_large());
    }
    let body = read(surroundings, &mut response.body_mut().as_reader(), size)
        .map_err(|error| error.into_rejection(|error| told(ureq::Error::from(error)), too_large))?;
    Ok(Value::bytes(body))
}

fn has_prefix(url: &str, scheme: &str) -> bool {
    url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

/// In bytes.
fn max_size(arguments: &Arguments) -> Result<u64, Rejection> {
    let megabytes = match arguments.get(0) {
        None | Some(Value::Nil) => DEFAULT_SIZE,
        Some(megabytes) => Number::of(megabytes)?.to_float(),
    };
    if megabytes > 0.0 {
        Ok((megabytes.min(LARGEST_SIZE) * MEGABYTE) as u64)
    } else {
        Err(Rejection::Argument(format!("max_size must be between 0 and {LARGEST_SIZE} megabytes")))
    }
}

fn timeout(surroundings: &Surroundings<'_>, now: Instant) -> Result<Duration, Rejection> {
    match surroundings.limits.deadline.map(|deadline| deadline.saturating_duration_since(now)) {
        Some(left) if left.is_zero() => Err(Rejection::Limit(Limit::Deadline)),
        Some(left) => Ok(left.min(TIMEOUT)),
        None => Ok(TIMEOUT),
    }
}

/// Why a body was not read to its end.
enum Unread {
    Io(std::io::Error),
    TooLarge,
    Limit(Limit),
}

impl Unread {
    fn into_rejection(
        self,
        io: impl FnOnce(std::io::Error) -> Rejection,
        too_large: impl FnOnce() -> Rejection,
    ) -> Rejection {
        match self {
            Self::Io(error) => io(error),
            Self::TooLarge => too_large(),
            Self::Limit(limit) => Rejection::Limit(limit),
        }
    }
}

fn read(
    surroundings: &Surroundings<'_>,
    reader: &mut BodyReader<'_>,
    max_size: u64,
) -> Result<Vec<u8>, Unread> {
    let mut body = Vec::new();
    loop {
        let read = reader.take(CHUNK).read_to_end(&mut body).map_err(Unread::Io)?;
        if read == 0 {
            return Ok(body);
        }
        if body.len() as u64 > max_size {
            return Err(Unread::TooLarge);
        }
        surroundings.limits.grow(read).map_err(Unread::Limit)?;
        if surroundings.limits.cancelled.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(Unread::Limit(Limit::Cancelled));
        }
    }
}

#[cfg(test)]
mod tests;
