UPDATE live SET state = 'queued', due_at = :now
WHERE id = :id AND state IN ('scheduled', 'retrying')
