"""What a complaint must name, and until when it is answered. Pure."""

from datetime import date, datetime, timedelta

from shared.clock import business_day
from shared.contracts.customer import ComplaintKind
from shared.problems import InvalidRequest


def require_bill(kind: ComplaintKind, bill_number: str | None) -> None:
    """Refuse a complaint about a bill that names none. Raises InvalidRequest (``bill-number-missing``)."""
    if kind is not ComplaintKind.READING and not (bill_number or "").strip():
        raise InvalidRequest(
            "Cần ghi rõ khiếu nại về hóa đơn nào.",
            slug="bill-number-missing",
            title="The complaint names no bill",
            facts={"kind": kind},
        )


def answer_by(recorded_at: datetime, days: int) -> date:
    """Return the last Vietnamese day on which a complaint is answered in time."""
    return business_day(recorded_at) + timedelta(days=days)
