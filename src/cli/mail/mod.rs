//! `pos-cli mail`: the captured e-mails and SMS from the terminal, with a server or without one.

mod listing;
mod source;

use std::path::Path;
use std::time::Duration;

use clap::Subcommand;

use super::state::StateArgs;
use super::ui::Closed;
use super::{Context, Error, Exit, Kind};
use crate::client::MailQuery;
use crate::protocol::{MailCleared, MailRecord};
use crate::settings::parse_duration;
use source::Inbox;

const EXAMPLES: &str = "\
Examples:
  pos-cli mail list                                  the newest messages
  pos-cli mail show 42                               one in full; --html, --raw
  pos-cli mail wait --to '*@x.test' --timeout 10s    for scripts: print it when it comes
  pos-cli mail clear                                 forget all
";

/// Lists, shows and waits for captured mail
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Messages, newest first: captured, relayed, failed, skipped
    List {
        #[command(flatten)]
        which: Which,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        state: StateArgs,
    },
    /// One message: headers and text
    Show {
        id: i64,
        /// Only the HTML, as it was sent
        #[arg(long, conflicts_with = "raw")]
        html: bool,
        /// The whole message as a mail program opens it (.eml)
        #[arg(long)]
        raw: bool,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Forgets all messages and their files
    Clear {
        #[command(flatten)]
        state: StateArgs,
    },
    /// Prints the newest message that was sent and fits, as soon as there is one; exit code 1 if none comes
    Wait {
        #[command(flatten)]
        which: Which,
        /// Give up after this long
        #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "5s")]
        timeout: Duration,
        #[command(flatten)]
        state: StateArgs,
    },
}

/// Which messages are meant.
#[derive(Debug, clap::Args)]
struct Which {
    /// To a recipient like this: `*` and `?` stand for any characters
    #[arg(long, value_name = "GLOB")]
    to: Option<String>,
    /// With this in the subject
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// Made by this template
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
}

/// How a message is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Whole,
    Html,
    Raw,
}

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    let root = Path::new(".");
    let open = |state: &StateArgs| Inbox::open(&state.folder(root), &context.settings(root)?);
    match args.command {
        Command::List { which, limit, state } => list(&open(&state)?, which.query(), limit, context),
        Command::Show { id, html, raw, state } => {
            let form = match (html, raw) {
                (true, _) => Form::Html,
                (false, true) => Form::Raw,
                (false, false) => Form::Whole,
            };
            show(&open(&state)?.show(id)?, form, context)
        }
        Command::Clear { state } => clear(&open(&state)?, context),
        Command::Wait { which, timeout, state } => wait(&open(&state)?, which.query(), timeout, context),
    }
}

impl Which {
    fn query(&self) -> MailQuery<'_> {
        MailQuery {
            to: self.to.as_deref(),
            subject: self.subject.as_deref(),
            template: self.template.as_deref(),
        }
    }
}

fn list(inbox: &Inbox, query: MailQuery<'_>, limit: usize, context: &Context) -> Result<Exit, Error> {
    // One more than is shown tells whether there are more.
    let mut records = inbox.list(query, limit.saturating_add(1))?;
    let is_cut = records.len() > limit;
    records.truncate(limit);
    let printed = if context.global.json {
        records.iter().try_for_each(|record| context.ui.line(&as_json(record)))
    } else {
        listing::list(&records, context)
    };
    if let Err(closed) = printed {
        return closed.outcome();
    }
    if records.is_empty() {
        context.ui.note("no messages");
    }
    if is_cut {
        context.ui.note(&format!("there are more; these are the newest {limit} (`--limit N` shows more)"));
    }
    Ok(Exit::Done)
}

fn show(record: &MailRecord, form: Form, context: &Context) -> Result<Exit, Error> {
    let missing = |what: &str| {
        Error::new(Kind::User, format!("message {} has no {what}: it is {}", record.id, record.state))
    };
    let printed = match form {
        Form::Html => {
            let html = record.html.as_deref().ok_or_else(|| missing("HTML"))?;
            context.ui.foreign_text(&format!("{html}\n"))
        }
        Form::Raw => {
            let path = record.eml.as_deref().ok_or_else(|| missing("file"))?;
            let bytes = std::fs::read(path)
                .map_err(|error| Error::new(Kind::User, format!("cannot read {path}")).because(&error))?;
            context.ui.foreign_text(&String::from_utf8_lossy(&bytes))
        }
        Form::Whole if context.global.json => context.ui.line(&as_json(record)),
        Form::Whole => listing::show(record, context),
    };
    printed.map_or_else(Closed::outcome, |()| Ok(Exit::Done))
}

fn clear(inbox: &Inbox, context: &Context) -> Result<Exit, Error> {
    let cleared = inbox.clear()?;
    let printed = if context.global.json {
        context.ui.line(&as_json(&MailCleared { cleared }))
    } else {
        context.ui.note(&match cleared {
            1 => "1 message forgotten".to_owned(),
            many => format!("{many} messages forgotten"),
        });
        Ok(())
    };
    printed.map_or_else(Closed::outcome, |()| Ok(Exit::Done))
}

fn wait(inbox: &Inbox, query: MailQuery<'_>, timeout: Duration, context: &Context) -> Result<Exit, Error> {
    match inbox.wait(query, timeout)? {
        Some(record) => show(&record, Form::Whole, context),
        None if inbox.is_served() => {
            let error = Error::new(Kind::User, format!("no such message after {timeout:?}"));
            Err(error.hint("`pos-cli mail list` shows what has come, `pos-cli jobs list` what waits"))
        }
        None => {
            let error = Error::new(Kind::User, "no such message, and no server runs here to send one");
            Err(error.hint("`pos-cli run` starts the app here"))
        }
    }
}

fn as_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("records have string keys and no fallible values")
}
