"""Documents: what must be on them, and that they read as when somebody last looked."""

import io
import string
from datetime import date

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.receipt.checkpoints.checkpoint import short_form
from services.receipt.documents import (
    Numbered,
    check_address,
    notice,
    receipt_body,
    settles_whole_bills,
    shift_slip,
    void_body,
)
from services.receipt.documents.words import phrases
from shared.contracts.billing import NoticeKind
from shared.contracts.common import DisputedBills
from shared.money import format_number
from shared.money_words import amount_in_words
from shared.printing import Document, WidthDots, columns_for, lay_out, to_png
from shared.printing.layout import TextLine
from tests.unit.receipt import documents
from tests.unit.receipt.documents import (
    ISSUED_AT,
    NUMBERED,
    OPTIONS,
    PLAIN,
    RECEIPT_FORM,
    SEAL,
    VIETNAMESE,
    WIDTHS,
    as_text,
)
from tests.unit.receipt.samples import bill, customer, notice_issued, payment_recorded, payment_reversed, shift_closed
from tests.unit.receipt.vietqr_reader import parse_code

DOCUMENTS = documents.all_documents()
DEBT = sum(one.open_principal + one.open_vat for one in documents.DEBTS)


def flat(document: Document) -> str:
    """All words of a document on one line."""
    return " ".join(as_text(document, 576).split())


@pytest.mark.parametrize("width_dots", WIDTHS)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_reads_as_when_somebody_last_looked(name: str, width_dots: WidthDots) -> None:
    golden = documents.golden_file(name, width_dots).read_text(encoding="utf-8")
    hint = "if the change is meant, run `python -m tests.unit.receipt.documents` and look at the difference"
    assert as_text(DOCUMENTS[name], width_dots) == golden, hint


@pytest.mark.parametrize("width_dots", WIDTHS)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_line_is_wider_than_the_paper(name: str, width_dots: WidthDots) -> None:
    for line in lay_out(DOCUMENTS[name], width_dots).lines:
        if isinstance(line, TextLine):
            for run in line.runs:
                assert (run.column + len(run.text)) * line.size <= columns_for(width_dots)


def test_a_receipt_says_what_was_paid_and_what_for_and_that_it_is_no_invoice() -> None:
    event = payment_recorded(facts=customer(tax_code="2000123456"))
    text = flat(documents.receipt(event))
    one = event.bills[0]
    for unwanted in ("Bản thể hiện", "Mẫu số", "Ký hiệu", "K26T"):
        assert unwanted not in text
    for wanted in (
        "BIÊN NHẬN THANH TOÁN TIỀN ĐIỆN",
        "Xác nhận đã thu tiền, không phải hóa đơn",
        "Số: BN26-AA 00000123",
        "Ngày 12/11/2026",
        event.customer.unit.name,
        event.customer.unit.address,
        f"MST: {event.customer.unit.tax_code}",
        f"Khách hàng: {event.customer.name}",
        f"Địa chỉ: {event.customer.address}",
        "MST: 2000123456",
        f"Mã khách hàng: {event.customer.customer_code}",
        "Điện tiêu thụ tháng 10 năm 2026 từ ngày 01/10/2026 đến ngày 28/10/2026",
        "Công tơ 21034567",
        "Số hộ: 1",
        "Số cũ Số mới HSN kWh 10123 10410 1 287",
        *(
            f"{line.label} {line.kwh} × {format_number(line.unit_price)} {format_number(line.amount)}"
            for line in one.lines
        ),
        f"Cộng tiền điện {format_number(one.pre_vat)}",
        f"Thuế GTGT 8% {format_number(one.vat)}",
        f"Tổng cộng thanh toán {format_number(one.total)}",
        f"Bằng chữ: {amount_in_words(one.total)}.",
        "Hình thức: Tiền mặt",
        "Thu ngân: Trần Văn Đẹt (TN014)",
        "Thu lúc: 14:05 12/11/2026",
        f"Ký số bởi: {event.customer.unit.name}",
        "Ngày ký: 12/11/2026 14:05:12",
        "Tra cứu: thungan.example/R",
        "Mã tra cứu: GEZD-GNBV-GY3T-QOJQT",
    ):
        assert wanted in text, wanted


