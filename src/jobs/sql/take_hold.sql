-- Starts a new range of job ids where the last one ended.
INSERT INTO holder (one, boot, pid, opened_at, ids_reserved)
VALUES (1, :boot, :pid, :now, 1 + :range)
ON CONFLICT (one) DO UPDATE SET
    boot = excluded.boot, pid = excluded.pid, opened_at = excluded.opened_at, ids_reserved = ids_reserved + :range
RETURNING ids_reserved - :range
