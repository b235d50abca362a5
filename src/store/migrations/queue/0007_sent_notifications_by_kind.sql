-- A list says of which kinds it is, and from when to when.
DROP INDEX sent_notifications_age;
CREATE INDEX sent_notifications_by_kind ON sent_notifications (kind, created_at, id);
