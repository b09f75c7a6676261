-- Contract facts as customer last told them: bills, notices and receipts are made from this copy.
CREATE TABLE customers (
    customer_code text PRIMARY KEY,
    version bigint NOT NULL,
    unit_code text NOT NULL,
    collector_code text NOT NULL,
    collector_name text NOT NULL,
    facts json NOT NULL
);
CREATE INDEX customers_of_collector ON customers (collector_code);

-- One row a customer: the lock under which everything that a customer owes is changed, and what is owed after the
-- latest change. The amounts repeat what bills and payments say (the audit compares); readers need one row only.
CREATE TABLE accounts (
    customer_code text PRIMARY KEY,
    version bigint NOT NULL DEFAULT 0,
    debt bigint NOT NULL DEFAULT 0 CHECK (debt >= 0),
    credit bigint NOT NULL DEFAULT 0 CHECK (credit >= 0),
    open_bills integer NOT NULL DEFAULT 0 CHECK (open_bills >= 0),
    oldest_due_date date,
    -- Money that is there is never kept beside a debt.
    CHECK (debt = 0 OR credit = 0),
    CHECK ((debt > 0) = (open_bills > 0))
);

-- What is billed: one metered period of a customer. Its readings are in readings; its bill, once made, in bills.
CREATE TABLE metered_periods (
    period_id uuid PRIMARY KEY,
    customer_code text NOT NULL REFERENCES accounts,
    year integer NOT NULL CHECK (year BETWEEN 2000 AND 2200),
    month integer NOT NULL CHECK (month BETWEEN 1 AND 12),
    cycle integer NOT NULL CHECK (cycle BETWEEN 1 AND 9),
    period_from date NOT NULL,
    period_to date NOT NULL CHECK (period_to >= period_from),
    cut_days integer NOT NULL DEFAULT 0 CHECK (cut_days >= 0),
    cut_from date,
    cut_to date,
    cos_phi numeric,
    due_date date NOT NULL,
    fingerprint text NOT NULL,
    import_id uuid NOT NULL,
    bill_id uuid UNIQUE,
    -- Why no bill could be made of it; a person corrects the cause and takes it up again.
    problem text,
    UNIQUE (customer_code, year, month, cycle)
);
CREATE INDEX metered_periods_waiting ON metered_periods (customer_code, year, month, cycle)
    WHERE bill_id IS NULL AND problem IS NULL;

CREATE TABLE readings (
    period_id uuid NOT NULL REFERENCES metered_periods,
    meter_number text NOT NULL,
    meter_register text NOT NULL CHECK (meter_register IN ('KT', 'BT', 'CD', 'TD', 'VC')),
    old_reading bigint NOT NULL CHECK (old_reading >= 0),
    new_reading bigint NOT NULL CHECK (new_reading >= 0),
    multiplier integer NOT NULL CHECK (multiplier > 0),
    digits integer NOT NULL CHECK (digits > 0),
    -- Readings on the days of price changes inside the period, the earliest first.
    change_readings bigint[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (period_id, meter_number, meter_register)
);

CREATE TABLE bills (
    bill_id uuid PRIMARY KEY,
    bill_number text NOT NULL UNIQUE,
    customer_code text NOT NULL REFERENCES accounts,
    year integer NOT NULL,
    month integer NOT NULL,
    cycle integer NOT NULL,
    period_from date NOT NULL,
    period_to date NOT NULL,
    price_group text NOT NULL,
    households text NOT NULL,
    kwh bigint NOT NULL CHECK (kwh >= 0),
    pre_vat bigint NOT NULL CHECK (pre_vat >= 0),
    vat_rate text NOT NULL,
    vat bigint NOT NULL CHECK (vat >= 0),
    total bigint NOT NULL CHECK (total = pre_vat + vat),
    open_principal bigint NOT NULL CHECK (open_principal BETWEEN 0 AND pre_vat),
    open_vat bigint NOT NULL CHECK (open_vat BETWEEN 0 AND vat),
    due_date date NOT NULL,
    issued_at timestamptz NOT NULL,
    readings json NOT NULL,
    lines json NOT NULL,
    explanation json NOT NULL,
    UNIQUE (customer_code, year, month, cycle)
);
CREATE INDEX bills_open ON bills (customer_code, year, month, cycle) WHERE open_principal + open_vat > 0;

CREATE TABLE collection_points (
    collection_point_code text PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('bank', 'post_office', 'counter', 'other')),
    address text NOT NULL,
    opening_hours text NOT NULL,
    phone text NOT NULL,
    unit_code text NOT NULL
);
CREATE INDEX collection_points_of_unit ON collection_points (unit_code, collection_point_code);

