//! Words that are no command of ours: like git and cargo, `pos-cli W …` runs the program `pos-cli-W` of the PATH with
//! the rest of the line. The platform's own client and third parties add commands that way.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::{Error, Exit, Kind};
use crate::settings::nearest;

const PREFIX: &str = "pos-cli-";

/// Becomes that program: it has our streams, and its exit code is ours. Comes back only if there is no such program;
/// `known` is the command line to find a similar word in.
pub(crate) fn execute(words: &[OsString], known: &clap::Command) -> Result<Exit, Error> {
    let Some((word, arguments)) = words.split_first() else { return Err(unknown("", known)) };
    let word = word.to_string_lossy();
    // A word with a slash would name a file beside us instead of a program of the PATH.
    if word.is_empty() || word.contains('/') {
        return Err(unknown(&word, known));
    }
    let program = format!("{PREFIX}{word}");
    let error = Command::new(&program).args(arguments).exec();
    match error.kind() {
        io::ErrorKind::NotFound => Err(unknown(&word, known)),
        _ => Err(Error::new(Kind::User, format!("cannot run `{program}`")).because(&error)),
    }
}

fn unknown(word: &str, known: &clap::Command) -> Error {
    let commands = known.get_subcommands().filter(|command| !command.is_hide_set());
    let ours = commands
        .flat_map(|command| std::iter::once(command.get_name()).chain(command.get_visible_aliases()))
        .map(str::to_owned);
    let names: Vec<String> = ours.chain(programs()).collect();
    let hint = match nearest(word, names.iter().map(String::as_str)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "`pos-cli --help` lists the commands; other words run a program `pos-cli-WORD` of the PATH"
            .to_owned(),
    };
    Error::new(Kind::Usage, format!("no command `{word}`")).hint(hint)
}

/// The words that programs of the PATH stand for, whether they can be run or not.
fn programs() -> impl Iterator<Item = String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    // A folder of the PATH need not be there.
    let entries = folders.into_iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.strip_prefix(PREFIX).map(str::to_owned))
}
