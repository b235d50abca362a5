INSERT OR REPLACE INTO uploads (key, file, acl, content_type, content_disposition, cache_control, created_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
