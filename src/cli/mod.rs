//! What is typed and what is shown: the command line, global flags, dispatch. Each command is a file of its own with
//! `Args` (as typed; its doc comments are the help) and `execute`. Only `ui` writes to the terminal.

mod browser;
mod check;
mod completions;
mod constants;
mod data;
mod deploy;
mod env;
mod environment;
mod error;
mod exec;
mod external;
mod jobs;
mod logs;
mod mail;
mod migrations;
mod moment;
mod output_file;
mod owner;
mod render;
mod run;
mod state;
mod sync;
mod test;
mod ui;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::settings::Settings;

pub(crate) use error::{Error, Exit, Kind};
pub(crate) use ui::Ui;

/// People look for an example first: `before_help` of each command holds them.
const HELP: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

const EXAMPLES: &str = "\
Examples:
  pos-cli run                     serve the app in this folder and work its jobs
  pos-cli logs --tail             follow the log from a second terminal
  pos-cli logs | grep 'FAILED'    what went wrong so far
  pos-cli jobs list               what waits, runs and retries
  pos-cli deploy                  check and pack the app, and see that the server has it";

const MORE: &str = "\
Any other word runs the program `pos-cli-WORD` of the PATH.
Settings: `pos-cli.toml` beside the `app` folder, then POS_CLI_* variables, then flags.";

/// Run a platformOS app on this machine: pages, background jobs, events and logs, offline.
#[derive(Debug, Parser)]
#[command(name = "pos-cli", version, before_help = EXAMPLES, after_help = MORE, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Flags every command takes.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Change to this folder first
    #[arg(short = 'C', global = true, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
    /// One JSON object per line instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Only errors on stderr
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Diagnostics on stderr; repeat for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to colour: auto, always, never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    pub(crate) color: ui::Color,
}

/// What a command is given besides its own arguments.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) ui: Ui,
    pub(crate) global: Global,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(Box<run::Args>),
    #[command(visible_alias = "d")]
    Deploy(deploy::Args),
    #[command(visible_alias = "l")]
    Logs(Box<logs::Args>),
    Jobs(jobs::Args),
    Mail(mail::Args),
    Check(check::Args),
    Constants(constants::Args),
    Data(data::Args),
    Env(env::Args),
    Exec(exec::Args),
    Migrations(migrations::Args),
    Render(render::Args),
    #[command(visible_alias = "s")]
    Sync(sync::Args),
    Test(test::Args),
    Completions(completions::Args),
    #[command(external_subcommand)]
    External(Vec<OsString>),
}

/// Parses the command line, runs the command, prints the error, if any.
pub fn main(args: impl Iterator<Item = OsString>) -> ExitCode {
    let cli = match parse(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version count as errors for clap. Whoever reads them may have gone: no reason to complain.
            let _ = error.print();
            return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    let context = Context { ui: Ui::new(cli.global.color, cli.global.quiet), global: cli.global };
    match context.enter().and_then(|()| cli.command.execute(&context)) {
        Ok(exit) => exit.into(),
        Err(error) => {
            context.ui.error(&error);
            ExitCode::from(error.exit())
        }
    }
}

/// The whole command line, as completions and the search for similar words see it.
fn command_line() -> clap::Command {
    examples_first(Cli::command())
}

fn examples_first(command: clap::Command) -> clap::Command {
    command.help_template(HELP).mut_subcommands(examples_first)
}

fn parse(args: impl Iterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut command = command_line();
    let matches = command.try_get_matches_from_mut(args)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// One line of an answer for programs.
fn as_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("answers have string keys and no fallible values")
}

impl Command {
    fn execute(self, context: &Context) -> Result<Exit, Error> {
        match self {
            Self::Run(args) => run::execute(*args, context),
            Self::Deploy(args) => deploy::execute(args, context),
            Self::Logs(args) => logs::execute(*args, context),
            Self::Jobs(args) => jobs::execute(args, context),
            Self::Mail(args) => mail::execute(args, context),
            Self::Check(args) => check::execute(args, context),
            Self::Data(args) => data::execute(args, context),
            Self::Env(args) => env::execute(args, context),
            Self::Exec(args) => exec::execute(args, context),
            Self::Constants(args) => constants::execute(args, context),
            Self::Migrations(args) => migrations::execute(args, context),
            Self::Test(args) => test::execute(args, context),
            Self::Render(args) => render::execute(args, context),
            Self::Sync(args) => sync::execute(args, context),
            Self::Completions(args) => completions::execute(args, context),
            Self::External(words) => external::execute(&words, &command_line()),
        }
    }
}

impl Context {
    /// The settings of the project at `root`: defaults, its file, the environment.
    pub(crate) fn settings(&self, root: &Path) -> Result<Settings, Error> {
        Ok(Settings::load(root, std::env::vars_os())?)
    }

    /// Does what the global flags say before any command begins.
    fn enter(&self) -> Result<(), Error> {
        self.ui.show_diagnostics(self.global.verbose);
        let Some(directory) = &self.global.directory else { return Ok(()) };
        std::env::set_current_dir(directory).map_err(|error| {
            Error::new(Kind::User, format!("cannot change to folder {}", directory.display())).because(&error)
        })
    }
}
