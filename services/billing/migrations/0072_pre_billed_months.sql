-- What a customer was billed for a month, as it stands: without bills that were replaced, and with the adjustments of one in itself.
-- For whatever compares months: the bill itself stays as it was issued.
CREATE VIEW billed_months AS
SELECT bills.bill_id, bills.bill_number, bills.customer_code, bills.year, bills.month, bills.cycle, bills.period_from,
    bills.period_to, coalesce(adjusted.price_group, bills.price_group) AS price_group,
    coalesce(adjusted.households, bills.households) AS households, coalesce(adjusted.new_kwh, bills.kwh) AS kwh,
    coalesce(adjusted.new_pre_vat, bills.pre_vat) AS pre_vat, bills.vat_rate,
    coalesce(adjusted.new_pre_vat + adjusted.new_vat, bills.total) AS total,
    coalesce(adjusted.lines::text, bills.lines::text) AS lines, bills.issued_at
FROM bills LEFT JOIN LATERAL (
    SELECT price_group, households, new_kwh, new_pre_vat, new_vat, lines FROM bill_corrections
    WHERE bill_corrections.bill_id = bills.bill_id AND kind = 'adjustment' ORDER BY sequence DESC LIMIT 1
) AS adjusted ON true
WHERE NOT EXISTS (
        SELECT FROM bill_corrections WHERE bill_corrections.bill_id = bills.bill_id AND kind = 'replacement')
    AND NOT EXISTS (SELECT FROM bill_corrections WHERE new_bill_id = bills.bill_id AND kind = 'adjustment');
