"""A transaction that stores much may have it compressed faster."""

from collections.abc import Awaitable, Callable

from shared.db.compression import compress_fast
from shared.db.pool import connect

LONG = "điện " * 2_000


async def test_long_values_of_this_transaction_alone_are_compressed_by_lz4(
    database: Callable[..., Awaitable[str]],
) -> None:
    connection = await connect(await database(), application_name="test compression")
    try:
        await connection.execute("CREATE TEMPORARY TABLE long_values (value text)")
        async with connection.transaction():
            await compress_fast(connection)
            await connection.execute("INSERT INTO long_values VALUES ($1)", LONG)
        await connection.execute("INSERT INTO long_values VALUES ($1)", LONG)
        rows = await connection.fetch("SELECT value, pg_column_compression(value) AS kind FROM long_values")
        assert [(row["value"] == LONG, row["kind"]) for row in rows] == [(True, "lz4"), (True, "pglz")]
    finally:
        await connection.close()
