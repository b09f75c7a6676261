"""Rows that are never changed or deleted, counted by the database server itself.

Who switches triggers off leaves no history, and a row that is older than the last audit is not looked at before the
next complete one. The server's statistics count changed and deleted rows all the same, whoever did it and however. They
count what an insertion took back for another one, too: where rows have a history, it tells the two apart.
"""

from collections.abc import Mapping
from pathlib import Path

from ops.audit.sessions import session
from shared.audit import AuditViolation
from shared.db import Connection
from shared.db.migrate import SHARED
from shared.db.privileges import Rights, read_rights

_SERVICES = Path(__file__).parents[2] / "services"

_OF_HISTORY: Rights = {"money_history": ("SELECT",), "history_seals": ("SELECT",)}

_BEGUN_AT_ONCE = frozenset(
    {
        *("accounts", "customer_accounts", "customer_collectors", "customers", "feeds", "standings"),
        *("checkpoint_delivery", "leaver_payments", "printer_profiles", "seller", "series"),
        *("inbox", "provider_breakers", "provider_paces", "zalo_tokens"),
    }
)
"""Tables without a history whose rows begin with whatever comes first (``ON CONFLICT``). Of two transactions that add
the same row, the server takes one row back and counts it as deleted."""

_NOTED_IN = frozenset({"partitioned_tables"})
"""Tables in which a function of their owner notes each hour that it was there. What else is in them counts among what
keeps the history (ops/audit/standings.py)."""

# Of a table in partitions, what is counted in each of them. What is dropped as a whole is no row that was deleted. Old
# rows of a default partition are deleted by the owner's function, the outbox was pruned row by row before it had
# partitions, and what is moved into the partition of its month is counted where it was.
_COUNTED = """
SELECT relname, n_tup_upd, n_tup_del
FROM (
    SELECT pg_class.relname, sum(n_tup_upd)::bigint AS n_tup_upd, coalesce(sum(n_tup_del) FILTER (
        WHERE counted.relname NOT IN ('outbox_earlier', 'metered_periods_earlier', 'readings_earlier')
            AND NOT (schemaname = 'partitions' AND relid IN (SELECT partdefid FROM pg_partitioned_table))
    ), 0)::bigint AS n_tup_del
    FROM pg_stat_user_tables AS counted JOIN pg_class ON pg_class.oid = coalesce(pg_partition_root(relid), relid)
    WHERE relnamespace = 'public'::regnamespace
    GROUP BY pg_class.relname
) AS tables
WHERE relname = ANY ($1) AND n_tup_upd > 0 OR relname = ANY ($2) AND n_tup_del > 0
ORDER BY relname
"""


async def changed_rows(database_urls: Mapping[str, str]) -> list[AuditViolation]:
    """Return the tables of all services in which rows were changed or deleted that no service may change or delete."""
    found = []
    for service in sorted(database_urls):
        rights = read_rights(SHARED, _SERVICES / service / "migrations")
        async with session(database_urls, service) as connection:
            found += await _changed(connection, service, {**rights, **_OF_HISTORY})
    return found


_KEPT = """
SELECT relname, split_part(encode(tgargs, 'escape'), E'\\\\000', 1) AS key
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE tgname = 'money_history' AND relnamespace = 'public'::regnamespace AND relname = ANY ($1)
"""
_LOST = """
SELECT count(*)
FROM (SELECT DISTINCT row_key FROM history_of_rows WHERE table_name = $1 AND operation IN ('I', 'S')) AS known
WHERE NOT EXISTS (SELECT FROM {table} WHERE {key}::text = row_key)
"""


async def _changed(connection: Connection, service: str, rights: Rights) -> list[AuditViolation]:
    never_deleted = [table for table, allowed in rights.items() if "DELETE" not in allowed]
    never_changed = [table for table in never_deleted if not any(right.startswith("UPDATE") for right in rights[table])]
    rows = await connection.fetch(_COUNTED, never_changed, never_deleted)
    kept = {row["relname"]: row["key"] for row in await connection.fetch(_KEPT, [row["relname"] for row in rows])}
    found = []
    for row in rows:
        table, deleted = row["relname"], row["n_tup_del"]
        changed = row["n_tup_upd"] if table in never_changed and table not in _NOTED_IN else 0
        if deleted and table in kept:
            deleted = await connection.fetchval(_LOST.format(table=table, key=kept[table]), table, timeout=3600)
        elif table in _BEGUN_AT_ONCE:
            deleted = 0
        if changed or deleted:
            found.append(
                AuditViolation(
                    service,
                    "rows that are only added are not changed or deleted",
                    table,
                    f"{changed} changed, {deleted} deleted",
                )
            )
    return found
