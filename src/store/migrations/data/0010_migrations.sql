-- What the app's files have done to the data so far. Times are milliseconds since the epoch, UTC.

-- Migrations of the app that have run. One that is not here is pending.
CREATE TABLE migrations (
  timestamp TEXT PRIMARY KEY CHECK (length(timestamp) = 14 AND timestamp NOT GLOB '*[^0-9]*'),
  name      TEXT NOT NULL,
  state     TEXT NOT NULL CHECK (state IN ('done', 'error')),
  -- Why it failed.
  error     TEXT CHECK ((error IS NOT NULL) = (state = 'error')),
  -- SHA-256 of the text that ran, in hex: whether the file of one that failed has changed since.
  digest    TEXT NOT NULL,
  ran_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The type of each property as it was when its table was last loaded: what the stored values are. Tables that have gone
-- from the app stay here.
CREATE TABLE declared_properties (
  table_name TEXT NOT NULL,
  name       TEXT NOT NULL,
  type       TEXT NOT NULL,
  PRIMARY KEY (table_name, name)
) STRICT, WITHOUT ROWID;
