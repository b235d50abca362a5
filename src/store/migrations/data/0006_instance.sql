-- What one installation of the app has that no other one has: the secret that signs its tokens.
CREATE TABLE instance (
  key   TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;
