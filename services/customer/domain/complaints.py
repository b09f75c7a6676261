"""What a complaint must name, and until when it is answered. Pure."""

from datetime import date, datetime, timedelta

from shared.clock import business_day
from shared.contracts.customer import ComplaintKind
from shared.problems import InvalidRequest


def require_bill(kind: ComplaintKind, bill_number: str | None, customer_code: str) -> None:
    """Refuse a complaint about a bill that names none, or one of another customer: its number begins with the code.

    Raises InvalidRequest (``bill-number-missing``, ``bill-of-another``).
    """
    if kind is not ComplaintKind.READING and not (bill_number or "").strip():
        raise InvalidRequest(
            "Cần ghi rõ khiếu nại về hóa đơn nào.",
            slug="bill-number-missing",
            title="The complaint names no bill",
            facts={"kind": kind},
        )
    if bill_number and not bill_number.strip().startswith(customer_code):
        raise InvalidRequest(
            f"Hóa đơn {bill_number} không phải của khách hàng {customer_code}.",
            slug="bill-of-another",
            title="The complaint names no bill of this customer",
        )


def answer_by(recorded_at: datetime, days: int) -> date:
    """Return the last Vietnamese day on which a complaint is answered in time."""
    return business_day(recorded_at) + timedelta(days=days)