def test_where_the_law_makes_the_receipt_the_invoice_it_has_the_words_template_series_and_number_of_one() -> None:
    text = flat(DOCUMENTS["receipt_as_invoice"])
    for wanted in ("Bản thể hiện của hóa đơn giá trị gia tăng điện tử", "Mẫu số: 1 Ký hiệu: K26TAA", "Số: 00000123"):
        assert wanted in text
    assert "không phải hóa đơn" not in text


def test_only_a_payment_that_settles_whole_bills_could_stand_for_an_invoice() -> None:
    owed = payment_recorded().payment.amount
    assert settles_whole_bills(payment_recorded())
    assert settles_whole_bills(payment_recorded(amount=owed + 1))
    part = payment_recorded(amount=owed - 1)
    assert not settles_whole_bills(part)
    assert not settles_whole_bills(payment_recorded(bills=[], amount=5000))


def test_a_part_payment_says_what_it_paid_and_what_stays_owed() -> None:
    text = flat(DOCUMENTS["receipt_part_payment"])
    assert "Tổng cộng 3 kỳ 3.711.204" in text
    assert "Đã trả, đã trừ trước đó -100.000" in text
    assert "Trả một phần: kỳ 10/2026 còn nợ 1.111.204 ₫" in text
    assert "Còn nợ sau lần thu này 1.111.204" in text
    assert "Không còn nợ" not in text


def test_the_code_on_a_receipt_is_read_from_the_picture_as_the_address_of_its_token() -> None:
    for width_dots in WIDTHS:
        picture = Image.open(io.BytesIO(to_png(DOCUMENTS["receipt"], width_dots, scale=2, margin=20))).convert("L")
        codes = [code.text for code in zxingcpp.read_barcodes(picture)]
        assert codes == [check_address(OPTIONS.check_url, SEAL.token)]
        assert codes[0].startswith("https://thungan.example/r/")


def test_the_transfer_code_on_a_notice_asks_for_exactly_the_debt_and_names_the_customer() -> None:
    picture = Image.open(io.BytesIO(to_png(DOCUMENTS["notice_collection_point"], 384, scale=2, margin=20))).convert("L")
    (code,) = zxingcpp.read_barcodes(picture)
    fields = parse_code(code.text)
    event = notice_issued(NoticeKind.COLLECTION_POINT)
    assert fields["38.01.00"] == "970415"
    assert fields["38.01.01"] == "113366668888"
    assert fields["54"] == str(DEBT)
    assert f"{format_number(DEBT)}₫" in as_text(DOCUMENTS["notice_collection_point"], 384).replace(" ", "")
    assert fields["62.08"] == f"TIEN DIEN {event.customer.customer_code}"


def test_without_a_bank_account_no_transfer_is_offered() -> None:
    document = notice(notice_issued(NoticeKind.COLLECTION_POINT), PLAIN, VIETNAMESE)
    assert not [block for block in document.blocks if block.type == "qr"]


def test_a_notice_at_the_door_names_the_collector_but_not_the_customers_phone() -> None:
    text = flat(DOCUMENTS["notice_away"])
    assert "Trần Văn Đẹt" in text
    assert "0987654321" in text.replace(" ", "")
    assert "0912" not in text.replace(" ", "")


def test_the_notice_to_check_shows_the_phone_number_that_both_must_agree_on() -> None:
    assert "Điện thoại: 0912 345 678" in flat(DOCUMENTS["notice_check"])


def test_the_promise_after_a_checked_notice_is_short_and_has_day_collector_and_code() -> None:
    event = notice_issued(NoticeKind.CANNOT_PAY).model_copy(update={"after_check": True})
    document = notice(event, OPTIONS, VIETNAMESE)
    text = flat(document)
    for wanted in ("15/11/2026", "08:30", "TrầnVănĐẹt", "0987654321", "Nợkỳ"):
        assert wanted in "".join(text.split())
    assert [block.type for block in document.blocks].count("qr") == 1
    assert "Bậc 1" not in text
    assert len(document.blocks) < len(DOCUMENTS["notice_cannot_pay"].blocks)


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_says_that_it_is_no_receipt(kind: NoticeKind) -> None:
    assert "không phải biên nhận" in flat(DOCUMENTS[f"notice_{kind.value}"])


