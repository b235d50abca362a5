INSERT INTO documents (search_index, id, properties)
VALUES (?1, ?2, ?3)
ON CONFLICT (search_index, id) DO UPDATE SET properties = excluded.properties
RETURNING id, properties
