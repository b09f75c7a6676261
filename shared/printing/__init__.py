"""Paper without a printer driver: documents, their layout, pixels, and ESC/POS bytes.

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

__all__ = [
    "Align",
    "Block",
    "Cell",
    "Columns",
    "Document",
    "Feed",
    "QrCode",
    "Rule",
    "Size",
    "Text",
    "Weight",
]
