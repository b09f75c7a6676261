"""Restoring a backup into an empty place; each database is marked, so that nothing works on it before its release."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from ops.backup.barman import Copy, open_barman
from ops.backup.encryption import keyring
from ops.backup.files import archived_at, newest_archive, unpack
from ops.backup.place import SERVER, Place
from ops.backup.programs import postgresql_programs, run
from ops.backup.server import ClosedServer, closed_server, databases_are_there, hand_over, server_account
from ops.console import fail
from shared.whole_files import write_whole

REPLAY_SECONDS = 24 * 3600.0
"""A server replays the log of days in this time."""

_MARK = "INSERT INTO restores (restore_id, backup, target, restored_by) VALUES ($1, $2, $3, $4)"

# What Barman writes beside the files that were copied, and the map of tablespaces that it has used up.
_BARMANS = (
    *(".barman-recover.info", "barman_wal", "recovery.signal", "tablespace_map"),
    *("postgresql.conf", "postgresql.auto.conf", "postgresql.conf.origin", "postgresql.auto.conf.origin"),
    *("pg_hba.conf", "pg_ident.conf", "pg_wal", "standby.signal", "backup_manifest"),
)


@dataclass(frozen=True)
class Restored:
    """A backup in its new place."""

    restore_id: UUID
    copy: Copy
    data: Path
    """The server's files, in the hands of the account that runs it."""
    files_at: datetime
    """When keys, witness and files were copied (UTC)."""


def restore(
    place: Place, private_key: Path, into: Path, target: datetime | None, *, administrator: str, by: str
) -> Restored:
    """Restore everything as it was at ``target``, or as late as the log leads, and mark it as restored.

    Ends the command where the place is not empty, the key is another one, a file was changed, or the log does not lead
    to that moment.
    """
    namespace = place.namespace
    into.mkdir(mode=0o711, parents=True, exist_ok=True)
    if any(into.iterdir()):
        fail(f"{into} is not empty: a backup is restored into an empty place")
    into = into.resolve()
    data = into / "postgres"
    with keyring() as ring:
        fingerprint = ring.take(private_key)
        with open_barman(place, ring.environment, fingerprint=fingerprint, staging=into) as barman:
            copy = chosen(barman.copies(), target)
            barman.do("restore", "--no-get-wal", *_wanted(target), SERVER, copy.id, str(data))
        archive = newest_archive(place)
        unpack(archive, ring, into)
    _check(place, copy, data)
    data.chmod(0o700)
    hand_over(data, server_account())
    restored = Restored(uuid4(), copy, data, archived_at(archive))
    with started(restored.data, namespace, administrator) as server:
        asyncio.run(_mark(server, restored, target, by))
    write_whole(into / "restore.json", json.dumps(description(restored, target), indent=1).encode())
    return restored


def started(data: Path, namespace: str, administrator: str) -> AbstractContextManager[ClosedServer]:
    """Run a server on restored files that nobody else can reach."""
    return closed_server(data, namespace, administrator, log=data.parent / "restore.log", within=REPLAY_SECONDS)


def chosen(copies: Sequence[Copy], target: datetime | None) -> Copy:
    """Return the newest copy from which the log leads to a moment; ends the command where there is none."""
    whole = [copy for copy in copies if copy.ended_at is not None and copy.is_whole]
    before = [copy for copy in whole if target is None or (copy.ended_at is not None and copy.ended_at <= target)]
    if not before:
        fail(
            "there is no backup" if not whole else f"the oldest backup is of {whole[0].ended_at:%Y-%m-%d %H:%M:%S} UTC"
        )
    return before[-1]


def description(restored: Restored, target: datetime | None) -> dict[str, object]:
    """Return what is written beside restored files, for people and programs."""
    return {
        "restore_id": str(restored.restore_id),
        "backup": restored.copy.id,
        "target": target.isoformat() if target else None,
        "files_at": restored.files_at.isoformat(),
    }


def _wanted(target: datetime | None) -> tuple[str, ...]:
    if target is None:
        # Named, so that the restored server begins a timeline of its own.
        return ("--partial-wal", "--target-tli", "latest", "--target-action", "promote")
    moment = f"{target.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f+00:00}"
    return ("--partial-wal", "--target-time", moment, "--target-action", "promote")


def _check(place: Place, copy: Copy, data: Path) -> None:
    """Compare each file with the list that the server gave with its copy."""
    manifest = place.bases / copy.id / "data" / "backup_manifest"
    ignored = [option for name in _BARMANS for option in ("--ignore", name)]
    major = (data / "PG_VERSION").read_text(encoding="utf-8").strip()
    program = postgresql_programs(major) / "pg_verifybackup"
    run([program, "--no-parse-wal", *ignored, "--manifest-path", manifest, data])


async def _mark(server: ClosedServer, restored: Restored, target: datetime | None, by: str) -> None:
    await databases_are_there(server)
    for url in server.database_urls().values():
        connection = await asyncpg.connect(url, timeout=10)
        try:
            await connection.execute(_MARK, restored.restore_id, restored.copy.id, target, by)
        finally:
            await connection.close()
