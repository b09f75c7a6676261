"""Lines of text as pages of a PDF: text that is searched and copied, with the printers' letters as its font.

Each letter that occurs is a glyph of a Type 3 font (ISO 32000-1, 9.6.5): the dots of the atlas, and the character that
it stands for. So no font file is needed, and every letter that can be on a receipt can be on A4. The file's structure
is written by Pillow.
"""

import io
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from PIL.PdfParser import PdfArray, PdfDict, PdfName, PdfParser

from shared.printing.atlas import CELL_HEIGHT, CELL_WIDTH, load_atlas
from shared.printing.document import Weight
from shared.printing.layout import CodeLine, Gap, Line, RuleLine, TextLine

_BASELINE = 21
"""Rows of a letter above its baseline."""
_GLYPHS = 250
"""Letters of one font, which has one byte for each."""
_THICK = 2
"""Dots of a rule."""
_RULES = {"single": (7,), "double": (5, 9), "dashed": (7,)}
"""Rows of the middle of each rule, from the top of its line."""
_DASHES = "[8 4] 0 d"


@dataclass(frozen=True, slots=True)
class Paper:
    """The pages; points are 1/72 inch."""

    width: float
    height: float
    left: float
    top: float
    dot: float
    """Points of a dot."""
    width_dots: int


@dataclass
class _Font:
    """One font of a weight, with the letters that it has so far."""

    name: str
    weight: Weight
    characters: list[str] = field(default_factory=list)


@dataclass
class _Fonts:
    """Fonts as they are needed."""

    fonts: list[_Font] = field(default_factory=list)
    _codes: dict[tuple[Weight, str], tuple[_Font, int]] = field(default_factory=dict)

    def code(self, weight: Weight, character: str) -> tuple[_Font, int]:
        """Return a letter's font and its code there."""
        found = self._codes.get((weight, character))
        if found is None:
            of_weight = [font for font in self.fonts if font.weight == weight]
            if not of_weight or len(of_weight[-1].characters) == _GLYPHS:
                of_weight.append(_Font(f"F{len(self.fonts)}", weight))
                self.fonts.append(of_weight[-1])
            font = of_weight[-1]
            font.characters.append(character)
            found = self._codes[weight, character] = font, len(font.characters)
        return found


def pdf_of_lines(lines: Iterable[Line], paper: Paper, title: str) -> bytes:
    """Return the lines as a PDF of as many pages as they need; no line is cut in two, codes are not drawn."""
    fonts = _Fonts()
    pages = [_content(page, paper, fonts) for page in _pages(lines, paper)]
    file = io.BytesIO()
    pdf = PdfParser(f=file, mode="w+b")
    pdf.start_writing()
    pdf.write_header()
    # By these letters whoever passes it on knows that it is no text.
    pdf.write_comment("đ")
    pdf.pages = [pdf.next_object_id(0) for _ in pages]
    pdf.info["Title"] = title
    pdf.write_catalog()
    resources = PdfDict({"Font": PdfDict({font.name: _write_font(pdf, font) for font in fonts.fonts})})
    for place, content in enumerate(pages):
        stream = pdf.write_obj(None, stream=zlib.compress(content), Filter=PdfName("FlateDecode"))
        size = PdfArray([0, 0, paper.width, paper.height])
        pdf.write_page(place, Resources=resources, MediaBox=size, Contents=stream)
    pdf.write_xref_and_trailer()
    pdf.close()
    return file.getvalue()


def _pages(lines: Iterable[Line], paper: Paper) -> list[list[Line]]:
    most = int((paper.height - 2 * paper.top) / paper.dot)
    pages: list[list[Line]] = [[]]
    left = most
    for line in lines:
        if line.height > left and pages[-1]:
            pages.append([])
            left = most
        pages[-1].append(line)
        left -= line.height
    return pages


def _content(lines: Sequence[Line], paper: Paper, fonts: _Fonts) -> bytes:
    """Return what is drawn on a page; a unit is a dot, and the first line begins at the height 0."""
    drawn = [f"{paper.dot:.5f} 0 0 {paper.dot:.5f} {paper.left:.2f} {paper.height - paper.top:.2f} cm {_THICK} w"]
    top = 0
    for line in lines:
        match line:
            case TextLine():
                drawn += _text(line, top, fonts)
            case RuleLine():
                dashes = _DASHES if line.style == "dashed" else "[] 0 d"
                drawn += [
                    f"{dashes} 0 {-top - row} m {paper.width_dots} {-top - row} l S" for row in _RULES[line.style]
                ]
            case Gap() | CodeLine():
                pass
            case _:
                assert_never(line)
        top += line.height
    return "\n".join(drawn).encode()


