"""An invoice is read from its XML, packed as others pack it, drawn for paper, and shown without running anything."""

import io
import zipfile

import pytest
from PIL import ImageChops
from pypdfium2 import PdfDocument

from services.invoice.domain.invoice import Relation
from services.invoice.domain.masks import masked_address, masked_name
from services.invoice.domain.parties import CONSUMER
from shared.contracts.common import Language
from shared.contracts.invoice import InvoiceLine, InvoiceState, ItemisedList, LookedUpInvoice, LookupReply
from shared.invoices.archive import zip_of
from shared.invoices.document import read_paper
from shared.invoices.html import render_invoice_file
from shared.invoices.page import Known, render_invoice_page
from shared.invoices.paper import pdf_of
from shared.invoices.pdf import Paper, pdf_of_lines
from shared.printing import Document, Rule, Text, lay_out
from shared.printing.png import to_picture
from shared.printing.raster import draw
from shared.printing.text import normalise
from shared.typed_codes import readings_of
from tests.unit.invoice import samples


def document(content: bytes | None = None) -> bytes:
    return b"<HDon>" + (samples.data() if content is None else content) + b"<DSCKS></DSCKS></HDon>"


def test_an_invoice_is_read_as_it_was_written() -> None:
    invoice = samples.invoice()
    paper = read_paper(document())
    draft = invoice.draft
    assert (paper.symbol, paper.number, paper.made_on) == ("1K26TAA", 42, samples.MADE_ON)
    assert (paper.before_vat, paper.vat_total, paper.total) == (draft.before_vat, draft.vat_total, draft.total)
    assert [line.amount for line in paper.lines] == [line.amount for line in draft.lines]
    assert (paper.buyer.name, paper.seller.tax_code) == (draft.buyer.name, draft.seller.tax_code)
    assert ("Mã tra cứu", samples.LOOKUP_CODE) in paper.further


def test_what_is_no_invoice_is_refused() -> None:
    for content in (b"", b"<HDon/>", b"<HDon><DLHDon><TTChung/></DLHDon></HDon>", b"no xml"):
        with pytest.raises(ValueError, match="it is no"):
            read_paper(content)


def test_the_same_invoice_makes_the_same_archive_with_the_document_as_it_was_signed() -> None:
    made = zip_of(document(), None)
    assert made == zip_of(document(), None)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.read("invoice.xml") == document()
        page = archive.read("invoice.html").decode()
    for wanted in ("HÓA ĐƠN GIÁ TRỊ GIA TĂNG", "Ký hiệu: K26TAA", "Số: 00000042", "NGUYỄN THỊ HỒNG HẠNH"):
        assert wanted in page


def test_a_page_holds_nothing_that_runs_or_loads_whatever_an_invoice_says() -> None:
    draft = samples.draft(
        buyer=samples.buyer(name='<script>alert("x")</script>', address="<img src=x onerror=y>, Cà Mau")
    )
    page = render_invoice_file(read_paper(document(samples.data(samples.invoice(draft)))), None)
    assert "<script" not in page
    assert "<img" not in page
    assert "src=" not in page.replace("src=x", "")


def test_an_adjusting_invoice_and_a_list_say_so() -> None:
    draft = samples.draft(related=samples.related(Relation.ADJUSTS))
    paper = read_paper(document(samples.data(samples.invoice(draft))))
    assert "Điều chỉnh cho hóa đơn mẫu số 1, ký hiệu K26TAA, số 00000041" in render_invoice_file(paper, None)
    listed = ItemisedList(
        number="BK-1", made_on=samples.MADE_ON, lines=[InvoiceLine(text="Bậc 1", amount=7, quantity=1)]
    )
    assert "BẢNG KÊ số BK-1" in render_invoice_file(paper, listed)
    assert pdf_of(paper, listed).startswith(b"%PDF-")


def pages_of(content: bytes) -> list[str]:
    """Return the text of each page, as a browser finds it (PDFium)."""
    with PdfDocument(content) as read:
        return [page.get_textpage().get_text_bounded() for page in read]


def test_the_text_of_the_paper_is_found_and_copied() -> None:
    paper = read_paper(document())
    content = pdf_of(paper, None)
    [text] = pages_of(content)
    for wanted in (
        "HÓA ĐƠN GIÁ TRỊ GIA TĂNG",
        "Ký hiệu: K26TAA",
        "Số: 00000042",
        "Người mua: NGUYỄN THỊ HỒNG HẠNH",
        "Tổng cộng tiền thanh toán 756.568 ₫",
        f"Mã tra cứu: {samples.invoice().lookup_code}",
    ):
        assert wanted in text
    assert content == pdf_of(paper, None)
    assert len(content) < 50_000


