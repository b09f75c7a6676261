"""From a document to lines on paper of one width: where each character, rule and code stands.

Everything is counted in whole characters of 12 dots, so that the pixels, a printer's own letters and another
implementation agree. The rules are specified in ``docs/printing.md``.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from shared.printing import qr, qr_symbol
from shared.printing.atlas import CELL_HEIGHT, CELL_WIDTH
from shared.printing.document import Align, Cell, Columns, Document, Feed, QrCode, Rule, Size, Text, Weight
from shared.printing.text import NO_BREAK_SPACE, normalise, to_ascii

WidthDots = Literal[384, 576]
"""Printable dots of 58 mm and 80 mm paper at 203 dots an inch."""

RULE_HEIGHT = 14
"""Rows of a horizontal line with the white above and below it."""

MIN_SHARED_CELL = 6
"""A cell that must wrap into fewer characters than this is set below its neighbours instead."""

_WORD = re.compile("( *)([^ ]+)")


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that follow each other, from ``column`` on; one column is one character of the line's size."""

    column: int
    text: str
    weight: Weight


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of characters, ``28 * size`` rows high."""

    runs: tuple[Run, ...]
    size: Size

    @property
    def height(self) -> int:
        """Rows of dots."""
        return CELL_HEIGHT * self.size


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A horizontal line."""

    style: Literal["single", "double", "dashed"]
    height: int = RULE_HEIGHT


@dataclass(frozen=True, slots=True)
class Gap:
    """White rows."""

    height: int


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A QR code in the middle, with four white modules above and below."""

    data: str
    error_level: qr_symbol.QrErrorLevel
    matrix: qr_symbol.Matrix
    module: int

    @property
    def height(self) -> int:
        """Rows of dots."""
        return (len(self.matrix) + 2 * qr.QUIET_MODULES) * self.module


Line = TextLine | RuleLine | Gap | CodeLine


@dataclass(frozen=True, slots=True)
class Layout:
    """A document laid out on paper of one width."""

    width_dots: WidthDots
    lines: tuple[Line, ...]

    @property
    def height(self) -> int:
        """Rows of dots, 8 to a millimetre."""
        return sum(line.height for line in self.lines)


def columns_for(width_dots: WidthDots) -> int:
    """Characters of normal size on a line: 32 or 48."""
    return width_dots // CELL_WIDTH


def lay_out(document: Document, width_dots: WidthDots, *, ascii_only: bool = False) -> Layout:
    """Lay a document out; ``ascii_only`` writes it without marks, for printers that print their own letters."""
    clean = to_ascii if ascii_only else normalise
    lines: list[Line] = []
    for block in document.blocks:
        match block:
            case Text():
                lines += _text(block, clean(block.text), columns_for(width_dots))
            case Columns():
                lines += _columns(block, [clean(cell.text) for cell in block.cells], columns_for(width_dots))
            case Rule():
                lines.append(RuleLine(block.style))
            case Feed():
                lines.append(Gap(block.rows))
            case QrCode():
                lines += _code(block, width_dots, clean)
            case _:
                assert_never(block)
    return Layout(width_dots, tuple(lines))


def wrap(paragraph: str, width: int) -> list[str]:
    """Break one paragraph into lines of at most ``width`` characters; only spaces at a break are lost.

    A word that is longer than a line starts on a line of its own and is broken where the line is full.
    """
    lines: list[str] = []
    line = ""
    for spaces, word in _WORD.findall(paragraph):
        if len(line) + len(spaces) + len(word) <= width and (line or not lines):
            line += spaces + word
            continue
        if line:
            lines.append(line)
        rest = word
        while len(rest) > width:
            lines.append(rest[:width])
            rest = rest[width:]
        line = rest
    return [*lines, line]


def column_widths(cells: Sequence[Cell], longest: Sequence[int], total: int) -> list[int] | None:
    """The characters each cell gets of ``total``; None where they do not fit side by side.

    ``longest`` is the length of each cell's longest line before wrapping.
    """
    widths: list[int | None] = []
    for cell, length in zip(cells, longest, strict=True):
        if cell.width is not None:
            widths.append(max(cell.width, length) if cell.keep else cell.width)
        else:
            widths.append(length if cell.keep else None)
    left = total - (len(cells) - 1) - sum(width for width in widths if width is not None)
    if left < 0:
        return None
    shares = sum(cell.share for cell, width in zip(cells, widths, strict=True) if width is None)
    if not shares:
        fixed = [width for width in widths if width is not None]
        return [*fixed[:-1], fixed[-1] + left]
    parts = [left * cell.share // shares if width is None else width for cell, width in zip(cells, widths, strict=True)]
    shared = [index for index, width in enumerate(widths) if width is None]
    for index in shared[: left - sum(parts[index] for index in shared)]:
        parts[index] += 1
    if any(parts[index] < min(longest[index], MIN_SHARED_CELL) for index in shared):
        return None
    return parts


def _text(block: Text, text: str, columns: int) -> list[Line]:
    width = columns // block.size
    return [
        _line([(0, width, piece, block.align, block.weight)], block.size)
        for paragraph in text.split("\n")
        for piece in wrap(paragraph, width)
    ]


def _columns(block: Columns, texts: Sequence[str], columns: int) -> list[Line]:
    total = columns // block.size
    paragraphs = [[line.rstrip(" ") for line in text.split("\n")] for text in texts]
    longest = [max(map(len, lines)) for lines in paragraphs]
    widths = column_widths(block.cells, longest, total)
    if widths is None:
        return [
            _line([(0, total, piece, cell.align, cell.weight)], block.size)
            for cell, lines, length in zip(block.cells, paragraphs, longest, strict=True)
            if length
            for paragraph in lines
            for piece in wrap(paragraph, total)
        ]
    wrapped = [
        [piece for paragraph in lines for piece in wrap(paragraph, max(width, 1))]
        for lines, width in zip(paragraphs, widths, strict=True)
    ]
    starts = [sum(widths[:index]) + index for index in range(len(widths))]
    return [
        _line(
            [
                (start, width, pieces[row], cell.align, cell.weight)
                for cell, start, width, pieces in zip(block.cells, starts, widths, wrapped, strict=True)
                if row < len(pieces)
            ],
            block.size,
        )
        for row in range(max(map(len, wrapped)))
    ]


def _line(pieces: Sequence[tuple[int, int, str, Align, Weight]], size: Size) -> TextLine:
    """One line of (first column, width, characters, alignment, weight)."""
    runs = []
    for start, width, piece, align, weight in pieces:
        text = piece.replace(NO_BREAK_SPACE, " ")
        if not text.strip(" "):
            continue
        white = width - len(text)
        offset = {"left": 0, "center": white // 2, "right": white}[align]
        runs.append(Run(start + offset, text, weight))
    return TextLine(tuple(runs), size)


def _code(block: QrCode, width_dots: WidthDots, clean: Callable[[str], str]) -> list[Line]:
    modules = qr.matrix(block.data, block.error_level)
    dots = qr.module_dots(len(modules), width_dots)
    lines: list[Line] = [CodeLine(block.data, block.error_level, modules, dots)]
    if block.caption is not None:
        caption = Text(text=block.caption, align="center")
        lines += _text(caption, clean(block.caption), columns_for(width_dots))
    return lines
