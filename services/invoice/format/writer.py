"""Writes what is signed of an invoice: the element ``DLHDon``, by the table of fields, in canonical form. Pure.

The bytes are written in C14N 1.0 right away: elements without a prefix, a declaration or an empty tag, one attribute,
and texts with the signs replaced that a canonical text replaces. That is half of what building a tree and
canonicalising it costs; the tests hold every document against lxml's canonical form. ``HDon`` around it declares
nothing, so these bytes are what every verifier digests.
"""

import re
from collections.abc import Mapping
from typing import cast

from services.invoice.format.table import Block, Field, FieldError, FieldKind, FieldTable, Value

DATA_ID = "data"
"""The ``Id`` of what is signed; it begins with a letter."""

_SPECIAL = re.compile("[^ -%'-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Signs that a canonical text does not hold as they are, or that no document may hold."""

_REPLACED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def write_data(table: FieldTable, values: Block, *, data_id: str | None = DATA_ID) -> bytes:
    """Return the canonical bytes of the table's root, for an invoice ``DLHDon``.

    Raises FieldError for what the table does not have or cannot hold.
    """
    parts = [f"<{table.root}>" if data_id is None else f'<{table.root} Id="{data_id}">']
    _write(table, parts, table.root, values)
    parts.append(f"</{table.root}>")
    return "".join(parts).encode()


def _write(table: FieldTable, parts: list[str], block: str, values: Block) -> None:
    known = 0
    for field in table.blocks[block]:
        name = field.name
        value = values.get(name)
        if isinstance(value, str):
            value = value.strip()
        if value is None or value in ("", []):
            if field.required:
                raise FieldError(f"{block}/{name} is missing")
            known += name in values
            continue
        known += 1
        if field.kind is FieldKind.BLOCK:
            parts.append(f"<{name}>")
            _write(table, parts, field.of, _block(field, value))
            parts.append(f"</{name}>")
        elif field.kind is FieldKind.LIST:
            parts.append(f"<{name}>")
            for each in _list(field, value):
                parts.append(f"<{field.of}>")
                _write(table, parts, field.of, each)
                parts.append(f"</{field.of}>")
            parts.append(f"</{name}>")
        else:
            text = field.text_of(cast("Value", value))
            parts.append(f"<{name}>{_escaped(name, text) if _SPECIAL.search(text) else text}</{name}>")
    if known != len(values):
        unknown = set(values) - {field.name for field in table.blocks[block]}
        raise FieldError(f"{block} has no field {', '.join(sorted(unknown))}")


def _escaped(name: str, text: str) -> str:
    def replaced(found: re.Match[str]) -> str:
        if found[0] not in _REPLACED:
            raise FieldError(f"{name} holds a character that XML does not allow")
        return _REPLACED[found[0]]

    return _SPECIAL.sub(replaced, text)


def _block(field: Field, value: object) -> Block:
    if not isinstance(value, Mapping):
        raise FieldError(f"{field.name} is a group of fields")
    return value


def _list(field: Field, value: object) -> list[Block]:
    if not isinstance(value, list):
        raise FieldError(f"{field.name} is a list")
    return value
