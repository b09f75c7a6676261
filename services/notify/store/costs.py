"""What SMS have cost, and what became of them, by provider."""

from dataclasses import dataclass
from datetime import datetime

from shared.db import Connection


@dataclass(frozen=True)
class ProviderCosts:
    """Attempts of one provider."""

    provider: str
    sent_today: int
    """Accepted."""
    unknown_today: int
    cost_today: int
    """Đồng, of what was sent or may have been."""
    cost_this_month: int


_COSTS = """
SELECT provider,
    count(*) FILTER (WHERE started_at >= $2 AND outcome = 'accepted') AS sent_today,
    count(*) FILTER (WHERE started_at >= $2 AND (outcome IS NULL OR outcome = 'unknown')) AS unknown_today,
    coalesce(sum(cost) FILTER (
        WHERE started_at >= $2 AND (outcome IS NULL OR outcome IN ('accepted', 'unknown'))), 0)::bigint AS cost_today,
    coalesce(sum(cost) FILTER (
        WHERE outcome IS NULL OR outcome IN ('accepted', 'unknown')), 0)::bigint AS cost_this_month
FROM attempts WHERE started_at >= $1
GROUP BY provider ORDER BY provider
"""


async def provider_costs(connection: Connection, month_began: datetime, day_began: datetime) -> list[ProviderCosts]:
    """Return the attempts since the month began, by provider."""
    return [ProviderCosts(**row) for row in await connection.fetch(_COSTS, month_began, day_began)]
