"""Reads the tables of fields: of invoices (``fields.yaml``), and of what the tax authority is told."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.invoice.format.table import Field, FieldError, FieldKind, FieldTable

SHIPPED = Path(__file__).with_name("fields.yaml")
SUMMARY = Path(__file__).with_name("summary.yaml")
ERROR_NOTICE = Path(__file__).with_name("error_notice.yaml")
ENVELOPE = Path(__file__).with_name("envelope.yaml")

_OTHER = {"name", "required", "among", "pattern"}


@cache
def load_fields(file: Path = SHIPPED) -> FieldTable:
    """Read and check the table. Raises :class:`FieldError` with the place of the first mistake."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        blocks = {name: tuple(_field(name, entry) for entry in rows) for name, rows in content["blocks"].items()}
        return FieldTable(str(content["version"]), content["root"], blocks)
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise FieldError(f"{file}: {error}") from error


def _field(block: str, entry: dict[str, Any]) -> Field:
    kinds = [kind for kind in FieldKind if kind in entry]
    if len(kinds) != 1 or set(entry) - {kinds[0].value} - _OTHER:
        raise FieldError(f"{block}: {entry} is no row of the table")
    [kind] = kinds
    size, decimals, of = 0, 0, ""
    match kind:
        case FieldKind.TEXT | FieldKind.WHOLE:
            size = int(entry[kind])
        case FieldKind.DECIMAL:
            size, decimals = map(int, str(entry[kind]).split("."))
        case FieldKind.BLOCK | FieldKind.LIST:
            of = entry[kind]
        case FieldKind.DAY:
            pass
    pattern = entry.get("pattern")
    return Field(
        name=entry["name"],
        kind=kind,
        required=bool(entry.get("required", False)),
        size=size,
        decimals=decimals,
        of=of,
        among=frozenset(entry.get("among", ())),
        pattern=None if pattern is None else re.compile(pattern, re.ASCII),
    )
