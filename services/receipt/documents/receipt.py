"""The receipt: what was paid, and the bills with all that the law requires of an invoice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.receipt.documents.bill import bill_details, bills_in_short, period_name
from services.receipt.documents.parts import (
    DocumentOptions,
    Seal,
    amount,
    big_amount,
    buyer,
    centered,
    heading,
    seller,
    signature,
)
from services.receipt.documents.quoted import quoted_invoices
from services.receipt.documents.words import NO_BREAK, Words, day_and_time, day_of
from services.receipt.domain.quotes import Quote
from services.receipt.domain.series import format_number
from services.receipt.legal_forms.rules import LegalForm
from shared.client_times import ELSEWHERE
from shared.contracts.billing import Bill, PaymentRecorded
from shared.contracts.common import PaymentMethod
from shared.money import format_dong
from shared.money_words import amount_in_words
from shared.printing.document import Block, Document, Rule, Text

DETAILED_BILLS = 6
"""More bills than these are printed in short: the paper would be too long to handle."""

DETAIL_BLOCKS = 250
"""Most blocks that the detailed bills may take together; a document holds 400."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """Where a receipt stands in its series."""

    template: str
    """Of an invoice; empty for a receipt."""
    series: str
    number: int
    issued_at: datetime

    @property
    def short_name(self) -> str:
        """Series and number in short: ``BN26-AA 00000123``."""
        return f"{self.series} {format_number(self.number)}"


def receipt_body(
    event: PaymentRecorded,
    numbered: Numbered,
    form: LegalForm,
    options: DocumentOptions,
    words: Words,
    quotes: Sequence[Quote] = (),
    *,
    compact: bool = False,
) -> Document:
    """Return the receipt without its signature: this is what is hashed into the signature.

    ``quotes``: the invoices of its bills that are known. What stands for the invoice itself quotes none.
    """
    payment, bills = event.payment, event.bills
    blocks: list[Block] = [
        *seller(event.customer.unit, options, words, compact=compact),
        Rule(),
        heading(words("receipt")),
        centered(form.words[words.language]),
        *numbering(numbered, words),
        Rule(),
        *buyer(event.customer, words, compact=compact),
    ]
    blocks += _bills(bills, words, compact=compact)
    blocks += _sum_of_bills(bills, words)
    blocks += big_amount(words("received_now"), payment.amount)
    blocks += _in_words(payment.amount, words)
    blocks += _what_became_of_it(event, words)
    blocks += _who_took_it(event, numbered.issued_at, words, compact=compact)
    if not form.template:
        blocks += quoted_invoices(bills, quotes, words, compact=compact)
    return Document(
        kind="receipt",
        title=words("receipt_title", number=numbered.short_name),
        language=words.language.value,
        blocks=tuple(blocks),
    )


def with_signature(
    body: Document, seal: Seal, options: DocumentOptions, words: Words, *, compact: bool = False
) -> Document:
    """Return the document as the customer gets it."""
    caption = "scan_to_check_void" if body.kind == "void" else "scan_to_check"
    signed = signature(seal, options, words, caption=caption, compact=compact)
    return body.model_copy(update={"blocks": (*body.blocks, *signed)})


def settles_whole_bills(event: PaymentRecorded) -> bool:
    """Return whether every bill of the payment is fully paid with it, as an invoice would have it."""
    cleared = {allocation.bill_id: allocation.vat + allocation.principal for allocation in event.payment.allocations}
    return bool(event.bills) and all(
        cleared.get(bill.bill_id, 0) == bill.open_principal + bill.open_vat for bill in event.bills
    )


def numbering(numbered: Numbered, words: Words) -> list[Block]:
    """Return series, number and day of issue; of an invoice its template, too."""
    if not numbered.template:
        name = numbered.short_name.replace(" ", NO_BREAK)
        return [centered(words("number_and_date", number=name, date=day_of(numbered.issued_at)))]
    return [
        centered(words("template_and_series", template=numbered.template, series=numbered.series)),
        centered(words("number_and_date", number=format_number(numbered.number), date=day_of(numbered.issued_at))),
    ]


def _bills(bills: list[Bill], words: Words, *, compact: bool) -> list[Block]:
    """Return the latest bills in detail, and those before them, where there are very many, a line each."""
    detailed: list[list[Block]] = []
    for bill in reversed(bills[-DETAILED_BILLS:]):
        details: list[Block] = [Rule(style="dashed"), *bill_details(bill, words, compact=compact)]
        if detailed and sum(map(len, detailed)) + len(details) > DETAIL_BLOCKS:
            break
        detailed.append(details)
    before = bills[: len(bills) - len(detailed)]
    return bills_in_short(before, words) + [block for details in reversed(detailed) for block in details]


def _sum_of_bills(bills: list[Bill], words: Words) -> list[Block]:
    blocks: list[Block] = []
    total = sum(bill.total for bill in bills)
    before = total - sum(bill.open_principal + bill.open_vat for bill in bills)
    if len(bills) > 1:
        blocks += [Rule(), amount(words("total_of_bills", count=len(bills)), total, strong=True)]
    if before:
        blocks += _in_words(total, words)  # the invoice's own total, because less than that is received now
        blocks.append(amount(words("paid_before"), -before))
    return blocks


def _what_became_of_it(event: PaymentRecorded, words: Words) -> list[Block]:
    payment = event.payment
    cleared = {allocation.bill_id: allocation for allocation in payment.allocations}
    blocks: list[Block] = []
    for bill in event.bills:
        allocation = cleared.get(bill.bill_id)
        left = bill.open_principal + bill.open_vat - (allocation.vat + allocation.principal if allocation else 0)
        if left:
            text = words("partial", period=period_name(bill), amount=format_dong(left))
            blocks.append(Text(text=text, weight="bold"))
    if blocks:
        blocks.insert(0, amount(words("vat_in_it"), sum(part.vat for part in payment.allocations)))
    if not event.bills:
        blocks.append(Text(text=words("all_credit")))
    elif payment.credit:
        blocks.append(amount(words("credit_kept"), payment.credit))
    if event.account.debt:
        blocks.append(amount(words("still_owed"), event.account.debt, strong=True))
    else:
        blocks.append(Text(text=words("nothing_owed")))
    return blocks


def _who_took_it(event: PaymentRecorded, issued_at: datetime, words: Words, *, compact: bool) -> list[Block]:
    payment = event.payment
    method = words(payment.method.value)
    if payment.method is PaymentMethod.COLLECTION_POINT and event.collection_point is not None:
        method = f"{method} {event.collection_point.name}"
    # Versions until 0.1 passed on whatever time the client stated: 1970, 2099, or one that no calendar has.
    received_at = ELSEWHERE.near(payment.received_at, issued_at)
    blocks: list[Block] = [
        Text(text=words("method_and_time", method=method, time=day_and_time(received_at)))
        if compact
        else Text(text=words("method", value=method))
    ]
    if payment.reference:
        blocks.append(Text(text=words("reference", value=payment.reference)))
    if payment.collector_code is not None:
        known = event.customer.collector
        name = f"{known.name} ({known.collector_code})" if known.collector_code == payment.collector_code else None
        blocks.append(Text(text=words("collector", value=name or payment.collector_code)))
    if not compact:
        blocks.append(Text(text=words("received_at", value=day_and_time(received_at))))
    if payment.method is not PaymentMethod.CASH and payment.stated_at is not None:
        stated_at = day_and_time(payment.stated_at)
        if stated_at != day_and_time(received_at):
            blocks.append(Text(text=words("stated_at", value=stated_at)))
    return blocks


def _in_words(value: int, words: Words) -> list[Block]:
    return [Text(text=words("in_words", value=amount_in_words(value, words.language.value)))]
