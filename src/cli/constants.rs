//! `pos-cli constants`: the names and texts the app reads as `context.constants`. They may be secrets, so a list shows
//! only how their values begin.

use clap::Subcommand;
use serde_json::{Map, Value as Json, json};

use super::environment::ServerArgs;
use super::ui::{Closed, Table};
use super::{Context, Error, Exit};
use crate::client::Client;
use crate::logs::escape;

const EXAMPLES: &str = "\
Examples:
  pos-cli constants set --name STRIPE_KEY --value sk_test_1    kept until it is unset
  pos-cli constants list                                       names, and how the values begin
  SAFE=1 pos-cli constants list                                whole values
  pos-cli constants unset --name STRIPE_KEY
";

const LIST: &str = "query ($page: Int) {
  constants(per_page: 100, page: $page) { has_next_page results { name value updated_at } }
}";
const SET: &str =
    "mutation ($name: String!, $value: String!) { constant_set(name: $name, value: $value) { name value } }";
const UNSET: &str = "mutation ($name: String!) { constant_unset(name: $name) { name value } }";

/// Characters of a value that a list shows.
const SHOWN: usize = 2;

/// Lists, sets and unsets constants
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// All constants; SAFE=1 in the environment shows whole values
    List {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Sets a constant, whether it is there or not
    Set {
        #[arg(long, value_name = "NAME")]
        name: String,
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        value: String,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Takes a constant away; one that is not there is no error
    Unset {
        #[arg(long, value_name = "NAME")]
        name: String,
        #[command(flatten)]
        server: ServerArgs,
    },
}

/// What has become of a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Set,
    Unset,
    /// It was not there.
    Missing,
}

/// How much of a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Values {
    Masked,
    Whole,
}

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    let is_safe = std::env::var_os("SAFE").is_some_and(|safe| !safe.is_empty());
    let values = if is_safe { Values::Whole } else { Values::Masked };
    match args.command {
        Command::List { server } => list(&server.client(context)?, values, context),
        Command::Set { name, value, server } => {
            let variables = json!({ "name": name, "value": value });
            server.client(context)?.graph(SET, &variables)?;
            report(&name, Change::Set, context)
        }
        Command::Unset { name, server } => {
            let answer = server.client(context)?.graph(UNSET, &json!({ "name": name }))?;
            let is_known = answer.get("constant_unset").is_some_and(|constant| !constant.is_null());
            report(&name, if is_known { Change::Unset } else { Change::Missing }, context)
        }
    }
}

fn list(client: &Client, values: Values, context: &Context) -> Result<Exit, Error> {
    let constants = all(client)?;
    let printed = if context.global.json {
        constants.iter().try_for_each(|constant| context.ui.line(&as_json(constant, values)))
    } else {
        print(&constants, values, context)
    };
    if let Err(closed) = printed {
        return closed.outcome();
    }
    if constants.is_empty() {
        context.ui.note("no constants; `pos-cli constants set --name NAME --value TEXT` sets one");
    }
    Ok(Exit::Done)
}

fn all(client: &Client) -> Result<Vec<Map<String, Json>>, Error> {
    let mut all = Vec::new();
    for page in 1.. {
        let mut answer = client.graph(LIST, &json!({ "page": page }))?;
        let Some(Json::Object(mut found)) = answer.remove("constants") else { break };
        if let Some(Json::Array(results)) = found.remove("results") {
            all.extend(results.into_iter().filter_map(|constant| match constant {
                Json::Object(constant) => Some(constant),
                _ => None,
            }));
        }
        if found.get("has_next_page") != Some(&Json::Bool(true)) {
            break;
        }
    }
    Ok(all)
}

fn print(constants: &[Map<String, Json>], values: Values, context: &Context) -> Result<(), Closed> {
    if constants.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(["NAME", "VALUE", "CHANGED"]);
    for constant in constants {
        let text = |key: &str| constant.get(key).and_then(Json::as_str).unwrap_or_default();
        let value = Json::from(shown(text("value"), values)).to_string();
        table.row([text("name").to_owned(), value, text("updated_at").to_owned()]);
    }
    table.lines().try_for_each(|line| context.ui.line(&line))
}

fn as_json(constant: &Map<String, Json>, values: Values) -> String {
    let mut constant = constant.clone();
    if let Some(Json::String(value)) = constant.get_mut("value") {
        *value = shown(value, values);
    }
    super::as_json(&constant)
}

/// `sk...`
fn shown(value: &str, values: Values) -> String {
    match values {
        Values::Whole => value.to_owned(),
        Values::Masked => value.chars().take(SHOWN).collect::<String>() + "...",
    }
}

fn report(name: &str, change: Change, context: &Context) -> Result<Exit, Error> {
    let (state, sentence) = match change {
        Change::Set => ("set", "is set"),
        Change::Unset => ("unset", "is unset"),
        Change::Missing => ("missing", "is not there"),
    };
    let printed = if context.global.json {
        context.ui.line(&json!({ "name": name, "state": state }).to_string())
    } else {
        context.ui.line(&format!("constant {} {sentence}", escape(name)))
    };
    printed.map_or_else(Closed::outcome, |()| Ok(Exit::Done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_masked_to_two_characters() {
        for (value, expected) in [("secret", "se..."), ("żó", "żó..."), ("", "..."), ("a", "a...")] {
            assert_eq!(shown(value, Values::Masked), expected);
            assert_eq!(shown(value, Values::Whole), value);
        }
    }
}
