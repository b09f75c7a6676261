"""Who recorded, reversed, opened and closed what."""

from uuid import UUID

from shared.act_records import ActRecord
from shared.db import Connection

# $1 a payment, $2 a customer, $3 a shift. A payment brings its shift along, a shift its payments.
_ACTS = """
WITH meant AS (
    SELECT payments.* FROM payments
    WHERE payment_id = $1 OR customer_code = $2 OR shift_id = $3
), boxes AS (
    SELECT * FROM shifts WHERE shift_id = $3 OR shift_id IN (SELECT shift_id FROM meant)
)
SELECT 'payment.recorded' AS what, recorded_at AS at, payment_id::text AS subject, actor,
    'billing.record_payment' AS message_name, payment_id AS request_id,
    json_build_object('customer', customer_code, 'amount', amount, 'method', method, 'reference', reference,
        'collector', collector_code, 'collection_point', collection_point_code, 'shift', shift_id, 'visit', visit_id,
        'printed_on', device_id, 'receipt', receipt_number) AS facts
FROM meant
UNION ALL
SELECT 'payment.reported', reported_at, payment_id::text, payment_reports.actor, 'billing.report_payment', report_id,
    json_build_object('reason', reason, 'collector', payment_reports.collector_code)
FROM payment_reports JOIN meant USING (payment_id)
UNION ALL
SELECT 'payment.reversed', reversals.reversed_at, payment_id::text, reversals.actor, 'billing.reverse_payment',
    reversal_id, json_build_object('reason', reason, 'by', reversed_by)
FROM reversals JOIN meant USING (payment_id)
UNION ALL
SELECT 'shift.opened', opened_at, shift_id::text, opened_by, 'billing.open_shift', shift_id,
    json_build_object('collector', collector_code, 'float', opening_float, 'ceiling', cash_ceiling)
FROM boxes
UNION ALL
SELECT 'shift.closed', closed_at, shift_id::text, closed_by, 'billing.close_shift', shift_id,
    json_build_object('collector', collector_code, 'counted', counted_cash, 'difference', difference,
        'explanation', explanation)
FROM boxes WHERE closed_at IS NOT NULL
UNION ALL
SELECT 'shift.confirmed', confirmed_at, shift_id::text, actor, 'billing.confirm_shift', shift_id,
    json_build_object('counted', shift_confirmations.counted_cash, 'difference', shift_confirmations.difference,
        'note', note)
FROM shift_confirmations JOIN boxes USING (shift_id)
UNION ALL
SELECT 'shift.decided', decided_at, shift_id::text, actor, 'billing.decide_shift', shift_id,
    json_build_object('decision', decision, 'reason', reason)
FROM shift_decisions JOIN boxes USING (shift_id)
UNION ALL
SELECT 'hand_in.stated', stated_at, shift_id::text, actor, 'billing.state_hand_in', hand_in_id,
    json_build_object('hand_in', hand_in_id, 'place', place, 'amount', amount, 'slip', slip_number)
FROM hand_ins JOIN boxes USING (shift_id)
UNION ALL
SELECT 'hand_in.counted', counted_at, shift_id::text, hand_in_counts.actor,
    CASE WHEN hand_in_counts.device_id IS NOT NULL THEN 'billing.count_hand_in' END, hand_in_id,
    json_build_object('hand_in', hand_in_id, 'counted', hand_in_counts.counted_cash,
        'difference', hand_in_counts.difference, 'reason', reason, 'credit', credit_id)
FROM hand_in_counts JOIN hand_ins USING (hand_in_id) JOIN boxes USING (shift_id)
UNION ALL
SELECT 'bill.issued', issued_at, bill_number, actor, NULL, NULL,
    json_build_object('customer', customer_code, 'total', total, 'vat', vat)
FROM bills WHERE customer_code = $2
UNION ALL
SELECT 'readings.' || act, acted_at, period_id::text, actor, NULL, NULL,
    json_build_object('customer', customer_code, 'period', format('%s/%s/%s', month, year, cycle), 'reason', reason,
        'doubts', jsonb_path_query_array(doubts, '$[*].rule'), 'new_period', new_period_id)
FROM reading_acts JOIN metered_periods USING (period_id) WHERE customer_code = $2
UNION ALL
SELECT 'bill.corrected', corrected_at, earlier.bill_number, bill_corrections.actor, 'billing.correct_bill',
    correction_id,
    json_build_object('kind', kind, 'from', old_pre_vat + old_vat, 'to', new_pre_vat + new_vat,
        'new_bill', later.bill_number, 'released', released, 'reason', reason, 'asked_by', asked_by,
        'approved_by', approved_by)
FROM bill_corrections JOIN bills AS earlier USING (bill_id)
    LEFT JOIN bills AS later ON later.bill_id = new_bill_id
WHERE bill_corrections.customer_code = $2 OR bill_corrections.bill_id IN (
    SELECT bill_id FROM allocations WHERE payment_id = $1)
UNION ALL
SELECT 'charge.issued', charged_at, bill_number, charges.actor, CASE kind WHEN 'late_interest'
    THEN 'billing.charge_interest' ELSE 'billing.charge_fee' END, charge_id,
    json_build_object('kind', kind, 'total', total, 'day', ruled_on, 'reason', reason)
FROM charges JOIN bills USING (bill_id) WHERE charges.customer_code = $2
UNION ALL
SELECT 'interest.waived', waived_at, waiver_id::text, actor, 'billing.waive_interest', waiver_id,
    json_build_object('amount', amount, 'until', until_day, 'reason', reason, 'asked_by', asked_by,
        'approved_by', approved_by)
FROM interest_waivers WHERE customer_code = $2
UNION ALL
SELECT 'agreement.made', agreed_at, agreement_id::text, actor, 'billing.agree_instalments', agreement_id,
    json_build_object('amount', amount, 'paper', paper, 'reason', reason, 'asked_by', asked_by,
        'approved_by', approved_by)
FROM instalment_agreements WHERE customer_code = $2
UNION ALL
SELECT 'agreement.' || state, ended_at, agreement_id::text, ended_by, NULL, NULL,
    json_build_object('reason', end_reason)
FROM instalment_agreements WHERE customer_code = $2 AND ended_at IS NOT NULL
UNION ALL
SELECT 'notice.issued', issued_at, notice_number, actor, NULL, NULL,
    json_build_object('visit', visit_id, 'kind', kind, 'debt', debt)
FROM notices WHERE customer_code = $2
"""


async def records_of(
    connection: Connection, payment_id: UUID | None, customer_code: str | None, shift_id: UUID | None
) -> list[ActRecord]:
    """Return what was done to a payment, a customer's account or a shift."""
    rows = await connection.fetch(_ACTS, payment_id, customer_code, shift_id)
    return [
        ActRecord(
            row["what"],
            row["at"],
            row["subject"],
            row["actor"],
            None if row["message_name"] is None else (row["message_name"], row["request_id"]),
            row["facts"],
        )
        for row in rows
    ]
