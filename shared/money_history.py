"""The history of the tables of money: sealing it, and finding in it what must not be (shared/db/sql/0005).

Every service's database has one. A trigger writes it; nobody but the tables' owner could write it otherwise.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg

from shared.audit import AuditViolation
from shared.db import Connection
from shared.db.privileges import Rights


@dataclass(frozen=True, slots=True)
class Watched:
    """What may become of the rows of a table of money."""

    key: str
    changeable: Sequence[str] | None
    """Columns that the service's role may change; None: all."""
    once: Sequence[str] = ()
    """Columns that are set once, and never changed or emptied after that."""
    digested: Sequence[str] = ()
    """Columns that the history has as their digest."""
    deletable: bool = False
    whole: bool = True
    """Each row is in the history from its beginning."""
    digest: str | None = None
    """The function of a row whose result the entries of batches have as ``digest``."""


@dataclass(frozen=True, slots=True)
class MoneyTable:
    """A table whose history is kept, as its migration has it."""

    key: str
    once: Sequence[str] = ()
    digested: Sequence[str] = ()
    whole: bool = True
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Seal:
    """A link of the chain: entries up to ``last_entry`` are sealed by it."""

    last_entry: int
    link: str
    """Hexadecimal."""


@dataclass(frozen=True)
class HistoryFindings:
    """What a look at a history has found, and how far it reached."""

    seal: Seal
    changed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Table → keys of the rows that were written since."""
    violations: Sequence[AuditViolation] = ()


def watched(tables: Mapping[str, MoneyTable], rights: Rights) -> dict[str, Watched]:
    """Return what may become of the rows of tables by the rights of the service's role."""
    found = {}
    for table, kept in tables.items():
        columns: list[str] | None = []
        for right in rights.get(table, ()):
            if right == "UPDATE":
                columns = None
            elif right.startswith("UPDATE(") and columns is not None:
                columns += right.removeprefix("UPDATE(").rstrip(")").split(", ")
        deletable = "DELETE" in rights.get(table, ())
        found[table] = Watched(kept.key, columns, kept.once, kept.digested, deletable, kept.whole, kept.digest)
    return found


NO_SEAL = Seal(0, "")
_ATTEMPTS = 40

# Shorter than the time after which PostgreSQL looks for a deadlock: rather than another transaction, this one ends.
_SHORTLY = "SET LOCAL lock_timeout = '400ms'"
_COMPLETE = "SELECT complete_history_entry()"
_SEAL = "SELECT seal_history($1)"
_LAST_SEAL = "SELECT last_entry, encode(link, 'hex') AS link FROM history_seals ORDER BY seal DESC LIMIT 1"


async def seal_history(connection: Connection) -> Seal:
    """Seal every entry of transactions that have ended; return the last seal.

    Raises :class:`asyncpg.LockNotAvailableError` when long transactions do not end.
    """
    for attempt in range(_ATTEMPTS):
        try:
            async with connection.transaction():
                await connection.execute(_SHORTLY)
                complete = await connection.fetchval(_COMPLETE)
            break
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            if attempt == _ATTEMPTS - 1:
                raise
            await asyncio.sleep(0.25)
    await connection.execute(_SEAL, complete, timeout=7200)
    return await last_seal(connection)


async def last_seal(connection: Connection) -> Seal:
    """Return the last seal."""
    row = await connection.fetchrow(_LAST_SEAL)
    return NO_SEAL if row is None else Seal(row["last_entry"], row["link"])


_PRESENT_LINK = "SELECT encode(link, 'hex') FROM history_seals WHERE last_entry = $1"


async def present_link(connection: Connection, last_entry: int) -> str | None:
    """Return the link of the seal up to an entry; None where there is none."""
    link: str | None = await connection.fetchval(_PRESENT_LINK, last_entry)
    return link


# Of the seal that an audit begins from the link alone is compared: computing it anew would read all entries before it.
_BROKEN_SEALS = """
SELECT seal, last_entry, encode(link, 'hex') AS link, CASE WHEN last_entry > $1 THEN link = history_link(
    coalesce(lag(link) OVER chain, sha256(convert_to('money_history', 'UTF8'))),
    coalesce(lag(last_entry) OVER chain, 0), last_entry) END AS whole
FROM history_seals WHERE last_entry >= $1
WINDOW chain AS (ORDER BY seal)
ORDER BY seal
"""


async def broken_seals(connection: Connection, service: str, since: Seal) -> list[AuditViolation]:
    """Return the seals after ``since`` whose entries are not what was sealed, and whether ``since`` itself is gone."""
    rows = await connection.fetch(_BROKEN_SEALS, since.last_entry, timeout=3600)
    rule = "history is as it was sealed"
    found = []
    if since.last_entry:
        if not rows or (rows[0]["last_entry"], rows[0]["link"]) != (since.last_entry, since.link):
            found.append(AuditViolation(service, rule, f"entry {since.last_entry}", "not the seal of the last audit"))
        rows = rows[1:]
    return found + [
        AuditViolation(service, rule, f"entries up to {row['last_entry']}", f"seal {row['seal']} is not over them")
        for row in rows
        if not row["whole"]
    ]


