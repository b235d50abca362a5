-- Profiles of users: properties that users of one kind have and others have not. Times are milliseconds since the epoch, UTC.
CREATE TABLE user_profiles (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  profile_type TEXT NOT NULL,
  properties   TEXT NOT NULL CHECK (json_type(properties) = 'object'),
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  deleted_at   INTEGER
) STRICT;

-- A user has one of each type; a deleted one is in nobody's way.
CREATE UNIQUE INDEX user_profiles_by_user ON user_profiles (user_id, profile_type) WHERE deleted_at IS NULL;
-- Those that go with their user.
CREATE INDEX user_profiles_of_user ON user_profiles (user_id);
CREATE INDEX user_profiles_by_type ON user_profiles (profile_type) WHERE deleted_at IS NULL;
