-- What was paid on a day is read by the day.
CREATE INDEX payments_of_day ON payments (received_at);
