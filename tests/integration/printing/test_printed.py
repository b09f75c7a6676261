"""Our bytes, read and drawn by an ESC/POS printer that somebody else wrote."""

import unicodedata
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import zxingcpp
from PIL import Image

from shared.printing import (
    FENCE,
    Cell,
    Columns,
    Document,
    PrinterProfile,
    QrCode,
    Text,
    lay_out,
    render,
    to_escpos,
)
from shared.printing.layout import CodeLine, WidthDots
from shared.printing.png import to_picture
from tests.integration.printing import emupos
from tests.unit.printing import make_golden as golden
from tests.unit.printing.samples import RECEIPT, RECEIPT_LINK

Printers = dict[WidthDots, emupos.Printer]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def printers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Printers]:
    try:
        async with emupos.running(tmp_path_factory.mktemp("emupos")) as started:
            yield started
    except emupos.UnavailableError as reason:
        pytest.skip(f"not read by somebody else's printer: {reason}")


def expected(document: Document, width_dots: WidthDots) -> Image.Image:
    return to_the_last_ink(to_picture(render(document, width_dots)))


def to_the_last_ink(picture: Image.Image) -> Image.Image:
    """Without the white rows at the end, of which the simulator keeps some."""
    ink = Image.eval(picture.convert("L"), lambda value: 255 - value).getbbox()
    assert ink is not None
    return picture.crop((0, 0, picture.width, ink[3]))


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and one.tobytes() == other.tobytes()


@pytest.mark.parametrize("width_dots", golden.WIDTHS)
@pytest.mark.parametrize("name", golden.DOCUMENTS)
@pytest.mark.parametrize("feed_command", [True, False], ids=["fed", "sent as pixels"])
async def test_a_paper_comes_out_dot_for_dot(
    printers: Printers, name: str, width_dots: WidthDots, feed_command: bool
) -> None:
    document = golden.DOCUMENTS[name]
    profile = PrinterProfile(width_dots=width_dots, feed_command=feed_command)
    receipt = await printers[width_dots].print(to_escpos(document, profile))
    assert receipt.unknown == []
    assert same(to_the_last_ink(receipt.picture), expected(document, width_dots))


@pytest.mark.parametrize("width_dots", golden.WIDTHS)
async def test_random_documents_come_out_dot_for_dot(printers: Printers, width_dots: WidthDots) -> None:
    documents = [Document.model_validate(vector["document"]) for vector in golden.vectors()[2:]]
    for document in documents:
        if not any(render(document, width_dots).data):
            continue
        receipt = await printers[width_dots].print(to_escpos(document, PrinterProfile(width_dots=width_dots)))
        assert receipt.unknown == []
        assert same(receipt.picture, expected(document, width_dots)), document


@pytest.mark.parametrize("native_qr", [True, False], ids=["native", "pixels"])
@pytest.mark.parametrize("width_dots", golden.WIDTHS)
async def test_the_code_on_the_paper_leads_to_the_receipt(
    printers: Printers, width_dots: WidthDots, native_qr: bool
) -> None:
    profile = PrinterProfile(width_dots=width_dots, native_qr=native_qr)
    receipt = await printers[width_dots].print(to_escpos(RECEIPT, profile))
    assert receipt.unknown == []
    [code] = zxingcpp.read_barcodes(receipt.picture.convert("L"))
    assert code.text == RECEIPT_LINK
    assert code.ec_level == "M"


