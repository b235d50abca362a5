//! What `run` and `drain` are asked to do, as meant: flags and settings already weighed against each other.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use regex::Regex;

use crate::notifications::{OnFailure, OnServerError, SmtpUrl, Unmatched};
use crate::store::Durability;

/// What `run` is asked to do.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// The folder of the project, or of the instance.
    pub(crate) root: PathBuf,
    pub(crate) serves: Serves,
    pub(crate) state: StateFolder,
    pub(crate) host: IpAddr,
    /// 0: any free one.
    pub(crate) port: u16,
    /// A taken port is an error instead of the next free one.
    pub(crate) strict_port: bool,
    /// `None`: no jobs are worked.
    pub(crate) workers: Option<NonZeroUsize>,
    pub(crate) durability: Durability,
    pub(crate) retry_scale: f64,
    /// How long one attempt of a job may take: high, default, low.
    pub(crate) time_limits: [Duration; 3],
    pub(crate) strict_scope: bool,
    pub(crate) max_job_depth: u32,
    pub(crate) max_payload: usize,
    /// Forget all state first.
    pub(crate) reset: bool,
    /// Nothing leaves the machine: no call, no download, no mail.
    pub(crate) offline: bool,
    pub(crate) api_calls: ApiCalls,
    pub(crate) on_call_failure: OnFailure,
    pub(crate) on_server_error: OnServerError,
    /// A file of `NAME=value` lines: `context.constants`.
    pub(crate) constants: Option<PathBuf>,
    /// Run the app's pending migrations first.
    pub(crate) migrate: bool,
    /// Data to import first.
    pub(crate) seed: Option<PathBuf>,
    /// Pages to request once ready.
    pub(crate) visit: Vec<String>,
    /// End when nothing is queued, running or retrying.
    pub(crate) until_idle: bool,
    /// How long running jobs may go on after the first ctrl-c.
    pub(crate) grace: Duration,
    /// `context.environment`
    pub(crate) environment: String,
    /// `None`: no e-mail leaves the machine.
    pub(crate) smtp: Option<Smtp>,
}

/// A mail server that receives what is captured, too.
#[derive(Debug, Clone)]
pub(crate) struct Smtp {
    pub(crate) url: SmtpUrl,
    /// Only recipients with such an address; `None`: all.
    pub(crate) only_to: Option<Regex>,
}

/// Who answers the calls of APIs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ApiCalls {
    Live,
    /// The rules of this file.
    Stub {
        file: PathBuf,
        unmatched: Unmatched,
    },
    /// As live, and kept in the state folder.
    Record,
    /// What was recorded there.
    Replay,
    Off,
}

impl Options {
    /// As long as a job of the usual priority has.
    pub(super) fn migration_time_limit(&self) -> Duration {
        let [_, default, _] = self.time_limits;
        default
    }
}

/// Where the app comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Serves {
    /// The files of a project, as they are right now.
    Project,
    /// What was deployed here.
    Instance,
}

/// Where databases and mail of an app are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StateFolder {
    Kept(PathBuf),
    /// A folder of its own in this one, removed at the end.
    Temporary {
        below: PathBuf,
    },
}
