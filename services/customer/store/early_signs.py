"""Early signs in the customer service: visits that were recorded late, and visits that nobody can have made."""

from datetime import datetime

from shared.db import Connection
from shared.early_signs import EarlySign, find_signs

_SIGNS = {
    "visits recorded more than an hour later": """
        SELECT collector_code AS subject, count(*) FILTER (WHERE recorded_at > visited_at + interval '1 hour') AS count,
            count(*) AS among, 0::bigint AS amount
        FROM visits WHERE visited_at >= $1 AND visited_at < $2
        GROUP BY 1 HAVING count(*) FILTER (WHERE recorded_at > visited_at + interval '1 hour') > 0 ORDER BY 2 DESC, 1
    """,
    # No coordinates are kept: far apart is another route, or twenty places away on the same one.
    "visits far apart in the same minute": """
        SELECT collector_code AS subject,
            coalesce(sum(visits) FILTER (WHERE routes > 1 OR places >= 20), 0)::bigint AS count,
            sum(visits)::bigint AS among, 0::bigint AS amount
        FROM (
            SELECT collector_code, count(*) AS visits, count(DISTINCT route_code) AS routes,
                max(place_in_route) - min(place_in_route) AS places
            FROM visits JOIN customers USING (customer_code)
            WHERE visited_at >= $1 AND visited_at < $2 AND withdrawn_at IS NULL
            GROUP BY collector_code, date_trunc('minute', visited_at)
        ) AS minutes
        GROUP BY 1 HAVING count(*) FILTER (WHERE routes > 1 OR places >= 20) > 0 ORDER BY 2 DESC, 1
    """,
    "visits taken back": """
        SELECT collector_code AS subject, count(withdrawn_at) AS count, count(*) AS among, 0::bigint AS amount
        FROM visits WHERE visited_at >= $1 AND visited_at < $2
        GROUP BY 1 HAVING count(withdrawn_at) > 0 ORDER BY 2 DESC, 1
    """,
}


async def early_signs(connection: Connection, began: datetime, ended: datetime) -> list[EarlySign]:
    """Return the signs of a span."""
    return await find_signs(connection, _SIGNS, began, ended)
