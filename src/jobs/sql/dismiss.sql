UPDATE history SET state = 'cancelled', error = NULL WHERE id = :id AND state = 'dead'
RETURNING attempt, max_attempts, due_at
