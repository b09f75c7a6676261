"""An agreement to pay in parts, for the customer to keep: its bills, its parts with their days, what breaks it."""

from services.receipt.documents.parts import (
    DocumentOptions,
    amount,
    big_amount,
    buyer,
    centered,
    heading,
    seller,
    written,
)
from services.receipt.documents.words import Words, day, day_of
from shared.contracts.billing import AgreementWanted
from shared.money import format_number
from shared.printing.document import Block, Cell, Columns, Document, Feed, Rule, Text

_SIGNATURE_SPACE = 96
"""12 mm of white paper to sign on."""


def agreement(event: AgreementWanted, options: DocumentOptions, words: Words) -> Document:
    """Return an agreement as it stands: what is paid of each part is that of the moment."""
    agreed = event.agreement
    blocks: list[Block] = [
        *seller(event.customer.unit, options, words),
        Rule(),
        heading(words("agreement")),
        centered(words("agreement_of", paper=written(agreed.paper), date=day_of(agreed.agreed_at))),
        Rule(),
        *buyer(event.customer, words),
        Rule(style="dashed"),
        Text(text=words("agreement_bills"), weight="bold"),
        *(amount(bill.bill_number, bill.amount) for bill in agreed.bills),
        *big_amount(words("agreement_sum"), agreed.amount),
        Text(text=words("agreement_parts"), weight="bold"),
    ]
    for number, part in enumerate(agreed.parts, 1):
        blocks.append(amount(words("agreement_part", number=number, date=day(part.due_on)), part.amount, strong=True))
        if part.paid:
            blocks.append(Text(text=words("agreement_paid", amount=format_number(part.paid))))
    blocks += [
        Rule(style="dashed"),
        Text(text=words("agreement_keeps")),
        Text(text=words("agreement_breaks", days=agreed.late_days)),
        Text(text=words("agreement_later_bills")),
        Text(text=words("printed_on", date=day_of(event.wanted_at))),
        Columns(cells=tuple(Cell(text=who, align="center") for who in words("agreement_signatures").split("|"))),
        Feed(rows=_SIGNATURE_SPACE),
    ]
    return Document(
        kind="notice",
        title=words("agreement_title", paper=written(agreed.paper)),
        language=words.language.value,
        blocks=tuple(blocks),
    )
