//! Which lines are shown. Every kind of filter given must agree; within one, any of the values will do, except that all
//! patterns of `--grep` must be found.

use jiff::Timestamp;
use regex::Regex;

use super::glob::Glob;
use crate::logs::{Entry, Kind, Level, Status};

/// Empty lists let everything pass.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub(super) source_names: Vec<Glob>,
    pub(super) statuses: Vec<Status>,
    /// Compared with `error_type` without regard to case.
    pub(super) types: Vec<String>,
    /// This one and those above.
    pub(super) level: Option<Level>,
    pub(super) kinds: Vec<Kind>,
    /// All must be found in the line, time included, as `grep` would see it.
    pub(super) grep: Vec<Regex>,
    /// None may be found.
    pub(super) exclude: Vec<Regex>,
    pub(super) job: Option<String>,
    pub(super) trace: Option<String>,
    /// Not before.
    pub(super) since: Option<Timestamp>,
    /// Before.
    pub(super) until: Option<Timestamp>,
}

impl Filter {
    /// `line` is the entry's line without colour; it is only made if a pattern asks for it.
    pub(super) fn passes(&self, entry: &Entry, line: impl FnOnce() -> String) -> bool {
        let event = &entry.event;
        let is_in_job = |id: &String| event.job.as_ref().is_some_and(|job| job.id == *id);
        any(&self.kinds, |kind| event.kind == *kind)
            && any(&self.statuses, |status| event.status == Some(*status))
            && any(&self.types, |name| name.eq_ignore_ascii_case(&event.error_type))
            && any(&self.source_names, |glob| {
                event.source_name.as_deref().is_some_and(|name| glob.matches(name))
            })
            && self.level.is_none_or(|level| event.level >= level)
            && self.job.as_ref().is_none_or(is_in_job)
            && self.trace.as_ref().is_none_or(|trace| event.trace.as_ref() == Some(trace))
            && self.since.is_none_or(|since| entry.created_at >= since)
            && self.until.is_none_or(|until| entry.created_at < until)
            && self.passes_patterns(line)
    }

    fn passes_patterns(&self, line: impl FnOnce() -> String) -> bool {
        if self.grep.is_empty() && self.exclude.is_empty() {
            return true;
        }
        let line = line();
        self.grep.iter().all(|pattern| pattern.is_match(&line))
            && !self.exclude.iter().any(|pattern| pattern.is_match(&line))
    }
}

/// Whether one of `wanted` fits, or nothing special is wanted.
fn any<T>(wanted: &[T], fits: impl FnMut(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(fits)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::logs::{AttemptResult, JobEnd, JobRef, NewEntry};

    fn job(id: &str) -> JobRef {
        let (id, priority, run_at) = (id.to_owned(), "low".to_owned(), String::new());
        JobRef { id, attempt: 2, max_attempts: 3, priority, run_at, duration_ms: None }
    }

    /// The numbers of the sample entries that pass.
    fn shown(filter: &Filter) -> Vec<i64> {
        let took = Duration::from_millis(5);
        let events = [
            NewEntry::job_queued("send_email", job("7"), Duration::ZERO).in_trace("t1"),
            NewEntry::job_attempt("send_email", job("7"), took, AttemptResult::Success).in_trace("t1"),
            NewEntry::job_ended("sync", job("8"), JobEnd::Dead),
            NewEntry::request("GET", "/cart", 404, took).in_trace("t1"),
            NewEntry::log("Payment", "send_email is slow", None),
            NewEntry::log("debug", "x", None).in_job("sync", job("8")),
            NewEntry::system("stopped"),
        ];
        let at = |n: i64| Timestamp::from_second(n).unwrap();
        (1..)
            .zip(events)
            .map(|(id, event)| Entry { id, created_at: at(id), event })
            .filter(|entry| filter.passes(entry, || format!("[{}] {}", entry.id, entry.event.message)))
            .map(|entry| entry.id)
            .collect()
    }

    #[test]
    fn filters_select_by_what_they_name_and_compose() {
        let glob = |pattern: &str| Glob::parse(pattern).unwrap();
        let regex = |pattern: &str| Regex::new(pattern).unwrap();
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        let all = Filter::default;
        let cases = [
            (all(), vec![1, 2, 3, 4, 5, 6, 7]),
            (Filter { source_names: vec![glob("send*")], ..all() }, vec![1, 2]),
            (Filter { source_names: vec![glob("send*"), glob("sync")], ..all() }, vec![1, 2, 3, 6]),
            (Filter { statuses: vec![Status::Dead, Status::Queued], ..all() }, vec![1, 3]),
            (Filter { types: vec!["payment".to_owned()], ..all() }, vec![5]),
            (Filter { types: vec!["BACKGROUND_JOB".to_owned()], ..all() }, vec![1, 2, 3]),
            (Filter { level: Some(Level::Debug), ..all() }, vec![1, 2, 3, 4, 5, 6, 7]),
            (Filter { level: Some(Level::Warn), ..all() }, vec![3, 4]),
            (Filter { kinds: vec![Kind::Log, Kind::System], ..all() }, vec![5, 6, 7]),
            (Filter { grep: vec![regex("send_email")], ..all() }, vec![1, 2, 5]),
            (Filter { grep: vec![regex("send_email"), regex("SUCC")], ..all() }, vec![2]),
            (Filter { grep: vec![regex(r"^\[2\]")], ..all() }, vec![2]),
            (Filter { exclude: vec![regex("email"), regex("stopped")], ..all() }, vec![3, 4, 6]),
            (Filter { job: Some("8".to_owned()), ..all() }, vec![3, 6]),
            (Filter { trace: Some("t1".to_owned()), ..all() }, vec![1, 2, 4]),
            (Filter { since: at(3), until: at(6), ..all() }, vec![3, 4, 5]),
            (Filter { trace: Some("t1".to_owned()), level: Some(Level::Warn), ..all() }, vec![4]),
            (Filter { job: Some("9".to_owned()), ..all() }, vec![]),
        ];
        for (filter, expected) in cases {
            assert_eq!(shown(&filter), expected, "{filter:?}");
        }
    }
}
