//! A walk over the log that picks what a query asks for, from one end of a time range to the other.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::sql::{Order, Query};
use crate::logs::{Entry, Error, LogId, Reader, Scope};

/// Rows read at once.
const STEP: u32 = 500;

#[derive(Debug)]
pub(super) struct Scan<'a> {
    pub(super) query: &'a Query,
    /// Matches left out before the first.
    pub(super) from: usize,
    pub(super) start: Option<Timestamp>,
    /// The first moment that is too late.
    pub(super) end: Option<Timestamp>,
    pub(super) totals: Totals,
}

/// Whether the walk goes on when the answer is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Totals {
    Counted,
    Skipped,
}

#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) hits: Vec<Map<String, Json>>,
    /// Matches that were met.
    pub(super) total: usize,
}

impl Scan<'_> {
    /// Calls `matched` with every match that is met, those left out of the answer too.
    pub(super) fn run(&self, log: &Reader, mut matched: impl FnMut(&Entry)) -> Result<Found, Error> {
        let limit = self.query.limit.unwrap_or(usize::MAX);
        let lowest = self.start.map_or(Ok(0), |start| log.id_before(start))?;
        let mut found = Found::default();
        let mut at = match self.query.order {
            Order::Ascending => lowest,
            Order::Descending => LogId::MAX,
        };
        loop {
            let page = match self.query.order {
                Order::Ascending => log.since(at, &Scope::All, STEP)?,
                Order::Descending => log.before(at, &Scope::All, STEP)?,
            };
            let Some(last) = page.last() else { return Ok(found) };
            at = last.id;
            for entry in &page {
                let Some(hit) = self.hit(entry) else { continue };
                matched(entry);
                if found.total >= self.from && found.hits.len() < limit {
                    found.hits.push(hit);
                }
                found.total += 1;
            }
            let is_full = found.hits.len() >= limit && self.totals == Totals::Skipped;
            let is_past = self.query.order == Order::Descending && at <= lowest;
            if is_full || is_past {
                return Ok(found);
            }
        }
    }

    /// Times are looked at row by row: a clock that was set back leaves them out of order.
    fn hit(&self, entry: &Entry) -> Option<Map<String, Json>> {
        let is_early = self.start.is_some_and(|start| entry.created_at < start);
        let is_late = self.end.is_some_and(|end| entry.created_at >= end);
        if is_early || is_late {
            return None;
        }
        self.query.stream.hit(entry).filter(|hit| self.query.matches(hit))
    }
}
