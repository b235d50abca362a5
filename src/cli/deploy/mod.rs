//! `pos-cli deploy`: what is typed, which server is meant, and how the end is told. What is shown on the way is in
//! `display`; going back to an earlier release in `rollback`.

mod display;
mod rollback;

use std::path::PathBuf;
use std::time::Instant;

use serde_json::json;

use super::environment::Server;
use super::state::StateArgs;
use super::{Context, Error, Exit, Kind};
use crate::client::{Absent, Client, Effect};
use crate::deploy::{self, AssetRoute, Check, Options, Target};
use display::{Display, millis, seconds};

const EXAMPLES: &str = "\
Examples:
  pos-cli deploy                check and pack the app, and see that `pos-cli run` serves it
  pos-cli deploy staging        send it to the environment `staging` of `.pos`
  pos-cli deploy staging -p     leave alone what the instance has and this project has not
  pos-cli deploy staging --dry-run --verbose    every file that would change, and no change
  pos-cli deploy --rollback     serve the release before this one, where `run --instance` runs
  pos-cli deploy --json         for programs: one object per phase
";

/// Checks and packs the app, and sends it to a server
///
/// The server of this working tree (`pos-cli run`) reads the files itself: nothing is sent to it, but it is asked whether
/// it has them. With --verbose the report names every file.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where to: `local`, which is the server running here, or an environment of `.pos`
    #[arg(value_name = "ENV")]
    environment: Option<String>,
    /// Keep the files of the instance that are not in this project
    #[arg(short, long, visible_alias = "partial-deploy")]
    partial: bool,
    /// Send the assets inside the archive of the release, not on their own
    #[arg(short, long, visible_alias = "old-assets-upload")]
    one_archive: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Skip `pos-cli check`, which otherwise comes first
    #[arg(long)]
    no_check: bool,
    /// Serve release N of a server of ours again; without a number the one before the current
    #[arg(long, value_name = "N", num_args = 0..=1, conflicts_with_all = NOT_ROLLBACK)]
    rollback: Option<Option<u64>>,
    /// List the releases a server of ours keeps
    #[arg(long, conflicts_with_all = NOT_RELEASES)]
    releases: bool,
    #[command(flatten)]
    state: StateArgs,
}

const NOT_ROLLBACK: [&str; 5] = ["partial", "one_archive", "dry_run", "no_check", "releases"];
const NOT_RELEASES: [&str; 5] = ["partial", "one_archive", "dry_run", "no_check", "rollback"];

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    let server = Server::choose(args.environment.as_deref(), &args.state)?;
    let name = match &server {
        Server::Local(url) => format!("local ({url})"),
        Server::Remote(environment) => environment.to_string(),
    };
    if args.releases {
        return rollback::list(&server.client(context), &name, context);
    }
    if let Some(release) = args.rollback {
        return rollback::roll_back(&server.client(context), release, &name, context);
    }
    let target = match server {
        Server::Local(url) => Target::Local { url },
        Server::Remote(environment) => Target::Remote(Client::of_environment(&environment)),
    };
    deploy(&args.options(target), &name, context)
}

fn deploy(options: &Options, name: &str, context: &Context) -> Result<Exit, Error> {
    context.ui.note(&format!("deploying to {name}"));
    let start = Instant::now();
    let mut display = Display::new(context);
    match deploy::deploy(options, |news| display.show(&news)) {
        Ok(report) => {
            display.report(&report);
            let took = start.elapsed();
            display.json(&json!({
                "phase": "done", "dry_run": options.effect == Effect::DryRun, "report": report, "ms": millis(took),
            }));
            drop(display);
            context.ui.note(&match options.effect {
                Effect::Applied => format!("deployed in {}", seconds(took)),
                Effect::DryRun => format!("dry run completed in {}: nothing was changed", seconds(took)),
            });
            Ok(Exit::Done)
        }
        Err(deploy::Error::Problems(problems)) => {
            drop(display);
            problems.iter().for_each(|problem| context.ui.problem(problem));
            Err(Error::new(Kind::User, "the app has problems: nothing was sent")
                .hint("`pos-cli check` lists them again"))
        }
        Err(error) => {
            drop(display);
            Err(error.into())
        }
    }
}

impl Args {
    fn options(&self, target: Target) -> Options {
        Options {
            root: PathBuf::from("."),
            target,
            check: if self.no_check { Check::Skipped } else { Check::First },
            assets: if self.one_archive { AssetRoute::Release } else { AssetRoute::Direct },
            absent: if self.partial { Absent::Kept } else { Absent::Deleted },
            effect: if self.dry_run { Effect::DryRun } else { Effect::Applied },
        }
    }
}

impl From<deploy::Error> for Error {
    fn from(error: deploy::Error) -> Self {
        let hint = match error {
            deploy::Error::Load(error) => return error.into(),
            deploy::Error::Server(error) => return error.into(),
            deploy::Error::OtherProject { .. } => "start `pos-cli run` in this project, or `--state DIR`",
            deploy::Error::OtherTree { .. } => "its terminal shows what it could not load",
            deploy::Error::Nothing { .. } => "change to the folder that holds `app`, or `-C DIR`",
            deploy::Error::EmptyApp => "`--partial` keeps what the instance has",
            deploy::Error::TooLarge { .. } => {
                "without `-o` assets are no part of it; `.posignore` keeps files out"
            }
            deploy::Error::Release { .. } => "correct it and deploy again",
            deploy::Error::Unfinished { .. } | deploy::Error::StillPacked { .. } => {
                "deploy again later: the same release twice is the same as once"
            }
            _ => return Self::of(Kind::User, &error),
        };
        Self::of(Kind::User, &error).hint(hint)
    }
}
