-- Names and texts the app is given while it runs. Times are milliseconds since the epoch, UTC.
CREATE TABLE constants (
  name       TEXT PRIMARY KEY CHECK (name <> ''),
  value      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
