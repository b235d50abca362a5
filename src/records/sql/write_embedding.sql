INSERT INTO embeddings (id, vector, content, metadata, token_count, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (id) DO UPDATE
SET vector = excluded.vector, content = excluded.content, metadata = excluded.metadata,
    token_count = excluded.token_count, created_at = excluded.created_at, updated_at = excluded.updated_at
