"""Which notice a visit calls for; no input or output."""

from uuid import UUID, uuid5

from shared.contracts.billing import NoticeKind
from shared.contracts.common import NextStep, Outcome

NAMESPACE = UUID("6f1f8a0e-7c39-4b52-9d57-3d1c0b6e2a41")
"""Names ids that follow from what they are for, so that doing it again gives the same id."""


def notice_id(visit_id: UUID, kind: NoticeKind) -> UUID:
    """Return the id of the notice of a visit: one of each kind, however often the visit is reported."""
    return uuid5(NAMESPACE, f"notice {visit_id} {kind.value}")


def notice_kind(outcome: Outcome, next_step: NextStep, *, has_notice: bool) -> NoticeKind | None:
    """Return which notice a visit calls for; None when the customer already holds the right one.

    A customer who was met got a notice to check. Who then cannot pay gets another: it has the day that was agreed on
    and the collector's phone number, or names the nearest collection points. Who cannot pay is not asked to check any
    more, where the records of a visit come in the wrong order.
    """
    if outcome is Outcome.CANNOT_PAY:
        return NoticeKind.COLLECTION_POINT if next_step is NextStep.COLLECTION_POINT else NoticeKind.CANNOT_PAY
    if has_notice:
        return None
    return NoticeKind.AWAY if outcome is Outcome.AWAY else NoticeKind.CHECK
