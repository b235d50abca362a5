-- Without an id it is a new one.
INSERT INTO user_profiles (id, user_id, profile_type, properties, created_at, updated_at, deleted_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (id) DO UPDATE
SET properties = excluded.properties, updated_at = excluded.updated_at, deleted_at = excluded.deleted_at
RETURNING id
