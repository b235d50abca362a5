-- A job that runs again changes its message; since when there is one, and whether it is listed as sent, stay. One that a
-- mail server has taken stays as a whole, or the next attempt would hand it on again.
INSERT INTO messages (id, kind, state, template, trace, addresses, recipients, subject, html, text, attachments, data,
                      eml, error, created_at)
VALUES (:id, :kind, :state, :template, :trace, :addresses, :recipients, :subject, :html, :text, :attachments, :data,
        :eml, :error, :created_at)
ON CONFLICT (id) DO UPDATE SET
    state = excluded.state, template = excluded.template, addresses = excluded.addresses, recipients = excluded.recipients,
    subject = excluded.subject, html = excluded.html, text = excluded.text, attachments = excluded.attachments,
    data = excluded.data, eml = coalesce(excluded.eml, eml), error = excluded.error
WHERE state <> 'relayed'
