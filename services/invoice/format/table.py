"""The table of fields of an invoice in XML, and what fits into a field. Pure.

The table itself is data (``fields.yaml``). ``TTin`` (further content) has no lengths in the decision; those in the
table are ours.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

Value = str | int | Decimal | date
Block = Mapping[str, object]
"""Values by the names of fields; groups of fields in it (blocks again), and lists of groups."""


class FieldError(ValueError):
    """A value does not fit the table of fields; the message names the field."""


class FieldKind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    DAY = "day"
    BLOCK = "block"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the table."""

    name: str
    kind: FieldKind
    required: bool = False
    size: int = 0
    """Greatest number of characters or digits."""
    decimals: int = 0
    of: str = ""
    """The block of a group or a list; elements of a list have its name."""
    among: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None

    def text_of(self, value: Value) -> str:
        """Return a value as it stands in the document. Raises :class:`FieldError`."""
        kind = self.kind
        if kind is FieldKind.TEXT:
            text = self._text(value)
        elif kind is FieldKind.DECIMAL:
            text = self._decimal(value)
        elif kind is FieldKind.WHOLE:
            text = self._whole(value)
        elif kind is FieldKind.DAY:
            text = self._day(value)
        else:
            raise FieldError(f"{self.name} is a group of fields")
        if self.among and text not in self.among:
            raise FieldError(f"{self.name}: {text!r} is none of {', '.join(sorted(self.among))}")
        if self.pattern is not None and not self.pattern.fullmatch(text):
            raise FieldError(f"{self.name}: {text!r} is not like {self.pattern.pattern}")
        return text

    def _text(self, value: Value) -> str:
        if not isinstance(value, str):
            raise FieldError(f"{self.name} is a text")
        text = " ".join(value.split())
        if len(text) > self.size:
            raise FieldError(f"{self.name} has {len(text)} characters; at most {self.size} fit")
        return text

    def _whole(self, value: Value) -> str:
        text = str(value) if isinstance(value, int | str) else ""
        if not (text.isascii() and text.isdigit()):
            raise FieldError(f"{self.name} is a whole number, not {value!r}")
        if len(text) > self.size:
            raise FieldError(f"{self.name} has {len(text)} digits; at most {self.size} fit")
        return text

    def _decimal(self, value: Value) -> str:
        if type(value) is int:
            text = str(value)
            if len(text) <= self.size:
                return text
        elif isinstance(value, Decimal):
            text = f"{value.normalize():f}"
        else:
            raise FieldError(f"{self.name} is a number")
        whole, _, part = text.lstrip("-").partition(".")
        if len(part) > self.decimals or len(whole) + len(part) > self.size:
            raise FieldError(f"{self.name}: {text} has more than {self.size} digits or {self.decimals} decimals")
        return text

    def _day(self, value: Value) -> str:
        if type(value) is not date:
            raise FieldError(f"{self.name} is a day")
        return value.isoformat()


@dataclass(frozen=True, slots=True)
class FieldTable:
    """All blocks of fields, each in the order of its elements."""

    version: str
    root: str
    blocks: Mapping[str, tuple[Field, ...]]

    def __post_init__(self) -> None:
        for name, fields in self.blocks.items():
            names = [field.name for field in fields]
            if len(set(names)) != len(names):
                raise FieldError(f"{name} names a field twice")
            unknown = {field.of for field in fields if field.of} - set(self.blocks)
            if unknown:
                raise FieldError(f"{name} refers to {', '.join(sorted(unknown))}, which is not in the table")
        if self.root not in self.blocks:
            raise FieldError(f"{self.root} is not in the table")
