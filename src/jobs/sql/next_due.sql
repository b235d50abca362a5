SELECT due_at FROM live WHERE state IN ('scheduled', 'retrying') ORDER BY due_at, id LIMIT 1
