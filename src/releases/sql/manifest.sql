SELECT release_files.path, release_files.digest, length(blobs.content)
FROM release_files JOIN blobs USING (digest)
WHERE release_files.release_id = ?1
