-- A bounded step from the low end, so that no turn pays for a log that has become much too long.
DELETE FROM log WHERE id IN (SELECT id FROM log WHERE id <= ?1 ORDER BY id LIMIT ?2)
