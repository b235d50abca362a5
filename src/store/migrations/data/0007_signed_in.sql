-- Who is signed in: set when the session begins and never changed, since a sign-in begins a new one. No foreign key: a
-- user that is gone is nobody, and the session goes on.
ALTER TABLE sessions ADD COLUMN user_id INTEGER;
