"""The document that travels to a printer: blocks of text, columns, rules and a QR code; never pixels.

A document depends on no width of paper: the same one is laid out at 32 columns (384 dots, 58 mm paper) and
at 48 columns (576 dots, 80 mm). It is about 1 kB as JSON, because what has its default value is left out.
The layout rules are in ``docs/printing.md``; the JSON schema is kept in ``document.schema.json``.
"""

import re
from collections.abc import Callable
from typing import Annotated, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator
from pydantic.config import JsonDict

from shared.printing.qr import require_fit
from shared.printing.qr_symbol import QrErrorLevel

Align = Literal["left", "center", "right"]
Weight = Literal["regular", "bold"]
Size = Literal[1, 2]

_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def _default(value: object) -> Callable[[object], bool]:
    """Leave a field out of the JSON while it has its default value: documents travel by mobile data."""
    return lambda actual: actual == value


def _require_constants(schema: JsonDict) -> None:
    """Make what is always written (``version``, ``type``) required: readers tell blocks apart by it."""
    properties = cast("dict[str, JsonDict]", schema["properties"])
    constants = [name for name, field in properties.items() if "const" in field]
    schema["required"] = [*constants, *cast("list[str]", schema.get("required", []))]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_require_constants)


class Text(_Part):
    """A paragraph. It wraps between words, a word longer than the line is broken, ``\\n`` starts a new line.

    A no-break space (U+00A0) keeps together what it stands between. Size 2 is twice as wide and as high.
    """

    type: Literal["text"] = "text"
    text: Annotated[str, StringConstraints(max_length=4000)]
    align: Align = Field("left", exclude_if=_default("left"))
    weight: Weight = Field("regular", exclude_if=_default("regular"))
    size: Size = Field(1, exclude_if=_default(1))


class Cell(_Part):
    """One cell of a row of columns. Its width is, in this order:

    * ``width`` characters, where it is given;
    * as many characters as its longest line has, where ``keep`` is set;
    * else a share of what the other cells and the gaps of one character leave, in proportion to ``share``.

    ``keep`` marks what must never be broken, such as an amount: its cell grows to hold it beyond ``width``.
    """

    text: Annotated[str, StringConstraints(max_length=1000)]
    align: Align = Field("left", exclude_if=_default("left"))
    weight: Weight = Field("regular", exclude_if=_default("regular"))
    width: Annotated[int, Field(ge=1, le=48)] | None = Field(None, exclude_if=_default(None))
    share: int = Field(1, ge=1, le=48, exclude_if=_default(1))
    keep: bool = Field(False, exclude_if=_default(False))


class Columns(_Part):
    """Cells side by side, each wrapped by itself; below each other on paper too narrow for them."""

    type: Literal["columns"] = "columns"
    cells: Annotated[tuple[Cell, ...], Field(min_length=1, max_length=8)]
    size: Size = Field(1, exclude_if=_default(1))


class Rule(_Part):
    """A horizontal line over the whole width of the paper."""

    type: Literal["rule"] = "rule"
    style: Literal["single", "double", "dashed"] = Field("single", exclude_if=_default("single"))


class Feed(_Part):
    """White paper, in dot rows: 8 rows are 1 mm."""

    type: Literal["feed"] = "feed"
    rows: int = Field(ge=1, le=800)


class QrCode(_Part):
    """A QR code in the middle of the paper, as large as fits from 4 to 6 dots a module, with a caption below.

    Digits and capitals (``HTTPS://HOST/R/BASE32``) make a smaller code than other text does.
    """

    type: Literal["qr"] = "qr"
    data: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    error_level: QrErrorLevel = Field("M", exclude_if=_default("M"))
    caption: Annotated[str, StringConstraints(max_length=400)] | None = Field(None, exclude_if=_default(None))

    @field_validator("data")
    @classmethod
    def _no_control_characters(cls, data: str) -> str:
        if _CONTROL_CHARACTER.search(data):
            raise ValueError("the data of a QR code must not have control characters")
        return data

    @model_validator(mode="after")
    def _fits_on_narrow_paper(self) -> Self:
        """Refuse data that no 58 mm paper can carry where the document is made, not where it is printed."""
        require_fit(self.data, self.error_level)
        return self


Block = Annotated[Text | Columns | Rule | Feed | QrCode, Field(discriminator="type")]


class Document(_Part):
    """What one print job prints, from top to bottom.

    ``title`` names the document on screens and in lists and is not printed; ``kind`` says what it is ("receipt",
    "notice", …) for sorting and counting; ``language`` is that of the printed words.
    """

    version: Literal[1] = 1
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    title: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    language: Literal["vi", "en"] = "vi"
    blocks: Annotated[tuple[Block, ...], Field(min_length=1, max_length=400)]
