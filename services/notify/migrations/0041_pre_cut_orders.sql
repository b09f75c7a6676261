-- Cut-off lists, the orders that follow from them, and what was reported of those (services/notify/dunning/).
CREATE TABLE cut_lists (
    list_id uuid PRIMARY KEY,
    unit_code text NOT NULL,
    day date NOT NULL, -- of the cuts, in Vietnam
    made_by jsonb NOT NULL,
    made_at timestamptz NOT NULL,
    approved_by jsonb,
    approved_at timestamptz,
    discarded_by jsonb,
    discarded_at timestamptz,
    CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    CHECK ((discarded_by IS NULL) = (discarded_at IS NULL)),
    CHECK (approved_at IS NULL OR discarded_at IS NULL)
);
CREATE INDEX cut_lists_of_unit ON cut_lists (unit_code, made_at DESC);

-- Whom a list names, as they stood when it was made. Who drops out stays here, without an order.
CREATE TABLE cut_list_entries (
    list_id uuid NOT NULL REFERENCES cut_lists,
    customer_code text NOT NULL,
    warning_id uuid NOT NULL REFERENCES cut_warnings,
    debt bigint NOT NULL CHECK (debt > 0),
    debt_due_on date NOT NULL,
    PRIMARY KEY (list_id, customer_code)
);

-- Orders to cut and to reconnect, each with the moment until which it is to be carried out.
CREATE TABLE cut_orders (
    order_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('cut', 'reconnect')),
    customer_code text NOT NULL,
    unit_code text NOT NULL,
    collector_code text, -- who carries it out: whose route the customer was on
    list_id uuid REFERENCES cut_lists,
    warning_id uuid REFERENCES cut_warnings,
    cut_order_id uuid UNIQUE REFERENCES cut_orders, -- of a reconnection: what it undoes
    debt_due_on date NOT NULL, -- of the debt that supply is cut for
    cut_from timestamptz, -- the hour that the warning names
    warned_at timestamptz, -- when the last part of the warning was delivered
    ordered_at timestamptz NOT NULL,
    due_by timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'done', 'withdrawn')),
    cause text NOT NULL DEFAULT '', -- why it was withdrawn, or ordered
    ended_at timestamptz,
    is_late boolean NOT NULL DEFAULT false, -- supply was cut after the order had been withdrawn
    debt_when_done bigint, -- of a cut: what could be asked for then
    CHECK ((state = 'open') = (ended_at IS NULL)),
    CHECK ((kind = 'cut') = (cut_order_id IS NULL)),
    CHECK (kind = 'reconnect' OR num_nulls(list_id, warning_id, cut_from, warned_at) = 0),
    CHECK (kind = 'cut' OR state <> 'withdrawn')
);
CREATE UNIQUE INDEX cut_orders_open ON cut_orders (customer_code, kind) WHERE state = 'open';
CREATE INDEX cut_orders_of_customer ON cut_orders (customer_code, ordered_at);
CREATE INDEX cut_orders_of_collector ON cut_orders (collector_code) WHERE state = 'open';
CREATE INDEX cut_orders_of_unit ON cut_orders (unit_code, ordered_at DESC);
CREATE INDEX cut_orders_by_clock ON cut_orders (kind, due_by) WHERE state = 'open';
CREATE INDEX cut_warnings_by_hour ON cut_warnings (cut_from);
CREATE INDEX cut_orders_of_list ON cut_orders (list_id) WHERE list_id IS NOT NULL;

-- What was reported from the place, once for each id that the phone made.
CREATE TABLE cut_order_reports (
    report_id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES cut_orders,
    outcome text NOT NULL CHECK (outcome IN ('done', 'not_possible')),
    meter_reading bigint CHECK (meter_reading >= 0),
    note text NOT NULL,
    stated_at timestamptz NOT NULL, -- by the phone's clock: a note
    recorded_at timestamptz NOT NULL,
    actor jsonb NOT NULL
);
CREATE INDEX reports_of_order ON cut_order_reports (order_id);

SELECT begin_history_of_others('cut_lists', 'list_id');
SELECT begin_history_of_others('cut_orders', 'order_id');
