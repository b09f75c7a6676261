import pytest

from shared.printing import qr

LEVELS: tuple[qr.QrErrorLevel, ...] = ("L", "M", "Q", "H")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("filler", ["7", "A", "a"])
def test_the_limit_is_what_fits_on_narrow_paper_at_four_dots(level: qr.QrErrorLevel, filler: str) -> None:
    longest = max(length for length in range(1, 1_600) if _fits(filler * length, level))
    assert len(qr.matrix(filler * longest, level)) == 85
    assert qr.module_dots(85, 384) == 4
    assert len(qr.matrix(filler * (longest + 1), level)) == 89
    assert qr.module_dots(89, 384) < 4


def _fits(data: str, level: qr.QrErrorLevel) -> bool:
    try:
        qr.require_fit(data, level)
    except ValueError:
        return False
    return True


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


def test_the_error_level_is_the_one_asked_for() -> None:
    """Raising it silently, as libraries like to do, would be another picture on the phone."""
    assert qr.matrix("A", "L") != qr.matrix("A", "H")
    format_bits = {level: bytes(qr.matrix("A", level)[8][:5]) for level in LEVELS}
    # ISO/IEC 18004 table C.1 for mask 0: the first five of the fifteen format bits.
    assert format_bits == {
        "L": bytes((1, 1, 1, 0, 1)),
        "M": bytes((1, 0, 1, 0, 1)),
        "Q": bytes((0, 1, 1, 0, 1)),
        "H": bytes((0, 0, 1, 0, 1)),
    }
