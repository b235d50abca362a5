-- A job may send a notification instead of rendering a partial: `partial` then names its template, or is empty where the
-- notification was written in the mutation itself.
ALTER TABLE jobs ADD COLUMN channel TEXT CHECK (channel IS NULL OR channel IN ('email', 'sms', 'api_call') AND partial IS NOT NULL);
