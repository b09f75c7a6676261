"""Make ``glyphs.json``, the glyph atlas, from Noto Sans Mono. Run by hand; nothing needs it at run time.

    apt-get install fonts-noto-mono && pip install freetype-py
    python -m shared.printing.make_atlas [--fonts FOLDER] [--sheet PICTURE.png]

The same font files and the same FreeType give the same bytes. What is done to a letter, and why:

* It is drawn at 20 pixels, where Noto Sans Mono's letters are exactly 12 dots wide, with vertical hinting.
* It is moved sideways by up to half a dot to where black and white lose the least against the grey picture.
  Without that, stems of 1.8 dots come out one dot wide in one letter and three in the next.
* Between a letter and its mark, and between two marks, there is a white row; two marks are stacked anew for it.
  Hinting often lets them touch, and Ễ in bold capitals is in every third name. So does the dot below.
* Capitals with two marks are then up to 25 dots high; 22 fit. Rows equal to the row below them (double gaps, then
  the straight parts of the letter) are taken out until it fits: no mark is cut.
* The last of the 28 rows stays white in every glyph, so that two lines never touch.
"""

import argparse
import base64
import ctypes
import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any

import freetype
from PIL import Image

from shared.han_readings import HAN_READINGS
from shared.text import without_accents
from shared.transliteration import LATIN_LETTERS

CELL_WIDTH = 12
CELL_HEIGHT = 28
BASELINE = 22
PIXEL_SIZE = 20
THRESHOLD = 104
FALLBACK = "□"
FONT_FILES = {"regular": "NotoSansMono-Regular.ttf", "bold": "NotoSansMono-Bold.ttf"}
DEBIAN_FOLDER = Path("/usr/share/fonts/truetype/noto")
TARGET = Path(__file__).with_name("glyphs.json")

_DOT_BELOW = "\u0323"
_HORN = "\u031b"
_ABOVE = frozenset("\u0300\u0301\u0302\u0303\u0306\u0308\u0309\u030a")
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", _DOT_BELOW)
_LATIN = ((0x100, 0x24F), (0x250, 0x2AF), (0x1E00, 0x1EFF))
_PUNCTUATION = "–—‘’“”„•…‰€₫→≈≤≥" + FALLBACK

Dots = set[tuple[int, int]]
"""Black dots by (row above the baseline, from 1; column from 0)."""

Rows = list[int]
"""One integer a row of dots, the leftmost dot in the highest of 12 bits."""


def vietnamese_letters() -> list[str]:
    """The 134 letters that ASCII lacks."""
    vowels = [
        unicodedata.normalize("NFC", vowel + tone)
        for base in "aăâeêioôơuưy"
        for vowel in (base, base.upper())
        for tone in _TONES
    ]
    return [letter for letter in (*vowels, "đ", "Đ") if not letter.isascii()]


def characters() -> str:
    """Every character that has a glyph, in the order of the atlas: ASCII, Latin-1, Vietnamese, punctuation."""
    ascii_ = map(chr, range(0x20, 0x7F))
    latin = (chr(point) for point in range(0xA1, 0x100) if point != 0xAD)
    return "".join(dict.fromkeys([*ascii_, *latin, *sorted(vietnamese_letters()), *_PUNCTUATION]))


def substitutes() -> dict[str, str]:
    """Characters that are drawn with the glyphs of others that mean the same."""
    table = {
        **dict.fromkeys("\u2010\u2011\u2012\u2212\ufe63", "-"),
        **dict.fromkeys("\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f\u3000", " "),
        **dict.fromkeys("\u2007\u202f", "\u00a0"),
        **dict.fromkeys("●▪◦‣∙⋅‧", "•"),
        **dict.fromkeys("⁄∕", "/"),
        "―": "—",
        "‚": ",",
        "‛": "‘",
        "′": "'",
        "″": '"',
        "‹": "<",
        "›": ">",
        "№": "No",
        "™": "TM",
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
    }
    full_width = {chr(0xFEE0 + point): chr(point) for point in range(0x21, 0x7F)}
    return dict(sorted({**plain_letters(), **table, **full_width}.items()))


def readings() -> dict[str, str]:
    """Readings in Vietnamese, each with the Chinese characters that are drawn as it."""
    table: dict[str, str] = {}
    for character, reading in sorted(HAN_READINGS.items()):
        table[reading] = table.get(reading, "") + character
    return dict(sorted(table.items()))


