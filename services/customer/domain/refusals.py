"""Refusals that several use cases have in common. Pure."""

from shared.problems import InvalidRequest, NotFound
from shared.text import is_readable


def unknown_customer(customer_code: str) -> NotFound:
    """Return the refusal of a customer who does not exist, or is on another collector's route: both look the same."""
    return NotFound("Không tìm thấy khách hàng này trong lộ trình được giao.", facts={"customer_code": customer_code})


def unknown_collector(collector_code: str) -> NotFound:
    """Return the refusal of a collector who does not exist."""
    return NotFound("Không có thu ngân viên này.", facts={"collector_code": collector_code})


def require_readable(field: str, text: str) -> None:
    """Refuse a text with characters that cannot be seen. Raises InvalidRequest (``invalid-text``)."""
    if not is_readable(text):
        raise InvalidRequest(
            "Nội dung có ký tự không in được.",
            slug="invalid-text",
            title="The text holds characters that cannot be seen",
            facts={"field": field},
        )
