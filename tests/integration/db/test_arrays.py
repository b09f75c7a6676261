"""Arrays of the usual types need no look into the catalogue on each new connection."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.db.pool import connect

VALUES: dict[str, Sequence[Any]] = {
    "json": [{"a": [1, "Á"]}, None],
    "jsonb": [{"a": [1, "Á"]}, {}],
    "bool": [True, None, False],
    "bytea": [b"\0\xff", b""],
    "smallint": [-1, 2],
    "integer": [-(2**31), 2],
    "bigint": [2**62, None],
    "double precision": [0.5, -1e300],
    "date": [date(2028, 2, 29)],
    "timestamptz": [datetime(2026, 11, 29, 1, tzinfo=UTC), None],
    "numeric": [Decimal("1.50"), Decimal(0)],
    "uuid": [UUID(int=7), UUID(int=2**127)],
}


async def test_arrays_come_and_go_as_they_are_without_a_question_about_their_types(
    database: Callable[..., Awaitable[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await database()
    first = await connect(url, application_name="test arrays")
    await first.close()

    async def asks(_: object, types: Sequence[int], __: float) -> None:
        raise AssertionError(f"asks about {types}")

    monkeypatch.setattr(asyncpg.Connection, "_introspect_types", asks)
    second = await connect(url, application_name="test arrays")
    try:
        for name, values in VALUES.items():
            assert await second.fetchval(f"SELECT $1::{name}[]", values) == values, name
            assert await second.fetchval(f"SELECT $1::{name}[]", []) == [], name
    finally:
        await second.close()
