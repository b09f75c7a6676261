"""Early signs in the gateway: receipts sent to the printer again, and cash from phones of leavers."""

from datetime import datetime

from shared.db import Connection
from shared.early_signs import EarlySign, find_signs

# A desk has the same name as in billing's signs.
_DEVICE = "coalesce(collector_code, format('%s (%s)', role, right(replace(device_id::text, '-', ''), 6)))"

_SIGNS = {
    "receipts that may have been printed more than once": f"""
        SELECT {_DEVICE} AS subject,
            count(*) FILTER (WHERE further > 0) AS count, count(*) AS among, 0::bigint AS amount
        FROM print_jobs JOIN devices USING (device_id), LATERAL (
            SELECT count(*) AS further FROM print_attempts
            WHERE print_attempts.job_id = print_jobs.job_id AND print_attempts.state = 'unconfirmed'
        ) AS attempts
        WHERE kind IN ('receipt', 'copy', 'void') AND created_at >= $1 AND created_at < $2
        GROUP BY 1 HAVING count(*) FILTER (WHERE further > 0) > 0 ORDER BY 2 DESC, 1
    """,
    "copies of receipts": f"""
        SELECT {_DEVICE} AS subject,
            count(*) FILTER (WHERE kind = 'copy') AS count, count(*) AS among, 0::bigint AS amount
        FROM print_jobs JOIN devices USING (device_id)
        WHERE kind IN ('receipt', 'copy') AND created_at >= $1 AND created_at < $2
        GROUP BY 1 HAVING count(*) FILTER (WHERE kind = 'copy') > 0 ORDER BY 2 DESC, 1
    """,
    "cash sent after the collector had left": """
        SELECT collector_code AS subject, count(*) AS count, count(*) AS among, sum(amount)::bigint AS amount
        FROM leaver_payments
        WHERE sent_at >= $1 AND sent_at < $2 AND outcome IS DISTINCT FROM 'recorded_before'
        GROUP BY 1 ORDER BY 2 DESC, 1
    """,
}


async def early_signs(connection: Connection, began: datetime, ended: datetime) -> list[EarlySign]:
    """Return the signs of a span."""
    return await find_signs(connection, _SIGNS, began, ended)
