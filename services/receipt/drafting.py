"""What a receipt says of a payment, or of its reversal, before it is numbered; pure."""

from services.receipt.documents import Numbered, PaperOptions, Seal, Words, check_address, receipt_body, void_body
from services.receipt.domain import receipt_id_of, void_id_of
from services.receipt.numbering import Draft
from services.receipt.store import StoredReceipt
from services.receipt.token import parse, to_text
from shared.contracts.billing import Bill, PaymentRecorded, PaymentReversed
from shared.contracts.common import Unit
from shared.contracts.receipt import ReceiptKind


def original(event: PaymentRecorded, options: PaperOptions, words: Words) -> Draft:
    """Return the draft of the receipt for a payment."""
    payment = event.payment
    return Draft(
        receipt_id=receipt_id_of(payment.payment_id),
        kind=ReceiptKind.ORIGINAL,
        payment_id=payment.payment_id,
        seller_tax_code=event.customer.unit.tax_code,
        customer_code=payment.customer_code,
        collector_code=payment.collector_code,
        total=payment.amount,
        vat=sum(allocation.vat for allocation in payment.allocations),
        vat_rates=",".join(dict.fromkeys(bill.vat_rate for bill in event.bills)),
        periods=periods_of(event.bills),
        event=event,
        draw=lambda numbered: receipt_body(event, numbered, options, words),
    )


def void(event: PaymentReversed, voided: StoredReceipt, options: PaperOptions, words: Words) -> Draft:
    """Return the draft of the receipt that voids ``voided``; its amounts are negative."""
    claims = parse(voided.new.token).claims
    return Draft(
        receipt_id=void_id_of(event.payment.payment_id),
        kind=ReceiptKind.VOID,
        payment_id=event.payment.payment_id,
        seller_tax_code=voided.seller_tax_code,
        customer_code=voided.new.customer_code,
        collector_code=voided.new.collector_code,
        total=-voided.new.total,
        vat=-voided.new.vat,
        vat_rates=claims.vat_rates,
        periods=claims.periods,
        event=event,
        draw=lambda numbered: void_body(event, numbered, numbered_of(voided), options, words),
        voids=voided,
    )


def periods_of(bills: list[Bill]) -> tuple[int, ...]:
    """Return the periods as claim 16 holds them: ``YYYYMMC``; of several bills the first, the last and their count."""
    periods = [bill.year * 1000 + bill.month * 10 + bill.cycle for bill in bills]
    return tuple(periods) if len(periods) <= 1 else (periods[0], periods[-1], len(periods))


def numbered_of(stored: StoredReceipt) -> Numbered:
    """Return where a stored receipt stands in its series."""
    return Numbered(stored.template, stored.new.series, stored.new.number, stored.new.issued_at)


def seal_of(stored: StoredReceipt) -> Seal:
    """Return the signature of a stored receipt as it is printed."""
    unit = Unit.model_validate(stored.event["customer"]["unit"])
    return Seal(
        token=to_text(stored.new.token),
        lookup_code=stored.new.lookup_code,
        signer=unit.name,
        signed_at=stored.new.issued_at,
    )


def address_of(stored: StoredReceipt, options: PaperOptions) -> str:
    """Return the address in the receipt's QR code."""
    return check_address(options.check_url, to_text(stored.new.token))
