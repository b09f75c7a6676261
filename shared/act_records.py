"""What a service answers about what was done: rows of its tables, with who asked for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contracts.actor import Actor
from shared.contracts.acts import Act
from shared.db.pool import Connection
from shared.idempotency import asked_for


@dataclass(frozen=True, slots=True)
class ActRecord:
    """One row that says that something was done."""

    what: str
    at: datetime
    subject: str
    actor: Any
    """As stored: JSON, or None."""
    request: tuple[str, UUID] | None
    """Name and id of the request that asked for it, where its answer is recorded."""
    facts: Mapping[str, Any]


async def as_acts(connection: Connection, records: Iterable[ActRecord]) -> list[Act]:
    """Return what was done in the order of time, each with the one who asked for it."""
    in_order = sorted(records, key=lambda record: record.at)
    asked = await asked_for(connection, [record.request for record in in_order if record.request is not None])
    acts = []
    for record in in_order:
        by = None if record.request is None else asked.get(record.request)
        acts.append(
            Act(
                what=record.what,
                at=record.at,
                subject=record.subject,
                actor=None if record.actor is None else Actor.model_validate(record.actor),
                answered_to=None if by is None else by.actor,
                correlation_id=None if by is None else by.correlation_id,
                external_correlation_id=None if by is None else by.external_correlation_id,
                facts={name: str(value) for name, value in record.facts.items() if value not in (None, "")},
            )
        )
    return acts
