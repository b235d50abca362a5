//! The arguments of `logs`, as typed. What they mean is decided in `options`.

use std::time::Duration;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use regex::Regex;

use super::glob::Glob;
use crate::cli::state::StateArgs;
use crate::logs::{Kind, Level, Status};
use crate::settings;

/// Prints or follows log lines
///
/// Without -f or --tail it prints what is stored and ends; the log of a platform is followed, unless a number of lines is
/// asked for or --no-follow says otherwise. Filters of different kinds must all agree.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    /// Whose log: an environment of `.pos`, or `local` [default: local, where the app has run here]
    #[arg(value_name = "ENV")]
    pub(super) environment: Option<String>,

    /// Print what is stored, then every new line as it comes, until ctrl-c
    #[arg(short, long)]
    pub(super) follow: bool,
    /// Without N the same as --follow; with N the same as -n
    #[arg(long, value_name = "N", num_args = 0..=1)]
    pub(super) tail: Option<Option<String>>,
    /// The last N of the lines that match
    #[arg(short = 'n', value_name = "N")]
    pub(super) last: Option<usize>,
    /// End after the stored lines, whatever the default is
    #[arg(long, conflicts_with_all = ["follow", "until_match"])]
    pub(super) no_follow: bool,
    /// How often to look for new lines, in milliseconds [default: 250, for a platform 3000]
    #[arg(short, long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) interval: Option<u64>,

    /// Lines of jobs with this name; `*` and `?` are wildcards
    #[arg(long = "source-name", value_name = "GLOB", value_parser = Glob::parse, help_heading = FILTERS)]
    pub(super) source_names: Vec<Glob>,
    /// Lines with this status
    #[arg(long = "status", value_name = "STATUS", ignore_case = true, value_delimiter = ',', help_heading = FILTERS)]
    pub(super) statuses: Vec<Status>,
    /// Lines of this type, whatever its case: that of `{% log %}`, or background_job, request, mail, api_call, system
    #[arg(long = "type", visible_alias = "filter", value_name = "TYPE", help_heading = FILTERS)]
    pub(super) types: Vec<String>,
    /// Lines of this level and above
    #[arg(short, long, ignore_case = true, help_heading = FILTERS)]
    pub(super) level: Option<Level>,
    /// Lines of this kind
    #[arg(long = "kind", value_name = "KIND", ignore_case = true, value_delimiter = ',', help_heading = FILTERS)]
    pub(super) kinds: Vec<Kind>,
    /// Lines in which this pattern is found; repeated: all of them
    #[arg(short, long, value_name = "REGEX", value_parser = Regex::new, help_heading = FILTERS)]
    pub(super) grep: Vec<Regex>,
    /// Lines in which this pattern is not found
    #[arg(short = 'x', long, value_name = "REGEX", value_parser = Regex::new, help_heading = FILTERS)]
    pub(super) exclude: Vec<Regex>,
    /// Lines from then on: 10m, 3h, today, 14:30, 2026-01-15T14:30:00Z, last-start
    #[arg(long, value_name = "TIME", help_heading = FILTERS)]
    pub(super) since: Option<String>,
    /// Lines before then
    #[arg(long, value_name = "TIME", help_heading = FILTERS)]
    pub(super) until: Option<String>,
    /// Lines of this job
    #[arg(long, value_name = "ID", help_heading = FILTERS)]
    pub(super) job: Option<String>,
    /// Lines of everything one request or job caused
    #[arg(long, value_name = "ID", help_heading = FILTERS)]
    pub(super) trace: Option<String>,

    /// Show and read times in UTC
    #[arg(long)]
    pub(super) utc: bool,
    /// Follow until a shown line matches, then end with 0
    #[arg(long, value_name = "REGEX", value_parser = Regex::new, help_heading = SCRIPTS)]
    pub(super) until_match: Option<Regex>,
    /// Give up after this time, with 1: 30s, 2m
    #[arg(long, value_name = "TIME", requires = "until_match", value_parser = settings::parse_duration, help_heading = SCRIPTS)]
    pub(super) timeout: Option<Duration>,
    /// End with 1 if a shown line has this status; when following, at once
    #[arg(long, value_name = "STATUS", ignore_case = true, value_delimiter = ',', help_heading = SCRIPTS)]
    pub(super) fail_on: Vec<Status>,
    #[command(flatten)]
    pub(super) state: StateArgs,
}

const FILTERS: &str = "Filters";
const SCRIPTS: &str = "For scripts";

const EXAMPLES: &str = "\
Examples:
  pos-cli logs | grep 'FAILED'                 what failed so far
  pos-cli logs --tail                          everything, as it happens
  pos-cli logs -f -n 20 --level warn           the last 20 warnings and errors, then every new one
  pos-cli logs --source-name='send_*' --since 10m
  pos-cli logs --until-match 'send_email.*SUCCESS' --timeout 30s --fail-on dead";

impl ValueEnum for Status {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

impl ValueEnum for Kind {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

impl ValueEnum for Level {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let value = PossibleValue::new(self.as_str());
        Some(if *self == Self::Warn { value.alias("warning") } else { value })
    }
}
