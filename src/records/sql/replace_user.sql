UPDATE users
SET email = ?2, encrypted_password = ?3, first_name = ?4, middle_name = ?5, last_name = ?6, name = ?7, slug = ?8,
    language = ?9, external_id = ?10, properties = ?11, otp_secrets = ?12, tokens_valid_after = ?13, updated_at = ?14,
    deleted_at = ?15
WHERE id = ?1
