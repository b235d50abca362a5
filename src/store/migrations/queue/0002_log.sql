-- The log, a ring: ids are handed out by the writing process in the order of commit, old rows are deleted from the low end.
CREATE TABLE log (
    id          INTEGER PRIMARY KEY,
    created_at  INTEGER NOT NULL, -- milliseconds since 1970, UTC
    kind        TEXT NOT NULL CHECK (kind IN ('job', 'request', 'log', 'mail', 'api', 'system')),
    level       TEXT NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
    error_type  TEXT NOT NULL,
    message     TEXT NOT NULL,
    data        TEXT, -- JSON
    source_name TEXT,
    status      TEXT CHECK (status IN ('queued', 'success', 'failed', 'dead', 'cancelled', 'rescued')),
    job_id      TEXT,
    job         TEXT, -- JSON; there exactly when job_id is
    error       TEXT, -- JSON
    trace       TEXT,
    request     TEXT,
    CHECK ((job IS NULL) = (job_id IS NULL))
) STRICT;

-- The id is part of every index of a rowid table, so these give the lines of one job or trace in order.
CREATE INDEX log_job ON log (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX log_trace ON log (trace) WHERE trace IS NOT NULL;
-- Starts, stops and reloads: few, and where `--since last-start` looks.
CREATE INDEX log_system ON log (id) WHERE kind = 'system';
