"""Printing without a printer driver: documents, their layout, pixels, and ESC/POS bytes.

Everything here is pure: no network, no clock, no service. ``docs/printing.md`` specifies the layout and the
pixels so that the phone draws the same ones.
"""

from shared.printing.document import (
    Align,
    Block,
    Cell,
    Columns,
    Document,
    Feed,
    QrCode,
    Rule,
    Size,
    Text,
    Weight,
)
from shared.printing.escpos import FENCE, to_escpos
from shared.printing.layout import Layout, WidthDots, columns_for, lay_out
from shared.printing.png import encode_png
from shared.printing.profile import PrinterProfile
from shared.printing.raster import Raster, draw

__all__ = [
    "FENCE",
    "Align",
    "Block",
    "Cell",
    "Columns",
    "Document",
    "Feed",
    "Layout",
    "PrinterProfile",
    "QrCode",
    "Raster",
    "Rule",
    "Size",
    "Text",
    "Weight",
    "WidthDots",
    "columns_for",
    "lay_out",
    "render",
    "to_escpos",
    "to_png",
]


def render(document: Document, width_dots: WidthDots) -> Raster:
    """The paper of a document as black and white dots: 384 dots wide (58 mm paper) or 576 (80 mm)."""
    return draw(lay_out(document, width_dots))


def to_png(document: Document, width_dots: WidthDots, *, scale: int = 1, margin: int = 0) -> bytes:
    """The paper of a document as a PNG picture; ``scale`` pixels a dot, ``margin`` white dots around."""
    return encode_png(render(document, width_dots), scale=scale, margin=margin)
