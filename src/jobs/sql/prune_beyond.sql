-- The newest job that is one too many.
SELECT finished_at, id FROM history
WHERE state = :state
ORDER BY finished_at DESC, id DESC
LIMIT 1 OFFSET :keep
