-- The first half of moving a running job into history. The attempt is the fence: whoever lost the job changes nothing.
DELETE FROM live WHERE id = :id AND attempt = :attempt AND state = 'running'
RETURNING due_at, attempt, max_attempts, started_at, rescues, reprieved, id
