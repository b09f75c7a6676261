"""Answers as versions until 0.1 kept them, beside the visits and corrections themselves."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from services.customer.store.phone_corrections import recorded_correction
from services.customer.store.visits import recorded_visit
from shared.contracts.customer import CorrectPhone, PhoneCorrected, RecordVisit, Visit, VisitReply
from shared.contracts.message import Request
from shared.db import Connection
from shared.fingerprint import has_defaults_beside
from shared.idempotency import EarlierAnswer

_MEMBERS: dict[str, tuple[str, ...]] = {
    RecordVisit.message_name: (
        "appointment",
        "collector_code",
        "customer_code",
        "device_id",
        "note",
        "outcome",
        "visit_id",
        "visited_at",
    ),
    CorrectPhone.message_name: ("collector_code", "correction_id", "customer_code", "phone", "reason"),
}
"""The members that counted, sorted. Never more: what a message gets later, those versions did not know."""


def earlier_fingerprint(request: Request[Any]) -> str:
    """Return the fingerprint that versions until 0.1 gave; "" for a request that they could not have got."""
    names = _MEMBERS[request.message_name]
    if not has_defaults_beside(request, names):
        return ""
    content = [(name, _plain(getattr(request, name))) for name in names]
    return hashlib.sha256(repr(content).encode()).hexdigest()


async def earlier_visit(request: RecordVisit, connection: Connection) -> EarlierAnswer | None:
    """Return the answer that a visit got from a version until 0.1."""
    recorded = (await recorded_visit(connection, request.visit_id)).get(request.outcome)
    if recorded is None:
        return None
    answer = VisitReply(visit=Visit.model_validate(recorded.answer))
    return EarlierAnswer(answer, same_content=recorded.fingerprint == earlier_fingerprint(request))


async def earlier_correction(request: CorrectPhone, connection: Connection) -> EarlierAnswer | None:
    """Return the answer that a correction got from a version until 0.1."""
    recorded = await recorded_correction(connection, request.correction_id)
    if recorded is None:
        return None
    answer = PhoneCorrected.model_validate(recorded.answer)
    return EarlierAnswer(answer, same_content=recorded.fingerprint == earlier_fingerprint(request))


def _plain(value: object) -> str | None:
    if value is None:
        return None
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
