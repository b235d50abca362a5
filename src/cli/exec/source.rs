//! What is run, and where: one or two words, a file, or standard input.

use std::fs;
use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use crate::cli::environment::Server;
use crate::cli::state::StateArgs;
use crate::cli::{Context, Error, Kind};
use crate::client::Client;
use crate::settings::Environments;

/// `-f -`
const STANDARD_INPUT: &str = "-";

#[derive(Debug, clap::Args)]
pub(super) struct SourceArgs {
    /// `local`, which is the server running here, or an environment of `.pos`
    #[arg(value_name = "ENV")]
    first: Option<String>,
    /// What is run, instead of a file or standard input
    #[arg(value_name = "CODE", conflicts_with = "file")]
    second: Option<String>,
    /// Read it from a file; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Run it without asking, whatever the environment is called
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    state: StateArgs,
}

/// Where the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source<'a> {
    Word(&'a str),
    File(&'a Path),
    /// Asked for by name, so that nothing in it is a text too.
    StandardInput,
    /// Nothing was said: what is piped in.
    Pipe,
}

impl SourceArgs {
    /// The server, and the text it is to run.
    pub(super) fn resolve(&self, context: &Context) -> Result<(Client, String), Error> {
        let environments = Environments::load(Path::new("."), |name| std::env::var(name).ok())?;
        let words = (self.first.as_deref(), self.second.as_deref());
        let (named, source) = meant(words, self.file.as_deref(), |word| environments.knows(word));
        let server = Server::choose(named, &self.state)?;
        if let Server::Remote(environment) = &server
            && environment.is_production()
            && !self.yes
        {
            agree(&environment.name, context)?;
        }
        let text = source.read()?;
        Ok((server.client(context), text))
    }
}

fn meant<'a>(
    words: (Option<&'a str>, Option<&'a str>),
    file: Option<&'a Path>,
    is_environment: impl Fn(&str) -> bool,
) -> (Option<&'a str>, Source<'a>) {
    match (words, file) {
        ((named, _), Some(file)) if file == Path::new(STANDARD_INPUT) => (named, Source::StandardInput),
        ((named, _), Some(file)) => (named, Source::File(file)),
        ((named, Some(text)), None) => (named, Source::Word(text)),
        // Without a brace nothing is done: it is the name of an environment, mistyped perhaps.
        ((Some(word), None), None) if is_environment(word) || !word.contains('{') => {
            (Some(word), Source::Pipe)
        }
        ((Some(text), None), None) => (None, Source::Word(text)),
        ((None, None), None) => (None, Source::Pipe),
    }
}

/// Production is changed on purpose only.
fn agree(name: &str, context: &Context) -> Result<(), Error> {
    if !context.ui.can_ask() {
        let message = format!("`{name}` is a production environment by its name; nothing was run");
        return Err(Error::new(Kind::Usage, message).hint("`--yes` runs it there"));
    }
    let is_agreed =
        context.ui.confirm(&format!("run it at `{name}`?")).map_err(|error| unreadable(&error))?;
    if is_agreed { Ok(()) } else { Err(Error::new(Kind::User, "nothing was run")) }
}

impl Source<'_> {
    fn read(self) -> Result<String, Error> {
        match self {
            Self::Word(text) => Ok(text.to_owned()),
            Self::File(path) => {
                let shown = path.display();
                fs::read_to_string(path)
                    .map_err(|error| Error::new(Kind::User, format!("cannot read {shown}")).because(&error))
            }
            Self::StandardInput => piped(),
            Self::Pipe if std::io::stdin().is_terminal() => Err(nothing()),
            Self::Pipe => match piped()? {
                text if text.is_empty() => Err(nothing()),
                text => Ok(text),
            },
        }
    }
}

fn piped() -> Result<String, Error> {
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text).map_err(|error| unreadable(&error))?;
    Ok(text)
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::new(Kind::User, "cannot read standard input").because(error)
}

fn nothing() -> Error {
    Error::new(Kind::Usage, "there is nothing to run").hint("give CODE or `-f FILE`, or pipe it in")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_is_an_environment_if_it_names_one_or_can_be_no_code() {
        let (file, input) = (Some(Path::new("a.liquid")), Some(Path::new("-")));
        for (words, file, named, source) in [
            ((Some("staging"), Some("{{ 1 }}")), None, Some("staging"), Source::Word("{{ 1 }}")),
            ((Some("staging"), Some("local")), None, Some("staging"), Source::Word("local")),
            ((Some("{{ 1 }}"), None), None, None, Source::Word("{{ 1 }}")),
            ((Some("staging"), None), None, Some("staging"), Source::Pipe),
            ((Some("stagin"), None), None, Some("stagin"), Source::Pipe),
            ((None, None), None, None, Source::Pipe),
            ((Some("staging"), None), file, Some("staging"), Source::File(Path::new("a.liquid"))),
            ((None, None), file, None, Source::File(Path::new("a.liquid"))),
            ((None, None), input, None, Source::StandardInput),
        ] {
            assert_eq!(meant(words, file, |word| word == "staging"), (named, source), "{words:?} {file:?}");
        }
    }
}
