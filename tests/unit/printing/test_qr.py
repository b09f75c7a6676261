import string

import pytest
import segno
import zxingcpp
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from shared.printing import qr
from shared.printing.qr_symbol import Matrix, QrErrorLevel, symbol

LEVELS: tuple[QrErrorLevel, ...] = ("L", "M", "Q", "H")


def read(modules: Matrix) -> zxingcpp.Barcode:
    side = len(modules)
    picture = Image.new("L", (side + 8, side + 8), 255)
    picture.paste(
        Image.frombytes("L", (side, side), bytes(255 * (1 - dark) for row in modules for dark in row)), (4, 4)
    )
    [code] = zxingcpp.read_barcodes(picture.resize((4 * side + 32, 4 * side + 32), Image.Resampling.NEAREST))
    return code


def fits(data: str, level: QrErrorLevel) -> bool:
    try:
        qr.require_fit(data, level)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("filler", ["7", "A", "a"])
def test_the_limit_is_what_fits_on_narrow_paper_at_four_dots(level: QrErrorLevel, filler: str) -> None:
    longest = max(length for length in range(1, 1_600) if fits(filler * length, level))
    assert len(qr.matrix(filler * longest, level)) == 85
    assert qr.module_dots(85, 384) == 4
    with pytest.raises(ValueError, match="too many"):
        qr.matrix(filler * (longest + 1), level)


def test_capitals_and_digits_take_the_tighter_modes() -> None:
    assert [qr.mode_of(data) for data in ("0912", "HTTPS://A.VN/R/2KCE", "https://a.vn", "Ệ", "٣")] == [
        "numeric",
        "alphanumeric",
        "byte",
        "byte",
        "byte",
    ]


def test_a_signed_receipt_is_a_code_of_61_modules() -> None:
    link = "HTTPS://THUNGAN.EXAMPLE/R/" + "2KCE3IQE" * 42
    assert len(qr.matrix(link, "M")) == 61
    assert [qr.module_dots(61, width) for width in (384, 576)] == [5, 6]


def test_an_address_in_small_letters_before_a_token_makes_a_code_that_is_hardly_larger_and_is_read_back() -> None:
    address = "https://thungan.example/r/" + "2KCE3IQE" * 43
    modules = qr.matrix(address, "M")
    assert len(modules) == len(qr.matrix(address.upper(), "M")) == 65
    assert len(symbol(address, "byte", "M")) > 65
    code = read(modules)
    assert (code.text, code.ec_level) == (address, "M")
    assert [mode for mode, _ in qr.segments_of(address)] == ["byte", "alphanumeric"]
    assert qr.segments_of("https://a.vn/R/2KCE") == [("byte", "https://a.vn/R/2KCE")]


@settings(max_examples=40)
@given(
    st.text("Ệđ abc", min_size=1, max_size=40),
    st.text(string.ascii_uppercase + string.digits, min_size=100, max_size=300),
    st.sampled_from(LEVELS[:2]),
)
def test_two_segments_are_read_back(head: str, tail: str, level: QrErrorLevel) -> None:
    assume(fits(head + tail, level))
    code = read(qr.matrix(head + tail, level))
    assert code.bytes.decode() == head + tail


@pytest.mark.parametrize("level", LEVELS)
def test_codes_of_every_size_are_read_back_at_the_level_asked_for(level: QrErrorLevel) -> None:
    sizes = set()
    for length in range(1, 1_001, 13):
        data = (string.ascii_uppercase + string.digits) * 28
        data = data[:length]
        if fits(data, level):
            modules = qr.matrix(data, level)
            sizes.add(len(modules))
            code = read(modules)
            assert (code.text, code.ec_level) == (data, level)
    assert sizes == set(range(21, 86, 4))


@settings(max_examples=60)
@given(
    st.text(string.digits, min_size=1, max_size=250)
    | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 $%*+-./:", min_size=1, max_size=250)
    | st.text("Ệẫđ₫ abc{}~", min_size=1, max_size=90),
    st.sampled_from(LEVELS),
)
def test_any_data_is_read_back(data: str, level: QrErrorLevel) -> None:
    code = read(symbol(data, qr.mode_of(data), level))
    assert code.bytes.decode() == data
    assert code.ec_level == level


@given(st.text(string.digits, min_size=1, max_size=300), st.sampled_from(LEVELS))
def test_every_module_is_where_another_library_has_it(digits: str, level: QrErrorLevel) -> None:
    """Segno adds a zero byte where the data ends on a byte; those few are left to the reader above."""
    ours = symbol(digits, "numeric", level)
    version = (len(ours) - 17) // 4
    length = 4 + (10 if version < 10 else 12) + len(digits) // 3 * 10 + (0, 4, 7)[len(digits) % 3] + 4
    assume(length % 8)
    theirs = segno.make_qr(digits, error=level, mode="numeric", mask=0, boost_error=False)
    assert ours == tuple(bytes(row) for row in theirs.matrix)