-- A collector's working day with the cash box. The row is also the lock that decides into which shift cash falls.
CREATE TABLE shifts (
    shift_id uuid PRIMARY KEY,
    collector_code text NOT NULL,
    opened_at timestamptz NOT NULL,
    opening_float bigint NOT NULL CHECK (opening_float >= 0),
    cash_ceiling bigint NOT NULL,
    closed_at timestamptz,
    counted_cash bigint CHECK (counted_cash >= 0),
    difference bigint,
    explanation text NOT NULL DEFAULT '',
    denominations json NOT NULL DEFAULT '{}',
    CHECK ((closed_at IS NULL) = (counted_cash IS NULL)),
    CHECK ((closed_at IS NULL) = (difference IS NULL))
);
CREATE UNIQUE INDEX shifts_open ON shifts (collector_code) WHERE closed_at IS NULL;
CREATE INDEX shifts_of_collector ON shifts (collector_code, opened_at DESC);

CREATE TABLE payments (
    payment_id uuid PRIMARY KEY,
    customer_code text NOT NULL REFERENCES accounts,
    amount bigint NOT NULL CHECK (amount > 0),
    -- What clears nothing: amount less the allocations that stand. Of a reversed payment, as it was before.
    credit bigint NOT NULL CHECK (credit BETWEEN 0 AND amount),
    method text NOT NULL CHECK (method IN ('cash', 'transfer', 'collection_point')),
    received_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    -- Order of recording: credit is used in this order, histories are shown in it.
    sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    collector_code text,
    collection_point_code text,
    reference text NOT NULL,
    shift_id uuid REFERENCES shifts,
    visit_id uuid,
    device_id uuid,
    receipt_id uuid,
    receipt_number text,
    reversed_at timestamptz,
    CHECK ((method = 'cash') = (shift_id IS NOT NULL)),
    CHECK (method <> 'cash' OR collector_code IS NOT NULL)
);
CREATE INDEX payments_of_customer ON payments (customer_code, sequence DESC);
CREATE INDEX payments_of_shift ON payments (shift_id) WHERE shift_id IS NOT NULL;
CREATE INDEX payments_credit ON payments (customer_code, sequence) WHERE credit > 0 AND reversed_at IS NULL;
-- A partner's or a bank's transaction counts once, whoever posts it.
CREATE UNIQUE INDEX payments_reference
    ON payments (customer_code, method, coalesce(collection_point_code, ''), reference)
    WHERE reference <> '' AND reversed_at IS NULL;

-- Which part of a payment cleared which bill, at once or later as credit. Never deleted: a reversal releases.
CREATE TABLE allocations (
    allocation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payment_id uuid NOT NULL REFERENCES payments,
    bill_id uuid NOT NULL REFERENCES bills,
    vat bigint NOT NULL CHECK (vat >= 0),
    principal bigint NOT NULL CHECK (principal >= 0),
    made_at timestamptz NOT NULL,
    released_at timestamptz,
    CHECK (vat + principal > 0)
);
CREATE INDEX allocations_of_payment ON allocations (payment_id);
CREATE INDEX allocations_of_bill ON allocations (bill_id);

CREATE TABLE reversals (
    reversal_id uuid PRIMARY KEY,
    payment_id uuid NOT NULL UNIQUE REFERENCES payments,
    reason text NOT NULL,
    reversed_by text NOT NULL,
    reversed_at timestamptz NOT NULL,
    device_id uuid,
    -- The cash went back out of this shift's box; NULL when there was no cash or its shift was closed before.
    shift_id uuid REFERENCES shifts
);
CREATE INDEX reversals_of_shift ON reversals (shift_id) WHERE shift_id IS NOT NULL;

-- What was asked and answered, so that a repeated request gets the same answer and another one under its id is refused.
CREATE TABLE answers (
    message_name text NOT NULL,
    request_id uuid NOT NULL,
    fingerprint text NOT NULL,
    answer text NOT NULL,
    answered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (message_name, request_id)
);

CREATE SEQUENCE notice_numbers;

CREATE TABLE notices (
    notice_id uuid PRIMARY KEY,
    notice_number text NOT NULL UNIQUE,
    visit_id uuid NOT NULL,
    kind text NOT NULL,
    customer_code text NOT NULL REFERENCES accounts,
    debt bigint NOT NULL,
    issued_at timestamptz NOT NULL,
    UNIQUE (visit_id, kind)
);
CREATE INDEX notices_of_customer ON notices (customer_code, issued_at DESC);
