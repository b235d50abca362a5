-- An attempt that a shutdown released did not count, so the next one has its number and takes its place.
INSERT INTO attempts (job, attempt, started_at, finished_at, outcome, error, report, stack, output)
VALUES (:job, :attempt, :started_at, :finished_at, :outcome, :error, :report, :stack, :output)
ON CONFLICT (job, attempt) DO UPDATE SET
    started_at = excluded.started_at, finished_at = excluded.finished_at, outcome = excluded.outcome,
    error = excluded.error, report = excluded.report, stack = excluded.stack, output = excluded.output
