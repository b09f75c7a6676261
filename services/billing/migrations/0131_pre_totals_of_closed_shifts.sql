-- What moved in the shifts that were closed before their totals were kept: it does not change any more.
INSERT INTO shift_totals (shift_id, payments, cash, reversals, reversed_cash)
SELECT shifts.shift_id,
    count(payments.payment_id) FILTER (WHERE reversals.reversal_id IS NULL),
    coalesce(sum(amount) FILTER (WHERE reversals.reversal_id IS NULL), 0),
    count(reversals.reversal_id),
    coalesce(sum(amount) FILTER (WHERE reversals.reversal_id IS NOT NULL), 0)
FROM shifts LEFT JOIN payments ON payments.shift_id = shifts.shift_id
    LEFT JOIN reversals ON reversals.payment_id = payments.payment_id AND reversals.shift_id = payments.shift_id
WHERE closed_at IS NOT NULL
GROUP BY shifts.shift_id
ON CONFLICT DO NOTHING;
