"""The warning of a cut: what is owed, the hour from which supply is cut, and what to do before it."""

from services.receipt.documents.parts import (
    DocumentOptions,
    big_amount,
    buyer,
    centered,
    heading,
    local_phone,
    seller,
)
from services.receipt.documents.vietqr import payment_code
from services.receipt.documents.words import Words, clock_time, day, day_of
from shared.contracts.notify import CutWarningWanted
from shared.money import format_dong
from shared.printing.document import Block, Cell, Columns, Document, Feed, QrCode, Rule, Text

_SIGNATURE_SPACE = 96
"""12 mm of white paper to sign on."""


def cut_warning(event: CutWarningWanted, options: DocumentOptions, words: Words) -> Document:
    """Return a warning for the customer to sign for: the hour stands larger than anything else but the debt."""
    customer = event.customer
    hour = f"{clock_time(event.cut_from)} {words.weekday(event.cut_from)}"
    blocks: list[Block] = [
        *seller(customer.unit, options, words),
        Rule(),
        heading(words("cut_warning")),
        centered(words("printed_on", date=day_of(event.wanted_at))),
        Rule(),
        *buyer(customer, words),
        *big_amount(words("owed"), event.debt),
        Text(text=words("overdue", date=day(event.debt_due_on)), weight="bold"),
        Text(text=words("cut_begins")),
        Text(text=hour, align="center", weight="bold", size=2),
        Text(text=day_of(event.cut_from), align="center", weight="bold", size=2),
        Text(text=words("cut_reason")),
        Text(text=words("cut_avoided")),
        Text(text=words("cut_reconnected", hours=event.reconnection_hours)),
        Text(text=words("contact")),
        Text(text=customer.collector.name, align="center", weight="bold"),
        Text(text=local_phone(customer.collector.phone), align="center", weight="bold", size=2),
    ]
    account = options.bank_account
    if account is not None and event.debt > 0:
        code = payment_code(account, event.debt, f"TIEN DIEN {customer.customer_code}")
        caption = words("or_transfer", amount=format_dong(event.debt))
        blocks.append(QrCode(data=code, caption=f"{caption}\n{account.name} {account.account}".strip()))
    blocks += [
        Rule(style="dashed"),
        Text(text=words("not_a_receipt")),
        Columns(cells=tuple(Cell(text=who, align="center") for who in words("warning_signatures").split("|"))),
        Feed(rows=_SIGNATURE_SPACE),
    ]
    return Document(
        kind="notice",
        title=words("cut_warning_title", code=customer.customer_code),
        language=words.language.value,
        blocks=tuple(blocks),
    )
