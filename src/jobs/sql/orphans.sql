SELECT due_at, attempt, max_attempts, started_at, rescues, reprieved, id, live.priority, source_name, trace, request
FROM live JOIN jobs USING (id)
WHERE state = 'running'
ORDER BY id
