"""To which numbers the link of a receipt may go. Pure."""

from collections.abc import Sequence

from shared.contracts.notify import ReceiptLink
from shared.phones import is_mobile
from shared.problems import Conflict, InvalidRequest

MOST_NUMBERS = 3
"""Numbers that the link of one receipt is sent to; more would be messages that nobody asked for."""


class NoMobileNumber(InvalidRequest):
    """An SMS cannot reach this number."""

    slug = "no-mobile-number"
    title = "Not a mobile number"
    usual_detail = "Số này không nhận được tin nhắn. Cần số di động."


class TooManyNumbers(Conflict):
    """The link of this receipt went to as many numbers as it may."""

    slug = "too-many-numbers"
    title = "The link was sent to enough numbers"
    usual_detail = f"Biên nhận này đã gửi tới {MOST_NUMBERS} số. Khách xem lại tin nhắn, hoặc chụp mã QR trên màn hình."


class ReceiptVoided(Conflict):
    """The payment was reversed: its receipt is not good any more."""

    slug = "receipt-voided"
    title = "The receipt was voided"
    usual_detail = "Biên nhận này đã bị hủy."


def check_numbers(phone: str, known: Sequence[ReceiptLink]) -> None:
    """Refuse a number that gets no SMS, and more numbers than a receipt may have.

    Raises :class:`NoMobileNumber`, :class:`TooManyNumbers`.
    """
    if not is_mobile(phone):
        raise NoMobileNumber
    if len(known) >= MOST_NUMBERS:
        raise TooManyNumbers
