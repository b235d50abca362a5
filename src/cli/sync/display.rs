//! The news of a sync: a line for each file on stdout, or an object with `--json`; what goes wrong on stderr.

use jiff::ZonedDateTime;
use serde_json::{Value as Json, json};

use crate::cli::ui::Closed;
use crate::cli::{Context, Error, Exit, as_json};
use crate::deploy::sync::{News, Next};

pub(super) struct Display<'a> {
    context: &'a Context,
    url: &'a str,
    /// Nobody reads stdout any longer.
    closed: Option<Closed>,
}

impl<'a> Display<'a> {
    pub(super) fn new(context: &'a Context, url: &'a str) -> Self {
        Self { context, url, closed: None }
    }

    /// # Errors
    /// Nobody reads it any longer.
    pub(super) fn show(&mut self, news: &News<'_>) -> Result<(), ()> {
        match news {
            News::Started { behind } => self.started(*behind),
            News::Synced { path } => self.synced(path),
            News::SyncedAsset { path } => {
                self.line(
                    &format!("Synced asset: {path}"),
                    &json!({"event": "synced", "path": path, "asset": true}),
                );
            }
            News::Deleted { path } => {
                self.line(&format!("Deleted: {path}"), &json!({"event": "deleted", "path": path}));
            }
            News::NeedsIndex { path } => self.warning(
                &format!("{path}: queries see the change when the table is indexed again"),
                &json!({"event": "needs_index", "path": path}),
            ),
            News::Skipped { path, kept } => self.warning(
                &format!("Not synced: {path}: {}", kept.reason()),
                &json!({"event": "skipped", "path": path, "reason": kept.reason()}),
            ),
            News::Failed { path, error, next } => self.failed(path, error, *next),
            News::Away { error } => self.warning(
                &format!("{error}; everything waits until it answers"),
                &json!({"event": "away", "error": error.to_string()}),
            ),
            News::Back => {
                self.warning(&format!("{} answers again", self.url), &json!({"event": "back"}));
            }
            News::Blind { error } => self.warning(
                &format!("{error}: some changes may not be seen"),
                &json!({"event": "blind", "error": error.to_string()}),
            ),
        }
        if self.closed.is_some() { Err(()) } else { Ok(()) }
    }

    pub(super) fn synced(&mut self, path: &str) {
        self.line(&format!("Synced: {path}"), &json!({"event": "synced", "path": path, "asset": false}));
    }

    pub(super) fn farewell(&mut self, left: usize) {
        let rest = match left {
            0 => String::new(),
            1 => "; 1 file is left for the next time".to_owned(),
            many => format!("; {many} files are left for the next time"),
        };
        self.warning(
            &format!("Stopped syncing to {}{rest}", self.url),
            &json!({"event": "stopped", "left": left}),
        );
    }

    /// A full disk is an error; a reader that has gone is none.
    pub(super) fn outcome(&mut self, exit: Exit) -> Result<Exit, Error> {
        match self.closed.take() {
            Some(closed) => closed.outcome(),
            None => Ok(exit),
        }
    }

    fn started(&mut self, behind: usize) {
        let rest = match behind {
            0 => String::new(),
            1 => ", 1 file behind".to_owned(),
            many => format!(", {many} files behind"),
        };
        self.warning(
            &format!("Synchronizing changes to: {}{rest}", self.url),
            &json!({"event": "started", "url": self.url, "behind": behind}),
        );
    }

    fn failed(&mut self, path: &str, error: &crate::deploy::Error, next: Next) {
        let more = if next == Next::Again { "; trying again" } else { "" };
        let source = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
        if self.context.global.json {
            let again = next == Next::Again;
            self.object(&json!({"event": "failed", "path": path, "error": format!("{error}{source}"), "again": again}));
            return;
        }
        // What is wrong in the file has its place in front.
        let error = error.to_string();
        let place = if error.starts_with(path) { String::new() } else { format!("{path}: ") };
        let line = format!("Failed to sync: {place}{error}{source}{more}");
        self.context.ui.failure(&stamped(&crate::logs::escape(&line)));
    }

    /// What happened to a file as it should.
    fn line(&mut self, line: &str, json: &Json) {
        if self.context.global.json {
            return self.object(json);
        }
        if let Err(closed) = self.context.ui.line(&stamped(&crate::logs::escape(line))) {
            self.closed.get_or_insert(closed);
        }
    }

    /// Everything else; programs read it with the rest.
    fn warning(&mut self, line: &str, json: &Json) {
        if self.context.global.json {
            return self.object(json);
        }
        self.context.ui.note(&stamped(&crate::logs::escape(line)));
    }

    fn object(&mut self, json: &Json) {
        if let Err(closed) = self.context.ui.line(&as_json(json)) {
            self.closed.get_or_insert(closed);
        }
    }
}

/// As the platform's own client begins its lines, in local time.
fn stamped(line: &str) -> String {
    format!("[{}] [Sync] {line}", ZonedDateTime::now().strftime("%H:%M:%S"))
}
