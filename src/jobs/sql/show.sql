SELECT s.id, source_name, s.state, jobs.priority, attempt, max_attempts, created_at, due_at, s.started_at, finished_at,
       partial, block_path, block_line, trace,
       coalesce(s.error, (SELECT error FROM attempts WHERE job = s.id AND error IS NOT NULL
                          ORDER BY attempt DESC LIMIT 1)) AS error,
       block_source, args, context
FROM (
    SELECT id, state, attempt, max_attempts, due_at, started_at, NULL AS finished_at, NULL AS error
    FROM live WHERE id = :id
    UNION ALL
    SELECT id, state, attempt, max_attempts, due_at, started_at, finished_at, error
    FROM history WHERE id = :id
) AS s JOIN jobs USING (id)
