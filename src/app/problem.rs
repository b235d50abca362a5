//! Something wrong in one file of the app, for terminal, browser and log alike.

use std::fmt;

use super::excerpt::Excerpt;

/// Displays as `path:line:col: severity: message`; whoever shows it puts `excerpt` and `hint` on lines of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) severity: Severity,
    /// From the project root.
    pub(crate) path: String,
    /// One-based; 0 where the whole file is meant.
    pub(crate) line: u32,
    /// One-based, in characters; 0 where the whole line is meant.
    pub(crate) col: u32,
    pub(crate) message: String,
    pub(crate) excerpt: Option<Excerpt>,
    /// What to do: `did you mean 'capitalize'?`
    pub(crate) hint: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    Error,
    Warning,
    /// Right as it is, and told only to who asks: the platform has something newer.
    Note,
}

impl Problem {
    /// Something that keeps (part of) the file at `path` out of the app.
    pub(crate) fn error(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, path.into(), message.into())
    }

    /// Something that may not be what was meant; the file is used.
    pub(crate) fn warning(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, path.into(), message.into())
    }

    /// Something that works and has a newer form.
    pub(crate) fn note(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, path.into(), message.into())
    }

    fn new(severity: Severity, path: String, message: String) -> Self {
        Self { severity, path, line: 0, col: 0, message, excerpt: None, hint: None }
    }

    /// The place, one-based.
    pub(crate) fn at(self, line: u32, col: u32) -> Self {
        Self { line, col, ..self }
    }

    /// Takes the line of the place out of the file's text.
    pub(crate) fn with_excerpt_of(self, text: &str) -> Self {
        let index = usize::try_from(self.line).unwrap_or(0).checked_sub(1);
        let line = index.and_then(|index| text.lines().nth(index));
        Self { excerpt: line.map(|line| Excerpt::around(line, self.col)), ..self }
    }

    pub(crate) fn with_hint(self, hint: impl Into<Option<String>>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.col > 0 {
                write!(f, ":{}", self.col)?;
            }
        }
        write!(f, ": {}: {}", self.severity, self.message)
    }
}
