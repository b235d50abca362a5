SELECT id, kind, state, template, trace, created_at, addresses, subject, error, eml, attachments
FROM messages
WHERE (:to IS NULL
       OR EXISTS (SELECT 1 FROM json_each(messages.recipients) AS recipient WHERE lower(recipient.value) GLOB lower(:to)))
  AND (:subject IS NULL OR instr(lower(subject), lower(:subject)) > 0)
  AND (:template IS NULL OR template = :template)
  AND (NOT :is_sent OR state IN ('captured', 'relayed'))
ORDER BY created_at DESC, id DESC
LIMIT :limit
