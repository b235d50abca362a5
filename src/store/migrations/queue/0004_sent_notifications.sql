-- What has left the app. Beside the jobs that sent it, not beside the data: it has been sent, whatever becomes of the
-- transaction that sent it.
CREATE TABLE sent_notifications (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT NOT NULL CHECK (kind IN ('EMAIL', 'SMS', 'API_CALL')),
    template   TEXT, -- NULL where the mutation said itself what to send
    content    TEXT NOT NULL,
    options    TEXT NOT NULL CHECK (json_type(options) = 'object'),
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sent_notifications_age ON sent_notifications (created_at, id);
