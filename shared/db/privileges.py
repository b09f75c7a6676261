"""What a service's role may do in its own database: read and write rows, and nothing that changes the tables.

The tables belong to another role, which migrates them. A table that refuses changes (a trigger that calls
``refuse_change``) is one where the service has no right to make them either; so the trigger is written down once, in
the migration, and the rights follow from it. Nobody but the owner can disable it.
"""

import asyncpg

from shared.db.pool import Connection

HISTORY = "migration_history"
"""Table of the applied migrations, which a service may only read."""

_REFUSES_UPDATE, _REFUSES_DELETE = 16, 8
"""Bits of ``pg_trigger.tgtype``."""

# What refuses to be changed, by its triggers. Views have the rights of tables.
_TABLES = """
SELECT c.relname AS name,
    coalesce(bool_or(t.tgtype & $1 > 0), false) AS refuses_update,
    coalesce(bool_or(t.tgtype & $2 > 0), false) AS refuses_delete
FROM pg_class AS c
LEFT JOIN pg_trigger AS t ON t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgfoid = to_regproc('public.refuse_change')
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
    AND pg_has_role(current_user, c.relowner, 'USAGE')
GROUP BY c.relname
ORDER BY c.relname
"""


async def grant_rows(connection: Connection, role: str) -> None:
    """Give ``role`` what it needs of each table of this database, and take the rest, in one transaction.

    Called by whoever may grant: the owner of the tables, or the server's administrator.
    """
    name = quoted(role)
    async with connection.transaction():
        for table in await connection.fetch(_TABLES, _REFUSES_UPDATE, _REFUSES_DELETE):
            await connection.execute(f"REVOKE ALL ON TABLE {quoted(table['name'])} FROM {name}")
            await connection.execute(f"GRANT {_rights(table)} ON TABLE {quoted(table['name'])} TO {name}")
        await connection.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")


def _rights(table: asyncpg.Record) -> str:
    if table["name"] == HISTORY:
        return "SELECT"
    rights = ["SELECT", "INSERT"]
    rights += [] if table["refuses_update"] else ["UPDATE"]
    rights += [] if table["refuses_delete"] else ["DELETE"]
    return ", ".join(rights)


def quoted(name: str) -> str:
    """Return a name as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'
