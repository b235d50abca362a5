SELECT attempt, started_at, finished_at, outcome, error, report, stack, output
FROM attempts WHERE job = :id ORDER BY attempt
