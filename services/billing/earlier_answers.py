"""Fingerprints of requests as versions until 0.1 gave them, whose recorded answers are still asked for. Pure."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from shared.contracts.billing import CloseShift, OpenShift, RecordPayment, ReversePayment
from shared.contracts.message import Request
from shared.fingerprint import has_defaults_beside

_MEMBERS: dict[str, frozenset[str]] = {
    RecordPayment.message_name: frozenset(
        {
            "payment_id",
            "customer_code",
            "amount",
            "method",
            "received_at",
            "bill_ids",
            "collector_code",
            "collection_point_code",
            "reference",
            "transfer_content",
            "visit_id",
        }
    ),
    ReversePayment.message_name: frozenset({"reversal_id", "payment_id", "reason", "reversed_by"}),
    OpenShift.message_name: frozenset({"shift_id", "collector_code", "opening_float", "opened_at"}),
    CloseShift.message_name: frozenset(
        {"shift_id", "collector_code", "counted_cash", "denominations", "explanation", "closed_at"}
    ),
}
"""The members that counted. Never more: what a message gets later, those versions did not know."""


_LATER = frozenset({"device_id", "declared_by", "declaring_device_id"})
"""Members that say who sends it: repetitions may differ in them."""


def earlier_fingerprint(request: Request[Any]) -> str | None:
    """Return the fingerprint that versions until 0.1 gave; None for a request that they could not have got."""
    members = _MEMBERS[request.message_name]
    if not has_defaults_beside(request, members | _LATER):
        return None
    if isinstance(request, RecordPayment) and not request.transfer_content:
        # Payments that were recorded before there was one can be repeated.
        members -= {"transfer_content"}
    content = json.dumps(request.model_dump(include=set(members)), default=_plain, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
