"""Files of readings that were taken from a watched folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.db import Connection


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file that was taken."""

    sha256: str
    name: str
    taken_at: datetime
    report: Mapping[str, Any]
    rejects: str | None
    """The lines that were left out, as CSV."""


_FIND = "SELECT sha256, name, taken_at, report, rejects FROM taken_files WHERE sha256 = $1"


async def find(connection: Connection, sha256: str) -> TakenFile | None:
    """Return the file with this content that was taken; None where none was."""
    row = await connection.fetchrow(_FIND, sha256)
    return None if row is None else TakenFile(**dict(row))


_ADD = """
INSERT INTO taken_files (sha256, name, report, rejects) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING true
"""


async def add(connection: Connection, sha256: str, name: str, report: Mapping[str, Any], rejects: str | None) -> bool:
    """Note that a file is taken in this transaction; False where one with this content was taken before."""
    return bool(await connection.fetchval(_ADD, sha256, name, report, rejects))
