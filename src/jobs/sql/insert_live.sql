INSERT INTO live (id, state, priority, due_at, attempt, max_attempts, started_at)
VALUES (:id, :state, :priority, :due_at, :attempt, :max_attempts, :started_at)
