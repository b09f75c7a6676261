"""The glyph atlas as it is read at run time: ``glyphs.json``, made by ``make_atlas.py``.

Format (also for readers in other languages): ``characters`` gives the order of the glyphs; ``glyphs.regular`` and
``glyphs.bold`` are base64 of 42 bytes a glyph, 28 rows of 12 dots one after the other without padding, most
significant bit first, 1 is black. ``substitutes`` maps characters to others that are drawn for them; ``readings`` do
so for Chinese characters, each reading with all that have it.
"""

import base64
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

CELL_WIDTH = 12
CELL_HEIGHT = 28
_GLYPH_BYTES = CELL_WIDTH * CELL_HEIGHT // 8
_GLYPH_BITS = CELL_WIDTH * CELL_HEIGHT


@dataclass(frozen=True, slots=True)
class Atlas:
    """All glyphs of both weights, each as its 28 rows of 12 bits."""

    fallback: str
    substitutes: MappingProxyType[str, str]
    regular: MappingProxyType[str, tuple[int, ...]]
    bold: MappingProxyType[str, tuple[int, ...]]


def _rows(packed: bytes) -> tuple[int, ...]:
    bits = int.from_bytes(packed, "big")
    mask = (1 << CELL_WIDTH) - 1
    return tuple(bits >> shift & mask for shift in range(_GLYPH_BITS - CELL_WIDTH, -1, -CELL_WIDTH))


def _glyphs(order: str, encoded: str) -> MappingProxyType[str, tuple[int, ...]]:
    packed = base64.b64decode(encoded, validate=True)
    if len(packed) != len(order) * _GLYPH_BYTES:
        raise ValueError(f"glyphs.json holds {len(packed)} bytes for {len(order)} glyphs")
    return MappingProxyType(
        {
            character: _rows(packed[index * _GLYPH_BYTES : (index + 1) * _GLYPH_BYTES])
            for index, character in enumerate(order)
        }
    )


@cache
def load_atlas() -> Atlas:
    """The atlas of this package, read once."""
    data = json.loads(Path(__file__).with_name("glyphs.json").read_text(encoding="utf-8"))
    if data["format"] != 1 or data["cell"]["width"] != CELL_WIDTH or data["cell"]["height"] != CELL_HEIGHT:
        raise ValueError("glyphs.json is of another format")
    return Atlas(
        fallback=data["fallback"],
        substitutes=MappingProxyType(
            data["substitutes"]
            | {character: reading for reading, characters in data["readings"].items() for character in characters}
        ),
        regular=_glyphs(data["characters"], data["glyphs"]["regular"]),
        bold=_glyphs(data["characters"], data["glyphs"]["bold"]),
    )
