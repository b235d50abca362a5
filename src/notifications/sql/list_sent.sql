-- Every kind is said where any will do, so that one index finds the rows of all lists.
SELECT id, kind, template, content, options, created_at
FROM sent_notifications
WHERE kind IN (SELECT value FROM json_each(:kinds))
  AND created_at BETWEEN :from AND :until
ORDER BY created_at DESC, id DESC