def test_whatever_a_name_holds_the_paper_shows_it_as_a_receipt_does() -> None:
    names = ["Y Ƀlưk Kđăm", "ស្រី សុខា", "陳文明", "(a) \\ <b> %", "😀", "".join(map(chr, range(0x1EA0, 0x1EFA))) * 4]
    for name in names:
        drawn = pdf_of(
            read_paper(document(samples.data(samples.invoice(samples.draft(buyer=samples.buyer(name=name)))))), None
        )
        assert "".join(normalise(name).split()) in "".join("".join(pages_of(drawn)).split())


def test_what_is_drawn_is_what_a_receipt_has_drawn() -> None:
    text = "Điện tiêu thụ: 700.526 ₫ (kỳ 1)"
    layout = lay_out(
        Document(kind="invoice", title="x", blocks=(Text(text=text), Text(text=text, weight="bold"), Rule())), 576
    )
    paper = Paper(width=576, height=layout.height, left=0, top=0, dot=1, width_dots=576)
    with PdfDocument(pdf_of_lines(layout.lines, paper, "x")) as read:
        page = read[0].render(scale=1, grayscale=True).to_pil().point(lambda level: 255 * (level > 127), "1")
    raster = to_picture(draw(layout)).convert("1")
    differing = ImageChops.logical_xor(page, raster).histogram()[255]
    assert page.size == raster.size
    assert differing < 0.01 * 576 * layout.height


def test_a_long_invoice_takes_several_pages_of_a4() -> None:
    lines = [InvoiceLine(text=f"Dòng {place}", amount=1000, quantity=10, unit_price=100) for place in range(200)]
    listed = ItemisedList(number="BK-1", made_on=samples.MADE_ON, lines=lines)
    content = pdf_of(read_paper(document()), listed)
    pages = pages_of(content)
    assert len(pages) > 3
    found = {line.rpartition(". ")[2] for page in pages for line in page.splitlines()}
    assert [place for place in range(200) if f"Dòng {place}" not in found] == []
    assert len(content) < 100_000


@pytest.mark.parametrize(
    ("name", "shown"),
    [("NGUYỄN THỊ HẠNH", "N*** T*** H***"), (CONSUMER, CONSUMER), ("", ""), ("  A  ", "A***")],
)
def test_a_masked_name_has_the_first_letters_only(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [("Số 125/7 đường Phan Ngọc Hiển, tỉnh Cà Mau", "***, tỉnh Cà Mau"), ("ấp 5", "***"), ("", "")],
)
def test_a_masked_address_has_the_province_only(address: str, shown: str) -> None:
    assert masked_address(address) == shown


def _found(**changes: object) -> LookedUpInvoice:
    facts = {
        "template": "1",
        "symbol": "K26TAA",
        "number": 42,
        "made_on": samples.MADE_ON,
        "state": InvoiceState.NEW,
        "seller_name": "<b>ĐIỆN LỰC</b>",
        "seller_tax_code": "9900000016",
        "buyer_name": "N***",
        "buyer_address": "***",
        "before_vat": 440_000,
        "vat": 35_000,
        "total": 475_000,
        "signed_at": samples.SIGNED_AT,
    }
    return LookedUpInvoice.model_validate(facts | changes)


@pytest.mark.parametrize("language", list(Language))
def test_the_page_gives_files_only_where_it_is_opened_and_escapes_all(language: Language) -> None:
    stranger = Known('"><script>', '"><script>')
    masked = render_invoice_page(
        LookupReply(invoice=_found(), lookup_code="ABCD"), _found(), stranger, language, fault="wrong"
    )
    assert "<script" not in masked
    assert "<b>ĐIỆN" not in masked
    assert "invoice.zip" not in masked
    opened = render_invoice_page(
        LookupReply(invoice=_found(), lookup_code="ABCD", opened=True), _found(), Known("PB1"), language
    )
    assert '/hd/ABCD/invoice.zip?kh=PB1"' in opened
    assert 'name="kh"' not in opened


def test_typed_codes_are_read_as_people_type_them() -> None:
    assert readings_of("abcd-efgh–2345 67ab") == ["ABCDEFGH234567AB"]
    assert readings_of("ÂBC") == ["AABC"]
    assert "LO" in readings_of("10")
    assert readings_of("<script>") == ["SCRIPT"]
    assert readings_of("ß!") == [] or all(code.isascii() for code in readings_of("ß!"))
