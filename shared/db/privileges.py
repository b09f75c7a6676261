"""What a service's role may do in its own database: what its statements need of each table, and nothing else.

The tables belong to another role, which migrates them, so the service's role cannot change a table, a trigger or a
right. ``rights.toml`` beside the migrations names the rights, table by table; a new table that it does not name cannot
be used.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.db.pool import Connection

FILE = "rights.toml"

Rights = Mapping[str, Sequence[str]]
"""Table → what may be done with its rows: SELECT, INSERT, UPDATE, DELETE, or ``UPDATE(column, …)``."""

_RIGHT = re.compile(r"SELECT|INSERT|DELETE|UPDATE(\(\w+(, \w+)*\))?")

# Views have the rights of tables, partitions are used by those of their table. Only what the role that asks may grant.
_COLUMNS = """
SELECT c.relname AS name, array_agg(a.attname::text) AS columns
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
    AND pg_has_role(current_user, c.relowner, 'USAGE') AND NOT c.relispartition
GROUP BY c.relname
ORDER BY c.relname
"""
# Such as a table that has become a partition, with the rights that it had.
_PARTITIONS_WITH_RIGHTS = """
SELECT c.relname AS name FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relispartition AND c.relkind IN ('r', 'p')
    AND pg_has_role(current_user, c.relowner, 'USAGE') AND EXISTS (
        SELECT FROM aclexplode(c.relacl) AS granted WHERE granted.grantee = to_regrole($1) AND grantee <> c.relowner)
"""


class RightsFileError(Exception):
    """A file of rights holds something else than rights; the message names the place."""


def read_rights(*folders: Path) -> dict[str, list[str]]:
    """Return the rights that the files of some folders of migrations name. Raises :class:`RightsFileError`.

    A table after a ``+`` has its rights in an earlier file; these come on top of them.
    """
    found: dict[str, list[str]] = {}
    for folder in folders:
        path = folder / FILE
        for table, rights in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if table.startswith("+"):
                _add(found, table.removeprefix("+"), rights, path)
                continue
            if table in found:
                raise RightsFileError(f"{path}: {table} has its rights in another file")
            found[table] = _checked(table, rights, path)
    return found


def _add(found: dict[str, list[str]], table: str, rights: list[str], path: Path) -> None:
    if table not in found:
        raise RightsFileError(f"{path}: {table} has no rights in an earlier file")
    found[table] = [*found[table], *_checked(table, rights, path)]


def _checked(table: str, rights: list[str], path: Path) -> list[str]:
    for right in rights:
        if not _RIGHT.fullmatch(right):
            raise RightsFileError(f"{path}: {table}: {right} is no right")
    return rights


async def grant_rights(connection: Connection, role: str, rights: Rights) -> list[str]:
    """Give ``role`` its rights on each table that ``rights`` name, and take all others, in one transaction.

    Returns the tables that are not named. They stay as they are, because a newer version may have made them. What is
    named and not in the database (yet, or any more) is left out. Called by whoever may grant: the owner of the tables,
    or the server's administrator.
    """
    name = quoted(role)
    async with connection.transaction():
        tables = {row["name"]: set(row["columns"]) for row in await connection.fetch(_COLUMNS)}
        statements = [f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}"]
        for table, columns in tables.items():
            if table not in rights:
                continue
            # Rights on columns are taken with those on the table.
            statements.append(f"REVOKE ALL ON TABLE {quoted(table)} FROM {name}")
            statements += [
                f"GRANT {granted} ON TABLE {quoted(table)} TO {name}"
                for right in rights[table]
                if (granted := _existing(right, columns))
            ]
        partitions = await connection.fetch(_PARTITIONS_WITH_RIGHTS, name)
        statements += [f"REVOKE ALL ON TABLE {quoted(row['name'])} FROM {name}" for row in partitions]
        await connection.execute("; ".join(statements))
    return [table for table in tables if table not in rights]


def _existing(right: str, columns: set[str]) -> str | None:
    """Return a right without the columns that the table does not have; None where nothing is left of it."""
    if "(" not in right:
        return right
    verb, _, named = right.rstrip(")").partition("(")
    kept = [quoted(column) for column in named.split(", ") if column in columns]
    return f"{verb} ({', '.join(kept)})" if kept else None


def quoted(name: str) -> str:
    """Return a name as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'
