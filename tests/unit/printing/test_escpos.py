import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.printing import (
    FENCE,
    Cell,
    Columns,
    Document,
    Feed,
    PrinterProfile,
    QrCode,
    Text,
    lay_out,
    render,
    to_escpos,
)
from shared.printing.layout import CodeLine, TextLine, WidthDots
from tests.unit.printing.escpos_reader import UnexpectedByteError, read
from tests.unit.printing.make_golden import WIDTHS
from tests.unit.printing.samples import RECEIPT, RECEIPT_LINK
from tests.unit.printing.strategies import documents

profiles = st.builds(
    PrinterProfile,
    width_dots=st.sampled_from(WIDTHS),
    native_qr=st.booleans(),
    text_mode=st.sampled_from(("none", "ascii_lines", "unaccented")),
    cut=st.sampled_from(("none", "partial", "full")),
    fence=st.booleans(),
    feed_command=st.booleans(),
    tail_rows=st.integers(0, 300),
)


@given(documents, st.sampled_from(WIDTHS), st.booleans(), st.integers(0, 300))
def test_the_printer_draws_exactly_the_raster(
    document: Document, width_dots: WidthDots, feed_command: bool, tail_rows: int
) -> None:
    profile = PrinterProfile(width_dots=width_dots, feed_command=feed_command, tail_rows=tail_rows)
    printed = read(to_escpos(document, profile), width_dots)
    assert printed.data == render(document, width_dots).data + bytes(tail_rows * width_dots // 8)
    assert printed.texts == []


@given(documents, profiles, st.booleans())
def test_no_text_becomes_a_command(document: Document, profile: PrinterProfile, resync: bool) -> None:
    printed = read(to_escpos(document, profile, resync=resync), profile.width_dots)
    assert printed.resets == 1
    assert printed.cuts == (profile.cut != "none")
    assert printed.fences == profile.fence
    assert len(printed.codes) == profile.native_qr * sum(block.type == "qr" for block in document.blocks)


@given(documents, profiles)
def test_bands_fit_the_buffers_of_cheap_printers(document: Document, profile: PrinterProfile) -> None:
    for width, rows in read(to_escpos(document, profile), profile.width_dots).bands:
        assert 1 <= rows <= 64
        assert 1 <= width <= profile.width_dots // 8
        assert width * rows <= 4096


def test_a_page_without_white_gaps_is_sent_in_bands_that_end_at_white_rows() -> None:
    """Marks above and tails below leave one white row between lines: 28 rows of 72 bytes a line, two lines a band."""
    document = Document(kind="test", title="t", blocks=tuple(Text(text="Ẩg" * 24) for _ in range(9)))
    printed = read(to_escpos(document, PrinterProfile(width_dots=576, tail_rows=0)), 576)
    assert [width for width, _ in printed.bands] == [72] * len(printed.bands)
    assert all(width * rows <= 4096 for width, rows in printed.bands)
    assert [rows for _, rows in printed.bands[:-1]] == [55] * (len(printed.bands) - 1)
    assert printed.data == render(document, 576).data


@given(documents, st.sampled_from(WIDTHS), st.sampled_from(("ascii_lines", "unaccented")))
def test_lines_of_text_are_those_of_the_layout(document: Document, width_dots: WidthDots, mode: str) -> None:
    profile = PrinterProfile.model_validate({"width_dots": width_dots, "text_mode": mode})
    expected = []
    for line in lay_out(document, width_dots, ascii_only=mode == "unaccented").lines:
        if isinstance(line, TextLine) and all(run.text.isascii() for run in line.runs):
            text = ""
            for run in line.runs:
                text = text.ljust(run.column) + run.text
            expected.append(text)
    assert read(to_escpos(document, profile), width_dots).texts == expected


@pytest.mark.parametrize("width_dots", WIDTHS)
def test_a_native_code_leaves_the_rest_of_the_paper_as_it_is(width_dots: WidthDots) -> None:
    layout = lay_out(RECEIPT, width_dots)
    printed = read(to_escpos(RECEIPT, PrinterProfile(width_dots=width_dots, native_qr=True, tail_rows=0)), width_dots)
    [(at, module, level, data)] = printed.codes
    assert (level, data.decode()) == ("M", RECEIPT_LINK)
    code = next(line for line in layout.lines if isinstance(line, CodeLine))
    assert module == code.module
    side = len(code.matrix) * module
    white = bytes(side * width_dots // 8)
    whole = render(RECEIPT, width_dots).data
    start = at * width_dots // 8
    assert printed.data == whole[:start] + whole[start + len(white) :]


def test_nothing_is_cut_fenced_or_flushed_by_itself() -> None:
    stream = to_escpos(RECEIPT, PrinterProfile())
    assert stream.startswith(b"\x1b@")
    assert FENCE not in stream[-8:]
    printed = read(stream, 384)
    assert (printed.cuts, printed.fences, printed.resets) == (0, 0, 1)


def test_the_fence_is_the_last_thing_sent() -> None:
    assert to_escpos(RECEIPT, PrinterProfile(fence=True, cut="full")).endswith(b"\x1dV\x00" + FENCE)


@pytest.mark.parametrize("lost_at", [2, 60, 100, 1_000, 5_000, 20_000])
def test_after_a_broken_connection_the_next_job_comes_out_whole(lost_at: int) -> None:
    profile = PrinterProfile(tail_rows=0)
    broken = to_escpos(RECEIPT, profile)[:lost_at]
    printed = read(broken + to_escpos(RECEIPT, profile, resync=True), 384)
    assert printed.data.endswith(render(RECEIPT, 384).data)


def test_a_broken_stream_without_resync_would_have_been_noticed() -> None:
    """The reader used here is strict: it does not forgive a job that starts inside a band of another."""
    stream = to_escpos(RECEIPT, PrinterProfile())
    inside = stream.index(b"\x1dv0") + 40
    with pytest.raises(UnexpectedByteError):
        read(stream[:inside] + stream, 384)


def test_white_rows_are_fed_and_not_sent() -> None:
    document = Document(kind="test", title="t", blocks=(Feed(rows=600), Text(text="a"), Feed(rows=600)))
    assert len(to_escpos(document, PrinterProfile())) < 80
    assert len(to_escpos(document, PrinterProfile(feed_command=False))) < 2_000


def test_a_receipt_fits_a_slow_link() -> None:
    """Bytes on the wire, as a person in the street waits for them: 5 kB/s is a usual Bluetooth link."""
    for width, raster_qr, native_qr in ((384, 48_000, 35_000), (576, 62_000, 41_000)):
        sizes = [
            len(to_escpos(RECEIPT, PrinterProfile.model_validate({"width_dots": width, "native_qr": native})))
            for native in (False, True)
        ]
        assert sizes[0] < raster_qr
        assert sizes[1] < native_qr
    unaccented = PrinterProfile(text_mode="unaccented", native_qr=True)
    assert len(to_escpos(RECEIPT, unaccented)) < 3_000


@pytest.mark.parametrize(
    "hostile", ["\x1b@", "\x1dV\x00", "\x1b\x70\x00\x19\xfa", "\x10\x04\x01", "\x1d(k", "\x00" * 9, "\x9b2J"]
)
def test_a_name_full_of_commands_prints_as_its_visible_letters(hostile: str) -> None:
    def document(name: str) -> Document:
        return Document(
            kind="receipt",
            title="t",
            blocks=(Text(text=name), Columns(cells=(Cell(text=name), Cell(text=name, keep=True)))),
        )

    visible = "".join(character for character in hostile if " " <= character <= "~" or character > "\x9f")
    profiles_ = [PrinterProfile.model_validate({"text_mode": mode}) for mode in ("none", "ascii_lines", "unaccented")]
    for profile, prefix in itertools.product(profiles_, ("Lê ", "Le ")):
        assert to_escpos(document(prefix + hostile), profile) == to_escpos(document(prefix + visible), profile)


def test_data_of_a_code_is_sent_as_it_is() -> None:
    document = Document(kind="test", title="t", blocks=(QrCode(data="https://ví-dụ.vn", error_level="H"),))
    [(_, module, level, data)] = read(to_escpos(document, PrinterProfile(native_qr=True)), 384).codes
    assert (module, level, data) == (6, "H", "https://ví-dụ.vn".encode())
