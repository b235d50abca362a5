UPDATE live SET state = :state, due_at = :due_at, started_at = NULL
WHERE id = :id AND attempt = :attempt AND state = 'running'
