INSERT INTO users (id, email, encrypted_password, first_name, middle_name, last_name, name, slug, language, external_id,
                   properties, tokens_valid_after, created_at, updated_at, deleted_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
