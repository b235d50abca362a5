//! What the tool is told: built-in defaults, below the project's `pos-cli.toml`, below `POS_CLI_*` variables. Flags come
//! on top, where a command turns its arguments into options. A key nobody knows and a value that cannot be are errors
//! with their place: a setting silently ignored is worse than none.
//!
//! Also which environments a project knows ([`Environments`]), how durations are typed, and "did you mean".

mod api_calls;
mod duration;
mod environments;
mod environments_file;
mod error;
mod layers;
mod nearest;

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use regex::Regex;

pub(crate) use api_calls::{ApiCalls, ApiFailure, Unmatched};
pub(crate) use duration::parse_duration;
pub(crate) use environments::{Environment, Environments, Local, Target, Token};
pub(crate) use environments_file::{Account, EnvironmentsFile};
pub(crate) use error::Error;
pub(crate) use nearest::nearest;

use layers::{Layers, Value};

/// The file a project sets them in, beside its `app` folder.
const FILE: &str = "pos-cli.toml";

/// Every setting, as configured. `defaults.toml` says what each means.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    pub(crate) run: Run,
    pub(crate) logs: Logs,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    pub(crate) strict_port: bool,
    pub(crate) workers: NonZeroUsize,
    pub(crate) durability: Durability,
    pub(crate) retry_scale: f64,
    pub(crate) grace: Duration,
    pub(crate) environment: String,
    pub(crate) offline: bool,
    pub(crate) api_calls: ApiCalls,
    pub(crate) stubs: PathBuf,
    pub(crate) unmatched: Unmatched,
    pub(crate) api_failure: ApiFailure,
    pub(crate) retry_on_5xx: bool,
    pub(crate) strict_scope: bool,
    pub(crate) max_job_depth: u32,
    pub(crate) max_payload: usize,
    pub(crate) time_limits: TimeLimits,
    pub(crate) smtp: Smtp,
}

/// Where captured e-mails go on to.
#[derive(Clone)]
pub(crate) struct Smtp {
    /// As written: whoever uses it shows no password. `None`: nowhere.
    pub(crate) url: Option<String>,
    pub(crate) only_to: Option<Regex>,
}

impl fmt::Debug for Smtp {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("only_to", &self.only_to).finish_non_exhaustive()
    }
}

impl PartialEq for Smtp {
    fn eq(&self, other: &Self) -> bool {
        let pattern = |smtp: &Self| smtp.only_to.as_ref().map(ToString::to_string);
        self.url == other.url && pattern(self) == pattern(other)
    }
}

/// How long one attempt may take, by priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeLimits {
    pub(crate) high: Duration,
    pub(crate) default: Duration,
    pub(crate) low: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logs {
    pub(crate) utc: bool,
}

/// When a commit counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Durability {
    /// It survives a power cut
    Full,
    /// It survives a crash of the process; a power cut may lose the last moments
    Normal,
}

impl Settings {
    /// The settings of the project at `root`, under the given environment variables. No `pos-cli.toml` is no error.
    pub(crate) fn load(
        root: &Path,
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Error> {
        let mut layers = Layers::defaults();
        let path = root.join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => layers.add_file(FILE, &text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(Error::Read { path, source }),
        }
        layers.add_variables(variables)?;
        Self::of(&layers)
    }

    fn of(layers: &Layers) -> Result<Self, Error> {
        Ok(Self {
            run: Run {
                host: layers.read("run.host", address)?,
                port: layers.read("run.port", integer(0..=65_535))?,
                strict_port: layers.read("run.strict_port", flag)?,
                workers: layers.read("run.workers", integer(1..=256))?,
                durability: layers.read("run.durability", durability)?,
                retry_scale: layers.read("run.retry_scale", factor)?,
                grace: layers.read("run.grace", duration)?,
                environment: layers.read("run.environment", word)?,
                offline: layers.read("run.offline", flag)?,
                api_calls: layers.read("run.api_calls", choice)?,
                stubs: layers.read("run.stubs", word)?.into(),
                unmatched: layers.read("run.unmatched", choice)?,
                api_failure: layers.read("run.api_failure", choice)?,
                retry_on_5xx: layers.read("run.retry_on_5xx", flag)?,
                strict_scope: layers.read("run.strict_scope", flag)?,
                max_job_depth: layers.read("run.max_job_depth", integer(1..=1000))?,
                max_payload: layers.read("run.max_payload", integer(1..=536_870_912))?,
                time_limits: TimeLimits {
                    high: layers.read("run.time_limits.high", duration)?,
                    default: layers.read("run.time_limits.default", duration)?,
                    low: layers.read("run.time_limits.low", duration)?,
                },
                smtp: Smtp {
                    url: layers.read("smtp.url", |value| Ok(some_text(value)))?,
                    only_to: layers.read("smtp.only_to", pattern)?,
                },
            },
            logs: Logs { utc: layers.read("logs.utc", flag)? },
        })
    }
}

fn integer<T: TryFrom<usize>>(range: RangeInclusive<usize>) -> impl FnOnce(&Value) -> Result<T, String> {
    move |value| match value {
        Value::Integer(number) => usize::try_from(*number)
            .ok()
            .filter(|number| range.contains(number))
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| format!("a whole number from {} to {}", range.start(), range.end())),
        _ => Err("a whole number".to_owned()),
    }
}

fn flag(value: &Value) -> Result<bool, String> {
    match value {
        Value::Flag(flag) => Ok(*flag),
        _ => Err("true or false".to_owned()),
    }
}

fn factor(value: &Value) -> Result<f64, String> {
    match value {
        Value::Number(number) if number.is_finite() && *number >= 0.0 => Ok(*number),
        _ => Err("a number of 0 or more".to_owned()),
    }
}

fn text(value: &Value) -> &str {
    if let Value::Text(text) = value { text } else { "" }
}

fn some_text(value: &Value) -> Option<String> {
    Some(text(value).to_owned()).filter(|text| !text.is_empty())
}

fn pattern(value: &Value) -> Result<Option<Regex>, String> {
    let pattern = some_text(value).map(|text| Regex::new(&text)).transpose();
    pattern.map_err(|_| "a regular expression".to_owned())
}

fn word(value: &Value) -> Result<String, String> {
    match text(value) {
        "" => Err("a word".to_owned()),
        word => Ok(word.to_owned()),
    }
}

fn duration(value: &Value) -> Result<Duration, String> {
    parse_duration(text(value))
}

fn address(value: &Value) -> Result<IpAddr, String> {
    text(value).parse().map_err(|_| "an IP address, such as 127.0.0.1 or ::1".to_owned())
}

/// One of a few words.
fn choice<T: clap::ValueEnum>(value: &Value) -> Result<T, String> {
    T::from_str(text(value), false).map_err(|_| {
        let words = T::value_variants().iter().filter_map(T::to_possible_value);
        words.map(|word| format!("\"{}\"", word.get_name())).collect::<Vec<_>>().join(" or ")
    })
}

fn durability(value: &Value) -> Result<Durability, String> {
    match text(value) {
        "full" => Ok(Durability::Full),
        "normal" => Ok(Durability::Normal),
        _ => Err("\"full\" or \"normal\"".to_owned()),
    }
}

#[cfg(test)]
mod tests;
