-- Those who can sign in. Times are milliseconds since the epoch, UTC. Ids are a sequence of their own.
CREATE TABLE users (
  id                 INTEGER PRIMARY KEY AUTOINCREMENT,
  email              TEXT NOT NULL COLLATE NOCASE,
  -- bcrypt; NULL: cannot sign in by password.
  encrypted_password TEXT,
  first_name         TEXT,
  middle_name        TEXT,
  last_name          TEXT,
  name               TEXT,
  slug               TEXT NOT NULL,
  language           TEXT,
  external_id        TEXT,
  properties         TEXT NOT NULL CHECK (json_type(properties) = 'object'),
  -- Secrets of one-time passwords by name.
  otp_secrets        TEXT NOT NULL DEFAULT '{}' CHECK (json_type(otp_secrets) = 'object'),
  -- Tokens issued before this moment are void: the password has changed.
  tokens_valid_after INTEGER NOT NULL,
  created_at         INTEGER NOT NULL,
  updated_at         INTEGER NOT NULL,
  deleted_at         INTEGER
) STRICT;

-- A deleted user's address is free again.
CREATE UNIQUE INDEX users_by_email ON users (email) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_by_slug ON users (slug) WHERE deleted_at IS NULL;
CREATE INDEX users_by_external_id ON users (external_id) WHERE external_id IS NOT NULL;
