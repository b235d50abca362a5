-- What was deployed to a server that keeps its releases. Times are milliseconds since the epoch, UTC; digests are SHA-256.

-- The content of files, each once however many releases have it.
CREATE TABLE blobs (
  digest  BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
  content BLOB NOT NULL
) STRICT;

-- An id is never given twice, not even after its release was pruned: clients remember it.
CREATE TABLE releases (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at INTEGER NOT NULL,
  origin     TEXT NOT NULL CHECK (origin IN ('deploy', 'partial', 'sync', 'assets', 'module')),
  -- Over the paths and digests of its files: releases with the same one have the same content.
  digest     BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;

CREATE TABLE release_files (
  release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE CASCADE,
  path       TEXT NOT NULL CHECK (path <> ''),
  -- Deferred: a release that goes takes along what no other one has, while its rows still say what that is.
  digest     BLOB NOT NULL REFERENCES blobs (digest) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (release_id, path)
) STRICT, WITHOUT ROWID;

-- Whether a blob is still of use.
CREATE INDEX release_files_by_digest ON release_files (digest);

-- The one that is served; no row before the first deploy.
CREATE TABLE current_release (
  only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
  release_id INTEGER NOT NULL REFERENCES releases (id)
) STRICT;
