//! `pos-cli data`: all data of a server to a file, from a file, and away.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value as Json, json};

use super::environment::{self, ServerArgs};
use super::state::StateArgs;
use super::ui::Closed;
use super::{Context, Error, Exit, Kind, output_file};
use crate::client::{self, Client, FileIds, History};
use crate::protocol::ImportedRows;

const EXAMPLES: &str = "\
Examples:
  pos-cli data export backup.zip        everything as a CSV archive
  pos-cli data import backup.zip        rows over those of their ids, the others stay
  pos-cli data export seed.json         live records and users, by external ids
  pos-cli data import seed.json         found again by external id, new ones with new ids
  pos-cli data clean --yes              everything but constants away, for good
";

/// What a server asks to hear before it cleans.
const CONFIRMATION: &str = "CLEAN DATA";

/// Exports, imports and cleans the data of the app
///
/// A file is a zip archive of records.csv, users.csv and activity_steams.csv, or JSON of `users` and `models`. An import
/// is stored as a whole or, if a row of it makes no sense, not at all. Feeds are in no file; an import leaves them alone.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Reads a file into the app
    Import {
        #[command(flatten)]
        file: FileArgs,
        /// The ids in a JSON file are ids, not external ids; those of an archive always are
        #[arg(long)]
        raw_ids: bool,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Writes all data to a file: an archive if its name ends in .zip, else JSON
    Export {
        #[command(flatten)]
        file: FileArgs,
        /// An archive, whatever the file is called
        #[arg(short, long)]
        zip: bool,
        /// Ids instead of external ids in JSON
        #[arg(long)]
        raw_ids: bool,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Takes all records, users, activities and sessions away for good; constants stay
    Clean {
        /// Really
        #[arg(long, alias = "auto-confirm")]
        yes: bool,
        /// Also forget which migrations have run and what the tables looked like
        #[arg(short, long)]
        include_schema: bool,
        #[command(flatten)]
        server: ServerArgs,
    },
}

/// A file and an environment, in either of two ways: `FILE [ENV]`, and `[ENV] -p FILE` as the platform's own client has
/// it.
#[derive(Debug, clap::Args)]
struct FileArgs {
    /// The file
    #[arg(value_name = "FILE", required_unless_present = "path")]
    first: Option<String>,
    /// `local`, which is the server running here, or an environment of `.pos`
    #[arg(value_name = "ENV", conflicts_with = "path")]
    environment: Option<String>,
    /// The file; then the other word is the environment
    #[arg(short, long, value_name = "FILE")]
    path: Option<PathBuf>,
}

impl FileArgs {
    fn meant(self) -> (PathBuf, Option<String>) {
        match (self.path, self.first) {
            (Some(path), environment) => (path, environment),
            (None, file) => (PathBuf::from(file.unwrap_or_default()), self.environment),
        }
    }
}

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    let client = |environment: Option<String>, state: &StateArgs| {
        environment::client(environment.as_deref(), state, context)
    };
    let ids = |is_raw: bool| if is_raw { FileIds::Raw } else { FileIds::External };
    match args.command {
        Command::Import { file, raw_ids, state } => {
            let (path, environment) = file.meant();
            // Before a server is asked for: a file that is no data need not be sent anywhere.
            let file = File::read(&path)?;
            import(&client(environment, &state)?, &file, ids(raw_ids), context)
        }
        Command::Export { file, zip, raw_ids, state } => {
            let (path, environment) = file.meant();
            let is_archive =
                zip || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
            let client = client(environment, &state)?;
            let spinner = context.ui.spinner("exporting");
            let bytes = if is_archive {
                client.export_archive()?
            } else {
                in_json(&client.export_json(ids(raw_ids))?)
            };
            drop(spinner);
            output_file::write(&path, &bytes)?;
            let shown = path.display().to_string();
            let line = format!("exported to {shown}, {} bytes", bytes.len());
            say(&line, &json!({ "path": shown, "bytes": bytes.len() }), context)
        }
        Command::Clean { yes: false, .. } => {
            Err(Error::new(Kind::Usage, "`data clean` takes all data away for good; nothing was done")
                .hint("`pos-cli data clean --yes` does it; `pos-cli data export FILE` keeps a copy first"))
        }
        Command::Clean { include_schema, server, .. } => {
            let words = std::env::var("CONFIRMATION_TEXT").unwrap_or_else(|_| CONFIRMATION.to_owned());
            let history = if include_schema { History::Forgotten } else { History::Kept };
            server.client(context)?.clean_data(&words, history)?;
            say("all data is gone", &json!({ "cleaned": true }), context)
        }
    }
}

/// A file of data, read.
enum File {
    Archive(Vec<u8>),
    Json(Json),
}

impl File {
    /// What it is, its content tells.
    fn read(path: &Path) -> Result<Self, Error> {
        let shown = path.display();
        let bytes = fs::read(path)
            .map_err(|error| Error::new(Kind::User, format!("cannot read {shown}")).because(&error))?;
        if bytes.starts_with(b"PK") {
            return Ok(Self::Archive(bytes));
        }
        serde_json::from_slice(&bytes).map(Self::Json).map_err(|error| {
            Error::new(Kind::User, format!("{shown} is neither a zip archive nor JSON")).because(&error)
        })
    }
}

fn import(client: &Client, file: &File, ids: FileIds, context: &Context) -> Result<Exit, Error> {
    let spinner = context.ui.spinner("importing");
    let imported = match file {
        File::Json(json) => client.import_json(json, ids),
        File::Archive(_) if client.is_platform() => {
            return Err(Error::new(
                Kind::User,
                "an archive can only be imported into the server of this machine",
            )
            .hint("`pos-cli data import FILE.json ENV` sends JSON to an environment"));
        }
        File::Archive(zip) => client.import_archive(zip),
    };
    drop(spinner);
    let imported = imported.map_err(|error| match error {
        client::Error::TooLarge { .. } => {
            Error::from(error).hint("`pos-cli run --seed FILE` imports a file of any size at the start")
        }
        error => error.into(),
    })?;
    let Some(imported) = imported else {
        return say("imported", &json!({ "imported": true }), context);
    };
    for warning in &imported.warnings {
        context.ui.note(&format!("warning: {}", crate::logs::escape(warning)));
    }
    let ImportedRows { records, users, activities, .. } = imported;
    let line = format!("imported records: {records}, users: {users}, activities: {activities}");
    say(&line, &json!(imported), context)
}

/// The lists by themselves, as the platform's own client writes them; indented, for people and their diffs.
fn in_json(data: &Json) -> Vec<u8> {
    let list = |name: &str| {
        let found = data.get(name).map(|list| list.get("results").unwrap_or(list));
        found.cloned().unwrap_or_else(|| json!([]))
    };
    let lists =
        json!({ "users": list("users"), "transactables": list("transactables"), "models": list("models") });
    format!("{lists:#}\n").into_bytes()
}

fn say(line: &str, json: &Json, context: &Context) -> Result<Exit, Error> {
    let printed =
        if context.global.json { context.ui.line(&json.to_string()) } else { context.ui.line(line) };
    printed.map_or_else(Closed::outcome, |()| Ok(Exit::Done))
}