@pytest.mark.parametrize("width_dots", WIDTHS)
def test_money_without_kwh_has_its_name_and_its_amount_on_one_line_and_nothing_between(width_dots: WidthDots) -> None:
    one = bill()
    reactive = one.lines[0].model_copy(
        update={"label": "Công suất phản kháng, cos φ 0,80: 12,5%", "kwh": 0, "unit_price": 0, "amount": 71_430}
    )
    event = payment_recorded(bills=[one.model_copy(update={"lines": [*one.lines, reactive]})])
    [line] = [line for line in as_text(documents.receipt(event), width_dots).splitlines() if "71.430" in line]
    assert line.strip().startswith("Công suất phản")
    assert "×" not in line


def test_a_notice_says_which_bill_is_disputed_and_is_overdue_by_the_others() -> None:
    bills = [bill(9).model_copy(update={"is_disputed": True}), bill(10)]
    event = notice_issued(NoticeKind.AWAY, bills)
    disputed = DisputedBills(bill_numbers=["HD-9"], debt=bills[0].total, other_due_date=date(2026, 12, 24))
    account = event.account.model_copy(update={"oldest_due_date": date(2026, 10, 2), "disputed": disputed})
    text = flat(notice(event.model_copy(update={"account": account}), PLAIN, VIETNAMESE))
    assert "Hóa đơn kỳ 09/2026 đang được giải quyết khiếu nại" in text
    assert "24/12/2026" in text
    assert "02/10/2026" not in text
    assert "đang được giải quyết khiếu nại" not in flat(DOCUMENTS["notice_away"])


def test_a_bill_whose_details_are_in_the_archive_is_printed_with_its_sums_and_says_so() -> None:
    whole = bill(9)
    archived = {"readings": [], "lines": [], "explanation": [], "details_archived": True}
    event = notice_issued(NoticeKind.CHECK, [whole.model_copy(update=archived)])
    text = flat(notice(event, PLAIN, VIETNAMESE))
    assert "Chi tiết đã đưa vào kho lưu trữ" in text
    assert f"Cộng tiền điện {format_number(whole.pre_vat)}" in text
    assert "Công tơ" not in text


def test_a_notice_adds_up() -> None:
    bills = [bill(month) for month in range(1, 10)] + [bill(10, paid=9000)]
    event = notice_issued(NoticeKind.CHECK, bills)
    document = notice(event, PLAIN, VIETNAMESE)
    rows = [
        block.cells[1].text.replace(".", "")
        for block in document.blocks
        if block.type == "columns" and len(block.cells) == 2 and block.cells[1].text.lstrip("-")[:1].isdigit()
    ]
    after_total = rows[rows.index(str(bills[-1].total)) :]
    *parts, owed = [int(row.split("\u00a0")[0]) for row in after_total]
    assert sum(parts) == owed == event.account.debt


def test_a_copy_is_marked_on_top_and_at_the_bottom_and_keeps_the_document() -> None:
    text = as_text(DOCUMENTS["copy"], 576).strip().splitlines()
    assert text[0].replace(" ", "") == "BẢNSAOlần2"
    assert text[-1].strip() == "BẢN SAO lần 2"
    original = as_text(DOCUMENTS["receipt"], 576)
    assert original.strip() in as_text(DOCUMENTS["copy"], 576)


def test_a_copy_of_a_voided_receipt_says_so() -> None:
    assert "BIÊN NHẬN NÀY ĐÃ BỊ HỦY 14:05 12/11/2026" in flat(DOCUMENTS["copy_of_voided"])


def test_a_shift_slip_shows_what_is_missing_and_why() -> None:
    text = flat(DOCUMENTS["shift_short"])
    assert "THIẾU 50.000" in text
    assert "Giải trình: Trả lại tiền thừa" in text
    assert "Khớp" not in text


