-- Calls of APIs with what was sent and what came back, for the developer's pages. Beside the log, and the last thousand only.
-- Secrets are masked before they come here; long bodies are cut.
CREATE TABLE api_calls (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at       INTEGER NOT NULL,
    trace            TEXT NOT NULL,
    job              TEXT, -- the id of the job that called
    request          TEXT, -- the id of the request that called
    template         TEXT, -- NULL where the mutation said itself what to send
    place            TEXT, -- path:line of the template that asked for it
    method           TEXT NOT NULL,
    url              TEXT NOT NULL,
    request_headers  TEXT NOT NULL CHECK (json_type(request_headers) = 'object'),
    request_body     TEXT NOT NULL,
    status           INTEGER, -- NULL where nobody answered
    response_headers TEXT CHECK (json_type(response_headers) = 'object'),
    response_body    TEXT,
    duration_ms      INTEGER NOT NULL CHECK (duration_ms >= 0),
    error            TEXT,
    CHECK ((status IS NULL) = (error IS NOT NULL)),
    CHECK ((status IS NULL) = (response_headers IS NULL AND response_body IS NULL))
) STRICT;

CREATE INDEX api_calls_trace ON api_calls (trace);
