UPDATE live SET state = 'running', attempt = attempt + 1, started_at = :now
WHERE id = :id AND state = 'queued'
RETURNING attempt, max_attempts
