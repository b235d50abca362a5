//! The news of a run on the terminal: log lines on stdout, the rest on stderr. On a thread of its own, because a
//! terminal may be slow and a pipe may be full.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};

use crate::cli::Context;
use crate::cli::browser;
use crate::cli::ui::Ui;
use crate::logs::{Clock, Entry, LineFormat};
use crate::run::{News, Options, StateFolder};

pub(super) struct Printer {
    ui: Ui,
    style: Style,
    opens_browser: bool,
    /// For the banner.
    root: PathBuf,
    state: StateFolder,
    workers: usize,
}

/// How a log line looks.
enum Style {
    Line(LineFormat),
    Json,
}

impl Printer {
    pub(super) fn new(context: &Context, clock: Clock, opens_browser: bool, options: &Options) -> Self {
        let style = if context.global.json {
            Style::Json
        } else {
            Style::Line(LineFormat::new(clock, context.ui.paint()))
        };
        Self {
            ui: Ui::new(context.global.color, context.global.quiet),
            style,
            opens_browser,
            root: options.root.canonicalize().unwrap_or_else(|_| options.root.clone()),
            state: options.state.clone(),
            workers: options.workers.map_or(0, usize::from),
        }
    }

    /// Prints until there is no more news. A closed stdout ends the run as ctrl-c does: whoever reads the lines has
    /// seen enough.
    pub(super) fn print(&self, mut news: mpsc::Receiver<News>, stop: &Notify) {
        let mut is_open = true;
        while let Some(item) = news.blocking_recv() {
            match item {
                News::Entry(entry) if is_open => {
                    if self.ui.line(&self.style.line(&entry)).is_err() {
                        is_open = false;
                        stop.notify_one();
                    }
                }
                News::Entry(_) => {}
                News::Missed(count) => {
                    self.ui.note(&format!("pos-cli: {count} log lines not shown here; see `pos-cli logs`"));
                }
                News::Problem(problem) => self.ui.problem(&problem),
                News::Ready { url, took, pages, files, token, notes } => {
                    for note in &notes {
                        self.ui.note(&format!("pos-cli: {note}"));
                    }
                    self.ready(&url, took, pages, files, token.as_deref());
                }
            }
        }
    }

    fn ready(&self, url: &str, took: Duration, pages: usize, files: usize, token: Option<&str>) {
        if self.ui.has_terminal() {
            self.ui.note(&self.banner(url, took, pages, files, token));
        } else {
            let token = token.map(|token| format!(" token={token}")).unwrap_or_default();
            let pid = std::process::id();
            self.ui.note(&format!("pos-cli: ready url={url} pid={pid} ms={}{token}", took.as_millis()));
        }
        if self.opens_browser
            && let Err(error) = browser::open(url)
        {
            self.ui.note(&format!("pos-cli: cannot open a browser: {error}"));
        }
    }

    fn banner(&self, url: &str, took: Duration, pages: usize, files: usize, token: Option<&str>) -> String {
        let state = match &self.state {
            StateFolder::Kept(folder) => folder.display().to_string(),
            StateFolder::Temporary { .. } => "temporary, forgotten at the end".to_owned(),
        };
        let jobs = match self.workers {
            0 => "queued, not worked (--no-jobs)".to_owned(),
            1 => format!("1 worker     {url}/_dev/jobs"),
            many => format!("{many} workers    {url}/_dev/jobs"),
        };
        let mut lines = vec![
            format!("pos-cli {} serves {}", env!("CARGO_PKG_VERSION"), self.root.display()),
            String::new(),
            format!("  app    {url}/"),
            format!("  jobs   {jobs}"),
            format!("  state  {state}"),
            "  logs   below, and in another terminal: pos-cli logs --tail".to_owned(),
        ];
        lines.extend(token.map(|token| format!("  token  {token}  (for /_dev/ from other machines)")));
        lines.push(String::new());
        lines.push(format!("ready in {} ms, {pages} pages, {files} files; ctrl-c ends", took.as_millis()));
        lines.join("\n")
    }
}

impl Style {
    fn line(&self, entry: &Entry) -> String {
        match self {
            Self::Line(format) => format.line(entry),
            Self::Json => LineFormat::json(entry),
        }
    }
}
