"""Numbered plain SQL, applied once and in order.

A file is named ``0007_pre_add_meter_digits.sql``. *pre* files run before the new code is deployed and leave the old
code working; *post* files run after the last old copy is gone. Each file is one transaction together with its row in
the history; a file that begins with ``-- no transaction`` (for ``CREATE INDEX CONCURRENTLY``) runs by itself and must
be repeatable.
"""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import structlog
from pydantic import SecretStr

from shared.db.pool import connect
from shared.db.privileges import grant_rights, read_rights

log = structlog.get_logger()

SHARED = Path(__file__).parent / "sql"
"""Tables that every service has: outbox and inbox."""

_NAME = re.compile(r"^(?P<number>\d{4})_(?P<phase>pre|post)_[a-z0-9_]+\.sql$")
_LOCK = 0x7468756E  # "thun": one migration at a time on one database

_TRY_SECONDS = 0.2
_TRIES = 3000

_HISTORY = """
CREATE TABLE IF NOT EXISTS migration_history (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


class MigrationError(Exception):
    """The files and the database do not fit together; nothing was changed by the file that is named."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: ``name`` is its folder's kind and its file name, as kept in the history."""

    name: str
    number: int
    phase: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def read_folder(folder: Path, kind: str) -> list[Migration]:
    """Return the migrations of a folder in their order. Raises :class:`MigrationError` for a name that does not fit."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.match(path.name)
        if match is None:
            raise MigrationError(f"{path.name}: a migration is named like 0001_pre_description.sql")
        found.append(
            Migration(f"{kind}/{path.name}", int(match["number"]), match["phase"], path.read_text(encoding="utf-8"))
        )
    numbers = [migration.number for migration in found]
    if len(numbers) != len(set(numbers)):
        raise MigrationError(f"{folder}: a number is used twice")
    return found


async def migrate(
    database_url: SecretStr | str,
    folder: Path | None,
    *,
    phases: Sequence[str] = ("pre", "post"),
    service_role: str | None = None,
) -> list[str]:
    """Bring a database up to date: the shared tables first, then the service's ``folder``; return what was applied.

    ``service_role`` gets the rights that ``rights.toml`` names, where it is not the one that migrates.

    Several copies may call it at the same time: one works, the others wait and find nothing to do.
    Raises :class:`MigrationError` when an applied file was changed or is missing.
    """
    migrations = read_folder(SHARED, "shared")
    if folder is not None:
        migrations += read_folder(folder, "service")
    # Read first: a file with a mistake is found before anything is changed.
    rights = None if service_role is None else read_rights(SHARED, *([folder] if folder is not None else []))
    connection = await connect(database_url, application_name="thungan migrate")
    try:
        # A migration may take longer than a request may.
        await connection.execute("SET statement_timeout = 0; SET lock_timeout = '60s'")
        connection.add_log_listener(_log)
        await _take_turn(connection)
        try:
            applied = await _apply(connection, migrations, phases, complete=folder is not None)
            if service_role is not None and rights is not None:
                unnamed = await grant_rights(connection, service_role, rights)
                if unnamed:
                    log.warning("tables_without_rights", tables=unnamed)
            return applied
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)
    finally:
        await connection.close(timeout=5)


async def _take_turn(connection: "asyncpg.Connection[Any]") -> None:
    """Wait until no other copy migrates this database; raise :class:`MigrationError` after ten minutes.

    By asking again and again: an index that is built beside the work waits for every statement that has begun, and one
    that waits for the lock would wait for the index in turn.
    """
    for _ in range(_TRIES):
        if await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            return
        await asyncio.sleep(_TRY_SECONDS)
    raise MigrationError("another copy has been migrating this database for ten minutes")


def _log(_: object, message: Any) -> None:
    """Log what a migration names without failing, such as rows that a new rule finds wrong."""
    if message.severity_en == "WARNING":
        log.warning("migration_warning", message=message.message)


async def _apply(
    connection: "asyncpg.Connection[Any]", migrations: Sequence[Migration], phases: Sequence[str], *, complete: bool
) -> list[str]:
    await connection.execute(_HISTORY)
    rows = await connection.fetch("SELECT name, checksum FROM migration_history")
    history = {row["name"]: row["checksum"] for row in rows}
    known = [migration.name for migration in migrations]
    for kind in ("shared/", "service/") if complete else ("shared/",):
        # What a newer version has added after our last file is no reason to stop: its *pre* files leave us working.
        newest = max((name for name in known if name.startswith(kind)), default=kind)
        lost = sorted(name for name in history if name.startswith(kind) and name not in known and name < newest)
        if lost:
            raise MigrationError(f"applied to this database, but not part of this version: {', '.join(lost)}")
    applied = []
    for migration in migrations:
        checksum = history.get(migration.name)
        if checksum is not None:
            if checksum != migration.checksum:
                raise MigrationError(f"{migration.name} was changed after it had been applied")
            continue
        if migration.phase not in phases:
            continue
        await _apply_one(connection, migration)
        applied.append(migration.name)
    return applied


async def _apply_one(connection: "asyncpg.Connection[Any]", migration: Migration) -> None:
    note = "INSERT INTO migration_history (name, checksum) VALUES ($1, $2)"
    try:
        if migration.sql.lstrip().lower().startswith("-- no transaction"):
            await connection.execute(migration.sql, timeout=3600)
            await connection.execute(note, migration.name, migration.checksum)
            return
        async with connection.transaction():
            await connection.execute(migration.sql, timeout=3600)
            await connection.execute(note, migration.name, migration.checksum)
    except asyncpg.PostgresError as error:
        raise MigrationError(f"{migration.name}: {error}") from error
