-- Files the app has been given or has written. The bytes lie beside this database in uploads/, under a name of ours: a
-- file counts once its row is here, and what lies there without one is swept away at the next start. Times are
-- milliseconds since the epoch, UTC.
CREATE TABLE uploads (
  -- What a URL says: order/scan/<uuid>/Cat.PNG
  key                 TEXT PRIMARY KEY CHECK (key <> ''),
  file                TEXT NOT NULL UNIQUE CHECK (length(file) = 32),
  acl                 TEXT NOT NULL CHECK (acl IN ('public', 'private')),
  content_type        TEXT NOT NULL,
  content_disposition TEXT,
  cache_control       TEXT,
  created_at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
