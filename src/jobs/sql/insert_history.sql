INSERT INTO history (id, state, due_at, attempt, max_attempts, started_at, finished_at, rescues, reprieved, error)
VALUES (:id, :state, :due_at, :attempt, :max_attempts, :started_at, :finished_at, :rescues, :reprieved, :error)
