UPDATE live SET state = 'queued', attempt = attempt - 1, started_at = NULL
WHERE id = :id AND attempt = :attempt AND state = 'running'
