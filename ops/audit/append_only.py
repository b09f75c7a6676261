"""Rows that are never changed or deleted, counted by the database server itself.

Who switches triggers off leaves no history, and a row that is older than the last audit is not looked at before the
next complete one. The server's statistics count changed and deleted rows all the same, whoever did it and however.
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

_COUNTED = """
SELECT relname, n_tup_upd, n_tup_del FROM pg_stat_user_tables
WHERE schemaname = 'public' AND (relname = ANY ($1) AND n_tup_upd > 0 OR relname = ANY ($2) AND n_tup_del > 0)
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


async def _changed(connection: Connection, service: str, rights: Rights) -> list[AuditViolation]:
    never_deleted = [table for table, allowed in rights.items() if "DELETE" not in allowed]
    never_changed = [table for table in never_deleted if not any(right.startswith("UPDATE") for right in rights[table])]
    return [
        AuditViolation(
            service,
            "rows that are only added are not changed or deleted",
            row["relname"],
            f"{row['n_tup_upd'] if row['relname'] in never_changed else 0} changed, {row['n_tup_del']} deleted",
        )
        for row in await connection.fetch(_COUNTED, never_changed, never_deleted)
    ]
