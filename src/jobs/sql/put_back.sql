UPDATE live
SET state = 'queued', started_at = NULL, max_attempts = :max_attempts, rescues = :rescues, reprieved = :reprieved
WHERE id = :id