def _text(line: TextLine, top: int, fonts: _Fonts) -> Iterable[str]:
    baseline = -top - _BASELINE * line.size
    size = CELL_HEIGHT * line.size
    for run in line.runs:
        place = run.column
        for font, codes in _in_fonts(run.text, run.weight, fonts):
            x = place * CELL_WIDTH * line.size
            yield f"BT /{font.name} {size} Tf 1 0 0 1 {x} {baseline} Tm <{bytes(codes).hex()}> Tj ET"
            place += len(codes)


def _in_fonts(text: str, weight: Weight, fonts: _Fonts) -> list[tuple[_Font, list[int]]]:
    """Return the text as codes, in as many pieces as fonts take turns."""
    pieces: list[tuple[_Font, list[int]]] = []
    for character in text:
        font, code = fonts.code(weight, character)
        if not pieces or pieces[-1][0] is not font:
            pieces.append((font, []))
        pieces[-1][1].append(code)
    return pieces


def _write_font(pdf: PdfParser, font: _Font) -> object:
    """Write a font whose unit is a dot at its size, 28 of them; code 1 is its first letter."""
    names = [f"g{code}" for code in range(1, len(font.characters) + 1)]
    procedures = PdfDict(
        {name: _write_glyph(pdf, font.weight, each) for name, each in zip(names, font.characters, strict=True)}
    )
    return pdf.write_obj(
        None,
        Type=PdfName("Font"),
        Subtype=PdfName("Type3"),
        Name=PdfName(font.name),
        FontBBox=PdfArray([0, _BASELINE - CELL_HEIGHT, CELL_WIDTH, _BASELINE]),
        FontMatrix=PdfArray([1 / CELL_HEIGHT, 0, 0, 1 / CELL_HEIGHT, 0, 0]),
        CharProcs=procedures,
        Encoding=PdfDict({"Type": PdfName("Encoding"), "Differences": PdfArray([1, *map(PdfName, names)])}),
        FirstChar=1,
        LastChar=len(names),
        Widths=PdfArray([CELL_WIDTH] * len(names)),
        Resources=PdfDict(),
        ToUnicode=pdf.write_obj(
            None, stream=zlib.compress(_characters(font.characters)), Filter=PdfName("FlateDecode")
        ),
    )


def _write_glyph(pdf: PdfParser, weight: Weight, character: str) -> object:
    below = _BASELINE - CELL_HEIGHT
    drawn = f"{CELL_WIDTH} 0 0 {below} {CELL_WIDTH} {_BASELINE} d1"
    if character != " ":
        atlas = load_atlas()
        rows = (atlas.bold if weight == "bold" else atlas.regular)[character]
        # Rows of whole bytes: 12 dots and 4 that nobody looks at.
        dots = b"".join((row << 4).to_bytes(2, "big") for row in rows).hex()
        drawn += (
            f" {CELL_WIDTH} 0 0 {CELL_HEIGHT} 0 {below} cm"
            f" BI /W {CELL_WIDTH} /H {CELL_HEIGHT} /IM true /BPC 1 /D [1 0] /F /AHx ID\n{dots}>\nEI"
        )
    return pdf.write_obj(None, stream=zlib.compress(drawn.encode()), Filter=PdfName("FlateDecode"))


def _characters(characters: Sequence[str]) -> bytes:
    """Return which character each code of a font stands for (ISO 32000-1, 9.10.3)."""
    head = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def\n"
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
    )
    parts = []
    for start in range(0, len(characters), 100):
        some = characters[start : start + 100]
        rows = (f"<{code:02x}> <{each.encode('utf-16-be').hex()}>" for code, each in enumerate(some, start + 1))
        parts.append(f"{len(some)} beginbfchar\n" + "\n".join(rows) + "\nendbfchar\n")
    return (head + "".join(parts) + "endcmap CMapName currentdict /CMap defineresource pop end end").encode()
