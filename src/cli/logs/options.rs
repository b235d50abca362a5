//! What the arguments of `logs` mean.

use std::time::Duration;

use jiff::ZonedDateTime;
use regex::Regex;

use super::args::Args;
use super::filter::Filter;
use super::moment::Moment;
use crate::cli::state::StateArgs;
use crate::cli::{Error, Kind};
use crate::logs::{Scope, Status};

#[derive(Debug)]
pub(super) struct Options {
    pub(super) environment: Option<String>,
    pub(super) state: StateArgs,
    pub(super) mode: Mode,
    /// How often a follower looks without being told.
    pub(super) interval: Option<Duration>,
    /// What the database is asked for; `filter` holds the rest, and this again.
    pub(super) scope: Scope,
    pub(super) filter: Filter,
    /// Only so many of the stored lines that pass the filter, the latest.
    pub(super) last: Option<usize>,
    /// A time is in `filter` too; here it says where to begin.
    pub(super) since: Option<Moment>,
    pub(super) until: Option<Moment>,
    /// Ends with 1 when such a line is shown.
    pub(super) fail_on: Vec<Status>,
}

/// What happens after the stored lines.
#[derive(Debug)]
pub(super) enum Mode {
    End,
    /// Not said: that depends on whose log it is.
    Unsaid,
    Follow(Option<Goal>),
}

/// What a follower waits for.
#[derive(Debug)]
pub(super) struct Goal {
    pub(super) pattern: Regex,
    pub(super) timeout: Option<Duration>,
}

impl Options {
    /// `now` is in the zone in which times are shown, and so also read.
    pub(super) fn new(args: Args, now: &ZonedDateTime) -> Result<Self, Error> {
        let tail = Tail::of(args.tail, args.environment)?;
        let follows = (args.follow || tail.follows || args.until_match.is_some()) && !args.no_follow;
        if follows && args.until.is_some() {
            let message = "--until ends the output, and following does not";
            return Err(Error::new(Kind::Usage, message).hint("add --no-follow, or leave --until out"));
        }
        let (since, until) = (moment("--since", args.since, now)?, moment("--until", args.until, now)?);
        let last = args.last.or(tail.last);
        let is_end_said = args.no_follow || until.is_some() || last.is_some();
        let goal = args.until_match.map(|pattern| Goal { pattern, timeout: args.timeout });
        Ok(Self {
            environment: tail.environment,
            state: args.state,
            mode: match (follows, is_end_said) {
                (true, _) => Mode::Follow(goal),
                (false, true) => Mode::End,
                (false, false) => Mode::Unsaid,
            },
            interval: args.interval.map(Duration::from_millis),
            scope: match (&args.job, &args.trace) {
                (Some(job), _) => Scope::Job(job.clone()),
                (None, Some(trace)) => Scope::Trace(trace.clone()),
                (None, None) => Scope::All,
            },
            last,
            since,
            until,
            fail_on: args.fail_on,
            filter: Filter {
                source_names: args.source_names,
                statuses: args.statuses,
                types: args.types,
                level: args.level,
                kinds: args.kinds,
                grep: args.grep,
                exclude: args.exclude,
                job: args.job,
                trace: args.trace,
                since: since.and_then(Moment::timestamp),
                until: until.and_then(Moment::timestamp),
            },
        })
    }

    pub(super) fn follows(&self) -> bool {
        matches!(self.mode, Mode::Follow(_))
    }
}

/// `--tail` has three meanings: follow, the last N, and follow the environment whose name comes next.
struct Tail {
    follows: bool,
    last: Option<usize>,
    environment: Option<String>,
}

