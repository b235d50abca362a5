//! `pos-cli migrations`: what of the app's migrations has run, and running it.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::Value as Json;

use super::environment::ServerArgs;
use super::ui::{Closed, Table};
use super::{Context, Error, Exit, Kind};
use crate::client::Client;
use crate::logs::escape;
use crate::protocol::{MigrationRecord, NewMigration};

const EXAMPLES: &str = "\
Examples:
  pos-cli migrations list                      what has run, and what has not
  pos-cli migrations generate fill_in_slugs    a new file in app/migrations
  pos-cli migrations run                       all that are not done, up to the first that fails
  pos-cli migrations run 20240131120000        this one
  pos-cli migrations list staging              those of an environment of `.pos`
";

/// Where new ones are written.
const FOLDER: &str = "app/migrations";

/// Lists, runs and generates the app's migrations
///
/// `pos-cli run` runs those that are pending when it starts. Each runs once, in one transaction; one that failed can be
/// edited and run again.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// All migrations with their states, in the order in which they run
    List {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Runs a migration, or all that are not done; exit code 1 if one fails
    Run {
        /// The fourteen digits its file name begins with; without it, all that are not done
        timestamp: Option<String>,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Writes a new migration, named after the time
    #[command(allow_missing_positional = true)]
    Generate {
        #[command(flatten)]
        server: ServerArgs,
        /// A few words: fill_in_slugs
        #[arg(required = true)]
        name: String,
    },
}

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    match args.command {
        Command::List { server } => list(&server.client(context)?, context),
        Command::Run { timestamp, server } => {
            // `run staging`: a word that is no timestamp is where to.
            let is_timestamp = |word: &String| word.starts_with(|first: char| first.is_ascii_digit());
            let (timestamp, server) = match timestamp {
                Some(word) if !server.is_named() && !is_timestamp(&word) => (None, server.named(word)),
                timestamp => (timestamp, server),
            };
            run(&server.client(context)?, timestamp.as_deref(), context)
        }
        Command::Generate { server, name } => generate(&server.client(context)?, &name, context),
    }
}

fn list(client: &Client, context: &Context) -> Result<Exit, Error> {
    let records = client.migrations()?;
    let printed = if context.global.json {
        records.iter().try_for_each(|record| context.ui.line(&super::as_json(record)))
    } else {
        print(&records, context)
    };
    if let Err(closed) = printed {
        return closed.outcome();
    }
    if records.is_empty() {
        context.ui.note("no migrations; `pos-cli migrations generate NAME` makes one");
    }
    Ok(Exit::Done)
}

fn print(records: &[MigrationRecord], context: &Context) -> Result<(), Closed> {
    if records.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(["STATE", "NAME", "ERROR"]);
    for record in records {
        table.row([record.state.clone(), record.name.clone(), in_words(&record.error_messages)]);
    }
    table.lines().try_for_each(|line| context.ui.line(&line))
}

/// A text, or a list of them.
fn in_words(messages: &Json) -> String {
    match messages {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(list) => list.iter().map(in_words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Each that has run is a line; the first failure is the end.
fn run(client: &Client, timestamp: Option<&str>, context: &Context) -> Result<Exit, Error> {
    let timestamps = match timestamp {
        Some(timestamp) => vec![timestamp.to_owned()],
        None => {
            let records = client.migrations()?.into_iter().filter(|record| record.state != "done");
            records.filter_map(|record| Some(record.name.split('_').next()?.to_owned())).collect()
        }
    };
    if timestamps.is_empty() {
        context.ui.note("all migrations are done");
    }
    for timestamp in timestamps {
        let ran = client.run_migration(&timestamp)?;
        let printed = if context.global.json {
            context.ui.line(&super::as_json(&ran))
        } else {
            context.ui.line(&format!("migration {} is done", escape(&ran.name)))
        };
        if let Err(closed) = printed {
            return closed.outcome();
        }
    }
    Ok(Exit::Done)
}

fn generate(client: &Client, name: &str, context: &Context) -> Result<Exit, Error> {
    let NewMigration { name, body } = client.generate_migration(name)?;
    let path = path_of(&name)?;
    let cannot = |error: &std::io::Error| {
        let message = format!("cannot write {}", path.display());
        Error::new(Kind::User, message).because(error)
    };
    fs::create_dir_all(FOLDER).map_err(|error| cannot(&error))?;
    File::create_new(&path).and_then(|mut file| file.write_all(body.as_bytes())).map_err(
        |error| match error.kind() {
            ErrorKind::AlreadyExists => cannot(&error).hint("try again in a second"),
            _ => cannot(&error),
        },
    )?;
    let shown = path.display().to_string();
    let printed = if context.global.json {
        context.ui.line(&serde_json::json!({ "name": name, "path": shown }).to_string())
    } else {
        context.ui.line(&shown)
    };
    printed.map_or_else(Closed::outcome, |()| Ok(Exit::Done))
}

/// The name comes from the server: it must be one, and no path.
fn path_of(name: &str) -> Result<PathBuf, Error> {
    let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
    if name.is_empty() || !name.chars().all(is_word) {
        let message = format!("the server answered with `{name}`, which is no name of a migration");
        return Err(Error::new(Kind::Network, message));
    }
    Ok(Path::new(FOLDER).join(format!("{name}.liquid")))
}
