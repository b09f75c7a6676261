"""Which QR code stands for given data, and how large it is on paper.

The choices that the standard leaves open are fixed, so that the server and the phone draw the same code: one
segment, in the tightest mode that holds all the data, or two where a long run of capitals and digits ends data that has
other letters (an address in small letters before a token); the error level asked for, never raised by itself; and
always mask 0. Readers take any mask from the format bits; which one is best, every library judges differently.
"""

from functools import lru_cache

from shared.printing.qr_symbol import (
    ALPHANUMERIC,
    MAX_VERSION,
    Matrix,
    QrErrorLevel,
    QrMode,
    Segment,
    fits,
    symbol_of,
)

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


LONG_TAIL = 100
"""So many capitals and digits at the end of other data are worth a segment of their own."""


def segments_of(data: str) -> list[Segment]:
    """``data`` in one segment, or its long tail of capitals and digits in another one."""
    mode = mode_of(data)
    if mode == "byte":
        head = data.rstrip(ALPHANUMERIC)
        if head and len(data) - len(head) >= LONG_TAIL:
            return [("byte", head), ("alphanumeric", data[len(head) :])]
    return [(mode, data)]


def require_fit(data: str, error_level: QrErrorLevel) -> None:
    """Raise ValueError when ``data`` makes a code that 58 mm paper cannot hold at 4 dots a module."""
    segments = segments_of(data)
    if len(segments) > 1:
        if not fits(segments, MAX_VERSION, error_level):
            raise ValueError(f"a QR code of {len(data)} characters does not fit on 58 mm paper")
        return
    mode = segments[0][0]
    length = len(data.encode()) if mode == "byte" else len(data)
    limit = _CAPACITY[error_level][mode]
    if length > limit:
        raise ValueError(f"a QR code of {length} {mode} characters does not fit on 58 mm paper (at most {limit})")


@lru_cache(maxsize=64)
def matrix(data: str, error_level: QrErrorLevel) -> Matrix:
    """The modules of the smallest code for ``data``, without quiet zone. Raises ValueError where none holds it."""
    return symbol_of(segments_of(data), error_level)


def native_module_dots(data: str, error_level: QrErrorLevel, width_dots: int) -> int:
    """How many dots a module is where the printer makes the code, which may take one segment of bytes for all of it."""
    segments = segments_of(data)
    whole: Segment = segments[0] if len(segments) == 1 else ("byte", data)
    return module_dots(len(symbol_of([whole], error_level)), width_dots)


def module_dots(modules: int, width_dots: int) -> int:
    """How many dots wide and high a module is on this paper: as large as fits, between 4 and 6."""
    return min(MAX_MODULE_DOTS, width_dots // (modules + 2 * QUIET_MODULES))
