-- How many enrolment codes a caller may still try, over all copies of the gateway. Of the address only a hash is kept.
CREATE TABLE enrolment_limits (
    caller bytea PRIMARY KEY,
    tokens double precision NOT NULL,
    refilled_at timestamptz NOT NULL
);