def plain_letters() -> dict[str, str]:
    """Letters that the atlas lacks, each with the plain one that is drawn for it.

    Latin letters lose marks, the outermost first, until one is left that has a glyph: ``ǖ`` → ``ü``, ``ŏ`` → ``o``. The
    scripts of the region's peoples that are written letter by letter are drawn in Latin ones: Khmer and Cham; Greek and
    Cyrillic letters, which a paste brings in, look like those. A reader then sees a name and no boxes.
    """
    known = set(characters())
    letters = [chr(point) for first, last in _LATIN for point in range(first, last + 1)]
    latin = {letter: _plain(letter, known) for letter in letters if letter not in known and letter.isalpha()}
    return {**latin, **LATIN_LETTERS}


def _plain(letter: str, known: set[str]) -> str:
    parts = unicodedata.normalize("NFD", letter)
    while len(parts) > 1:
        parts = parts[:-1]
        if (shorter := unicodedata.normalize("NFC", parts)) in known:
            return shorter
    plain = without_accents(letter)
    return plain if plain.isascii() else LATIN_LETTERS[letter]


def _grey(face: Any, character: str, shift: int) -> dict[tuple[int, int], int]:
    """Coverage 1..255 by (row above the baseline, column), drawn ``shift`` 64ths of a dot to the right."""
    if not face.get_char_index(character):
        raise SystemExit(f"the font has no glyph for {character!r}")
    face.load_char(character, freetype.FT_LOAD_NO_BITMAP | freetype.FT_LOAD_TARGET_NORMAL)
    freetype.FT_Outline_Translate(ctypes.byref(face.glyph.outline._FT_Outline), shift, 0)
    face.glyph.render(freetype.FT_RENDER_MODE_NORMAL)
    bitmap, top, left = face.glyph.bitmap, face.glyph.bitmap_top, face.glyph.bitmap_left
    pixels = bitmap.buffer
    return {
        (top - row, left + column): pixels[row * bitmap.pitch + column]
        for row in range(bitmap.rows)
        for column in range(bitmap.width)
        if pixels[row * bitmap.pitch + column]
    }


def _black(face: Any, character: str) -> Dots:
    """The dots of a character at the sideways shift where thresholding loses the least."""
    tried = []
    for shift in range(-32, 33, 4):
        grey = _grey(face, character, shift)
        loss = sum(value if value < THRESHOLD else 255 - value for value in grey.values())
        tried.append((loss, abs(shift), shift, grey))
    grey = min(tried, key=lambda one: one[:3])[3]
    return {place for place, value in grey.items() if value >= THRESHOLD}


def _spaced(face: Any, character: str) -> Dots:
    """The dots of a character with a white row between the letter and its mark, and between two marks."""
    base, *marks = list(unicodedata.normalize("NFD", character))
    above = [mark for mark in marks if mark in _ABOVE]
    dots = _black(face, character)
    if not above or _HORN in marks:
        return dots
    letter_height = max(at for at, _ in _black(face, "H" if base.isupper() else "x"))
    if len(above) == 1:
        lift = 1 if any(at == letter_height + 1 for at, _ in dots) else 0
        return {(at + lift if at > letter_height else at, column) for at, column in dots}
    lower = _spaced(face, unicodedata.normalize("NFC", base + above[0]))
    toned = _black(face, unicodedata.normalize("NFC", base + above[1]))
    tone = {(at, column) for at, column in toned if at > letter_height}
    lift = max(at for at, _ in lower) + 2 - min(at for at, _ in tone)
    return lower | {(at + lift, column) for at, column in tone}


def _squeeze(rows: Rows) -> Rows:
    """Take out rows that repeat the row below them until 22 are left: double white rows first, then the
    straightest part of the letter."""
    while len(rows) > BASELINE:
        double_white = [index for index in range(len(rows) - 1) if not rows[index] and not rows[index + 1]]
        rows.pop(double_white[0] if double_white else _longest_run(rows))
    return rows


def _longest_run(rows: Rows) -> int:
    """Where the longest run of equal rows starts."""
    best, best_length, start = 0, 0, 0
    for index, row in enumerate(rows):
        if row != rows[start]:
            start = index
        if index - start + 1 > best_length:
            best, best_length = start, index - start + 1
    return best