impl Tail {
    fn of(tail: Option<Option<String>>, environment: Option<String>) -> Result<Self, Error> {
        match (tail, environment) {
            (None, environment) => Ok(Self { follows: false, last: None, environment }),
            (Some(None), environment) => Ok(Self { follows: true, last: None, environment }),
            (Some(Some(word)), environment) if is_number(&word) => {
                // More than fits is more than there can be.
                Ok(Self { follows: false, last: Some(word.parse().unwrap_or(usize::MAX)), environment })
            }
            (Some(Some(word)), None) => Ok(Self { follows: true, last: None, environment: Some(word) }),
            (Some(Some(word)), Some(environment)) => {
                let message =
                    format!("`{word}` after --tail is not a number, and the environment is `{environment}`");
                Err(Error::new(Kind::Usage, message).hint("--tail follows, --tail N shows the last N lines"))
            }
        }
    }
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn moment(flag: &str, text: Option<String>, now: &ZonedDateTime) -> Result<Option<Moment>, Error> {
    let parse = |text: String| {
        Moment::parse(&text, now)
            .map_err(|expected| Error::new(Kind::Usage, format!("{flag} must be {expected}, not `{text}`")))
    };
    text.map(parse).transpose()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn options(line: &str) -> Result<Options, String> {
        let words = ["logs"].into_iter().chain(line.split_whitespace());
        let args = Line::try_parse_from(words).map_err(|error| error.to_string())?.args;
        let now = "2026-03-10T14:00:00Z[UTC]".parse().unwrap();
        Options::new(args, &now).map_err(|error| error.message)
    }

    /// Whether it follows, how many lines, which environment.
    fn meaning(line: &str) -> (bool, Option<usize>, Option<String>) {
        let options = options(line).unwrap();
        (options.follows(), options.last, options.environment)
    }

    #[test]
    fn tail_follows_counts_or_names_the_environment() {
        let cases = [
            ("", (false, None, None)),
            ("-f", (true, None, None)),
            ("--follow", (true, None, None)),
            ("--tail", (true, None, None)),
            ("--tail 20", (false, Some(20), None)),
            ("--tail=20", (false, Some(20), None)),
            ("-n 20", (false, Some(20), None)),
            ("-n20 -f", (true, Some(20), None)),
            ("--tail 0 -f", (true, Some(0), None)),
            ("--tail 99999999999999999999999", (false, Some(usize::MAX), None)),
            ("--tail staging", (true, None, Some("staging"))),
            ("--tail=staging", (true, None, Some("staging"))),
            ("staging --tail", (true, None, Some("staging"))),
            ("--tail --utc staging", (true, None, Some("staging"))),
            ("staging --tail 5", (false, Some(5), Some("staging"))),
            ("staging", (false, None, Some("staging"))),
            ("--tail --no-follow", (false, None, None)),
            ("--until-match x", (true, None, None)),
            ("-i 3000", (false, None, None)),
        ];
        for (line, (follows, last, environment)) in cases {
            assert_eq!(meaning(line), (follows, last, environment.map(str::to_owned)), "{line}");
        }
    }

    #[test]
    fn words_of_filters_are_read_whatever_their_case() {
        let options =
            options("--status failed,DEAD --status Queued --kind JOB -l Warning --filter Error --type x --fail-on FAILED")
                .unwrap();
        assert_eq!(options.filter.statuses, [Status::Failed, Status::Dead, Status::Queued]);
        assert_eq!(options.filter.kinds, [crate::logs::Kind::Job]);
        assert_eq!(options.filter.level, Some(crate::logs::Level::Warn));
        assert_eq!(options.filter.types, ["Error", "x"]);
        assert_eq!(options.fail_on, [Status::Failed]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let cases = [
            ("staging --tail production", "`production` after --tail is not a number"),
            ("--since soon", "--since must be a moment such as"),
            ("-f --until 10m", "--until ends the output"),
            ("-f --no-follow", "cannot be used with"),
            ("--timeout 5s", "--until-match <REGEX>"),
            ("--until-match x --timeout soon", "a duration with its unit"),
            ("--until-match (", "unclosed group"),
            ("--grep [", "unclosed character class"),
            ("--status lost", "invalid value 'lost'"),
            ("-n many", "invalid digit"),
            ("-i 0", "0 is not in 1.."),
        ];
        for (line, expected) in cases {
            let error = options(line).unwrap_err();
            assert!(error.contains(expected), "{line}: {error}");
        }
    }
}
