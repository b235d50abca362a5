-- Vectors that a language model makes of texts, to find the nearest. Times are milliseconds since the epoch, UTC.
CREATE TABLE embeddings (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  -- An array of numbers.
  vector      TEXT NOT NULL CHECK (json_type(vector) = 'array'),
  content     TEXT,
  metadata    TEXT NOT NULL CHECK (json_type(metadata) = 'object'),
  token_count INTEGER,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;
