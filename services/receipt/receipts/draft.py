"""A receipt before it is numbered, of a payment or of a reversal. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from uuid import UUID

from services.receipt.documents import DocumentOptions, Numbered, Words, receipt_body, settles_whole_bills, void_body
from services.receipt.domain.ids import receipt_id_of, void_id_of
from services.receipt.domain.quotes import Quote
from services.receipt.domain.receipts import StoredReceipt
from services.receipt.legal_forms.rules import LegalForm
from services.receipt.signatures.token import parse
from shared.contracts.billing import Bill, PaymentRecorded, PaymentReversed
from shared.contracts.message import Event
from shared.contracts.receipt import ReceiptKind
from shared.printing.document import Document


class Draw(Protocol):
    """Makes a document without its signature, once series, number, legal form and the invoices to quote are known."""

    def __call__(self, numbered: Numbered, form: LegalForm, quotes: Sequence[Quote], *, compact: bool) -> Document:
        """Return the document."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything of a receipt but its number, its moment and its signature."""

    receipt_id: UUID
    kind: ReceiptKind
    payment_id: UUID
    seller_tax_code: str
    unit_code: str
    settles_whole_bills: bool
    """Only then may it stand for the invoice, where the law lets a receipt do so."""
    customer_code: str
    collector_code: str | None
    total: int
    vat: int
    vat_rates: str
    periods: tuple[int, ...]
    event: Event
    draw: Draw
    bill_ids: tuple[UUID, ...] = ()
    """The bills whose invoices it quotes."""
    compact: bool = False
    """Whether the unit has the compact layout."""
    voids: StoredReceipt | None = None


def draft_of_payment(event: PaymentRecorded, options: DocumentOptions, words: Words) -> Draft:
    """Return the draft of the receipt for a payment."""
    payment = event.payment
    return Draft(
        receipt_id=receipt_id_of(payment.payment_id),
        kind=ReceiptKind.ORIGINAL,
        payment_id=payment.payment_id,
        seller_tax_code=event.customer.unit.tax_code,
        unit_code=event.customer.unit.unit_code,
        settles_whole_bills=settles_whole_bills(event),
        customer_code=payment.customer_code,
        collector_code=payment.collector_code,
        total=payment.amount,
        vat=sum(allocation.vat for allocation in payment.allocations),
        vat_rates=",".join(dict.fromkeys(bill.vat_rate for bill in event.bills)),
        periods=periods_of(event.bills),
        event=event,
        draw=partial(_receipt, event, options, words),
        bill_ids=tuple(bill.bill_id for bill in event.bills),
        compact=options.is_compact(event.customer.unit.unit_code),
    )


def draft_of_void(event: PaymentReversed, voided: StoredReceipt, options: DocumentOptions, words: Words) -> Draft:
    """Return the draft of the receipt that voids ``voided``; its amounts are negative."""
    claims = parse(voided.new.token).claims
    return Draft(
        receipt_id=void_id_of(event.payment.payment_id),
        kind=ReceiptKind.VOID,
        payment_id=event.payment.payment_id,
        seller_tax_code=voided.seller_tax_code,
        unit_code=event.customer.unit.unit_code,
        settles_whole_bills=False,
        customer_code=voided.new.customer_code,
        collector_code=voided.new.collector_code,
        total=-voided.new.total,
        vat=-voided.new.vat,
        vat_rates=claims.vat_rates,
        periods=claims.periods,
        event=event,
        draw=partial(_void, event, voided, options, words),
        voids=voided,
    )


def _receipt(
    event: PaymentRecorded,
    options: DocumentOptions,
    words: Words,
    numbered: Numbered,
    form: LegalForm,
    quotes: Sequence[Quote],
    *,
    compact: bool,
) -> Document:
    return receipt_body(event, numbered, form, options, words, quotes, compact=compact)


def _void(
    event: PaymentReversed,
    voided: StoredReceipt,
    options: DocumentOptions,
    words: Words,
    numbered: Numbered,
    _form: LegalForm,
    _quotes: Sequence[Quote],
    *,
    compact: bool,  # noqa: ARG001 it is short as it is
) -> Document:
    return void_body(event, numbered, numbered_of(voided), options, words)


def periods_of(bills: list[Bill]) -> tuple[int, ...]:
    """Return the periods as claim 16 holds them: ``YYYYMMC``; of several bills the first, the last and their count."""
    periods = [bill.year * 1000 + bill.month * 10 + bill.cycle for bill in bills]
    return tuple(periods) if len(periods) <= 1 else (periods[0], periods[-1], len(periods))


def numbered_of(stored: StoredReceipt) -> Numbered:
    """Return where a stored receipt stands in its series."""
    return Numbered(stored.template, stored.new.series, stored.new.number, stored.new.issued_at)
