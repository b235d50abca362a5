-- Times are milliseconds since 1970, UTC.

-- Who holds this file, and the job ids that may be in use. A process that finds another's boot id here has lost the
-- file (its lock was deleted under it) and writes no more.
CREATE TABLE holder (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    boot         TEXT NOT NULL,
    pid          INTEGER NOT NULL,
    opened_at    INTEGER NOT NULL,
    -- Every id below this may have been handed out. Ids are never reused, so they cannot be the rowids SQLite picks.
    ids_reserved INTEGER NOT NULL CHECK (ids_reserved > 0)
) STRICT;

-- What was asked for; never changed. Live jobs and history point here, so a large payload is written once, however
-- often its job changes state.
CREATE TABLE jobs (
    id           INTEGER PRIMARY KEY,
    source_name  TEXT NOT NULL,
    partial      TEXT,
    block_source TEXT,
    block_path   TEXT,
    block_line   INTEGER,
    args         TEXT NOT NULL, -- JSON
    context      TEXT NOT NULL, -- JSON
    priority     INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2), -- high, default, low
    created_at   INTEGER NOT NULL,
    trace        TEXT NOT NULL,
    request      TEXT,
    parent       INTEGER, -- may be pruned before its child
    depth        INTEGER NOT NULL CHECK (depth >= 0),
    CHECK ((partial IS NULL) = (block_source IS NOT NULL)),
    CHECK ((block_source IS NULL) = (block_path IS NULL)),
    CHECK ((block_source IS NULL) = (block_line IS NULL))
) STRICT;

-- Jobs that have not ended: small rows, small table.
CREATE TABLE live (
    id           INTEGER PRIMARY KEY REFERENCES jobs (id),
    state        TEXT NOT NULL CHECK (state IN ('queued', 'scheduled', 'retrying', 'running')),
    priority     INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2),
    due_at       INTEGER NOT NULL,
    attempt      INTEGER NOT NULL CHECK (attempt >= 0), -- begun
    max_attempts INTEGER NOT NULL CHECK (max_attempts >= 1),
    started_at   INTEGER,
    rescues      INTEGER NOT NULL DEFAULT 0, -- times its process died
    reprieved    INTEGER NOT NULL DEFAULT 0 CHECK (reprieved IN (0, 1)), -- has had its one attempt beyond the last
    CHECK (attempt <= max_attempts),
    CHECK (state = 'running' OR attempt < max_attempts),
    CHECK (state <> 'retrying' OR attempt > 0),
    CHECK (state <> 'running' OR attempt > 0),
    CHECK ((state = 'running') = (started_at IS NOT NULL))
) STRICT;

-- A job that is not due has a state, and so an index, of its own: a million future jobs cost a claim nothing.
CREATE INDEX live_ready ON live (priority, due_at, id, rescues) WHERE state = 'queued';
CREATE INDEX live_waiting ON live (due_at, id) WHERE state IN ('scheduled', 'retrying');
CREATE INDEX live_retrying ON live (id) WHERE state = 'retrying';
CREATE INDEX live_running ON live (id) WHERE state = 'running';

-- Jobs that have ended. A job is in exactly one of `live` and `history`; it moves in the commit that ends it.
CREATE TABLE history (
    id           INTEGER PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    state        TEXT NOT NULL CHECK (state IN ('completed', 'dead', 'cancelled')),
    due_at       INTEGER NOT NULL,
    attempt      INTEGER NOT NULL CHECK (attempt >= 0),
    max_attempts INTEGER NOT NULL CHECK (max_attempts >= 1),
    started_at   INTEGER,
    finished_at  INTEGER NOT NULL,
    rescues      INTEGER NOT NULL,
    reprieved    INTEGER NOT NULL CHECK (reprieved IN (0, 1)),
    error        TEXT,
    CHECK (state <> 'completed' OR attempt > 0),
    CHECK ((state = 'dead') = (error IS NOT NULL))
) STRICT;

CREATE INDEX history_age ON history (state, finished_at, id);

-- Attempts that have ended. One that runs is still a row of `live`.
CREATE TABLE attempts (
    job         INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    attempt     INTEGER NOT NULL CHECK (attempt > 0),
    started_at  INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    outcome     TEXT NOT NULL CHECK (outcome IN ('success', 'failed', 'rescued', 'cancelled', 'released')),
    error       TEXT,
    report      TEXT,
    stack       TEXT, -- JSON
    output      TEXT,
    PRIMARY KEY (job, attempt)
) STRICT, WITHOUT ROWID;
