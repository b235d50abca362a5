//! Feeds: which activities were published to whom, and which of them nobody has read yet.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde_json::Value as Json;

use super::data::{Data, DataError};
use super::rows::{Activity, ActivityId, Page, Stored};

/// Of a type, like `UserNotifications`, the one of an id. It need not be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Feed {
    pub(crate) kind: String,
    pub(crate) id: String,
}

/// How many activities a feed has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FeedCounts {
    pub(crate) all: u64,
    pub(crate) unread: u64,
}

impl Data {
    /// Puts the activity into the feed of each id; where it is already, it is new again. `false` if there is no such
    /// activity.
    pub(crate) fn publish_activity(
        &mut self,
        uuid: &str,
        kind: &str,
        ids: &[String],
        at: Timestamp,
    ) -> Result<bool, DataError> {
        self.write(|connection| {
            let select = "SELECT id FROM activities WHERE uuid = ?1";
            let found: Option<i64> =
                connection.prepare_cached(select)?.query_row([uuid], |row| row.get(0)).optional()?;
            let Some(activity) = found else { return Ok(false) };
            connection.prepare_cached(include_str!("sql/publish_activity.sql"))?.execute(params![
                kind,
                Json::from(ids).to_string(),
                activity,
                at.as_millisecond()
            ])?;
            Ok(true)
        })
    }

    /// Takes the activity out of all feeds; `None` if it was in none.
    pub(crate) fn unpublish_activity(&mut self, uuid: &str) -> Result<Option<ActivityId>, DataError> {
        self.write(|connection| {
            let delete = "DELETE FROM feed_entries \
                 WHERE activity_id = (SELECT id FROM activities WHERE uuid = ?1) RETURNING activity_id";
            let mut statement = connection.prepare_cached(delete)?;
            let ids = statement.query_map([uuid], |row| row.get(0).map(ActivityId))?;
            ids.collect::<rusqlite::Result<Vec<_>>>().map(|ids| ids.first().copied())
        })
    }

    pub(crate) fn feed_counts(&self, feed: &Feed) -> Result<FeedCounts, DataError> {
        self.read(|connection| {
            let select = "SELECT count(*), count(*) FILTER (WHERE is_read = 0) FROM feed_entries \
                 WHERE feed_type = ?1 AND feed_id = ?2";
            connection.prepare_cached(select)?.query_row([&feed.kind, &feed.id], |row| {
                let count = |at| row.get(at).map(i64::unsigned_abs);
                Ok(FeedCounts { all: count(0)?, unread: count(1)? })
            })
        })
    }

    /// What was published last comes first.
    pub(crate) fn feed_page(&self, feed: &Feed, page: Page) -> Result<Vec<Activity>, DataError> {
        let bounded = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let before = bounded(page.number.saturating_sub(1).saturating_mul(page.size));
        self.read(|connection| {
            let select = format!(
                "SELECT {} FROM feed_entries AS e JOIN activities AS r ON r.id = e.activity_id \
                 WHERE e.feed_type = ?1 AND e.feed_id = ?2 \
                 ORDER BY e.published_at DESC, e.activity_id DESC LIMIT ?3 OFFSET ?4",
                Activity::COLUMNS
            );
            let mut statement = connection.prepare_cached(&select)?;
            let found =
                statement.query_map(params![feed.kind, feed.id, bounded(page.size), before], Activity::of)?;
            found.collect()
        })
    }

    /// From now on everything in the feed has been read.
    pub(crate) fn mark_feed_read(&mut self, feed: &Feed) -> Result<(), DataError> {
        self.write(|connection| {
            let update = "UPDATE feed_entries SET is_read = 1 \
                 WHERE feed_type = ?1 AND feed_id = ?2 AND is_read = 0";
            connection.prepare_cached(update)?.execute([&feed.kind, &feed.id])?;
            Ok(())
        })
    }
}
