-- Bills that no metered period has made (ADR 70): a reconnection fee, interest on late payment. Each is a bill as others, of cycle 0, so that
-- it is paid, receipted, disputed and counted as they are; what it is for stands here.
CREATE TABLE charges (
    -- Made by whoever asked: of a reconnection the id of its order.
    charge_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('reconnection_fee', 'late_interest')),
    customer_code text NOT NULL REFERENCES accounts,
    bill_id uuid NOT NULL UNIQUE REFERENCES bills,
    -- The day whose rule said how much.
    ruled_on date NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    charged_at timestamptz NOT NULL CHECK (isfinite(charged_at)),
    actor jsonb NOT NULL
);
CREATE INDEX charges_of_customer ON charges (customer_code, charged_at);
SELECT begin_money_history('charges', 'charge_id');

-- As 0120 has it, without charges: months are compared by what was used.
CREATE OR REPLACE VIEW billed_months AS
SELECT bills.bill_id, bills.bill_number, bills.customer_code, bills.year, bills.month, bills.cycle, bills.period_from,
    bills.period_to, coalesce(adjusted.price_group, bills.price_group) AS price_group,
    coalesce(adjusted.households, bills.households) AS households, coalesce(adjusted.new_kwh, bills.kwh) AS kwh,
    coalesce(adjusted.new_pre_vat, bills.pre_vat) AS pre_vat, bills.vat_rate,
    coalesce(adjusted.new_pre_vat + adjusted.new_vat, bills.total) AS total,
    coalesce(adjusted.lines::text, bills.lines::text, (
        SELECT bill_details.lines::text FROM bill_details
        WHERE bill_details.bill_id = bills.bill_id AND bill_details.year = bills.year
            AND bill_details.month = bills.month)) AS lines, bills.issued_at
FROM bills LEFT JOIN LATERAL (
    SELECT price_group, households, new_kwh, new_pre_vat, new_vat, lines FROM bill_corrections
    WHERE bill_corrections.bill_id = bills.bill_id AND kind = 'adjustment' ORDER BY sequence DESC LIMIT 1
) AS adjusted ON true
WHERE bills.cycle > 0
    AND NOT EXISTS (
        SELECT FROM bill_corrections WHERE bill_corrections.bill_id = bills.bill_id AND kind = 'replacement')
    AND NOT EXISTS (SELECT FROM bill_corrections WHERE new_bill_id = bills.bill_id AND kind = 'adjustment');
