//! `pos-cli test run`: the app's own tests, run where the app is.

mod follow;
mod junit;
mod report;

use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;

use report::Report;

use super::environment;
use super::state::StateArgs;
use super::{Context, Error, Exit, Kind, output_file};
use crate::client::{self, Client};
use crate::protocol::TestReport;
use crate::settings::parse_duration;

const EXAMPLES: &str = "\
Examples:
  pos-cli test run                            all tests, at the server that runs here
  pos-cli test run staging                    at an environment of `.pos`
  pos-cli test run local cart                 those with `cart` in their path
  pos-cli test run --junit tmp/tests.xml      a report for CI, too
";

/// What the module is called in every app.
const MODULE: &str = "tests";

/// Runs the tests of the app
///
/// They are files of the app, found and run by its tests module, which has to be part of the app.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the tests; exit code 1 if one fails
    Run {
        /// `local`, which is the server running here, or an environment of `.pos`
        #[arg(value_name = "ENV")]
        environment: Option<String>,
        /// Only tests with this in their path
        name: Option<String>,
        /// Also write the results to a file, as JUnit XML
        #[arg(long, value_name = "FILE")]
        junit: Option<PathBuf>,
        /// How long all of them may take: 30s, 10m
        #[arg(long, value_name = "TIME", default_value = "3m", value_parser = parse_duration)]
        timeout: Duration,
        #[command(flatten)]
        state: StateArgs,
    },
}

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    let Command::Run { environment, name, junit, timeout, state } = args.command;
    let client = environment::client(environment.as_deref(), &state, context)?;
    match client.installed_modules() {
        Ok(modules) if !modules.iter().any(|module| module == MODULE) => return Err(no_module()),
        // Not every server lists them; whether the pages of the module are there is seen next.
        Err(error) if !error.is_not_found() => return Err(error.into()),
        _ => {}
    }
    let mut report = Report::new(context);
    let all = match &name {
        Some(name) => run_some(&client, name, timeout, context).map_err(module_or_else)?,
        None => follow::run_all(&client, timeout, &mut report, context)?,
    };
    finish(&mut report, all)?;
    let written = junit.map(|path| output_file::write(&path, report.junit().as_bytes()));
    if let (Some(name), true) = (name, report.is_empty()) {
        return Err(Error::new(Kind::User, format!("no test has `{name}` in its path")));
    }
    // The sum is shown, too, if there is no place for the file.
    let exit = report.end()?;
    written.unwrap_or(Ok(()))?;
    Ok(exit)
}

fn run_some(
    client: &Client,
    name: &str,
    timeout: Duration,
    context: &Context,
) -> Result<TestReport, client::Error> {
    let _spinner = context.ui.spinner("running tests");
    client.run_tests_of(name, timeout)
}

fn module_or_else(error: client::Error) -> Error {
    if error.is_not_found() { no_module() } else { error.into() }
}

fn no_module() -> Error {
    Error::new(Kind::User, "the app has no module `tests`, which finds and runs its tests")
        .hint("put it into modules/tests and deploy it")
}

/// Those that are not shown yet.
fn finish(report: &mut Report<'_>, all: TestReport) -> Result<(), Error> {
    if let Some(message) = all.error {
        return Err(Error::new(Kind::User, message));
    }
    all.tests.unwrap_or_default().into_iter().for_each(|test| report.add(test));
    report.conclude(all.success, all.duration_ms.or(all.duration));
    Ok(())
}
