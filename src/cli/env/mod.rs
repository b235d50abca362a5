//! `pos-cli env`: the environments of a project, as `.pos` holds them. Tokens are written there and shown nowhere.

mod gitignore;
mod sign_in;

use std::path::Path;

use clap::Subcommand;
use serde_json::json;

use sign_in::{PORTAL, SignIn};

use super::ui::{Closed, Table};
use super::{Context, Error, Exit, Kind};
use crate::client::{Portal, SiteUrl};
use crate::logs::escape;
use crate::settings::{Account, Environment, EnvironmentsFile, Token};

const EXAMPLES: &str = "\
Examples:
  pos-cli env add staging --url https://app.example                       sign in with a browser
  pos-cli env add staging --url https://app.example --email me@x.example  with a password, which is asked for
  pos-cli env add staging --url https://app.example --token TOKEN         with a token, and no request
  pos-cli env list                                                        names and URLs
  pos-cli env refresh-token staging                                       sign in again
";

/// Adds and lists the environments of `.pos`
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Adds an environment, or replaces it
    Add {
        /// What other commands call it
        #[arg(value_name = "ENV", value_parser = environment)]
        name: String,
        /// Where the instance is
        #[arg(long, value_parser = site)]
        url: SiteUrl,
        /// Sign in with a password: POS_PORTAL_PASSWORD, else it is asked for, or read from standard input
        #[arg(long)]
        email: Option<String>,
        /// The token, if it is known; then nobody signs in
        #[arg(long, value_parser = token)]
        token: Option<Token>,
        /// The portal to sign in at; PARTNER_PORTAL_HOST says it too
        #[arg(long, value_name = "URL", value_parser = site)]
        partner_portal_url: Option<SiteUrl>,
    },
    /// Lists the environments, without their tokens
    List,
    /// Signs in again, for a token that is accepted no longer
    RefreshToken {
        /// One that is there already
        #[arg(value_name = "ENV")]
        name: String,
    },
}

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    let file = EnvironmentsFile::open(Path::new("."), |name| std::env::var(name).ok())?;
    match args.command {
        Command::Add { name, url, email, token, partner_portal_url } => {
            let account = Account {
                url: url.as_str().to_owned(),
                email,
                partner_portal_url: partner_portal_url.map(|url| url.as_str().to_owned()),
            };
            let token = match token {
                Some(token) => token,
                None => sign_in(&account, context)?,
            };
            save(file, &name, &account, &token, context)
        }
        Command::List => list(&file, context),
        Command::RefreshToken { name } => {
            let account = file.account(&name)?;
            let token = sign_in(&account, context)?;
            save(file, &name, &account, &token, context)
        }
    }
}

/// At the portal of the account, else the one of the variable, else the platform's.
fn sign_in(account: &Account, context: &Context) -> Result<Token, Error> {
    let parse = |url: &str| {
        SiteUrl::parse(url).map_err(|wrong| Error::new(Kind::User, format!("cannot use `{url}`: {wrong}")))
    };
    let variable = std::env::var("PARTNER_PORTAL_HOST").ok().filter(|url| !url.is_empty());
    let portal = parse(account.partner_portal_url.as_deref().or(variable.as_deref()).unwrap_or(PORTAL))?;
    let instance = parse(&account.url)?;
    SignIn { portal: Portal::at(&portal), instance, ui: &context.ui }.token(account.email.as_deref())
}

fn save(
    mut file: EnvironmentsFile,
    name: &str,
    account: &Account,
    token: &Token,
    context: &Context,
) -> Result<Exit, Error> {
    let Account { url, email, .. } = account.clone();
    // What no request could be sent with is not written.
    let added = Environment { name: name.to_owned(), url, email, token: token.clone(), deploy_service: None };
    added.checked()?;
    file.put(name, account, token);
    file.save()?;
    if gitignore::add(file.path())? {
        context.ui.note(&format!("{} is in .gitignore now: it holds secrets", file.name()));
    }
    let printed = if context.global.json {
        context.ui.line(&json!({ "name": name, "url": account.url, "file": file.name() }).to_string())
    } else {
        let (name, url) = (escape(name), escape(&account.url));
        context.ui.line(&format!("environment {name} ({url}) is in {}", file.name()))
    };
    printed.map_or_else(Closed::outcome, |()| Ok(Exit::Done))
}

fn list(file: &EnvironmentsFile, context: &Context) -> Result<Exit, Error> {
    let mut table = Table::new(["NAME", "URL", "EMAIL"]);
    let mut objects = Vec::new();
    for (name, Account { url, email, .. }) in file.accounts() {
        objects.push(json!({ "name": name, "url": url, "email": email }).to_string());
        table.row([name.to_owned(), url, email.unwrap_or_default()]);
    }
    if objects.is_empty() {
        context.ui.note("no environments; `pos-cli env add ENV --url URL` adds one");
        return Ok(Exit::Done);
    }
    let lines = if context.global.json { objects } else { table.lines().collect() };
    let printed = lines.iter().try_for_each(|line| context.ui.line(line));
    printed.map_or_else(Closed::outcome, |()| Ok(Exit::Done))
}

fn site(text: &str) -> Result<SiteUrl, String> {
    SiteUrl::parse(text).map_err(str::to_owned)
}

/// A word, so that it can be typed and is no option.
fn environment(text: &str) -> Result<String, String> {
    let is_word = !text.is_empty() && text.chars().all(|char| !char.is_whitespace() && !char.is_control());
    if is_word { Ok(text.to_owned()) } else { Err("a name is one word".to_owned()) }
}

/// Clap repeats what it cannot use, so nothing is refused here but what is no secret.
fn token(text: &str) -> Result<Token, String> {
    let text = text.trim();
    if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(Token::new(text.to_owned())) }
}
