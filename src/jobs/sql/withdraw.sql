-- The first half of moving a job into history by hand, whatever it is doing.
DELETE FROM live WHERE id = :id
RETURNING due_at, attempt, max_attempts, started_at, rescues, reprieved, id
