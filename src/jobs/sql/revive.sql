-- Attempts go on counting, since their numbers are the fence; there is room for one more at least.
INSERT INTO live (id, state, priority, due_at, attempt, max_attempts, rescues, reprieved)
SELECT id, 'queued', jobs.priority, :now, attempt, max(max_attempts, attempt + 1), rescues, reprieved
FROM history JOIN jobs USING (id)
WHERE id = :id AND state IN ('dead', 'cancelled')
