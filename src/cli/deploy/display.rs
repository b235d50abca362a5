//! What a deploy shows as its phases pass: a spinner or a bar on a terminal, one line a phase on stdout, the report.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::app::Problem;
use crate::cli::Context;
use crate::cli::ui::{Progress, Ui};
use crate::deploy::{News, Report};
use crate::logs::escape;
use crate::protocol::Paths;

/// Shows the phases as they pass. Whether anyone reads it does not decide whether the deploy goes on.
#[derive(Debug)]
pub(super) struct Display<'a> {
    ui: &'a Ui,
    format: Format,
    paths: ReportPaths,
    progress: Option<Progress>,
    /// Warnings of our own check.
    warnings: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
}

/// Whether a report names each file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReportPaths {
    Counted,
    Listed,
}

impl<'a> Display<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Self {
            ui: &context.ui,
            format: if context.global.json { Format::Json } else { Format::Text },
            paths: if context.global.verbose > 0 { ReportPaths::Listed } else { ReportPaths::Counted },
            progress: None,
            warnings: Vec::new(),
        }
    }

    pub(super) fn show(&mut self, news: &News<'_>) {
        match news {
            News::Checking => self.spin("checking"),
            News::Packing => self.spin("packing"),
            News::Verifying => self.spin("verifying"),
            News::Importing => self.spin("importing"),
            News::SendingAssets => self.spin("sending assets"),
            News::Sending { bytes } => self.progress = Some(self.ui.bar("sending", *bytes)),
            News::SentSoFar { bytes } => self.progress.iter().for_each(|bar| bar.reach(*bytes)),
            News::Retrying { error } => self.note(&format!("sending it again: {error}")),
            News::Warning(warning) => self.warn(warning),
            News::OldFolder => {
                self.note("warning: `marketplace_builder` is packed as `app`; rename the folder to `app`");
            }
            News::Checked { files, warnings, took } => {
                self.progress = None;
                self.tell(warnings);
                let files_count = count(*files as u64);
                self.phase(
                    &format!("checked   {files_count} in {}", seconds(*took)),
                    &json!({"phase": "check", "files": files, "warnings": warnings.len(), "ms": millis(*took)}),
                );
            }
            News::PackedNothing { took } => self.phase(
                "packed    nothing: there are only assets",
                &json!({"phase": "pack", "files": 0, "ms": millis(*took)}),
            ),
            News::Packed { archive, took } => {
                let path = archive.path.strip_prefix(".").unwrap_or(&archive.path).display().to_string();
                let (files, bytes) = (archive.sizes.len(), archive.zip.len());
                self.phase(
                    &format!(
                        "packed    {}, {bytes} bytes, in {}: {path}",
                        count(files as u64),
                        seconds(*took)
                    ),
                    &json!({
                        "phase": "pack", "files": files, "bytes": bytes, "path": path, "ms": millis(*took),
                    }),
                );
            }
            News::Verified { digest, took } => self.phase(
                &format!("verified  the server has this tree, in {}", seconds(*took)),
                &json!({"phase": "verify", "digest": digest, "ms": millis(*took)}),
            ),
            News::Sent { id, took } => self.phase(
                &format!("sent      release {}, in {}", escape(&id.to_string()), seconds(*took)),
                &json!({"phase": "send", "release": id.to_string(), "ms": millis(*took)}),
            ),
            News::Imported { took } => self.phase(
                &format!("imported  in {}", seconds(*took)),
                &json!({"phase": "import", "ms": millis(*took)}),
            ),
            News::SentAssets { files, bytes, took } => self.phase(
                &format!("assets    {}, {bytes} bytes, in {}", count(*files as u64), seconds(*took)),
                &json!({"phase": "assets", "files": files, "bytes": bytes, "ms": millis(*took)}),
            ),
        }
    }

    /// Nothing where nothing has changed.
    pub(super) fn report(&mut self, report: &Report) {
        self.progress = None;
        if self.format == Format::Text {
            for line in report_lines(report, self.paths) {
                let _ = self.ui.line(&line);
            }
        }
    }

    /// A line for programs, where they have asked for it.
    pub(super) fn json(&self, json: &Json) {
        if self.format == Format::Json {
            let _ = self.ui.line(&json.to_string());
        }
    }

    fn phase(&mut self, line: &str, json: &Json) {
        self.progress = None;
        match self.format {
            Format::Json => self.json(json),
            Format::Text => drop(self.ui.line(line)),
        }
    }

    fn spin(&mut self, title: &str) {
        self.progress = Some(self.ui.spinner(title));
    }

    /// They stop nothing, and are many where an app relies on what only we do: `check` is where they are read.
    fn tell(&mut self, warnings: &[Problem]) {
        match (self.paths, warnings.len()) {
            (_, 0) => {}
            (ReportPaths::Listed, _) => warnings.iter().for_each(|warning| self.ui.problem(warning)),
            (ReportPaths::Counted, 1) => self.note("1 warning: `pos-cli check` shows it"),
            (ReportPaths::Counted, many) => {
                self.note(&format!("{many} warnings: `pos-cli check` shows them"));
            }
        }
        self.warnings = warnings.iter().map(Problem::to_string).collect();
    }

    /// What the instance says. One of ours says again what our own check has found.
    fn warn(&mut self, text: &str) {
        if !self.warnings.iter().any(|known| text.starts_with(known.as_str())) {
            text.lines().for_each(|line| self.note(&format!("warning: {line}")));
        }
    }

    /// A bar that goes on being drawn would overwrite it.
    fn note(&mut self, line: &str) {
        self.progress = None;
        self.ui.note(&escape(line));
    }
}

