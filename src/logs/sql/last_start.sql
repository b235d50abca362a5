-- The condition on `kind` is the one of the partial index `log_system`: a walk over few rows, from the newest.
SELECT id FROM log WHERE kind = 'system' AND data ->> '$.event' = 'start' ORDER BY id DESC LIMIT 1
