-- One row per browser session. The id is the cookie's value: 64 hex digits, random, replaced at every sign-in.
-- Times are milliseconds since the epoch, UTC.
CREATE TABLE sessions (
  id         TEXT PRIMARY KEY CHECK (length(id) = 64),
  data       TEXT NOT NULL CHECK (json_valid(data)),
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_expiry ON sessions (expires_at);