/// A category a line, in columns; below it its files, if they are to be named.
fn report_lines(report: &Report, paths: ReportPaths) -> Vec<String> {
    let rows =
        || report.iter().map(|(category, row)| (category, [&row.upserted, &row.deleted, &row.skipped]));
    if rows().all(|(_, parts)| parts.iter().all(|part| len(part) == 0)) {
        return Vec::new();
    }
    let has_changes = |parts: &[&Paths; 3]| parts.iter().take(2).any(|part| len(part) > 0);
    if paths == ReportPaths::Counted && !rows().any(|(_, parts)| has_changes(&parts)) {
        let files: u64 = rows().flat_map(|(_, parts)| parts.map(len)).sum();
        return vec![format!("unchanged {files} files: they are what was served before")];
    }
    let width = |cells: &mut dyn Iterator<Item = usize>| cells.max().unwrap_or(0);
    let category_width = width(&mut report.keys().map(|category| category.chars().count()));
    let count_width = width(&mut rows().flat_map(|(_, parts)| parts.map(|part| len(part).to_string().len())));
    let mut lines = vec!["report:".to_owned()];
    for (category, parts) in rows() {
        let counts = parts.map(|part| format!("{:count_width$}", len(part)));
        let [upserted, deleted, skipped] = counts;
        let category = escape(category);
        lines.push(format!(
            "  {category:category_width$}  {upserted} upserted  {deleted} deleted  {skipped} skipped"
        ));
        if paths == ReportPaths::Listed {
            for (sign, part) in ["+", "-", "~"].into_iter().zip(parts) {
                if let Paths::Listed(files) = part {
                    lines.extend(files.iter().map(|file| format!("    {sign} {}", escape(file))));
                }
            }
        }
    }
    lines
}

fn len(paths: &Paths) -> u64 {
    match paths {
        Paths::Listed(files) => u64::try_from(files.len()).unwrap_or(u64::MAX),
        Paths::Counted(count) => *count,
    }
}

pub(super) fn count(files: u64) -> String {
    if files == 1 { "1 file".to_owned() } else { format!("{files} files") }
}

pub(super) fn seconds(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{}ms", duration.as_millis())
    } else {
        format!("{:.1}s", duration.as_secs_f64())
    }
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{ReportPaths, report_lines};

    fn lines(report: &str, paths: ReportPaths) -> String {
        report_lines(&serde_json::from_str(report).unwrap(), paths).join("\n")
    }

    #[test]
    fn a_report_is_a_table_of_categories() {
        let report = r#"{
            "Page": {"upserted": ["app/a.liquid"], "deleted": ["app/\u001bb.liquid"], "skipped": 12},
            "LiquidPartial": {"upserted": 0}
        }"#;
        insta::assert_snapshot!(lines(report, ReportPaths::Counted), @r"
        report:
          LiquidPartial   0 upserted   0 deleted   0 skipped
          Page            1 upserted   1 deleted  12 skipped
        ");
        insta::assert_snapshot!(lines(report, ReportPaths::Listed), @r"
        report:
          LiquidPartial   0 upserted   0 deleted   0 skipped
          Page            1 upserted   1 deleted  12 skipped
            + app/a.liquid
            - app/\x1bb.liquid
        ");
    }

    #[test]
    fn a_release_that_changes_nothing_is_one_line() {
        let report = r#"{"Page": {"skipped": 12}, "Asset": {"skipped": ["app/assets/a.css"]}}"#;
        let line = "unchanged 13 files: they are what was served before";
        assert_eq!(lines(report, ReportPaths::Counted), line);
        assert!(lines(report, ReportPaths::Listed).contains("\n    ~ app/assets/a.css\n"));
    }

    #[test]
    fn nothing_to_report_is_not_reported() {
        assert_eq!(lines("{}", ReportPaths::Listed), "");
        assert_eq!(lines(r#"{"Page": {"upserted": [], "deleted": 0}}"#, ReportPaths::Listed), "");
    }
}