def test_an_open_shift_has_no_slip() -> None:
    event = shift_closed()
    still_open = event.model_copy(update={"shift": event.shift.model_copy(update={"closed_at": None})})
    with pytest.raises(ValueError, match="closed"):
        shift_slip(still_open, VIETNAMESE)


@settings(max_examples=40)
@given(st.integers(0, 200), st.integers(1, 12))
def test_any_number_of_bills_fits_one_document(count: int, kwh: int) -> None:
    bills = [bill(1 + number % 12, kwh * 100, year=2010 + number // 12) for number in range(count)]
    event = payment_recorded(bills=bills, amount=None if bills else 1000)
    document = receipt_body(event, NUMBERED, RECEIPT_FORM, OPTIONS, VIETNAMESE, [documents.quote(one) for one in bills])
    assert len(document.blocks) < 380
    assert len(document.model_dump_json().encode()) < 64 * 1024


def test_every_phrase_is_there_in_both_languages_with_the_same_values() -> None:
    for key, (vietnamese, english) in phrases().items():
        assert vietnamese, key
        assert english, key
        named = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (vietnamese, english)]
        assert named[0] == named[1], key


def test_a_shift_slip_has_the_short_form_of_the_last_checkpoint() -> None:
    note = "thungan/camau/1\n1650\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\ntime 2026-11-28T13:30:05Z\n\n— x y\n"
    assert short_form(note) == "1650 sFodV/vSp5O8"
    assert short_form(note.replace("1650", "0")) == ""
    assert "Sổ biên nhận: 1650 sFodV/vSp5O8" in flat(shift_slip(shift_closed(), VIETNAMESE, short_form(note)))
    assert "Sổ biên nhận" not in flat(shift_slip(shift_closed(), VIETNAMESE))


def test_a_shift_slip_names_receipts_transfers_and_what_was_handed_in_before() -> None:
    slip = flat(DOCUMENTS["shift_handed_in"])
    assert "Đã nộp trong ca (2)" in slip
    assert "-10.000.000" in slip
    assert "Từ số BN26-AA-000101 đến số BN26-AA-000139" in slip
    assert "Chuyển khoản (3)" in slip
    assert "Khai 5.000.000, đếm 4.990.000: Thiếu một tờ 10.000" in slip
    assert "Giấy nộp VCB00991234, ngân hàng chưa báo có" in slip
    assert "Biên nhận và chuyển khoản" not in flat(DOCUMENTS["shift"]), "a version before has told of none"


def test_a_shift_slip_takes_off_what_was_given_back_for_shifts_before() -> None:
    closed = shift_closed()
    totals = closed.shift.totals.model_copy(update={"given_back_items": 2, "given_back": 250_000})
    slip = flat(
        shift_slip(closed.model_copy(update={"shift": closed.shift.model_copy(update={"totals": totals})}), VIETNAMESE)
    )
    assert "Trả lại tiền ca trước (2)" in slip
    assert "-250.000" in slip
    assert "Trả lại tiền ca trước" not in flat(shift_slip(closed, VIETNAMESE))


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Thu nhầm 😀 khách 🙏🏽", "Thu nhầm khách"),
        ("😀☎️", "–"),
        ("👨\u200d👩\u200d👧 gia đình", "gia đình"),
        ("đúng ✔ 25 °C", "đúng 25 °C"),
    ],
)
def test_what_a_person_wrote_is_printed_without_pictures(typed: str, printed: str) -> None:
    reversed_ = payment_reversed(payment_recorded()).model_copy(update={"reason": typed, "reversed_by": f"Mai {typed}"})
    void = void_body(reversed_, Numbered("", "BN26-AA", 124, ISSUED_AT), NUMBERED, OPTIONS, VIETNAMESE)
    closed = shift_closed(12_449_000)
    slip = shift_slip(
        closed.model_copy(update={"shift": closed.shift.model_copy(update={"explanation": typed})}), VIETNAMESE
    )
    for document in (void, slip):
        assert printed in flat(document)
        assert "□" not in flat(document)
