-- Phones that are to read their route afresh, once the bills of a run have stopped coming for a moment: one refresh of a
-- collector's phones, not a line for each bill. Times by the database's clock.
CREATE TABLE feed_refreshes (
    collector_code text PRIMARY KEY,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL
);
