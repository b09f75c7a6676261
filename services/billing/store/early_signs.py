"""Early signs in billing: reversals, differences of shifts, transfers that name nobody."""

from datetime import datetime

from shared.db import Connection
from shared.early_signs import EarlySign, find_signs

# A desk has one name in all signs: its role and the end of its id; a person who is signed in is known by the login
# name. Older rows keep the words of their version.
_DESK = """
CASE {actor} ->> 'kind'
    WHEN 'device' THEN format('%s (%s)', {actor} ->> 'reference', right(replace({actor} ->> 'id', '-', ''), 6))
    WHEN 'person' THEN {actor} ->> 'reference'
    ELSE {before} END
"""
_REVERSING = _DESK.format(actor="reversals.actor", before="reversed_by")
_CONFIRMING = _DESK.format(actor="confirmed.actor", before="confirmed_by")
_RECORDING = _DESK.format(actor="payments.actor", before="left(customer_code, 6)")

_SIGNS = {
    "cash of the collector reversed": """
        SELECT payments.collector_code AS subject, count(reversal_id) AS count, count(*) AS among,
            coalesce(sum(amount) FILTER (WHERE reversal_id IS NOT NULL), 0)::bigint AS amount
        FROM payments LEFT JOIN reversals USING (payment_id)
        WHERE method = 'cash' AND recorded_at >= $1 AND recorded_at < $2
        GROUP BY 1 HAVING count(reversal_id) > 0 ORDER BY 2 DESC, 1
    """,
    "reversals made": f"""
        SELECT {_REVERSING} AS subject, count(*) AS count,
            (SELECT count(*) FROM reversals WHERE reversed_at >= $1 AND reversed_at < $2) AS among,
            sum(amount)::bigint AS amount
        FROM reversals JOIN payments USING (payment_id)
        WHERE reversals.reversed_at >= $1 AND reversals.reversed_at < $2
        GROUP BY 1 ORDER BY 2 DESC, 1
    """,
    # Cash that is kept back and recorded later: by the phone's statement, which no signal explains as well.
    "cash recorded more than an hour after it was taken": """
        SELECT collector_code AS subject, count(*) FILTER (WHERE late) AS count, count(*) AS among,
            coalesce(sum(amount) FILTER (WHERE late), 0)::bigint AS amount
        FROM (
            SELECT collector_code, amount, coalesce(recorded_at > stated_at + interval '1 hour', false) AS late
            FROM payments WHERE method = 'cash' AND recorded_at >= $1 AND recorded_at < $2
        ) AS taken
        GROUP BY 1 HAVING count(*) FILTER (WHERE late) > 0 ORDER BY 2 DESC, 1
    """,
    # A debt that is cleared for a while: who records a transfer is not who should take it back.
    "transfers taken back by who recorded them": f"""
        SELECT {_RECORDING} AS subject, count(*) FILTER (WHERE own) AS count, count(*) AS among,
            coalesce(sum(amount) FILTER (WHERE own), 0)::bigint AS amount
        FROM payments LEFT JOIN reversals USING (payment_id), LATERAL (
            SELECT coalesce(reversals.actor ->> 'id' = payments.actor ->> 'id', false) AS own
        ) AS compared
        WHERE method = 'transfer' AND recorded_at >= $1 AND recorded_at < $2
        GROUP BY 1 HAVING count(*) FILTER (WHERE own) > 0 ORDER BY 2 DESC, 1
    """,
    # By the last count: what the cashier counted replaces what was declared.
    "shifts short of cash": """
        SELECT collector_code AS subject, count(*) FILTER (WHERE difference < 0) AS count, count(*) AS among,
            coalesce(sum(difference) FILTER (WHERE difference < 0), 0)::bigint AS amount
        FROM (
            SELECT collector_code, coalesce(confirmed.difference, shifts.difference) AS difference
            FROM shifts LEFT JOIN shift_confirmations AS confirmed USING (shift_id)
            WHERE closed_at >= $1 AND closed_at < $2
        ) AS closed
        GROUP BY 1 HAVING count(*) FILTER (WHERE difference < 0) > 0 ORDER BY 4, 1
    """,
    "counts that the cashier found otherwise": """
        SELECT collector_code AS subject,
            count(*) FILTER (WHERE confirmed.counted_cash <> shifts.counted_cash) AS count, count(*) AS among,
            coalesce(sum(confirmed.counted_cash - shifts.counted_cash), 0)::bigint AS amount
        FROM shifts JOIN shift_confirmations AS confirmed USING (shift_id)
        WHERE closed_at >= $1 AND closed_at < $2
        GROUP BY 1 HAVING count(*) FILTER (WHERE confirmed.counted_cash <> shifts.counted_cash) > 0 ORDER BY 2 DESC, 1
    """,
    "counts that the cashier found otherwise, by cashier": f"""
        SELECT {_CONFIRMING} AS subject,
            count(*) FILTER (WHERE confirmed.counted_cash <> shifts.counted_cash) AS count, count(*) AS among,
            coalesce(sum(confirmed.counted_cash - shifts.counted_cash), 0)::bigint AS amount
        FROM shifts JOIN shift_confirmations AS confirmed USING (shift_id)
        WHERE closed_at >= $1 AND closed_at < $2
        GROUP BY 1 HAVING count(*) FILTER (WHERE confirmed.counted_cash <> shifts.counted_cash) > 0 ORDER BY 2 DESC, 1
    """,
    "shifts that no cashier counted within a day": """
        SELECT collector_code AS subject, count(*) FILTER (WHERE late) AS count, count(*) AS among,
            sum(cash) FILTER (WHERE late)::bigint AS amount
        FROM (
            SELECT collector_code, shifts.counted_cash - shifts.difference AS cash,
                coalesce(confirmed_at, clock_timestamp()) > closed_at + interval '1 day' AS late
            FROM shifts LEFT JOIN shift_confirmations AS confirmed USING (shift_id)
            WHERE closed_at >= $1 AND closed_at < $2 AND NOT settled_before
        ) AS closed
        GROUP BY 1 HAVING count(*) FILTER (WHERE late) > 0 ORDER BY 2 DESC, 1
    """,
    # The bank's text of a payment by QR code names the customer. No statement of the bank is at hand to compare with.
    # By the desk that recorded them; by unit what a version before recorded.
    "transfers whose text from the bank names no customer": f"""
        SELECT {_RECORDING} AS subject,
            count(*) FILTER (WHERE position(customer_code IN upper(transfer_content)) = 0) AS count,
            count(*) AS among,
            coalesce(sum(amount) FILTER (WHERE position(customer_code IN upper(transfer_content)) = 0), 0)::bigint
                AS amount
        FROM payments WHERE method = 'transfer' AND recorded_at >= $1 AND recorded_at < $2
        GROUP BY 1 HAVING count(*) FILTER (WHERE position(customer_code IN upper(transfer_content)) = 0) > 0
        ORDER BY 2 DESC, 1
    """,
}


async def early_signs(connection: Connection, began: datetime, ended: datetime) -> list[EarlySign]:
    """Return the signs of a span."""
    return await find_signs(connection, _SIGNS, began, ended)
