"""What was done that has no row of its own to be kept in, with who did it and when. Only ever added."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.contracts.actor import Actor
from shared.db.pool import Connection
from shared.ids import new_id
from shared.messaging import context as contexts

_ADD = """
INSERT INTO acts (act_id, what, subject, facts, actor, correlation_id, external_correlation_id)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

_OF = """
SELECT what, subject, facts, actor, correlation_id, external_correlation_id, acted_at FROM acts
WHERE subject = ANY ($1) ORDER BY acted_at, act_id
"""


@dataclass(frozen=True, slots=True)
class StoredAct:
    """Something that was done."""

    what: str
    """A name with dots, as those of events are: ``device.revoked``."""
    subject: str
    """What it was done to: an id or a code."""
    facts: dict[str, Any]
    actor: Actor
    correlation_id: str
    external_correlation_id: str | None
    acted_at: datetime


async def add_act(connection: Connection, what: str, subject: str, facts: Mapping[str, Any], *, actor: Actor) -> None:
    """Keep that ``actor`` did something, in the transaction in which it is done; the context gives the ids."""
    context = contexts.current_or_new()
    await connection.execute(
        _ADD,
        new_id(),
        what,
        subject,
        dict(facts),
        actor.model_dump(mode="json"),
        context.correlation_id,
        context.external_correlation_id,
    )


async def acts_of(connection: Connection, subjects: Collection[str]) -> list[StoredAct]:
    """Return what was done to any of ``subjects``, in the order of time."""
    return [
        StoredAct(**{**dict(row), "actor": Actor.model_validate(row["actor"])})
        for row in await connection.fetch(_OF, list(subjects))
    ]
