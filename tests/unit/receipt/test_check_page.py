"""The page behind the QR code: says what is true, escapes everything, needs nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from services.receipt.signatures.keyring import Keyring
from services.receipt.signatures.token import to_text
from services.receipt.verification.tokens import TokenReport, verify_token
from shared.check_page import render_check_page
from shared.check_wording import CHECKS, FIELD_LABELS, check_sentence
from shared.contracts.common import Language
from shared.contracts.receipt import CheckState, CodeFault, Receipt, ReceiptKind, Verification, VerificationCheck
from shared.public_page import PUBLIC_PAGE_HEADERS, render_form_page, render_home_page, render_not_found_page
from tests.unit.receipt.samples import sample_id
from tests.unit.receipt.test_token import KEYRING, RAW, TEXT

PASSED, FAILED = CheckState.PASSED, CheckState.FAILED


def receipt(kind: ReceiptKind = ReceiptKind.ORIGINAL, voided_at: datetime | None = None) -> Receipt:
    return Receipt(
        receipt_id=sample_id("receipt"),
        kind=kind,
        series="K26TAA",
        number=123,
        year=2026,
        payment_id=sample_id("payment"),
        voids_receipt_id=None,
        customer_code="PB14010012345",
        collector_code="TN014",
        total=756_568,
        vat=56_042,
        issued_at=datetime(2026, 11, 12, 7, 5, 12, tzinfo=UTC),
        token=TEXT,
        url="HTTPS://THUNGAN.EXAMPLE/R/" + TEXT,
        voided_at=voided_at,
        copies=2,
    )


def on_record(**changes: CheckState) -> TokenReport:
    return verify_token(TEXT, KEYRING).with_states(
        key_valid_then=PASSED, **({"recorded": PASSED, "chain": PASSED, "not_voided": PASSED} | changes)
    )


VALID = on_record().verification(receipt=receipt(), copies=2)
VOIDED = on_record(not_voided=FAILED).verification(
    receipt=receipt(voided_at=datetime(2026, 11, 12, 9, 40, tzinfo=UTC)), voided=True
)
ALTERED = verify_token(to_text(RAW[:-1] + bytes([RAW[-1] ^ 1])), KEYRING).verification()
UNREADABLE = verify_token("HELLO", KEYRING).verification()
NOT_ON_RECORD = on_record(recorded=FAILED).verification()
RESTORING = verify_token(TEXT, KEYRING).with_states(key_valid_then=PASSED).verification(restoring=True)
UNKNOWN_RESTORING = verify_token("HELLO", KEYRING).verification(code_fault=CodeFault.UNKNOWN, restoring=True)
ENTERED_AGAIN = on_record(chain=CheckState.NOT_CHECKED).verification(receipt=receipt(), entered_again=True)
VOIDED_AGAIN = on_record(not_voided=FAILED).verification(
    receipt=receipt(voided_at=datetime(2026, 11, 12, 9, 40, tzinfo=UTC)), voided=True, entered_again=True
)
VOID_SLIP = on_record().verification(receipt=receipt(ReceiptKind.VOID))
OFFLINE = verify_token(TEXT, KEYRING).verification()
MISTYPED = verify_token("HELLO", KEYRING).verification(code_fault=CodeFault.MISTYPED)
UNKNOWN = verify_token("HELLO", KEYRING).verification(code_fault=CodeFault.UNKNOWN)
UNKNOWN_KEY = verify_token(TEXT, Keyring([])).verification()


class Page(HTMLParser):
    """Reads a page; wrongly nested elements are an error."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []
        self.links: list[str] = []
        self.verdict = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        if tag == "a":
            self.links.append(values["href"] or "")
        if "verdict" in (values.get("class") or ""):
            self.verdict = (values["class"] or "").split()[1]
        assert not {name for name in values if name.startswith("on")}
        if tag not in {"meta", "!doctype", "input"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.text += f" {data}"


@pytest.mark.parametrize(
    ("verification", "style", "headline"),
    [
        (VALID, "good", "Biên nhận hợp lệ"),
        (VOIDED, "bad", "Biên nhận đã bị hủy"),
        (ALTERED, "bad", "KHÔNG hợp lệ"),
        (UNREADABLE, "caution", "Không đọc được mã"),
        (MISTYPED, "caution", "Mã gõ nhầm"),
        (UNKNOWN, "caution", "có thể gõ nhầm"),
        (NOT_ON_RECORD, "caution", "không có trong sổ"),
        (RESTORING, "caution", "Biên nhận thật, sổ đang được khôi phục"),
        (ENTERED_AGAIN, "good", "đứng trong sổ dưới số K26TAA 00000123"),
        (VOIDED_AGAIN, "bad", "Biên nhận đã bị hủy"),
        (UNKNOWN_RESTORING, "caution", "sổ đang được khôi phục"),
        (UNKNOWN_KEY, "bad", "KHÔNG hợp lệ"),
        (VOID_SLIP, "caution", "không phải bằng chứng đã trả tiền"),
        (OFFLINE, "caution", "Chưa kiểm tra được đầy đủ"),
    ],
)
def test_the_verdict_comes_first_and_is_right(verification: Verification, style: str, headline: str) -> None:
    page = Page(render_check_page(verification))
    assert page.verdict == style
    assert headline in page.text


def test_the_signed_fields_are_there_for_comparing_with_the_paper() -> None:
    text = " ".join(Page(render_check_page(VALID)).text.split())
    for wanted in ("1K26TAA", "00000123", "PB14010012345", "756.568 ₫", "56.042 ₫", "8%", "10/2026", "TN014"):
        assert wanted in text, wanted
    assert "Số bản sao đã in 2" in text


def test_fields_of_a_forgery_are_shown_as_not_to_be_trusted() -> None:
    assert "KHÔNG đáng tin" in render_check_page(ALTERED)
    assert "KHÔNG đáng tin" in render_check_page(UNKNOWN_KEY)
    assert "KHÔNG đáng tin" not in render_check_page(VALID)


def test_a_voided_receipt_says_since_when() -> None:
    assert "16:40 12/11/2026" in render_check_page(VOIDED)


def test_the_page_can_be_read_in_english_and_switched() -> None:
    page = Page(render_check_page(VALID, Language.ENGLISH))
    assert "This receipt is genuine" in page.text
    assert "Amount received" in page.text
    assert "Payment receipt" in page.text
    assert "Payment receipt" in render_check_page(ALTERED, Language.ENGLISH)
    assert "Chữ ký" not in page.text
    assert page.links == ["?lang=vi"]
    assert Page(render_check_page(VALID)).links == ["?lang=en"]


def test_the_page_runs_nothing_and_loads_nothing() -> None:
    for verification in (VALID, ALTERED, VOIDED):
        html = render_check_page(verification)
        page = Page(html)
        assert not {"script", "img", "link", "iframe", "form", "object", "svg"} & set(page.tags)
        assert "url(" not in html
        assert "//" not in html.replace("<!doctype html>", "")
    assert "default-src 'none'" in PUBLIC_PAGE_HEADERS["Content-Security-Policy"]
    assert "script-src" not in PUBLIC_PAGE_HEADERS["Content-Security-Policy"]


def test_whatever_a_token_holds_is_shown_as_text() -> None:
    hostile = "<script>alert(1)</script>\"'&"
    verification = Verification(
        valid=False,
        checks=[VerificationCheck(check="canonical", state=FAILED, detail=hostile)],
        fields={hostile: hostile},
        receipt=None,
        voided=False,
        copies=0,
    )
    html = render_check_page(verification)
    assert "<script" not in html
    assert Page(html).text.count(hostile) == 3


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("verification", [MISTYPED, UNKNOWN, UNREADABLE])
def test_what_was_typed_wrong_says_nothing_against_the_receipt_and_can_be_corrected(
    verification: Verification, language: Language
) -> None:
    html = render_check_page(verification, language, typed='gezd"><script>')
    page = Page(html)
    for accusation in ("KHÔNG hợp lệ", "Đừng dùng", "NOT genuine", "Do not rely"):
        assert accusation not in page.text
    assert {"form", "input", "button"} <= set(page.tags)
    assert 'value="gezd&quot;&gt;&lt;script&gt;"' in html
    assert page.links[0].startswith("/R?code=gezd%22%3E%3Cscript%3E&lang=")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("render", [render_form_page, render_home_page, render_not_found_page])
def test_the_pages_for_people_have_a_form_and_need_nothing_else(
    render: Callable[[Language], str], language: Language
) -> None:
    html = render(language)
    page = Page(html)
    assert not {"script", "img", "link", "iframe", "object", "svg"} & set(page.tags)
    assert page.tags.count("form") == 1
    assert 'action="/R"' in html
    assert "form-action 'self'" in PUBLIC_PAGE_HEADERS["Content-Security-Policy"]
    assert ("Lookup code" in page.text) == (language is Language.ENGLISH)


@pytest.mark.parametrize("language", Language)
def test_every_outcome_of_every_check_has_a_sentence(language: Language) -> None:
    for check in CHECKS:
        assert check_sentence(check, PASSED, language)
        assert check_sentence(check, FAILED, language)
        assert check_sentence(check, CheckState.NOT_CHECKED, language)


def test_labels_differ_so_that_no_field_hides_another() -> None:
    for index in (0, 1):
        labels = [pair[index] for pair in FIELD_LABELS.values()]
        assert len(labels) == len(set(labels))


def test_the_page_says_how_often_the_receipt_itself_was_printed_where_that_is_known() -> None:
    printed = on_record().verification(receipt=receipt(), copies=2, prints=3)
    assert "Bản chính đã in" in render_check_page(printed)
    assert "3 lần" in render_check_page(printed)
    assert "3 times" in render_check_page(printed, Language.ENGLISH)
    assert "Bản chính đã in" not in render_check_page(VALID)
