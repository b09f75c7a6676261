"""Refusals that several use cases have in common. Pure."""

from shared.problems import InvalidRequest, NotFound
from shared.text import LOST_LETTER, has_control_characters


def unknown_customer(customer_code: str) -> NotFound:
    """Return the refusal of a customer who does not exist, or is on another collector's route: both look the same."""
    return NotFound("Không tìm thấy khách hàng này trong lộ trình được giao.", facts={"customer_code": customer_code})


def unknown_collector(collector_code: str) -> NotFound:
    """Return the refusal of a collector who does not exist."""
    return NotFound("Không có thu ngân viên này.", facts={"collector_code": collector_code})


def require_readable(field: str, text: str) -> None:
    """Refuse a text with control characters or lost letters (U+FFFD). Raises InvalidRequest (``invalid-text``)."""
    if has_control_characters(text) or LOST_LETTER in text:
        raise InvalidRequest(
            "Nội dung có ký tự không in được.",
            slug="invalid-text",
            title="The text holds control characters or lost letters",
            facts={"field": field},
        )
