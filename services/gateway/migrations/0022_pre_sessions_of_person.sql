-- From where a person has signed in lately: guesses from there are counted apart.
CREATE INDEX staff_sessions_of_person ON staff_sessions (staff_id, address, begun_at);
