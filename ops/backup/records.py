"""What the system itself knows of its backups: noted in billing's database, from which its metrics are read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from ops.provision import database_name

_NOTE = """
INSERT INTO backup_records (kind, begun_at, ended_at, backup, seconds, clean, noted_by)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


class RecordKind(StrEnum):
    """What was done."""

    BACKUP = "backup"
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class BackupRecord:
    """A backup that was made, or a drill that restored one."""

    kind: RecordKind
    begun_at: datetime
    ended_at: datetime
    backup: str
    seconds: float
    """A drill's: from the first byte that was read until services could be started."""
    clean: bool
    """Nothing was wrong."""
    noted_by: str


def database_of(server_url: str, namespace: str, service: str) -> str:
    """Return the address of a service's database for the administrator of its server."""
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{database_name(namespace, service)}"))


async def note(server_url: str, namespace: str, record: BackupRecord) -> None:
    """Note what was done. Raises asyncpg's errors."""
    connection = await asyncpg.connect(database_of(server_url, namespace, "billing"), timeout=10)
    try:
        await connection.execute(
            _NOTE,
            record.kind,
            record.begun_at,
            record.ended_at,
            record.backup,
            record.seconds,
            record.clean,
            record.noted_by,
        )
    finally:
        await connection.close()
