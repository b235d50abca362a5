INSERT INTO log (id, created_at, kind, level, error_type, message, data, source_name, status, job_id, job, error, trace, request)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
