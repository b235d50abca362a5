//! `pos-cli completions`: made from the command line itself, so that they never lag behind it. Those in `completions/`
//! are the same text, for packagers.

use clap::ValueEnum;
use clap_complete::{Generator, Shell as Common, generate};
use clap_complete_nushell::Nushell;

use super::{Context, Error, Exit, command_line};

const EXAMPLES: &str = "\
Examples:
  pos-cli completions bash > ~/.local/share/bash-completion/completions/pos-cli
  pos-cli completions zsh > ~/.zfunc/_pos-cli
  pos-cli completions fish > ~/.config/fish/completions/pos-cli.fish
";

/// Prints the completions of a shell
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(crate) struct Args {
    shell: Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
    Nushell,
}

pub(crate) fn execute(args: Args, context: &Context) -> Result<Exit, Error> {
    let script = match args.shell {
        Shell::Bash => script(Common::Bash),
        Shell::Zsh => script(Common::Zsh),
        Shell::Fish => script(Common::Fish),
        Shell::Powershell => script(Common::PowerShell),
        Shell::Elvish => script(Common::Elvish),
        Shell::Nushell => script(Nushell),
    };
    // A reader that has gone wants no more of it.
    let _ = context.ui.line(script.trim_end_matches('\n'));
    Ok(Exit::Done)
}

fn script(shell: impl Generator) -> String {
    let mut script = Vec::new();
    generate(shell, &mut command_line(), "pos-cli", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
