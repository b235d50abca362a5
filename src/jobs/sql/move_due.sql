UPDATE live SET state = 'queued'
WHERE id IN (
    SELECT id FROM live WHERE state IN ('scheduled', 'retrying') AND due_at <= :now ORDER BY due_at, id LIMIT :limit
)
