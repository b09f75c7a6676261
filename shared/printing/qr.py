"""Which QR code stands for given data, and how large it is on paper.

The choices that the standard leaves open are fixed, so that the server and the phone draw the same code: one
segment, in the tightest mode that holds all the data; the error level asked for, never raised by itself; and always
mask 0. Readers take any mask from the format bits; which one is best, every library judges differently.
"""

from functools import lru_cache

from shared.printing.qr_symbol import ALPHANUMERIC, Matrix, QrErrorLevel, QrMode, symbol

MIN_MODULE_DOTS = 4
"""Below 0.5 mm a module, worn paper and cheap cameras fail; printer makers ask for 4 dots too."""

MAX_MODULE_DOTS = 6
"""Above 0.75 mm a module a code is not read better, and only takes paper."""

QUIET_MODULES = 4
"""White modules that ISO/IEC 18004 wants on every side."""

# Table 7 of the standard, version 17 (85 modules): the largest that 384 dots hold at 4 dots a module, quiet zones too.
_CAPACITY: dict[QrErrorLevel, dict[QrMode, int]] = {
    "L": {"numeric": 1548, "alphanumeric": 938, "byte": 644},
    "M": {"numeric": 1212, "alphanumeric": 734, "byte": 504},
    "Q": {"numeric": 876, "alphanumeric": 531, "byte": 364},
    "H": {"numeric": 674, "alphanumeric": 408, "byte": 280},
}


def mode_of(data: str) -> QrMode:
    """The tightest mode that holds ``data`` in one segment."""
    if data.isascii() and data.isdigit():
        return "numeric"
    if set(data) <= set(ALPHANUMERIC):
        return "alphanumeric"
    return "byte"


def require_fit(data: str, error_level: QrErrorLevel) -> None:
    """Raise ValueError when ``data`` makes a code that 58 mm paper cannot hold at 4 dots a module."""
    mode = mode_of(data)
    length = len(data.encode()) if mode == "byte" else len(data)
    limit = _CAPACITY[error_level][mode]
    if length > limit:
        raise ValueError(f"a QR code of {length} {mode} characters does not fit on 58 mm paper (at most {limit})")


@lru_cache(maxsize=64)
def matrix(data: str, error_level: QrErrorLevel) -> Matrix:
    """The modules of the smallest code for ``data``, without quiet zone. Raises ValueError where none holds it."""
    return symbol(data, mode_of(data), error_level)


def module_dots(modules: int, width_dots: int) -> int:
    """How many dots wide and high a module is on this paper: as large as fits, between 4 and 6."""
    return min(MAX_MODULE_DOTS, width_dots // (modules + 2 * QUIET_MODULES))
