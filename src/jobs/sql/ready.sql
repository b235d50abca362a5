-- One level at a time: a single query over all levels would walk past every waiting job of the levels above.
SELECT id, due_at, rescues FROM live
WHERE state = 'queued' AND priority = :priority
ORDER BY due_at, id
LIMIT :limit
