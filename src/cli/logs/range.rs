//! Which of the stored entries are looked at: `--since`, `--until` and `-n` as ids.

use super::moment::Moment;
use super::options::Options;
use crate::logs::{Entry, LogId, Reader, Scope};
use crate::store;

/// Entries read at once while counting backwards.
const BATCH: u32 = 256;

/// The ids between, both ends excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) after: LogId,
    pub(super) before: LogId,
}

impl Range {
    /// All there is, and all that will come.
    pub(super) const ALL: Self = Self { after: 0, before: LogId::MAX };

    /// `passes` says whether a line is shown.
    pub(super) fn find(
        options: &Options,
        reader: &Reader,
        passes: impl Fn(&Entry) -> bool,
    ) -> Result<Self, store::Error> {
        let mut range = Self::ALL;
        match options.since {
            Some(Moment::At(moment)) => range.after = reader.id_before(moment)?,
            Some(Moment::LastStart) => range.after = reader.last_start()?.map_or(0, |start| start - 1),
            None => {}
        }
        if options.until == Some(Moment::LastStart) {
            range.before = reader.last_start()?.unwrap_or(LogId::MAX);
        }
        if let Some(count) = options.last {
            range.after = range.before_last(count, reader, &options.scope, passes)?;
        }
        Ok(range)
    }

    /// The id after which the last `count` entries that pass come.
    fn before_last(
        self,
        count: usize,
        reader: &Reader,
        scope: &Scope,
        passes: impl Fn(&Entry) -> bool,
    ) -> Result<LogId, store::Error> {
        let mut missing = count;
        // Not what is committed from now on: with a count of 0 that is all a follower wants.
        let mut below = self.before.min(reader.last_id()?.saturating_add(1));
        while missing > 0 {
            let batch = reader.before(below, scope, BATCH)?;
            for entry in &batch {
                if entry.id <= self.after {
                    return Ok(self.after);
                }
                below = entry.id;
                if passes(entry) {
                    missing -= 1;
                    if missing == 0 {
                        break;
                    }
                }
            }
            if batch.is_empty() {
                return Ok(self.after);
            }
        }
        Ok(self.after.max(below - 1))
    }
}
