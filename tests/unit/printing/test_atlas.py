"""The glyphs themselves: all there, all different, none cut."""

import json
import string
import unicodedata
from pathlib import Path

import pytest

from shared.printing import atlas as atlas_module
from shared.printing.atlas import CELL_HEIGHT, CELL_WIDTH, load_atlas

ATLAS = load_atlas()
WEIGHTS = {"regular": ATLAS.regular, "bold": ATLAS.bold}
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
LETTERS = [
    letter
    for base in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for tone in TONES
    if not (letter := unicodedata.normalize("NFC", base + tone)).isascii()
] + ["đ", "Đ"]
HORN, DOT_BELOW = "\u031b", "\u0323"


def test_there_are_134_accented_letters() -> None:
    assert len(set(LETTERS)) == 134


@pytest.mark.parametrize("weight", WEIGHTS)
def test_every_character_that_documents_use_has_a_glyph(weight: str) -> None:
    printable = {chr(code) for code in range(0x20, 0x7F)}
    wanted = printable | set(LETTERS) | set("₫“”‘’–—…•°×²³½□→€")
    assert wanted <= set(WEIGHTS[weight])
    assert set(WEIGHTS["regular"]) == set(WEIGHTS["bold"])


@pytest.mark.parametrize("weight", WEIGHTS)
def test_no_two_characters_look_the_same(weight: str) -> None:
    seen: dict[tuple[int, ...], str] = {}
    for character, rows in WEIGHTS[weight].items():
        twin = seen.setdefault(rows, character)
        # The stroke makes Vietnamese Đ and Icelandic Ð one picture in most fonts.
        assert twin == character or {twin, character} <= {"Đ", "Ð"}, f"{twin} and {character}"


def test_bold_is_blacker_than_regular() -> None:
    for letter in string.ascii_letters + string.digits + "".join(LETTERS):
        regular, bold = (sum(row.bit_count() for row in glyphs[letter]) for glyphs in WEIGHTS.values())
        assert bold > regular, letter


@pytest.mark.parametrize("weight", WEIGHTS)
def test_every_glyph_but_the_space_is_visible_and_leaves_the_last_row_white(weight: str) -> None:
    for character, rows in WEIGHTS[weight].items():
        assert len(rows) == CELL_HEIGHT
        assert max(rows) < 1 << CELL_WIDTH
        assert rows[-1] == 0, f"{character} touches the line below"
        assert any(rows) == (character != " "), character


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("letter", LETTERS)
def test_marks_stand_clear_of_the_letter_and_of_each_other(letter: str, weight: str) -> None:
    base, *marks = list(unicodedata.normalize("NFD", letter))
    rows = WEIGHTS[weight][letter]
    black = "".join("#" if row else "." for row in rows)
    above = [mark for mark in marks if mark not in {HORN, DOT_BELOW}]
    if base not in "đĐ" and HORN not in marks:
        expected = len(above) + (1 if DOT_BELOW in marks and base != "y" else 0)
        if base == "i" and not above:
            expected += 1  # its own dot
        pieces = black.strip(".").split(".")
        assert len([piece for piece in pieces if piece]) == 1 + expected, black


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("letter", LETTERS)
def test_no_letter_is_cut_or_loses_its_marks(letter: str, weight: str) -> None:
    """An accented letter has more black dots above or below its base than the base itself."""
    base = "d" if letter == "đ" else "D" if letter == "Đ" else unicodedata.normalize("NFD", letter)[0]
    glyphs = WEIGHTS[weight]
    assert glyphs[letter] != glyphs[base]
    top = min(index for index, row in enumerate(glyphs[letter]) if row)
    base_top = min(index for index, row in enumerate(glyphs[base]) if row)
    marks = unicodedata.normalize("NFD", letter)[1:]
    above = len([mark for mark in marks if mark not in {HORN, DOT_BELOW}])
    if base == "i" and above:
        assert top < base_top + 1
    else:
        assert base_top - top >= 3 * min(above, 1), f"the marks of {letter} are {base_top - top} rows high"
    if DOT_BELOW in marks:
        bottom = max(index for index, row in enumerate(glyphs[letter]) if row)
        base_bottom = max(index for index, row in enumerate(glyphs[base]) if row)
        assert bottom > base_bottom or base == "y"


def test_the_atlas_says_which_font_it_was_made_from() -> None:
    data = json.loads(Path(atlas_module.__file__).with_name("glyphs.json").read_text(encoding="utf-8"))
    assert data["family"] == "Noto Sans Mono"
    assert data["fonts"]["regular"]["version"] == "Version 2.006"
    assert "Open Font License" in data["license"]
    assert Path(atlas_module.__file__).with_name("GLYPHS-LICENSE.md").exists()


def test_substitutes_lead_to_characters_that_are_drawn() -> None:
    for character, substitute in ATLAS.substitutes.items():
        assert character not in ATLAS.regular
        assert set(substitute) <= {*ATLAS.regular, "\u00a0"}
