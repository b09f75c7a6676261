"""Every document that receipt makes, as text that a person can read: run ``python -m tests.unit.receipt.documents``.

The golden files are what somebody last looked at. They hold characters and lines; that the dots of a layout are right
is the business of the tests of printing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from services.receipt.documents import (
    DocumentOptions,
    Numbered,
    Seal,
    Words,
    agreement,
    cut_warning,
    marked_copy,
    notice,
    receipt_body,
    shift_slip,
    void_body,
    with_signature,
)
from services.receipt.documents.vietqr import BankAccount
from services.receipt.domain.quotes import Quote
from services.receipt.legal_forms.files import load_legal_forms
from shared.contracts.billing import Bill, BillLine, MeterReading, NoticeKind, PaymentRecorded
from shared.contracts.common import Language, PaymentMethod
from shared.contracts.invoice import InvoiceState
from shared.contracts.uses import Uses
from shared.printing import Document, WidthDots, columns_for, lay_out
from shared.printing.layout import CodeLine, Line, RuleLine, TextLine
from tests.unit.receipt.samples import (
    agreement_wanted,
    bill,
    cut_warning_wanted,
    notice_issued,
    payment_recorded,
    payment_reversed,
    shift_closed,
    shift_handed_in,
)

GOLDEN = Path(__file__).parent / "golden"
WIDTHS: tuple[WidthDots, ...] = (384, 576)

VIETNAMESE = Words(Language.VIETNAMESE)
ENGLISH = Words(Language.ENGLISH)
ISSUED_AT = datetime(2026, 11, 12, 7, 5, 12, tzinfo=UTC)
NUMBERED = Numbered("", "BN26-AA", 123, ISSUED_AT)
INVOICE_NUMBERED = Numbered("1", "K26TAA", 123, ISSUED_AT)
FORMS = load_legal_forms()
RECEIPT_FORM = FORMS.form_of("PB1401", date(2026, 11, 12), settles_whole_bills=True)
INVOICE_FORM = FORMS.form_of("PB1401", date(2018, 11, 12), settles_whole_bills=True)
SEAL = Seal("2KCE3IQE" * 43, "GEZDGNBVGY3TQOJQT", "ĐIỆN LỰC THÀNH PHỐ CÀ MAU", ISSUED_AT)
OPTIONS = DocumentOptions(
    company_name="CÔNG TY ĐIỆN LỰC CÀ MAU",
    bank_account=BankAccount("970415", "113366668888", "DIEN LUC CA MAU"),
)
COMPACT = replace(OPTIONS, compact_units=("*",))
PLAIN = DocumentOptions()
DEBTS = [*(bill(month, 90 + month) for month in range(2, 9)), bill(9, 210, paid=50_000), bill(10, paid=9_000)]

_RULES = {"single": "─", "double": "═", "dashed": "-"}


def receipt(event: PaymentRecorded, words: Words = VIETNAMESE) -> Document:
    """A signed receipt."""
    return with_signature(receipt_body(event, NUMBERED, RECEIPT_FORM, OPTIONS, words), SEAL, OPTIONS, words)


def compact(event: PaymentRecorded, quotes: Sequence[Quote] = ()) -> Document:
    """The same facts in the compact layout."""
    body = receipt_body(event, NUMBERED, RECEIPT_FORM, COMPACT, VIETNAMESE, quotes, compact=True)
    return with_signature(body, SEAL, COMPACT, VIETNAMESE, compact=True)


def quoting(event: PaymentRecorded, quotes: Sequence[Quote], words: Words = VIETNAMESE) -> Document:
    """A receipt that quotes invoices."""
    body = receipt_body(event, NUMBERED, RECEIPT_FORM, OPTIONS, words, quotes)
    return with_signature(body, SEAL, OPTIONS, words)


def quote(one: Bill, number: int = 42, state: InvoiceState = InvoiceState.NEW) -> Quote:
    """The invoice of a bill as receipts quote it."""
    day = date(2026, 11, 5)
    return Quote(one.bill_number, "1", "K26TAA", number, day, f"{OPTIONS.check_url}/hd", "GEZDGNBVGY3TQOJQ", state)


def invoice(event: PaymentRecorded) -> Document:
    """A signed receipt of a unit whose law makes it the printed form of the invoice."""
    body = receipt_body(event, INVOICE_NUMBERED, INVOICE_FORM, OPTIONS, VIETNAMESE)
    return with_signature(body, SEAL, OPTIONS, VIETNAMESE)


def time_of_use_bill() -> Bill:
    """A factory's bill with a price change in its period: four registers, six price lines."""
    periods = (
        ("2699/QĐ-BCT", date(2026, 10, 1), date(2026, 10, 10)),
        ("1279/QĐ-BCT", date(2026, 10, 11), date(2026, 10, 28)),
    )
    hours = (("Giờ bình thường", 1833), ("Giờ cao điểm", 3398), ("Giờ thấp điểm", 1190))
    lines = [
        BillLine(
            label=label,
            decision=decision,
            period_from=first,
            period_to=last,
            kwh=60_000,
            unit_price=price,
            amount=60_000 * price,
        )
        for decision, first, last in periods
        for label, price in hours
    ]
    pre_vat = sum(line.amount for line in lines)
    readings = [
        MeterReading(
            meter_number="99120017",
            meter_register=register,
            old_reading=100_000,
            new_reading=100_030,
            multiplier=4000,
            kwh=120_000,
        )
        for register in ("BT", "CD", "TD")
    ]
    return bill().model_copy(
        update={
            "price_group": Uses("production_22_110kv"),
            "readings": readings,
            "lines": lines,
            "kwh": 360_000,
            "pre_vat": pre_vat,
            "vat": pre_vat * 8 // 100,
            "total": pre_vat + pre_vat * 8 // 100,
            "open_principal": pre_vat,
            "open_vat": pre_vat * 8 // 100,
        }
    )