def glyph(face: Any, character: str) -> Rows:
    """The 28 rows of one cell. Raises SystemExit where the cell cannot hold the whole character."""
    dots = _spaced(face, character)
    if not dots:
        return [0] * CELL_HEIGHT
    left = min(column for _, column in dots)
    right = max(column for _, column in dots)
    if right - left >= CELL_WIDTH:
        raise SystemExit(f"{character!r} is {right - left + 1} dots wide")
    move = max(0, -left) - max(0, right - (CELL_WIDTH - 1))

    def row(height: int) -> int:
        return sum(1 << (CELL_WIDTH - 1 - column - move) for at, column in dots if at == height)

    highest = max(at for at, _ in dots)
    lowest = min(at for at, _ in dots)
    above = _squeeze([row(height) for height in range(max(highest, BASELINE), 0, -1)])
    below = [row(height) for height in range(0, BASELINE - CELL_HEIGHT, -1)]
    base, *marks = list(unicodedata.normalize("NFD", character))
    if _DOT_BELOW in marks and base != "y" and below[0]:
        below.insert(0, 0)
        lowest -= 1
    if lowest < BASELINE - CELL_HEIGHT + 2:
        raise SystemExit(f"{character!r} hangs into the next line")
    return above + below[: CELL_HEIGHT - BASELINE]


def pack(rows: Rows) -> bytes:
    """12 bits a row, row after row, most significant bit first: 42 bytes a glyph."""
    bits = 0
    for row in rows:
        bits = bits << CELL_WIDTH | row
    return bits.to_bytes(CELL_WIDTH * CELL_HEIGHT // 8, "big")


def _version(face: Any) -> str:
    for index in range(face.sfnt_name_count):
        name = face.get_sfnt_name(index)
        if name.name_id == 5 and name.platform_id == 3:
            return str(name.string.decode("utf-16-be")).split(";", 1)[0]
    raise SystemExit("the font does not say its version")


def make(folder: Path) -> dict[str, Any]:
    """The whole atlas as it is written to ``glyphs.json``."""
    order = characters()
    fonts: dict[str, Any] = {}
    glyphs: dict[str, str] = {}
    for weight, name in FONT_FILES.items():
        path = folder / name
        face = freetype.Face(str(path))
        face.set_pixel_sizes(0, PIXEL_SIZE)
        fonts[weight] = {
            "file": name,
            "version": _version(face),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        glyphs[weight] = base64.b64encode(b"".join(pack(glyph(face, one)) for one in order)).decode()
    return {
        "format": 1,
        "license": "SIL Open Font License 1.1, see GLYPHS-LICENSE.md",
        "family": "Noto Sans Mono",
        "fonts": fonts,
        "rasteriser": "FreeType {}.{}.{}".format(*freetype.version()),
        "cell": {"width": CELL_WIDTH, "height": CELL_HEIGHT, "baseline": BASELINE},
        "fallback": FALLBACK,
        "characters": order,
        "glyphs": glyphs,
        "substitutes": substitutes(),
        "readings": readings(),
    }


def sheet(atlas: dict[str, Any], columns: int = 32, scale: int = 3) -> Image.Image:
    """All glyphs of both weights side by side, to look at."""
    order = atlas["characters"]
    lines = -(-len(order) // columns)
    picture = Image.new("1", (columns * CELL_WIDTH, 2 * lines * CELL_HEIGHT), 1)
    for part, packed in enumerate(atlas["glyphs"].values()):
        data = base64.b64decode(packed)
        for index in range(len(order)):
            bits = int.from_bytes(data[index * 42 : index * 42 + 42], "big")
            for place in range(CELL_WIDTH * CELL_HEIGHT):
                if bits >> (CELL_WIDTH * CELL_HEIGHT - 1 - place) & 1:
                    row, column = divmod(place, CELL_WIDTH)
                    x = index % columns * CELL_WIDTH + column
                    y = (part * lines + index // columns) * CELL_HEIGHT + row
                    picture.putpixel((x, y), 0)
    return picture.resize((picture.width * scale, picture.height * scale))


def main() -> None:
    """Write the atlas, and a picture of it where one is asked for."""
    parser = argparse.ArgumentParser(description="Make the glyph atlas from Noto Sans Mono.")
    parser.add_argument("--fonts", type=Path, default=DEBIAN_FOLDER, help="folder of the .ttf files")
    parser.add_argument("--sheet", type=Path, help="also write a picture of all glyphs")
    arguments = parser.parse_args()
    atlas = make(arguments.fonts)
    TARGET.write_text(json.dumps(atlas, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if arguments.sheet:
        sheet(atlas).save(arguments.sheet)


if __name__ == "__main__":
    main()
