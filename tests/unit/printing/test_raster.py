import io

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from shared.printing import Cell, Columns, Document, Feed, QrCode, Rule, Text, lay_out, render, to_png
from shared.printing.document import Block
from shared.printing.layout import WidthDots
from tests.unit.printing.make_golden import WIDTHS
from tests.unit.printing.samples import RECEIPT, RECEIPT_LINK
from tests.unit.printing.strategies import documents


def dots(*blocks: Block, width_dots: WidthDots = 384) -> list[str]:
    """The rows of a picture as strings of # and spaces."""
    raster = render(Document(kind="test", title="t", blocks=blocks), width_dots)
    rows = (raster.data[start : start + raster.row_bytes] for start in range(0, len(raster.data), raster.row_bytes))
    return ["".join(f"{byte:08b}" for byte in row).replace("0", " ").replace("1", "#") for row in rows]


def qr_of(document: Document, width_dots: WidthDots) -> zxingcpp.Barcode:
    picture = Image.open(io.BytesIO(to_png(document, width_dots, margin=24))).convert("L")
    codes = zxingcpp.read_barcodes(picture)
    assert len(codes) == 1
    return codes[0]


def test_a_letter_is_drawn_as_it_stands_in_the_atlas() -> None:
    assert [row[:14].rstrip() for row in dots(Text(text="L"))][8:22] == [
        *["  ##"] * 12,
        *["  ########"] * 2,
    ]


def test_double_size_doubles_every_dot_both_ways() -> None:
    single = dots(Text(text="Ộp"))
    double = dots(Text(text="Ộp", size=2))
    assert double == ["".join(2 * dot for dot in row)[:384] for row in single for _ in range(2)]


def test_a_run_starts_at_its_column() -> None:
    left, right = dots(Text(text="Ệ")), dots(Text(text="Ệ", align="right"))
    assert [row[:12] for row in left] == [row[-12:] for row in right]


def test_rules_are_two_dots_thick_in_fourteen_rows() -> None:
    for width in WIDTHS:
        white, black, dashes = " " * width, "#" * width, "########    " * (width // 12)
        assert dots(Rule(), width_dots=width) == [white] * 6 + [black] * 2 + [white] * 6
        assert (
            dots(Rule(style="double"), width_dots=width) == [white] * 4 + ([black] * 2 + [white] * 2) * 2 + [white] * 2
        )
        assert dots(Rule(style="dashed"), width_dots=width) == [white] * 6 + [dashes] * 2 + [white] * 6


def test_a_feed_is_white() -> None:
    assert dots(Feed(rows=3)) == [" " * 384] * 3


@given(documents, st.sampled_from(WIDTHS))
def test_a_raster_is_as_high_as_its_layout(document: Document, width_dots: WidthDots) -> None:
    raster = render(document, width_dots)
    assert raster.height == lay_out(document, width_dots).height
    assert len(raster.data) == raster.height * width_dots // 8


@pytest.mark.parametrize("width_dots", WIDTHS)
def test_the_code_on_a_receipt_is_read_back(width_dots: WidthDots) -> None:
    assert qr_of(RECEIPT, width_dots).text == RECEIPT_LINK


@settings(max_examples=40)
@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 $%*+-./:", min_size=1, max_size=400)
    | st.from_regex(r"[0-9]{1,300}", fullmatch=True)
    | st.text("Ệẫđ₫ abc{}~", min_size=1, max_size=90),
    st.sampled_from("LM"),
    st.sampled_from(WIDTHS),
)
def test_any_code_is_read_back_from_the_picture(data: str, level: str, width_dots: WidthDots) -> None:
    code = QrCode.model_validate({"data": data, "error_level": level, "caption": "Quét mã để kiểm tra"})
    read = qr_of(Document(kind="test", title="t", blocks=(code, Text(text="dưới"))), width_dots)
    assert read.bytes.decode() == data
    assert read.ec_level == level


def test_a_picture_has_a_pixel_for_a_dot() -> None:
    document = Document(kind="test", title="t", blocks=(Columns(cells=(Cell(text="Ộ"), Cell(text="₫"))), Rule()))
    picture = Image.open(io.BytesIO(to_png(document, 384)))
    assert (picture.mode, picture.size) == ("1", (384, 42))
    assert Image.open(io.BytesIO(to_png(document, 384, scale=2, margin=8))).size == (800, 116)
    flat = picture.convert("L").tobytes().replace(b"\xff", b" ").replace(b"\x00", b"#").decode()
    assert [flat[row * 384 : row * 384 + 384] for row in range(42)] == dots(*document.blocks)
