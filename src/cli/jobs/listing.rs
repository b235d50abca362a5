//! Jobs for people: one line each, or one in full. Times are local.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::cli::Context;
use crate::cli::moment::local;
use crate::cli::ui::{Closed, Table};
use crate::logs::escape;
use crate::protocol::{JobAttempt, JobRecord};

/// One line each; nothing, not even the head, where there are none.
pub(super) fn list(records: &[JobRecord], context: &Context) -> Result<(), Closed> {
    if records.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(["ID", "STATE", "PRIORITY", "ATTEMPTS", "WHEN", "NAME", "ERROR"]);
    for record in records {
        table.row([
            record.id.clone(),
            record.state.clone(),
            record.priority.clone(),
            format!("{}/{}", record.attempts, record.max_attempts),
            local(when(record)),
            record.source_name.clone(),
            record.error_message.clone().unwrap_or_default(),
        ]);
    }
    table.lines().try_for_each(|line| context.ui.line(&line))
}

/// All there is to know.
pub(super) fn show(record: &JobRecord, context: &Context) -> Result<(), Closed> {
    lines(record).iter().try_for_each(|line| context.ui.line(line))
}

/// The time that matters in the state a job is in: when it ended, began, or may begin.
fn when(record: &JobRecord) -> &str {
    match (record.finished_at.as_deref(), record.started_at.as_deref()) {
        (Some(finished), _) => finished,
        (None, Some(started)) if record.state == "running" => started,
        _ => &record.run_at,
    }
}

fn lines(record: &JobRecord) -> Vec<String> {
    let mut lines = vec![format!("job {}: {}", record.id, escape(&record.source_name))];
    let mut field = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            lines.push(format!("  {name:<10}  {}", escape(value)));
        }
    };
    field("state", Some(&record.state));
    field("priority", Some(&record.priority));
    field("attempts", Some(&format!("{} of {}", record.attempts, record.max_attempts)));
    field("queued at", Some(&local(&record.created_at)));
    field("run at", Some(&local(&record.run_at)));
    field("started at", record.started_at.as_deref().map(local).as_deref());
    field("ended at", record.finished_at.as_deref().map(local).as_deref());
    field("partial", record.partial_name.as_deref());
    field("place", record.place.as_deref());
    field("trace", Some(&record.trace));
    field("error", record.error_message.as_deref());
    let arguments = record.arguments.as_ref().filter(|arguments| !is_empty(arguments));
    section("arguments", arguments.map(pretty).as_deref(), &mut lines);
    section("body", record.liquid_body.as_deref(), &mut lines);
    section("output", record.output.as_deref(), &mut lines);
    if !record.history.is_empty() {
        lines.push("attempts".to_owned());
        record.history.iter().for_each(|attempt| push_attempt(attempt, &mut lines));
    }
    lines
}

/// A headed block of text; none where the text is missing or empty.
fn section(name: &str, text: Option<&str>, lines: &mut Vec<String>) {
    if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
        lines.push(name.to_owned());
        lines.extend(text.lines().map(|line| format!("  {}", escape(line))));
    }
}

fn push_attempt(attempt: &JobAttempt, lines: &mut Vec<String>) {
    let took =
        attempt.finished_at.as_deref().and_then(|finished| milliseconds(&attempt.started_at, finished));
    let took = took.map(|took| format!(" ({took}ms)")).unwrap_or_default();
    lines.push(format!("  {}  {}  {}{took}", attempt.attempt, local(&attempt.started_at), attempt.outcome));
    // The report names the place too; the bare message is for attempts that ended outside a template.
    let text = attempt.report.as_deref().filter(|report| !report.is_empty()).or(attempt.error.as_deref());
    lines.extend(text.unwrap_or_default().lines().map(|line| format!("     {}", escape(line))));
}

fn is_empty(arguments: &Json) -> bool {
    arguments.as_object().is_some_and(serde_json::Map::is_empty)
}

fn pretty(value: &Json) -> String {
    format!("{value:#}")
}

fn milliseconds(from: &str, to: &str) -> Option<i64> {
    let (from, to) = (from.parse::<Timestamp>().ok()?, to.parse::<Timestamp>().ok()?);
    Some(to.as_millisecond() - from.as_millisecond())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{JobAttempt, JobRecord, lines, when};

    fn dead() -> JobRecord {
        JobRecord {
            id: "42".to_owned(),
            source_name: "pay\u{1b}[31m".to_owned(),
            state: "dead".to_owned(),
            priority: "high".to_owned(),
            attempts: 1,
            max_attempts: 1,
            created_at: "2026-01-15T14:32:45.000Z".to_owned(),
            run_at: "2026-01-15T14:32:46.000Z".to_owned(),
            started_at: Some("2026-01-15T14:32:47.000Z".to_owned()),
            finished_at: Some("2026-01-15T14:32:48.000Z".to_owned()),
            partial_name: Some("pay".to_owned()),
            liquid_body: None,
            place: None,
            error_message: Some("Liquid error (lib/pay.liquid:1): timeout".to_owned()),
            trace: "t1".to_owned(),
            arguments: Some(json!({"order": 1})),
            context: None,
            output: Some(String::new()),
            history: vec![JobAttempt {
                attempt: 1,
                started_at: "2026-01-15T14:32:47.000Z".to_owned(),
                finished_at: Some("2026-01-15T14:32:47.742Z".to_owned()),
                outcome: "failed".to_owned(),
                error: Some("timeout".to_owned()),
                report: Some("app/lib/pay.liquid:1:1: error: timeout\n  |\n1 | x".to_owned()),
                stack: Vec::new(),
            }],
        }
    }

    #[test]
    fn a_job_is_shown_in_full_and_cannot_paint() {
        let shown = lines(&dead());

        assert_eq!(shown.first().unwrap(), "job 42: pay\\x1b[31m");
        for line in [
            "  state       dead",
            "  attempts    1 of 1",
            "  partial     pay",
            "arguments",
            "    \"order\": 1",
        ] {
            assert!(shown.iter().any(|shown| shown == line), "{line} in {shown:#?}");
        }
        assert!(!shown.iter().any(|line| line == "output" || line == "body"), "{shown:#?}");
        let attempt = shown.iter().position(|line| line == "attempts").unwrap();
        assert!(shown[attempt + 1].ends_with("  failed (742ms)"), "{shown:#?}");
        assert_eq!(
            shown[attempt + 2..],
            ["     app/lib/pay.liquid:1:1: error: timeout", "       |", "     1 | x",]
        );
    }

    #[test]
    fn the_time_in_a_list_fits_the_state() {
        let dead = dead();
        let running = JobRecord { state: "running".to_owned(), finished_at: None, ..dead.clone() };
        let retrying = JobRecord { state: "retrying".to_owned(), finished_at: None, ..dead.clone() };

        assert_eq!(Some(when(&dead)), dead.finished_at.as_deref());
        assert_eq!(Some(when(&running)), dead.started_at.as_deref());
        assert_eq!(when(&retrying), dead.run_at);
    }
}