def all_documents() -> dict[str, Document]:
    """All documents by name."""
    paid = payment_recorded()
    several = [bill(8, 120, paid=100_000), bill(9, 400), bill(10, 700)]
    void = void_body(payment_reversed(paid), Numbered("", "BN26-AA", 124, ISSUED_AT), NUMBERED, OPTIONS, VIETNAMESE)
    copied_at = ISSUED_AT + timedelta(days=1)
    made = {
        "receipt": receipt(paid),
        "receipt_english": receipt(paid, ENGLISH),
        "receipt_as_invoice": invoice(paid),
        "receipt_part_payment": receipt(payment_recorded(bills=several, amount=2_500_000)),
        "receipt_with_credit": receipt(payment_recorded(amount=1_000_000)),
        "receipt_all_credit": receipt(payment_recorded(bills=[], amount=200_000)),
        "receipt_collection_point": receipt(payment_recorded(method=PaymentMethod.COLLECTION_POINT)),
        "receipt_many_bills": receipt(payment_recorded(bills=[bill(month, 90) for month in range(1, 9)])),
        "receipt_time_of_use": receipt(payment_recorded(bills=[time_of_use_bill()])),
        "receipt_quoting": quoting(
            payment_recorded(bills=several, amount=3_611_204),
            [quote(several[0]), quote(several[1], 43), quote(several[1], 51, InvoiceState.ADJUSTS)],
        ),
        "receipt_compact": compact(payment_recorded(bills=several[1:]), [quote(one) for one in several[1:]]),
        "notice_compact": notice(notice_issued(NoticeKind.CANNOT_PAY, several[1:]), COMPACT, VIETNAMESE),
        "copy": marked_copy(receipt(paid), 2, copied_at, None, VIETNAMESE),
        "copy_of_voided": marked_copy(receipt(paid), 3, copied_at, ISSUED_AT, VIETNAMESE),
        "void": with_signature(void, SEAL, OPTIONS, VIETNAMESE),
        "shift": shift_slip(shift_closed(), VIETNAMESE),
        "shift_short": shift_slip(shift_closed(12_400_000), VIETNAMESE),
        "shift_handed_in": shift_slip(shift_handed_in(), VIETNAMESE),
        "cut_warning": cut_warning(cut_warning_wanted(), OPTIONS, VIETNAMESE),
        "cut_warning_english": cut_warning(cut_warning_wanted(), PLAIN, ENGLISH),
        "agreement": agreement(agreement_wanted(), OPTIONS, VIETNAMESE),
        "agreement_english": agreement(agreement_wanted(), PLAIN, ENGLISH),
        "notice_english": notice(notice_issued(NoticeKind.AWAY), OPTIONS, ENGLISH),
    }
    for kind in NoticeKind:
        bills = DEBTS if kind is NoticeKind.COLLECTION_POINT else None
        made[f"notice_{kind.value}"] = notice(notice_issued(kind, bills), OPTIONS, VIETNAMESE)
    return made


def as_text(document: Document, width_dots: WidthDots) -> str:
    """The document as lines of characters; lines twice as large are spaced, codes are named."""
    columns = columns_for(width_dots)
    rows = [row.rstrip() for line in lay_out(document, width_dots).lines for row in _rows(line, columns)]
    return "\n".join(rows) + "\n"


def _rows(line: Line, columns: int) -> Iterator[str]:
    if isinstance(line, TextLine):
        characters = [" "] * (columns // line.size)
        for run in line.runs:
            characters[run.column : run.column + len(run.text)] = run.text
        yield (" " if line.size == 2 else "").join(characters).replace("\u00a0", " ")
    elif isinstance(line, RuleLine):
        yield _RULES[line.style] * columns
    elif isinstance(line, CodeLine):
        yield f"[QR {len(line.matrix)}×{len(line.matrix)} {line.data[:28]}…]".center(columns)


def golden_file(name: str, width_dots: WidthDots) -> Path:
    """Where a document's golden text is kept."""
    return GOLDEN / f"{name}_{columns_for(width_dots)}.txt"


def main() -> None:
    """Write the golden files anew."""
    GOLDEN.mkdir(exist_ok=True)
    for name, document in all_documents().items():
        for width_dots in WIDTHS:
            golden_file(name, width_dots).write_text(as_text(document, width_dots), encoding="utf-8")


if __name__ == "__main__":
    main()
