-- History and attempts go with the job.
DELETE FROM jobs WHERE id IN (
    SELECT id FROM history
    WHERE state = :state AND (finished_at, id) <= (:finished_at, :id)
    ORDER BY finished_at, id
    LIMIT :limit
)
