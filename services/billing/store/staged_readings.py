"""The lines of a readings file in a table of their own, until they are compared with what is stored."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterator
from itertools import islice

from services.billing.bills.reading_line import ReadingLine
from shared.db import Connection

PATIENCE = 3600.0
"""Seconds that a statement of an import may take: there may be a million lines."""

_ROWS_AT_ONCE = 2_000

# Longer than any request may take, for this transaction only.
_PATIENT = """
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL lock_timeout = 0;
SET LOCAL work_mem = '64MB';
"""
# Whole numbers are wider than those of the tables: what does not fit is refused with its line.
_TABLE = """
CREATE TEMPORARY TABLE new_readings (
    line integer, customer_code text COLLATE "C", meter_number text COLLATE "C", meter_register text, cycle integer,
    month integer, year integer, period_from date, period_to date, old_reading bigint, new_reading bigint,
    cut_days bigint, cut_from date, cut_to date, cos_phi numeric, due_date date, change_readings bigint[],
    multiplier integer, digits bigint, estimated boolean, final boolean
) ON COMMIT DROP
"""
_COLUMNS = ", ".join(ReadingLine._fields)
_ANALYZE = "ANALYZE new_readings"


async def stage(connection: Connection, rows: Iterator[ReadingLine]) -> int:
    """Let this transaction take its time, and copy lines into a table that ends with it; return how many.

    They are made in a thread, some while those before are copied: a large file takes long to read.
    """
    await connection.execute(_PATIENT)
    await connection.execute(_TABLE)
    count = 0
    following = asyncio.ensure_future(asyncio.to_thread(_some, rows))
    try:
        while some := await following:
            count += len(some)
            following = asyncio.ensure_future(asyncio.to_thread(_some, rows))
            await connection.copy_records_to_table("new_readings", records=some, timeout=PATIENCE)
    finally:
        await asyncio.wait([following])
    await connection.execute(_ANALYZE, timeout=PATIENCE)
    return count


def _some(rows: Iterator[ReadingLine]) -> list[ReadingLine]:
    return list(islice(rows, _ROWS_AT_ONCE))


# The years are those that a partition may be of.
_MONTHS = """
SELECT DISTINCT year, month FROM new_readings WHERE year BETWEEN 2000 AND 2199 AND year * 12 + month BETWEEN $1 AND $2
ORDER BY year DESC, month DESC LIMIT 60
"""


async def months(connection: Connection, first: int, last: int) -> list[tuple[int, int]]:
    """Return the months (year, month) of the lines, of those from one to another; of very many the latest."""
    rows = await connection.fetch(_MONTHS, first, last, timeout=PATIENCE)
    return [(row["year"], row["month"]) for row in rows]


_OF_OTHER_MONTHS = """
SELECT line, customer_code, year, month FROM new_readings
WHERE year * 12 + month NOT BETWEEN $1 AND $2 ORDER BY line LIMIT $3
"""


async def of_other_months(connection: Connection, first: int, last: int, limit: int) -> list[tuple[int, str, int, int]]:
    """Return the lines (line, customer, year, month) of months before one or after another."""
    return [tuple(row) for row in await connection.fetch(_OF_OTHER_MONTHS, first, last, limit, timeout=PATIENCE)]


# The hash of the groups is smaller than a sort of all lines, and almost always nothing is left of it.
_SHARED = f"""
SELECT {_COLUMNS} FROM new_readings
WHERE meter_number IN (
    SELECT meter_number FROM new_readings GROUP BY meter_number HAVING min(customer_code) <> max(customer_code)
)
ORDER BY meter_number, line
"""


async def lines_of_shared_meters(connection: Connection) -> AsyncGenerator[ReadingLine, None]:
    """Yield the lines of meters that are read for several customers: those of a meter together."""
    async for row in connection.cursor(_SHARED, prefetch=_ROWS_AT_ONCE, timeout=PATIENCE):
        yield ReadingLine(*row)


_CUSTOMERS_OF_METERS = "SELECT DISTINCT customer_code FROM new_readings WHERE meter_number = ANY ($1)"


async def customers_of_meters(connection: Connection, meters: Collection[str]) -> set[str]:
    """Return the customers of the lines that name these meters."""
    rows = await connection.fetch(_CUSTOMERS_OF_METERS, list(meters), timeout=PATIENCE)
    return {row["customer_code"] for row in rows}


_TAKE_OUT = "DELETE FROM new_readings WHERE customer_code = ANY ($1) RETURNING line, customer_code"


async def take_out(connection: Connection, customer_codes: Collection[str]) -> dict[int, str]:
    """Take all lines of customers out; return whose each was."""
    rows = await connection.fetch(_TAKE_OUT, list(customer_codes), timeout=PATIENCE)
    return {row["line"]: row["customer_code"] for row in rows}


_BY_CUSTOMER = f"SELECT {_COLUMNS} FROM new_readings ORDER BY customer_code, line"
# What follows looks for some thousand customers among all: by index, whatever the planner makes of tables that have
# grown since they were last analysed, in this very transaction.
_BY_INDEX = """
SET LOCAL enable_seqscan = off;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
"""


async def batches(connection: Connection, size: int) -> AsyncGenerator[list[ReadingLine], None]:
    """Yield the lines in the order of the customers, about ``size`` at a time: a customer's together."""
    rows = await connection.cursor(_BY_CUSTOMER, timeout=PATIENCE)
    await connection.execute(_BY_INDEX)
    batch: list[ReadingLine] = []
    while fetched := await rows.fetch(size, timeout=PATIENCE):
        batch += [ReadingLine(*row) for row in fetched]
        last = batch[-1].customer_code
        if batch[0].customer_code != last:
            place = next(place for place in range(len(batch) - 1, -1, -1) if batch[place].customer_code != last) + 1
            yield batch[:place]
            batch = batch[place:]
    if batch:
        yield batch
