-- What the app stores. Times are milliseconds since the epoch, UTC.

-- Records of all tables share one sequence of ids, and no id is used twice: apps look records up by id alone.
CREATE TABLE records (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  table_name  TEXT NOT NULL,
  user_id     INTEGER,
  external_id TEXT,
  properties  TEXT NOT NULL CHECK (json_type(properties) = 'object'),
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  deleted_at  INTEGER
) STRICT;

CREATE INDEX records_by_table ON records (table_name, id) WHERE deleted_at IS NULL;
CREATE INDEX records_by_age ON records (table_name, created_at) WHERE deleted_at IS NULL;
CREATE INDEX records_by_user ON records (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX records_by_external_id ON records (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX records_deleted ON records (deleted_at) WHERE deleted_at IS NOT NULL;

-- The properties of all records turned round: which records have this value? Written with the record, so that a filter
-- or a relation on any property finds its rows without an index being declared.
--   whole    the value as text, long ones cut (see records/values.rs)
--   element  one row for each element of an array, as text
--   number   a number once more as a number, for ranges
CREATE TABLE record_values (
  table_name TEXT NOT NULL,
  name       TEXT NOT NULL,
  part       TEXT NOT NULL CHECK (part IN ('whole', 'element', 'number')),
  value      ANY NOT NULL,
  record_id  INTEGER NOT NULL REFERENCES records (id) ON DELETE CASCADE,
  PRIMARY KEY (table_name, name, part, value, record_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX record_values_by_record ON record_values (record_id);
