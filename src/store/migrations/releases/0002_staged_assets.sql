-- Assets whose bytes have come and that no manifest has named yet. Apart from the blobs, which are there as long as a release
-- has them.
CREATE TABLE staged_assets (
  path      TEXT NOT NULL PRIMARY KEY CHECK (path <> ''),
  content   BLOB NOT NULL,
  staged_at INTEGER NOT NULL
) STRICT;
