//! The arguments of `run`, as typed, and what they mean over the settings.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use regex::Regex;

use crate::notifications::{OnFailure, OnServerError, SmtpUrl, Unmatched};
use crate::run::{ApiCalls, Options, Serves, Smtp, StateFolder};
use crate::settings::{self, parse_duration};
use crate::store;

const EXAMPLES: &str = "\
Examples:
  pos-cli run                                  serve the app in this folder on http://127.0.0.1:3000
  pos-cli run shop -p 8080 -o                  another folder, another port, and open a browser
  pos-cli run | grep FAILED                    only what goes wrong
  pos-cli run --instance ../staging            a deploy target: serves what is deployed to that folder
  pos-cli run --visit /checkout --until-idle   a smoke test: exit 1 if the page breaks or a job dies";

const JOBS: &str = "Jobs";
const MAIL: &str = "Mail";
const STATE: &str = "State";
const NET: &str = "Calls of APIs";
const SCRIPTS: &str = "Scripts and CI";

/// Serves the app in DIR and works its jobs
///
/// Log lines go to stdout, everything else to stderr. A save is live at the next request. ctrl-c ends in order: running
/// jobs may finish, the rest is put back; a second ctrl-c ends at once.
#[derive(Debug, Default, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    /// The project: the folder that holds `app`
    #[arg(default_value = ".", value_name = "DIR")]
    root: PathBuf,
    /// Serve what is deployed to this folder, instead of an app's own files
    ///
    /// The folder is created, and keeps releases, databases and mail. `pos-cli deploy` and the official client deploy to
    /// it; each release is switched to at once and kept, so that `deploy --rollback` can go back.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["root", "state", "ephemeral"])]
    instance: Option<PathBuf>,

    /// Port to listen on; 0: any free one. A taken one moves on to the next free one [default: 3000]
    #[arg(short, long, value_name = "N")]
    port: Option<u16>,
    /// A taken port is an error
    #[arg(long)]
    strict_port: bool,
    /// Address to listen on; anything but loopback lets other machines in [default: 127.0.0.1]
    #[arg(long, value_name = "ADDR")]
    host: Option<IpAddr>,
    /// Open the app in a browser
    #[arg(short, long)]
    pub(super) open: bool,
    /// What templates see as `context.environment` [default: staging]
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// A file of NAME=value lines: `context.constants`, over those that are stored
    #[arg(long, value_name = "FILE")]
    constants: Option<PathBuf>,

    /// Jobs worked at the same time [default: 4]
    #[arg(long, value_name = "N", help_heading = JOBS)]
    workers: Option<NonZeroUsize>,
    /// Queue jobs, but work none
    #[arg(long, conflicts_with_all = ["workers", "until_idle"], help_heading = JOBS)]
    no_jobs: bool,
    /// Multiplies the waiting time between attempts (5s, 30s, 2m, 10m); 0: no waiting [default: 1]
    #[arg(long, value_name = "F", value_parser = factor, help_heading = JOBS)]
    retry_scale: Option<f64>,
    /// Jobs see only the variables passed to them, as on the platform
    #[arg(long, help_heading = JOBS)]
    strict_scope: bool,
    /// How long running jobs may go on after ctrl-c [default: 5s]
    #[arg(long, value_name = "TIME", value_parser = parse_duration, help_heading = JOBS)]
    grace: Option<Duration>,

    /// A mail server that receives captured e-mails, too: smtp://user:password@host:port
    ///
    /// A password is better given as POS_CLI_SMTP_URL: other users of this machine can read command lines.
    #[arg(long, value_name = "URL", help_heading = MAIL)]
    smtp_url: Option<String>,
    /// Only recipients with such an address receive them
    #[arg(long, value_name = "REGEX", help_heading = MAIL)]
    smtp_only_to: Option<Regex>,

    /// Nothing leaves the machine: no call of an API, no download, no mail
    #[arg(long, help_heading = NET)]
    offline: bool,
    /// Who answers the calls of APIs [default: live]
    #[arg(long, value_name = "WHO", help_heading = NET)]
    api_calls: Option<settings::ApiCalls>,
    /// The rules that answer the calls; `--api-calls stub` alone reads stubs.yml in the project
    #[arg(long, value_name = "FILE", help_heading = NET)]
    stubs: Option<PathBuf>,
    /// What becomes of a call that no rule matches; means `--api-calls stub`, too [default: error]
    #[arg(long, value_name = "WHAT", help_heading = NET)]
    unmatched: Option<settings::Unmatched>,
    /// What a call does that nobody answers [default: auto]
    #[arg(long, value_name = "WHAT", help_heading = NET)]
    api_failure: Option<settings::ApiFailure>,
    /// An answer with status 5xx fails the attempt of a job
    #[arg(long, help_heading = NET)]
    retry_on_5xx: bool,

    /// Keep databases in this folder [default: .pos-dev in the project]
    #[arg(long, value_name = "DIR", help_heading = STATE)]
    state: Option<PathBuf>,
    /// Keep databases in a temporary folder and forget them at the end
    #[arg(long, conflicts_with = "state", help_heading = STATE)]
    ephemeral: bool,
    /// Leave the app's pending migrations alone
    #[arg(long, help_heading = STATE)]
    no_migrate: bool,
    /// Import this archive or JSON file first, after the migrations; twice is as good as once
    #[arg(long, value_name = "FILE", help_heading = STATE)]
    seed: Option<PathBuf>,
    /// Forget all jobs, logs and sessions first; what was deployed stays, as an app's own files do
    #[arg(long, help_heading = STATE)]
    reset: bool,
    /// When a commit counts as done [default: full]
    #[arg(long, value_name = "WHEN", help_heading = STATE)]
    durability: Option<settings::Durability>,

    /// Request this page once ready; repeated: one after the other
    #[arg(long, value_name = "PATH", num_args = 1.., help_heading = SCRIPTS)]
    visit: Vec<String>,
    /// End when nothing is queued, running or retrying; exit 1 if a visited page answered 5xx or a job died
    #[arg(long, help_heading = SCRIPTS)]
    until_idle: bool,
}

