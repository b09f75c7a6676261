-- How full a phone's battery is, where the phone can tell: the office sees who will not last the day.
ALTER TABLE device_contacts
    ADD COLUMN battery_percent smallint CHECK (battery_percent BETWEEN 0 AND 100),
    ADD COLUMN battery_charging boolean,
    ADD COLUMN battery_at timestamptz;
