-- Feeds: the lists to which activities are published. A feed has a type and an id, and no more to it than its entries. Times
-- are milliseconds since the epoch, UTC.
CREATE TABLE feed_entries (
  feed_type    TEXT NOT NULL,
  feed_id      TEXT NOT NULL,
  activity_id  INTEGER NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
  published_at INTEGER NOT NULL,
  is_read      INTEGER NOT NULL DEFAULT 0 CHECK (is_read IN (0, 1)),
  PRIMARY KEY (feed_type, feed_id, activity_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX feed_entries_by_time ON feed_entries (feed_type, feed_id, published_at, activity_id);
CREATE INDEX feed_entries_by_activity ON feed_entries (activity_id);
CREATE INDEX feed_entries_unread ON feed_entries (feed_type, feed_id) WHERE is_read = 0;
