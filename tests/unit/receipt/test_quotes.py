"""Receipts quote the invoices that are known, say where the others will be found, and are recognised when lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.receipt.documents import DocumentOptions, Words
from services.receipt.domain.quotes import Quote, read_quotes
from services.receipt.legal_forms.files import load_legal_forms
from services.receipt.receipts.content import content_hash, content_of
from services.receipt.receipts.draft import Draft, draft_of_payment
from services.receipt.receipts.lost import content_signed, numbered_in
from services.receipt.signatures.token import Algorithm, Claims, Token, TokenKind
from shared.clock import business_day
from shared.contracts.billing import ChargeKind
from shared.contracts.common import Language
from shared.contracts.invoice import InvoiceState
from shared.printing import Document
from tests.unit.receipt import documents
from tests.unit.receipt.documents import COMPACT, OPTIONS, as_text, quote
from tests.unit.receipt.samples import bill, payment_recorded

SEVERAL = [bill(8, 120), bill(9, 400), bill(10, 700)]
QUOTES = (quote(SEVERAL[0]), quote(SEVERAL[1], 43), quote(SEVERAL[1], 51, InvoiceState.ADJUSTS))
ISSUED = datetime(2026, 11, 12, 7, 5, 12, tzinfo=UTC)


def flat(document: Document) -> str:
    return " ".join(as_text(document, 576).split())


def test_a_receipt_quotes_each_invoice_that_is_known_and_says_where_the_others_will_be_found() -> None:
    text = flat(documents.quoting(payment_recorded(bills=SEVERAL), QUOTES))
    for wanted in (
        "Hóa đơn điện tử kỳ 08/2026: 1K26TAA số 00000042 ngày 05/11/2026 Mã hóa đơn: GEZD-GNBV-GY3T-QOJQ",
        "Hóa đơn điện tử kỳ 09/2026: 1K26TAA số 00000051 ngày 05/11/2026 (điều chỉnh)",
        "Tra cứu hóa đơn: thungan.example/hd",
        "Hóa đơn điện tử kỳ 10/2026: khi lập xong, xem bằng mã QR dưới đây.",
    ):
        assert wanted in text


def test_what_has_no_invoice_is_promised_none_and_what_is_the_invoice_quotes_none() -> None:
    interest = SEVERAL[0].model_copy(update={"charge": ChargeKind.LATE_INTEREST})
    nothing = bill(10, 0)
    assert nothing.total == 0
    assert "Hóa đơn điện tử" not in flat(
        documents.quoting(payment_recorded(bills=[interest, nothing], amount=1000), ())
    )
    assert "Hóa đơn điện tử" not in flat(documents.invoice(payment_recorded()))


def test_many_invoices_are_not_all_on_the_paper() -> None:
    bills = [bill(month, 90) for month in range(1, 11)]
    text = flat(documents.quoting(payment_recorded(bills=bills), [quote(one, 40 + n) for n, one in enumerate(bills)]))
    assert text.count("Mã hóa đơn") == 6
    assert "00000049" in text
    assert "Và 4 hóa đơn điện tử khác: quét mã QR dưới đây." in text


def test_the_compact_layout_has_the_same_facts_on_less_paper() -> None:
    event = payment_recorded(bills=SEVERAL[1:])
    usual, short = documents.quoting(event, QUOTES), documents.compact(event, QUOTES)
    text = flat(short)
    for one in event.bills:
        for reading in one.readings:
            assert f"{reading.meter_number}: {reading.old_reading}→{reading.new_reading}" in text
        for amount in (one.pre_vat, one.vat, one.total, *(line.amount for line in one.lines)):
            assert f"{amount:,}".replace(",", ".") in text
    customer = event.customer
    for fact in (customer.name, customer.customer_code, customer.address, customer.unit.tax_code, customer.unit.phone):
        assert fact in text
    assert len(as_text(short, 576).splitlines()) <= len(as_text(usual, 576).splitlines()) - 15


def _signed(draft: Draft, quotes: Sequence[Quote], *, compact: bool) -> Token:
    """A token as it was signed when these invoices were known."""
    claims = Claims(
        issuer=draft.seller_tax_code,
        issued_at=int(ISSUED.timestamp()),
        symbol="BN26-AA",
        number=7,
        customer_code=draft.customer_code,
        total=draft.total,
        vat=draft.vat,
        vat_rates=draft.vat_rates,
        periods=draft.periods,
        collector_code=draft.collector_code,
        previous=bytes(16),
        content_hash=bytes(32),
        kind=TokenKind.ORIGINAL,
    )
    token = Token(b"", b"1234", Algorithm.EDDSA, claims, b"", b"")
    form = load_legal_forms().form_of(draft.unit_code, business_day(ISSUED), settles_whole_bills=True)
    drawn = draft.draw(numbered_in(token), form, quotes, compact=compact)
    content = content_of(draft.event.model_dump(mode="json"), drawn, quotes)
    return replace(token, claims=replace(claims, content_hash=content_hash(content)))


@pytest.mark.parametrize("known", range(4))
@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("options", [OPTIONS, COMPACT])
def test_a_lost_receipt_is_recognised_whatever_was_known_and_however_it_was_laid_out(
    known: int, compact: bool, options: DocumentOptions
) -> None:
    draft = draft_of_payment(payment_recorded(bills=SEVERAL), options, Words(Language.VIETNAMESE))
    token = _signed(draft, QUOTES[:known], compact=compact)
    assert content_signed(token, draft, load_legal_forms(), QUOTES) is not None
    assert content_signed(token, draft, load_legal_forms(), QUOTES[1:]) is None or known == 0


def test_the_content_of_a_receipt_without_quotes_is_what_it_was_before_there_were_any() -> None:
    event = payment_recorded()
    body = documents.receipt(event)
    assert "invoices" not in content_of({}, body)
    assert content_of({}, body) == content_of({}, body, ())


def test_quotes_are_read_as_they_were_stored() -> None:
    assert read_quotes([one.as_json() for one in QUOTES]) == QUOTES
