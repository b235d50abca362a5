//! A file of the net, into a template. The render waits for it, no longer than its own time limit allows.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::arguments::Arguments;
use super::number::Number;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::download::{self, Bounds, TIMEOUT};
use crate::liquid::limits::Limit;
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[Filter::new("download_file", 0..=1, download_file)];

const MEGABYTE: f64 = 1_048_576.0;

/// In megabytes, where the template says nothing, and whatever it says.
const DEFAULT_SIZE: f64 = 1.0;
const LARGEST_SIZE: f64 = 50.0;

/// `download_file: megabytes`: the body as it comes.
fn download_file(surroundings: &mut Surroundings<'_>, input: &Value, arguments: &Arguments) -> Filtered {
    let url = input.to_text();
    let url = url.trim();
    let failed = |reason: &dyn std::fmt::Display| {
        let shown: String = url.chars().take(200).collect();
        Rejection::Argument(format!("cannot download '{shown}': {reason}"))
    };
    if surroundings.offline {
        return Err(failed(&"outgoing calls are off"));
    }
    let bounds = Bounds { size: max_size(arguments)?, time: timeout(surroundings, Instant::now())? };
    let file = download::download(url, bounds, |piece| go_on(surroundings, piece));
    file.map(|file| Value::bytes(file.bytes)).map_err(|error| match error {
        download::Error::Stopped(limit) => Rejection::Limit(limit),
        download::Error::Slow { time } if time < TIMEOUT => Rejection::Limit(Limit::Deadline),
        error => failed(&error),
    })
}

/// Bytes are charged as they come, and a render that is cancelled stops there.
fn go_on(surroundings: &Surroundings<'_>, piece: usize) -> Result<(), Limit> {
    surroundings.limits.grow(piece)?;
    match &surroundings.limits.cancelled {
        Some(flag) if flag.load(Ordering::Relaxed) => Err(Limit::Cancelled),
        _ => Ok(()),
    }
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

#[cfg(test)]
mod tests;
