-- Activities: payloads as the app publishes them, never changed. Times are milliseconds since the epoch, UTC.
CREATE TABLE activities (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid       TEXT NOT NULL UNIQUE,
  payload    TEXT NOT NULL CHECK (json_valid(payload)),
  created_at INTEGER NOT NULL
) STRICT;