_TIME = "to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
_WHO = "concat_ws(' as ', session_role, acting_role)"
_SPAN = "entry > $1 AND entry <= $2"
_FROZEN = f"""
SELECT format('%s %s', table_name, row_key), format('%s became %s, {{time}}, by %s',
    old_values - $4::text[], new_values - $4::text[], {_WHO}), {_TIME} AS at
FROM history_of_rows
WHERE {_SPAN} AND table_name = $3 AND operation = 'U' AND new_values - $4::text[] <> '{{}}'
ORDER BY entry
"""
_TWICE = f"""
SELECT format('%s %s', table_name, row_key), format('%s was %s, became %s, {{time}}, by %s',
    was.key, was.value, new_values -> was.key, {_WHO}), {_TIME} AS at
FROM history_of_rows, jsonb_each(old_values) AS was
WHERE {_SPAN} AND table_name = $3 AND operation = 'U' AND was.key = ANY ($4) AND was.value <> 'null'
ORDER BY entry
"""
_DELETED = f"""
SELECT format('%s %s', table_name, row_key), format('%s, deleted {{time}}, by %s', old_values, {_WHO}), {_TIME} AS at
FROM history_of_rows WHERE {_SPAN} AND table_name = $3 AND operation = 'D' ORDER BY entry
"""
# A service's role has the name of its database. In a database that no role is named after, nothing is known of roles.
_OTHER_ROLES = f"""
SELECT format('%s %s', table_name, row_key), format('%s %s, {{time}}, by %s', CASE operation
    WHEN 'I' THEN 'inserted' WHEN 'D' THEN 'deleted' ELSE 'changed' END,
    coalesce(old_values::text || ' to ' || new_values, new_values::text, old_values::text), {_WHO}), {_TIME} AS at
FROM history_of_rows
WHERE {_SPAN} AND operation <> 'S' AND (session_role <> current_database() OR acting_role <> session_role)
    AND EXISTS (SELECT FROM pg_roles WHERE rolname = current_database())
ORDER BY entry LIMIT 1000
"""
_WRITTEN = f"""
SELECT table_name, row_key, coalesce(new_values, old_values) ->> 'payment_id' AS payment_id
FROM history_of_rows WHERE {_SPAN} AND operation <> 'S'
"""


async def history_findings(
    connection: Connection,
    service: str,
    tables: Mapping[str, Watched],
    since: Seal,
    *,
    complete: bool,
    seal: Seal | None = None,
) -> HistoryFindings:
    """Look at what came since a seal, up to ``seal`` or a new one; ``complete``: compare each row with it, too."""
    seal = seal or await seal_history(connection)
    found = await broken_seals(connection, service, since)
    span = (since.last_entry, seal.last_entry)
    for table, kind in tables.items():
        if kind.changeable is not None:
            rows = await connection.fetch(_FROZEN, *span, table, list(kind.changeable), timeout=3600)
            found += _named(service, "what was recorded of money is not changed", rows)
        if kind.once:
            rows = await connection.fetch(_TWICE, *span, table, list(kind.once), timeout=3600)
            found += _named(service, "what is set once is not changed after that", rows)
        if not kind.deletable:
            rows = await connection.fetch(_DELETED, *span, table, timeout=3600)
            found += _named(service, "no row of money is deleted", rows)
        if complete and kind.whole:
            found += await _beside_history(connection, service, table, kind)
    rows = await connection.fetch(_OTHER_ROLES, *span, timeout=3600)
    found += _named(service, "money is written by its service only", rows)
    changed: dict[str, set[str]] = {}
    for row in await connection.fetch(_WRITTEN, *span, timeout=3600) if not complete else ():
        changed.setdefault(row["table_name"], set()).add(row["row_key"])
        if row["payment_id"]:
            changed.setdefault("payments", set()).add(row["payment_id"])
    return HistoryFindings(seal, {table: frozenset(keys) for table, keys in changed.items()}, found)


# Only columns that the history knows are compared: later versions add others.
_BESIDE_HISTORY = """
WITH kept AS (
    SELECT row_key, history_merge(new_values ORDER BY entry) AS image,
        (array_agg(operation ORDER BY entry DESC))[1] AS last
    FROM history_of_rows WHERE table_name = '{table}' GROUP BY row_key
), live AS (
    SELECT watched.{key}::text AS row_key, history_image(to_jsonb(watched), $1){digest} AS image FROM {table} AS watched
)
SELECT format('{table} %s', row_key), CASE
    WHEN kept.row_key IS NULL THEN format('inserted past its history: %s', live.image)
    WHEN live.row_key IS NULL THEN format('deleted past its history: %s', kept.image)
    ELSE format('changed past its history: %s', (
        SELECT string_agg(format('%s was %s, is %s', was.key, was.value, live.image -> was.key), '; ')
        FROM jsonb_each(kept.image) AS was WHERE was.value IS DISTINCT FROM live.image -> was.key))
END
FROM kept FULL JOIN live USING (row_key)
WHERE kept.row_key IS NULL OR (live.row_key IS NULL AND kept.last <> 'D') OR NOT live.image @> kept.image
"""


async def _beside_history(connection: Connection, service: str, table: str, kind: Watched) -> list[AuditViolation]:
    digest = "" if kind.digest is None else f" || jsonb_build_object('digest', {kind.digest}(watched))"
    statement = _BESIDE_HISTORY.format(table=table, key=kind.key, digest=digest)
    rows = await connection.fetch(statement, list(kind.digested), timeout=3600)
    return [AuditViolation(service, "a row of money is as its history has it", row[0], row[1]) for row in rows]


def _named(service: str, rule: str, rows: Sequence[asyncpg.Record]) -> list[AuditViolation]:
    return [AuditViolation(service, rule, row[0], row[1].replace("{time}", row["at"])) for row in rows]
