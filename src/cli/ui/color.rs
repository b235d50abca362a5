//! Whether output is coloured. The same order for every command: what was typed, then what the environment asks for, then
//! whether anyone would see it.

/// `--color`
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    /// `NO_COLOR`, `CLICOLOR_FORCE`/`FORCE_COLOR`, `TERM=dumb`, then: is it a terminal
    Auto,
    Always,
    Never,
}

/// What a stream leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Terminal,
    /// A pipe or a file.
    Other,
}

impl Color {
    /// `variable` looks up a variable of the environment. An empty one counts as not set.
    pub(super) fn is_on(self, variable: impl Fn(&str) -> Option<String>, stream: Stream) -> bool {
        let value = |name| variable(name).filter(|value| !value.is_empty());
        let is_forced = |name| value(name).is_some_and(|value| value != "0");
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if value("NO_COLOR").is_some() => false,
            Self::Auto if is_forced("CLICOLOR_FORCE") || is_forced("FORCE_COLOR") => true,
            Self::Auto if value("TERM").is_some_and(|term| term == "dumb") => false,
            Self::Auto => stream == Stream::Terminal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Variables = &'static [(&'static str, &'static str)];

    #[test]
    fn the_first_that_speaks_decides() {
        use Color::{Always, Auto, Never};
        use Stream::{Other, Terminal};
        let cases: [(Color, Variables, Stream, bool); 14] = [
            (Auto, &[], Terminal, true),
            (Auto, &[], Other, false),
            (Always, &[("NO_COLOR", "1"), ("TERM", "dumb")], Other, true),
            (Never, &[("FORCE_COLOR", "1")], Terminal, false),
            (Auto, &[("NO_COLOR", "1")], Terminal, false),
            (Auto, &[("NO_COLOR", "0")], Terminal, false),
            (Auto, &[("NO_COLOR", "")], Terminal, true),
            (Auto, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], Terminal, false),
            (Auto, &[("CLICOLOR_FORCE", "1")], Other, true),
            (Auto, &[("FORCE_COLOR", "3"), ("TERM", "dumb")], Other, true),
            (Auto, &[("CLICOLOR_FORCE", "0"), ("FORCE_COLOR", "0")], Other, false),
            (Auto, &[("FORCE_COLOR", "")], Other, false),
            (Auto, &[("TERM", "dumb")], Terminal, false),
            (Auto, &[("TERM", "xterm-256color")], Terminal, true),
        ];
        for (color, variables, stream, expected) in cases {
            let variable = |name: &str| {
                variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(color.is_on(variable, stream), expected, "{color:?} {variables:?} {stream:?}");
        }
    }
}