impl Args {
    /// As if nothing else had been typed: for commands that work the jobs without serving.
    pub(crate) fn of(root: PathBuf, state: PathBuf) -> Self {
        if store::StateDir::at(&state).is_instance() {
            return Self { instance: Some(state), ..Self::default() };
        }
        Self { root, state: Some(state), ..Self::default() }
    }

    /// The folder of the project, or of the instance.
    pub(super) fn root(&self) -> &Path {
        self.instance.as_ref().unwrap_or(&self.root)
    }

    /// Flags over the settings of the project.
    pub(crate) fn options(self, configured: settings::Run) -> Options {
        let limits = configured.time_limits;
        let root = self.root().to_owned();
        let serves = if self.instance.is_some() { Serves::Instance } else { Serves::Project };
        let state = match self.state {
            _ if serves == Serves::Instance => StateFolder::Kept(root.clone()),
            _ if self.ephemeral => StateFolder::Temporary { below: std::env::temp_dir() },
            Some(folder) => StateFolder::Kept(folder),
            None => StateFolder::Kept(root.join(store::StateDir::NAME)),
        };
        let offline = self.offline || configured.offline;
        let only_to = self.smtp_only_to.or(configured.smtp.only_to);
        let smtp = self.smtp_url.or(configured.smtp.url);
        let smtp = smtp.map(|url| Smtp { url: SmtpUrl::new(url), only_to }).filter(|_| !offline);
        let api_calls = Answering {
            who: self.api_calls.unwrap_or(if self.stubs.is_some() || self.unmatched.is_some() {
                settings::ApiCalls::Stub
            } else {
                configured.api_calls
            }),
            file: self.stubs.unwrap_or_else(|| root.join(configured.stubs)),
            unmatched: self.unmatched.unwrap_or(configured.unmatched),
        };
        Options {
            offline,
            api_calls: if offline { api_calls.offline() } else { api_calls.online() },
            on_call_failure: match self.api_failure.unwrap_or(configured.api_failure) {
                settings::ApiFailure::Auto => OnFailure::Auto,
                settings::ApiFailure::Return => OnFailure::Return,
                settings::ApiFailure::Raise => OnFailure::Raise,
            },
            on_server_error: if self.retry_on_5xx || configured.retry_on_5xx {
                OnServerError::Retry
            } else {
                OnServerError::Answer
            },
            root,
            serves,
            state,
            host: self.host.unwrap_or(configured.host),
            port: self.port.unwrap_or(configured.port),
            strict_port: self.strict_port || configured.strict_port,
            workers: (!self.no_jobs).then(|| self.workers.unwrap_or(configured.workers)),
            durability: match self.durability.unwrap_or(configured.durability) {
                settings::Durability::Full => store::Durability::Full,
                settings::Durability::Normal => store::Durability::Normal,
            },
            retry_scale: self.retry_scale.unwrap_or(configured.retry_scale),
            time_limits: [limits.high, limits.default, limits.low],
            strict_scope: self.strict_scope || configured.strict_scope,
            max_job_depth: configured.max_job_depth,
            max_payload: configured.max_payload,
            reset: self.reset,
            constants: self.constants,
            migrate: !self.no_migrate,
            seed: self.seed,
            visit: self.visit,
            until_idle: self.until_idle,
            grace: self.grace.unwrap_or(configured.grace),
            environment: self.environment.unwrap_or(configured.environment),
            smtp,
        }
    }
}

/// Who is to answer calls of APIs, before it is known whether the net may.
struct Answering {
    who: settings::ApiCalls,
    file: PathBuf,
    unmatched: settings::Unmatched,
}

impl Answering {
    fn online(self) -> ApiCalls {
        match self.who {
            settings::ApiCalls::Live => ApiCalls::Live,
            settings::ApiCalls::Stub => {
                let unmatched = match self.unmatched {
                    settings::Unmatched::Live => Unmatched::Live,
                    settings::Unmatched::Error => Unmatched::Error,
                    settings::Unmatched::NotFound => Unmatched::NotFound,
                };
                ApiCalls::Stub { file: self.file, unmatched }
            }
            settings::ApiCalls::Record => ApiCalls::Record,
            settings::ApiCalls::Replay => ApiCalls::Replay,
            settings::ApiCalls::Off => ApiCalls::Off,
        }
    }

    /// What would reach the net is off; what is on this machine answers.
    fn offline(self) -> ApiCalls {
        match self.online() {
            ApiCalls::Live | ApiCalls::Record => ApiCalls::Off,
            ApiCalls::Stub { file, unmatched: Unmatched::Live } => {
                ApiCalls::Stub { file, unmatched: Unmatched::Error }
            }
            answering => answering,
        }
    }
}

fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor >= 0.0 => Ok(factor),
        _ => Err("a number of 0 or more".to_owned()),
    }
}
