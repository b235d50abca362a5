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
  pos-cli data update changes.json      as an import of JSON, into rows that are there
  pos-cli data clean --yes              everything but constants away, for good
";

/// Some editors begin a file with it; it is no part of the JSON.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

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
        /// Its content tells whether the file is an archive
        #[arg(short, long, hide = true)]
        zip: bool,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Reads a JSON file over what is in the app
    Update {
        #[command(flatten)]
        file: FileArgs,
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
        /// The same, as the platform's own client has it
        #[arg(short, long, value_name = "BOOL", hide = true)]
        export_internal_ids: Option<bool>,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Takes all records, users, activities and sessions away for good; constants stay
    Clean {
        /// Your consent, without which nothing is cleaned
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
        Command::Import { file, raw_ids, state, zip: _ } => {
            let (path, environment) = file.meant();
            // Before a server is asked for: a file that is no data need not be sent anywhere.
            let file = File::read(&path)?;
            import(&client(environment, &state)?, &file, ids(raw_ids), context)
        }
        Command::Update { file, state } => {
            let (path, environment) = file.meant();
            let File::Json { text, json } = File::read(&path)? else {
                let message = format!("{} is an archive; an update is JSON", path.display());
                return Err(Error::new(Kind::User, message).hint("`pos-cli data import` reads archives"));
            };
            warn_of_attachments(&json, context);
            let client = client(environment, &state)?;
            let spinner = context.ui.spinner("updating");
            let updated = client.update_data(&text);
            drop(spinner);
            report("updated", updated, context)
        }
        Command::Export { file, zip, raw_ids, export_internal_ids, state } => {
            let ids = ids(raw_ids || export_internal_ids == Some(true));
            let (path, environment) = file.meant();
            let is_archive =
                zip || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
            let client = client(environment, &state)?;
            let spinner = context.ui.spinner("exporting");
            let bytes = if is_archive {
                client.export_archive(ids)?
            } else {
                let data = client.export_json(ids)?;
                warn_of_attachments(&data, context);
                in_json(&data)
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
            server.client(context)?.clean_data(&words, history).map_err(not_cleaned)?;
            say("all data is gone", &json!({ "cleaned": true }), context)
        }
    }
}

/// A file of data, read.
enum File {
    Archive(Vec<u8>),
    Json { text: Vec<u8>, json: Json },
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
        let text = match bytes.strip_prefix(BYTE_ORDER_MARK) {
            Some(text) => text.to_vec(),
            None => bytes,
        };
        match serde_json::from_slice(&text) {
            Ok(json) => Ok(Self::Json { text, json }),
            Err(error) => {
                let message = format!("{shown} is neither a zip archive nor JSON");
                Err(Error::new(Kind::User, message).because(&error))
            }
        }
    }
}

fn import(client: &Client, file: &File, ids: FileIds, context: &Context) -> Result<Exit, Error> {
    let spinner = context.ui.spinner("importing");
    let imported = match file {
        File::Json { json, .. } => {
            warn_of_attachments(json, context);
            client.import_json(json, ids)
        }
        File::Archive(zip) => client.import_archive(zip, ids),
    };
    drop(spinner);
    report("imported", imported, context)
}

fn report(
    done: &str,
    rows: Result<Option<ImportedRows>, client::Error>,
    context: &Context,
) -> Result<Exit, Error> {
    let rows = rows.map_err(|error| match error {
        client::Error::TooLarge { .. } => {
            Error::from(error).hint("`pos-cli run --seed FILE` imports a file of any size at the start")
        }
        error => error.into(),
    })?;
    // Only a server of ours counts them.
    let Some(rows) = rows else { return say(done, &json!({ done: true }), context) };
    for warning in &rows.warnings {
        context.ui.note(&format!("warning: {}", crate::logs::escape(warning)));
    }
    let ImportedRows { records, users, activities, .. } = rows;
    let line = format!("{done} records: {records}, users: {users}, activities: {activities}");
    say(&line, &json!(rows), context)
}

/// Attached files are only named in JSON: they are neither fetched nor sent.
fn warn_of_attachments(data: &Json, context: &Context) {
    let attached = attachments(data);
    if attached > 0 {
        context.ui.note(&format!(
            "warning: attachments and images stay where they are, and were not copied: {attached}"
        ));
    }
}

fn attachments(data: &Json) -> usize {
    match data {
        Json::Array(rows) => rows.iter().map(attachments).sum(),
        Json::Object(fields) => fields
            .iter()
            .map(|(name, value)| match (name.as_str(), value) {
                ("attachments" | "images", Json::Array(files)) => files.len(),
                // What the app calls so in its own properties is no file.
                ("properties", _) => 0,
                _ => attachments(value),
            })
            .sum(),
        _ => 0,
    }
}

/// An instance may not offer it at all.
fn not_cleaned(error: client::Error) -> Error {
    match error {
        client::Error::Status { status: 404 | 422, .. } => {
            Error::new(Kind::User, "the server does not clean data, or that is switched off")
        }
        error => error.into(),
    }
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
