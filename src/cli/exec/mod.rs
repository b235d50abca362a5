//! `pos-cli exec`: a template or a GraphQL document, run at a server as if it were part of the app.

mod source;

use clap::Subcommand;
use serde_json::{Map, Value as Json, json};

use source::SourceArgs;

use super::ui::Closed;
use super::{Context, Error, Exit, Kind};
use crate::protocol::LiquidResult;

const EXAMPLES: &str = "\
Examples:
  pos-cli exec liquid '{{ context.constants.KEY }}'                  at the server that runs here
  pos-cli exec liquid staging -f script.liquid                       a file, at an environment of `.pos`
  echo '{{ 1 | plus: 2 }}' | pos-cli exec liquid                     from a pipe
  pos-cli exec graphql '{ records(per_page: 5) { results { id } } }'
  pos-cli exec graphql staging -f query.graphql -p '{\"id\": \"1\"}'     with variables
";

const WHERE: &str = "\
One word alone is ENV if it names an environment or has no `{`, and else what is run, at the default one. An environment \
whose name contains `prod` is asked about first; where nobody can be asked, `--yes` is needed.";

/// Runs a template or a GraphQL document at a server
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Renders a template and prints the result as it is
    #[command(after_help = WHERE)]
    Liquid {
        #[command(flatten)]
        source: SourceArgs,
    },
    /// Runs a document and prints the answer; exit code 1 if it has errors
    #[command(after_help = WHERE)]
    Graphql {
        #[command(flatten)]
        source: SourceArgs,
        /// The document's variables, a JSON object
        #[arg(short = 'p', long, value_name = "JSON", alias = "params", value_parser = variables)]
        variables: Option<Map<String, Json>>,
    },
}

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    match args.command {
        Command::Liquid { source } => {
            let (client, template) = source.resolve(context)?;
            let LiquidResult { result, error } = client.exec_liquid(template)?;
            match error {
                None => print_result(&result.unwrap_or_default(), context),
                Some(error) => Err(Error::new(Kind::User, format!("Liquid execution error: {error}"))),
            }
        }
        Command::Graphql { source, variables } => {
            let (client, document) = source.resolve(context)?;
            print_answer(&client.exec_graph(&document, &variables.unwrap_or_default())?, context)
        }
    }
}

fn print_result(result: &str, context: &Context) -> Result<Exit, Error> {
    let printed = if context.global.json {
        context.ui.line(&json!({ "result": result }).to_string())
    } else {
        context.ui.foreign_text(result)
    };
    printed.map_or_else(Closed::outcome, |()| Ok(Exit::Done))
}

/// The whole of it, errors too: programs read both from one place.
fn print_answer(answer: &Json, context: &Context) -> Result<Exit, Error> {
    if answer.get("data").is_none() && answer.get("errors").is_none() {
        return Err(Error::new(Kind::Network, "the server answered with neither `data` nor `errors`"));
    }
    let text = if context.global.json { answer.to_string() } else { format!("{answer:#}") };
    if let Err(closed) = context.ui.foreign_text(&format!("{text}\n")) {
        return closed.outcome();
    }
    let errors = answer.get("errors").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let Some((first, others)) = errors.split_first() else { return Ok(Exit::Done) };
    let message =
        first.get("message").and_then(Json::as_str).map_or_else(|| first.to_string(), str::to_owned);
    let error = Error::new(Kind::User, message);
    Err(match others.len() {
        0 => error,
        more => error.hint(format!("{more} more in `errors`")),
    })
}

fn variables(text: &str) -> Result<Map<String, Json>, String> {
    match serde_json::from_str(text) {
        Ok(Json::Object(variables)) => Ok(variables),
        Ok(_) => Err("variables are a JSON object, such as {\"id\": \"1\"}".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
