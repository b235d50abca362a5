SELECT releases.id, releases.created_at, releases.origin, count(blobs.digest), coalesce(sum(length(blobs.content)), 0),
       releases.id = coalesce((SELECT release_id FROM current_release), 0)
FROM releases
LEFT JOIN release_files ON release_files.release_id = releases.id
LEFT JOIN blobs ON blobs.digest = release_files.digest
GROUP BY releases.id
ORDER BY releases.id DESC
