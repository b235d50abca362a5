-- The inbox: e-mails and SMS, sent or not. A job sends one message, so the message has the job's id, and a job that runs
-- again changes its message instead of adding one. The job itself may be pruned before.
CREATE TABLE messages (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('email', 'sms')),
    state       TEXT NOT NULL CHECK (state IN ('captured', 'relayed', 'failed', 'skipped: enabled', 'skipped: trigger')),
    template    TEXT, -- NULL where the mutation said itself what to send
    trace       TEXT NOT NULL,
    addresses   TEXT NOT NULL CHECK (json_type(addresses) = 'object'), -- from, to, cc, bcc, reply_to as in headers
    recipients  TEXT NOT NULL CHECK (json_type(recipients) = 'array'), -- bare addresses: what a search looks at
    subject     TEXT NOT NULL,
    html        TEXT NOT NULL,
    text        TEXT NOT NULL,
    attachments TEXT NOT NULL CHECK (json_type(attachments) = 'array'),
    data        TEXT NOT NULL, -- JSON: what the templates were given
    eml         TEXT, -- name of the file in the folder of messages; written before this row
    error       TEXT,
    sent        INTEGER REFERENCES sent_notifications (id) ON DELETE SET NULL, -- so that it is listed there once
    created_at  INTEGER NOT NULL,
    CHECK (state <> 'failed' OR error IS NOT NULL)
) STRICT;

CREATE INDEX messages_age ON messages (created_at, id);
CREATE INDEX messages_sent ON messages (sent);
