"""What a customer was billed before: figures that explain a bill."""

import json
from collections.abc import Mapping
from typing import Any

from services.billing.usage.comparison import UsedBill
from shared.contracts.uses import Households, Uses
from shared.db import Connection

# By the index on customer and month, backwards: $3 rows of it, whatever the customer owes. What was replaced, and what
# adjusts another bill, is no month of its own; what was adjusted counts as it stands.
_BEFORE = """
SELECT bill_number, year, month, cycle, period_from, period_to, price_group, households, kwh, pre_vat, vat_rate, total,
    lines
FROM billed_months WHERE customer_code = $1 AND year >= $2
ORDER BY year DESC, month DESC, cycle DESC LIMIT $3
"""


async def used_bills(connection: Connection, customer_code: str, *, since_year: int, limit: int) -> list[UsedBill]:
    """Return a customer's bills since the beginning of a year, the newest first, at most ``limit``."""
    return [_used(row) for row in await connection.fetch(_BEFORE, customer_code, since_year, limit)]


def _used(row: Mapping[str, Any]) -> UsedBill:
    lines = [] if row["lines"] is None else json.loads(row["lines"])
    return UsedBill(
        bill_number=row["bill_number"],
        year=row["year"],
        month=row["month"],
        cycle=row["cycle"],
        period_from=row["period_from"],
        period_to=row["period_to"],
        price_group=Uses(row["price_group"]),
        households=Households(row["households"]),
        kwh=row["kwh"],
        pre_vat=row["pre_vat"],
        vat_rate=row["vat_rate"],
        total=row["total"],
        labels=tuple(line["label"] for line in lines),
        decisions=tuple(dict.fromkeys(line["decision"] for line in lines)),
        details_archived=row["lines"] is None,
    )