@pytest.mark.parametrize("width_dots", golden.WIDTHS)
async def test_a_native_code_stands_where_ours_would(printers: Printers, width_dots: WidthDots) -> None:
    profile = PrinterProfile(width_dots=width_dots, native_qr=True)
    receipt = await printers[width_dots].print(to_escpos(RECEIPT, profile))
    ours = expected(RECEIPT, width_dots)
    assert receipt.picture.size == ours.size
    layout = lay_out(RECEIPT, width_dots)
    place = next(index for index, line in enumerate(layout.lines) if isinstance(line, CodeLine))
    code = layout.lines[place]
    assert isinstance(code, CodeLine)
    side = len(code.matrix) * code.module
    left = (width_dots - side) // 2
    top = sum(line.height for line in layout.lines[:place]) + 4 * code.module
    for picture in (ours, receipt.picture):
        # The modules may differ (a printer chooses its mask); the square they fill does not.
        frame = Image.eval(picture.crop((left, top, left + side, top + side)).convert("L"), lambda value: 255 - value)
        assert frame.getbbox() == (0, 0, side, side)
        picture.paste(1, (left, top, left + side, top + side))
    assert same(receipt.picture, ours)


async def test_names_full_of_commands_marks_and_emoji_print_as_letters(printers: Printers) -> None:
    hostile = "Lê\x1b@ Thị\x1dV\x00 Ế\x1bp\x00\x19\xfa\x10\x04\x01 😀" + unicodedata.normalize("NFD", "Nguyễn Ẩn")
    name = hostile + "Ộ" * 200
    document = Document(
        kind="test",
        title="t",
        blocks=(
            Text(text=name),
            Columns(cells=(Cell(text=name), Cell(text="1.113.426 ₫", align="right", keep=True))),
            QrCode(data="https://example.vn/ộ", caption=name),
        ),
    )
    for text_mode in ("none", "ascii_lines", "unaccented"):
        profile = PrinterProfile.model_validate({"text_mode": text_mode})
        receipt = await printers[384].print(to_escpos(document, profile))
        assert receipt.unknown == []
        if text_mode == "none":
            assert same(receipt.picture, expected(document, 384))


async def test_text_without_marks_says_the_same(printers: Printers) -> None:
    profile = PrinterProfile(text_mode="unaccented", native_qr=True)
    receipt = await printers[384].print(to_escpos(RECEIPT, profile))
    assert receipt.unknown == []
    for words in ("BIEN NHAN", "Khach hang: NGUYEN THI TUYET ANH", "TONG", "1.113.426", f"[qr {RECEIPT_LINK}]"):
        assert words in receipt.text
    heights = lay_out(RECEIPT, 384, ascii_only=True).height
    assert abs(receipt.picture.height - heights) < 60


async def test_lines_of_plain_letters_keep_their_place_between_pixels(printers: Printers) -> None:
    profile = PrinterProfile(text_mode="ascii_lines")
    receipt = await printers[384].print(to_escpos(RECEIPT, profile))
    assert receipt.unknown == []
    assert receipt.picture.height == expected(RECEIPT, 384).height
    assert "MST: 0300942001-018" in receipt.text


async def test_the_fence_is_answered_once_the_paper_is_out(printers: Printers) -> None:
    stream = to_escpos(RECEIPT, PrinterProfile(fence=True))
    assert stream.endswith(FENCE)
    assert await printers[384].ask(stream, 1) == b"\x00"


async def test_a_cutter_ends_the_paper(printers: Printers) -> None:
    receipt = await printers[576].print(to_escpos(RECEIPT, PrinterProfile(width_dots=576, cut="partial")))
    assert receipt.unknown == []
    assert same(receipt.picture, expected(RECEIPT, 576))


@pytest.mark.parametrize("lost_at", [2, 70, 500, 3_000, 17_000])
async def test_the_job_after_a_broken_one_comes_out_whole(printers: Printers, lost_at: int) -> None:
    """A serial link goes on where it broke: the printer sees both jobs as one stream of bytes."""
    profile = PrinterProfile()
    broken = to_escpos(RECEIPT, profile)[:lost_at]
    receipt = await printers[384].print(broken + to_escpos(RECEIPT, profile, resync=True))
    whole = expected(RECEIPT, 384)
    # Zeroes that no band takes are no command; printers pass over them, and so does the simulator, saying so.
    assert {event["data"]["bytes"] for event in receipt.unknown} <= {"00"}
    height = receipt.picture.height
    assert same(receipt.picture.crop((0, height - whole.height, 384, height)), whole)
