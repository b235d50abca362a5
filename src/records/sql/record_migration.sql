INSERT INTO migrations (timestamp, name, state, error, digest, ran_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (timestamp) DO UPDATE
SET name = excluded.name, state = excluded.state, error = excluded.error, digest = excluded.digest, ran_at = excluded.ran_at
WHERE state <> 'done'
