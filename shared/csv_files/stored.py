"""What was stored before a rule was made: values that an import would refuse or read otherwise today. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from shared.csv_files.cells import Notes
from shared.csv_files.legacy import legacy_readings
from shared.csv_files.rows import Row, cause_of

_HARMLESS = {"plain-letters"}
"""Notes on what documents do with a value that is right."""


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A stored value that today's rules would refuse, or store otherwise."""

    table: str
    row: str
    """What the row is known by."""
    column: str
    slug: str
    message: str
    """For the operator's eyes: it holds the value itself."""


def findings_of(table: str, model: type[Row], row: str, values: Mapping[str, str | None]) -> Iterator[StoredFinding]:
    """Yield what is wrong with the stored ``values`` of a row, which are those of columns of ``model``."""
    for column, value in values.items():
        if not value:
            continue
        for reading in legacy_readings(value):
            message = f"may be written in {reading.encoding}: {value!r} would be {reading.text!r}"
            yield StoredFinding(table, row, column, "legacy-encoding", message)
        notes: Notes = []
        try:
            _adapter(model, column).validate_python(value, context=notes)
        except ValidationError as error:
            slug, message = cause_of(error.errors(include_url=False)[0], model.columns()[column])
            shown = message if repr(value) in message else f"{message}: {value!r}"
            yield StoredFinding(table, row, column, slug, shown)
        else:
            for _, slug, message in notes:
                if slug not in _HARMLESS:
                    yield StoredFinding(table, row, column, slug, message)


@cache
def _adapter(model: type[Row], column: str) -> TypeAdapter[Any]:
    field = model.columns()[column]
    kind: Any = field.annotation
    return TypeAdapter(Annotated[kind, *field.metadata] if field.metadata else kind)
