INSERT INTO feed_entries (feed_type, feed_id, activity_id, published_at)
SELECT ?1, value, ?3, ?4 FROM json_each(?2) WHERE true
ON CONFLICT DO UPDATE SET published_at = excluded.published_at, is_read = 0
