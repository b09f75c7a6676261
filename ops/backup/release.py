"""Releasing restored databases: only when nothing is wrong with them but what waiting events bring into line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from ops.audit import AuditReport, check_facts, collect
from ops.audit.late_events import Judged, judge, outstanding_events
from ops.audit.sessions import session
from services.billing.agreed_terms import load_agreed_terms
from services.receipt.signatures.keyring import Keyring

_HELD = """
SELECT restore_id FROM restores
WHERE NOT EXISTS (SELECT FROM restore_releases WHERE restore_releases.restore_id = restores.restore_id)
"""
_RELEASE = """
INSERT INTO restore_releases (restore_id, released_by, violations, reason) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Looked:
    """What an audit of databases that stand still has found."""

    report: AuditReport
    judged: Judged
    events: int
    """That have not arrived: never sent, or sent and not consumed."""

    @property
    def ok(self) -> bool:
        """Whether services may start."""
        return not self.judged.wrong


async def held(database_urls: Mapping[str, str]) -> set[UUID]:
    """Return the restores that nobody has released. Raises asyncpg's errors."""
    found: set[UUID] = set()
    for service in database_urls:
        async with session(database_urls, service) as connection:
            found |= {row["restore_id"] for row in await connection.fetch(_HELD)}
    return found


async def look(database_urls: Mapping[str, str], namespace: str, keyring: Keyring, witness_folder: Path) -> Looked:
    """Audit everything of databases on which nothing works; no broker is needed."""
    agreed = load_agreed_terms()
    facts = await collect(database_urls, None, namespace, keyring, witness_folder=witness_folder, agreed=agreed)
    report = check_facts(facts)
    when_settled = [*facts.compared.violations_when_settled, *facts.recomputed.violations_when_settled]
    events = [event async for event in outstanding_events(database_urls)]
    return Looked(report, judge(report, when_settled, events), len(events))


async def release(administrators_urls: Mapping[str, str], *, by: str, violations: int, reason: str) -> None:
    """Let services start on every database that waits for it. Raises asyncpg's errors; it can be repeated."""
    for url in administrators_urls.values():
        connection = await asyncpg.connect(url, timeout=10)
        try:
            for row in await connection.fetch(_HELD):
                await connection.execute(_RELEASE, row["restore_id"], by, violations, reason)
        finally:
            await connection.close()
