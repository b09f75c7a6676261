"""Payments that collectors reported as taken by mistake."""

from collections.abc import Sequence
from datetime import datetime

from services.billing.store import payments
from shared.contracts.actor import Actor
from shared.contracts.billing import PaymentReport, ReportPayment
from shared.db import Connection, add_once

_ADD = """
INSERT INTO payment_reports (report_id, payment_id, collector_code, device_id, reason, reported_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING
RETURNING true
"""


async def add(connection: Connection, request: ReportPayment, moment: datetime, actor: Actor) -> bool:
    """Keep a report; return False when its id is taken."""
    return await add_once(
        connection,
        _ADD,
        request.report_id,
        request.payment_id,
        request.collector_code,
        request.device_id,
        request.reason,
        moment,
        actor.model_dump(mode="json"),
    )


_WAITING = """
SELECT report_id, payment_reports.payment_id, payment_reports.collector_code, reason, reported_at
FROM payment_reports JOIN payments USING (payment_id)
LEFT JOIN collectors ON collectors.collector_code = payment_reports.collector_code
WHERE reversed_at IS NULL AND (cardinality($2::text[]) = 0 OR unit_code = ANY ($2))
ORDER BY reported_at, report_id LIMIT $1
"""


async def waiting(connection: Connection, limit: int, unit_codes: Sequence[str]) -> list[PaymentReport]:
    """Return the reports of payments that stand, the oldest first; of collectors of some units alone."""
    rows = await connection.fetch(_WAITING, limit, list(unit_codes))
    found = await payments.by_id(connection, [row["payment_id"] for row in rows])
    return [
        PaymentReport(
            report_id=row["report_id"],
            payment=found[row["payment_id"]],
            collector_code=row["collector_code"],
            reason=row["reason"],
            reported_at=row["reported_at"],
        )
        for row in rows
        if row["payment_id"] in found
    ]
