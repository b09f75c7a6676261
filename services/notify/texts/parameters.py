"""The parameters of templates, as they stand in an SMS. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from services.notify.domain.reminders import DueReminder, Parameters
from shared.clock import VIETNAM, business_day
from shared.contracts.billing import Bill, BillState, NoticeIssued
from shared.contracts.notify import SendReceiptLink
from shared.contracts.receipt import Receipt
from shared.money import format_number
from shared.phones import InvalidPhoneError, as_dialled, normalise


def away_parameters(notice: NoticeIssued, debt: int) -> Parameters:
    """Return the parameters of the template ``away``."""
    collector = notice.customer.collector
    return {
        "unit": notice.customer.unit.name,
        "customer_code": notice.customer.customer_code,
        "amount": sms_amount(debt),
        "period": sms_period(_months(notice.bills)),
        "date": sms_date(notice.issued_at),
        "collector_name": collector.name,
        "collector_phone": sms_phone(collector.phone),
        "appointment": sms_appointment(notice.appointment) if notice.appointment else None,
    }


def debt_parameters(due: DueReminder) -> Parameters:
    """Return the parameters of a campaign's message, with what is known of the customer and the debt now."""
    contact = due.contact
    return {
        **due.parameters,
        "unit": contact.unit_name if contact else due.unit_code,
        "unit_phone": sms_phone(contact.unit_phone) if contact else None,
        "collector_name": contact.collector_name if contact else None,
        "collector_phone": sms_phone(contact.collector_phone) if contact else None,
        "customer_code": due.customer_code,
        "amount": sms_amount(due.debt or 0),
        "due_date": sms_day(due.debt_due_on) if due.debt_due_on else None,
    }


def thanks_parameters(receipt: Receipt, unit_name: str) -> Parameters:
    """Return the parameters of the templates ``paid`` and ``credited``."""
    return {
        "unit": unit_name,
        "customer_code": receipt.customer_code,
        "amount": sms_amount(receipt.total),
        "receipt": f"{receipt.series} {receipt.number:08d}",
        "address": receipt.short_url or receipt.url,
    }


def receipt_parameters(request: SendReceiptLink) -> Parameters:
    """Return the parameters of the template ``receipt``."""
    return {
        "unit": request.unit_name,
        "customer_code": request.customer_code,
        "amount": sms_amount(request.amount),
        "receipt": request.receipt_name,
        "address": request.address,
    }


def sample_parameters(moment: datetime) -> Parameters:
    """Return a value for every parameter that a template can have, of no customer."""
    return {
        "unit": "Điện lực Cà Mau",
        "unit_phone": "19009000",
        "customer_code": "PB14010000000",
        "amount": sms_amount(123_000),
        "period": sms_period([(business_day(moment).year, business_day(moment).month)]),
        "date": sms_date(moment),
        "due_date": sms_date(moment),
        "collector_name": "Nguyễn Văn An",
        "collector_phone": "0900000000",
        "appointment": sms_appointment(moment),
        "cut_at": sms_appointment(moment),
        "receipt": "BN26-AA 00000000",
        "address": "https://example.vn/r/XXXXXXXXXXXX",
    }


def _months(bills: list[Bill]) -> list[tuple[int, int]]:
    """Return the months of the bills that may be asked for; of all where there is none."""
    open_bills = [bill for bill in bills if bill.state is BillState.OPEN and not bill.is_disputed]
    return [(bill.year, bill.month) for bill in open_bills or bills]


# Of units and collectors: few, again and again.
@lru_cache(maxsize=4096)
def sms_phone(phone: str) -> str:
    """Return a number without blanks as it is dialled; a hotline as it is."""
    try:
        return as_dialled(normalise(phone))
    except InvalidPhoneError:
        return phone.replace(" ", "")


def sms_amount(amount: int) -> str:
    """Return an amount in đồng as it stands in an SMS: 871020 → ``871.020d``."""
    return f"{format_number(amount)}d"


def sms_period(months: Sequence[tuple[int, int]]) -> str:
    """Return the months (year, month) of the open bills: ``T10/2026``, ``T9+T10/2026``, ``T8-T10/2026``."""
    ordered = sorted(set(months))
    (first_year, first), (year, month) = ordered[0], ordered[-1]
    if len(ordered) == 1:
        return f"T{month}/{year}"
    joined = "+" if len(ordered) == 2 else "-"
    start = f"T{first}" if first_year == year else f"T{first}/{first_year}"
    return f"{start}{joined}T{month}/{year}"


def sms_date(moment: datetime) -> str:
    """Return a moment's business day as day and month: ``22/11``."""
    return f"{business_day(moment):%d/%m}"


def sms_day(day: date) -> str:
    """Return a day as day and month: ``22/11``."""
    return f"{day:%d/%m}"


def sms_appointment(moment: datetime) -> str:
    """Return an appointment in Vietnam time: ``25/11 08:30``."""
    return f"{moment.astimezone(VIETNAM):%d/%m %H:%M}"
