-- How the day goes is read from the visits of the day.
CREATE INDEX visits_of_day ON visits (visited_at);

-- A number that the office has corrected was corrected by no collector; the actor tells by whom.
ALTER TABLE phone_corrections ALTER COLUMN collector_code DROP NOT NULL;
