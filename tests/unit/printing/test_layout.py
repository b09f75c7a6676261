import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.printing import Cell, Columns, Document, QrCode, Text, columns_for, lay_out
from shared.printing.document import Block
from shared.printing.layout import CodeLine, TextLine, WidthDots, column_widths, wrap
from shared.printing.text import normalise, to_ascii
from tests.unit.printing.make_golden import WIDTHS
from tests.unit.printing.strategies import cells, documents, texts


def lines_of(*blocks: Block, width_dots: WidthDots = 384) -> list[str]:
    """Each line of text as a person reads it."""
    document = Document(kind="test", title="t", blocks=blocks)
    return [read(line) for line in lay_out(document, width_dots).lines if isinstance(line, TextLine)]


def read(line: TextLine) -> str:
    text = ""
    for run in line.runs:
        text = text.ljust(run.column) + run.text
    return text


def letters(text: str) -> list[str]:
    return sorted(text.replace(" ", "").replace("\u00a0", "").replace("\n", ""))


def test_paper_of_58_mm_has_32_columns_and_80_mm_has_48() -> None:
    assert [columns_for(width) for width in WIDTHS] == [32, 48]


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        ("", [""]),
        ("    ", [""]),
        ("một hai ba", ["một hai", "ba"]),
        ("một  hai", ["một  hai"]),
        ("  hai", ["  hai"]),
        ("        x", ["x"]),
        ("đúng tám", ["đúng tám"]),
        ("đúng chín!", ["đúng", "chín!"]),
        ("ab nghiêngngả", ["ab", "nghiêngn", "gả"]),
        ("nghiêngn", ["nghiêngn"]),
        ("nghiêngngả ơi", ["nghiêngn", "gả ơi"]),
        ("cuối   ", ["cuối"]),
        ("1.000\u00a0₫ nhé", ["1.000\u00a0₫", "nhé"]),
    ],
)
def test_words_wrap_at_eight_columns(paragraph: str, expected: list[str]) -> None:
    assert wrap(paragraph, 8) == expected


@given(texts, st.integers(1, 48))
def test_wrapping_keeps_every_character_in_order_and_every_line_short_enough(text: str, width: int) -> None:
    for paragraph in normalise(text).split("\n"):
        lines = wrap(paragraph, width)
        assert "".join(lines).replace(" ", "") == paragraph.replace(" ", "")
        assert all(len(line) <= width for line in lines)
        assert all(not line.endswith(" ") for line in lines)


def test_a_name_of_200_letters_is_all_there() -> None:
    name = "Nguyễn " * 25 + "Ộ" * 25
    assert "".join(lines_of(Text(text=name, weight="bold"))).replace(" ", "") == name.replace(" ", "")


@pytest.mark.parametrize(
    ("align", "expected"), [("left", "ab"), ("center", " " * 15 + "ab"), ("right", " " * 30 + "ab")]
)
def test_text_is_aligned_by_whole_characters(align: str, expected: str) -> None:
    assert lines_of(Text.model_validate({"text": "ab", "align": align})) == [expected]


def test_double_size_has_half_the_columns() -> None:
    assert lines_of(Text(text="a" * 17, size=2)) == ["a" * 16, "a"]


def test_a_label_wraps_beside_its_amount() -> None:
    row = Columns(
        cells=(Cell(text="Tổng số tiền phải thanh toán kỳ này"), Cell(text="1.113.426 ₫", align="right", keep=True))
    )
    assert lines_of(row) == ["Tổng số tiền phải    1.113.426 ₫", "thanh toán kỳ này"]
    assert lines_of(row, width_dots=576) == ["Tổng số tiền phải thanh toán kỳ này  1.113.426 ₫"]


def test_rows_of_a_table_line_up() -> None:
    def row(step: str, kwh: str, amount: str) -> Columns:
        return Columns(
            cells=(
                Cell(text=step),
                Cell(text=kwh, align="right", width=6),
                Cell(text=amount, align="right", keep=True, width=12),
            )
        )

    assert lines_of(row("Bậc 1", "50", "99.200"), row("Bậc 6", "1.287", "4.311.450")) == [
        "Bậc 1            50       99.200",
        "Bậc 6         1.287    4.311.450",
    ]


def test_shares_divide_what_is_left() -> None:
    flexible = (Cell(text="x" * 99, share=2), Cell(text="x" * 99), Cell(text="123", keep=True))
    assert column_widths(flexible, [99, 99, 3], 32) == [18, 9, 3]
    assert column_widths(flexible, [99, 99, 3], 33) == [19, 9, 3]


def test_without_a_flexible_cell_the_last_one_reaches_the_edge_of_the_paper() -> None:
    row = Columns(cells=(Cell(text="Số:", keep=True), Cell(text="12", keep=True, align="right")))
    assert lines_of(row) == ["Số:" + " " * 27 + "12"]


def test_cells_too_wide_for_the_paper_stand_below_each_other() -> None:
    row = Columns(cells=(Cell(text="Mã tra cứu"), Cell(text="2KCE3IQEUJAHG2LHOQQHIZLTOQQG", align="right", keep=True)))
    assert lines_of(row) == ["Mã tra cứu", "    2KCE3IQEUJAHG2LHOQQHIZLTOQQG"]
    assert lines_of(row, width_dots=576) == ["Mã tra cứu" + " " * 10 + "2KCE3IQEUJAHG2LHOQQHIZLTOQQG"]


@given(
    st.lists(cells, max_size=4),
    st.from_regex(r"-?[1-9][0-9]{0,2}(\.[0-9]{3}){0,4}( ₫)?", fullmatch=True),
    st.integers(0, 4),
    st.sampled_from(WIDTHS),
    st.sampled_from((1, 2)),
)
def test_an_amount_is_never_split(
    others: list[Cell], amount: str, place: int, width_dots: WidthDots, size: int
) -> None:
    row = [*others]
    row.insert(min(place, len(row)), Cell(text=amount, align="right", keep=True))
    block = Columns.model_validate({"cells": tuple(row), "size": size})
    runs = [
        run.text
        for line in lay_out(Document(kind="test", title="t", blocks=(block,)), width_dots).lines
        if isinstance(line, TextLine)
        for run in line.runs
    ]
    if len(amount) <= columns_for(width_dots) // size:
        assert amount in runs


@given(documents, st.sampled_from(WIDTHS), st.booleans())
def test_every_character_of_a_document_is_on_the_paper_once(
    document: Document, width_dots: WidthDots, ascii_only: bool
) -> None:
    clean = to_ascii if ascii_only else normalise
    written = ""
    for block in document.blocks:
        if isinstance(block, Text):
            written += clean(block.text)
        elif isinstance(block, Columns):
            written += "".join(clean(cell.text) for cell in block.cells)
        elif isinstance(block, QrCode):
            written += clean(block.caption or "")
    lines = [line for line in lay_out(document, width_dots, ascii_only=ascii_only).lines if isinstance(line, TextLine)]
    assert letters("".join(run.text for line in lines for run in line.runs)) == letters(written)


@given(documents, st.sampled_from(WIDTHS))
def test_nothing_stands_outside_the_paper_or_on_something_else(document: Document, width_dots: WidthDots) -> None:
    for line in lay_out(document, width_dots).lines:
        if isinstance(line, TextLine):
            end = 0
            for run in line.runs:
                assert run.column >= end
                end = run.column + len(run.text)
            assert end <= columns_for(width_dots) // line.size
        elif isinstance(line, CodeLine):
            assert 4 <= line.module <= 6
            assert (len(line.matrix) + 8) * line.module <= width_dots
