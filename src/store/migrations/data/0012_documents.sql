-- Documents of search indexes, under an id that is the app's. An index is nothing but its name.
CREATE TABLE documents (
  position     INTEGER PRIMARY KEY,
  search_index TEXT NOT NULL,
  id           TEXT NOT NULL,
  properties   TEXT NOT NULL CHECK (json_type(properties) = 'object'),
  UNIQUE (search_index, id)
) STRICT;
