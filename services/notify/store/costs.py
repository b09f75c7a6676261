"""What SMS have cost, and what became of them, by provider."""

from dataclasses import dataclass
from datetime import datetime

from services.notify.domain.budgets import Spent
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


# Another name than those of phones, and later than they: whoever holds it waits for no other lock.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('notify spending', 0))"


async def lock_spending(connection: Connection) -> None:
    """Let no other copy look at what is spent before the transaction ends."""
    await connection.execute(_LOCK)


_SPENT = """
SELECT coalesce(sum(cost) FILTER (WHERE started_at >= $2), 0)::bigint AS today,
    coalesce(sum(cost), 0)::bigint AS this_month
FROM attempts
WHERE started_at >= $1 AND started_at < coalesce($3, 'infinity'::timestamptz)
    AND (outcome IS NULL OR outcome IN ('accepted', 'unknown'))
"""


async def spent_between(connection: Connection, since: datetime, day_began: datetime, until: datetime | None) -> Spent:
    """Return the cost of SMS that were, or may have been, sent; of those since ``day_began`` by itself as well."""
    [row] = await connection.fetch(_SPENT, since, day_began, until)
    return Spent(row["today"], row["this_month"])
