-- Of this release's blobs alone, by the index on release_files.digest: never a walk over all content.
DELETE FROM blobs
WHERE digest IN (SELECT digest FROM release_files WHERE release_id = ?1)
  AND NOT EXISTS (SELECT 1 FROM release_files WHERE release_files.digest = blobs.digest AND release_id <> ?1)
