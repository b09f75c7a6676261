-- Dunning up to cutting off (services/notify/dunning/): what was delivered, and what keeps from it. What an SMS came to stands with its
-- reminder already; rows of these tables are only added, but for what a later event takes back.
ALTER TABLE accounts ADD COLUMN protected boolean NOT NULL DEFAULT false; -- must not be cut off, as the customer service reports

-- Visits at which a notice reached the customer, or may have, as the customer service reports them.
CREATE TABLE notice_visits (
    visit_id uuid PRIMARY KEY,
    customer_code text NOT NULL,
    outcome text NOT NULL,
    visited_at timestamptz NOT NULL,
    withdrawn_at timestamptz
);
CREATE INDEX notice_visits_of_customer ON notice_visits (customer_code, visited_at);

-- Warnings of a cut, each with the hour that it names.
CREATE TABLE cut_warnings (
    warning_id uuid PRIMARY KEY,
    customer_code text NOT NULL,
    unit_code text NOT NULL,
    debt_due_on date NOT NULL, -- of the oldest bill of the debt that it is about
    cut_from timestamptz NOT NULL,
    reminder_id uuid REFERENCES reminders, -- the SMS with this hour; null: none could reach the customer, or one of this debt had gone
    made_at timestamptz NOT NULL
);
CREATE INDEX cut_warnings_of_customer ON cut_warnings (customer_code, debt_due_on, made_at DESC);
CREATE INDEX cut_warnings_of_unit ON cut_warnings (unit_code, cut_from);

-- Warnings on paper that were handed over or left, as whoever did it has recorded.
CREATE TABLE warning_deliveries (
    delivery_id uuid PRIMARY KEY,
    warning_id uuid NOT NULL REFERENCES cut_warnings,
    way text NOT NULL CHECK (way IN ('handed_over', 'left_at_door')),
    delivered_at timestamptz NOT NULL, -- by the server's clock
    delivered_by text NOT NULL,
    note text NOT NULL
);
CREATE INDEX deliveries_of_warning ON warning_deliveries (warning_id, delivered_at);
SELECT begin_history_of_others('notice_visits', 'visit_id');
