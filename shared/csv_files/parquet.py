"""The rows of a Parquet file as records. Its values have types and one reading; a text is read as one of CSV is.

What CSV would hold for a value is what the columns read, so a file that says the same has the same rows and the same
findings. The line of a finding is the number of the row, from 1.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import types
from pyarrow.parquet import ParquetFile

from shared.csv_files.bad_lines import BadLine, UnreadableFileError
from shared.csv_files.table import Record, column_name, record_of

_ROWS_AT_ONCE = 2_000
_BUFFER = 1 << 20
_LARGEST = 1 << 30
"""Bytes that a group of rows may unpack to; all of one is read at a time."""
_EXACT = 10**15
"""A float keeps 15 digits of a number."""
_READ = (
    types.is_string,
    types.is_large_string,
    types.is_boolean,
    types.is_integer,
    types.is_floating,
    types.is_decimal,
    types.is_date,
    types.is_timestamp,
    types.is_null,
)


def parquet_records(file: str, data: bytes | Path, known: Sequence[str]) -> Iterator[Record]:
    """Yield the names of the columns, then the rows; raise :class:`UnreadableFileError` where there is none.

    Each of the ``known`` columns must have a type that a cell can hold; others that have none are left out.
    """
    try:
        where = pa.BufferReader(data) if isinstance(data, bytes) else str(data)
        source = ParquetFile(where, buffer_size=_BUFFER, pre_buffer=False)
        schema, metadata = source.schema_arrow, source.metadata
        names = [field.name for field in schema if _is_read(field.type)]
        for field in schema:
            if column_name(field.name) in known and not _is_read(field.type):
                raise _refused(file, 1, f"{field.name} has values of the type {field.type}: write them as text")
        if any(metadata.row_group(group).total_byte_size > _LARGEST for group in range(metadata.num_row_groups)):
            raise _refused(file, 1, "has groups of rows that are too large: write at most a million rows a group")
        yield record_of(1, names)
        line = 0
        for batch in source.iter_batches(batch_size=_ROWS_AT_ONCE, columns=names, use_threads=False):
            columns = [batch.column(place).to_pylist() for place in range(batch.num_columns)]
            for row in zip(*columns, strict=True):
                line += 1
                yield record_of(line, [_text(file, line, value) for value in row])
    except (pa.ArrowException, OSError, UnicodeDecodeError, ValueError) as error:
        message = f"is a Parquet file that cannot be read: {str(error).partition(chr(10))[0][:200]}"
        raise _refused(file, 1, message) from None


def _is_read(kind: Any) -> bool:
    if types.is_dictionary(kind):
        return _is_read(kind.value_type)
    return any(is_kind(kind) for is_kind in _READ)


def _text(file: str, line: int, value: str | float | Decimal | date | None) -> str:
    """Return a value as it is written in a CSV file."""
    match value:
        case None:
            text = ""
        case str():
            text = value
        case bool():
            text = str(value).lower()
        case datetime():
            text = value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date():
            text = value.isoformat()
        case Decimal():
            text = _without_two_readings(format(value, "f"))
        case float() if math.isfinite(value) and value != int(value):
            text = _without_two_readings(format(value, ".15g"))
        case float() if math.isfinite(value) and abs(value) >= _EXACT:
            message = f"holds a number that was rounded: {value:.0f}; write it as a whole number or text"
            raise _refused(file, line, message)
        case float() if math.isfinite(value):
            text = str(int(value))
        case _:
            text = str(value)
    return text


def _without_two_readings(number: str) -> str:
    """Return a number whose point cannot be taken for one between thousands: a fourth decimal says so."""
    if "." not in number or "e" in number:
        return number
    plain = number.rstrip("0").rstrip(".")
    return f"{plain}000" if "." in plain else plain


def _refused(file: str, line: int, message: str) -> UnreadableFileError:
    return UnreadableFileError(BadLine(file, line, "", message, "bad-parquet"))
