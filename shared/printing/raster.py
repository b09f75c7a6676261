"""From a layout to black and white dots.

A line is drawn as one large integer: each glyph is kept with its rows already as far apart as the paper is wide, so
that putting a character on the line is one shift and one OR over all 28 rows.
"""

from dataclasses import dataclass
from functools import cache

from shared.printing.atlas import CELL_WIDTH, load_atlas
from shared.printing.document import Size, Weight
from shared.printing.layout import CodeLine, Gap, Layout, Line, RuleLine, TextLine, WidthDots
from shared.printing.qr import QUIET_MODULES

_FULL, _DASH = b"\xff\xff\xff", b"\xff\x0f\xf0"  # 24 dots: a full line, and twice 8 dots black, 4 white
_RULES = {
    "single": (_FULL, frozenset({6, 7})),
    "double": (_FULL, frozenset({4, 5, 8, 9})),
    "dashed": (_DASH, frozenset({6, 7})),
}


@dataclass(frozen=True, slots=True)
class Raster:
    """Rows of dots from the top, each ``width // 8`` bytes, the leftmost dot in the highest bit, 1 is black."""

    width: int
    data: bytes

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return self.width // 8

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.data) // self.row_bytes


def draw(layout: Layout) -> Raster:
    """The whole paper."""
    return Raster(layout.width_dots, b"".join(draw_line(line, layout.width_dots) for line in layout.lines))


def draw_line(line: Line, width_dots: WidthDots) -> bytes:
    """The rows of one line, over the whole width of the paper."""
    match line:
        case TextLine():
            return _draw_text(line, width_dots)
        case RuleLine():
            pattern, black = _RULES[line.style]
            row, white = pattern * (width_dots // 24), bytes(width_dots // 8)
            return b"".join(row if index in black else white for index in range(line.height))
        case Gap():
            return bytes(line.height * width_dots // 8)
        case CodeLine():
            return _draw_code(line, width_dots)


def _draw_text(line: TextLine, width_dots: WidthDots) -> bytes:
    dots = 0
    cell = CELL_WIDTH * line.size
    for run in line.runs:
        glyphs = _spread_glyphs(width_dots, run.weight, line.size)
        for column, character in enumerate(run.text, run.column):
            if character != " ":
                dots |= glyphs[character] >> column * cell
    return dots.to_bytes(line.height * width_dots // 8, "big")


@cache
def _spread_glyphs(width_dots: WidthDots, weight: Weight, size: Size) -> dict[str, int]:
    """Each glyph as it stands in the first column of a line."""
    atlas = load_atlas()
    glyphs = atlas.bold if weight == "bold" else atlas.regular
    return {character: _spread(rows, width_dots, size) for character, rows in glyphs.items()}


def _spread(rows: tuple[int, ...], width_dots: int, size: Size) -> int:
    dots = 0
    for row in rows:
        wide = int("".join(bit * size for bit in f"{row:0{CELL_WIDTH}b}"), 2)
        for _ in range(size):
            dots = dots << width_dots | wide
    return dots << width_dots - CELL_WIDTH * size


def _draw_code(line: CodeLine, width_dots: WidthDots) -> bytes:
    side = len(line.matrix) * line.module
    left = (width_dots - side) // 2
    quiet = bytes(QUIET_MODULES * line.module * width_dots // 8)
    digit = (b"0" * line.module, b"1" * line.module)
    rows = []
    for modules in line.matrix:
        dots = int(b"".join([digit[module] for module in modules]), 2) << width_dots - left - side
        rows.append(dots.to_bytes(width_dots // 8, "big") * line.module)
    return b"".join((quiet, *rows, quiet))
