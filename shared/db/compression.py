"""How the database compresses long values that a transaction stores."""

from shared.db.pool import Connection

# A server that was built without LZ4 goes on with its own way.
_FAST = """
DO $$
BEGIN
    SET LOCAL default_toast_compression = 'lz4';
EXCEPTION
    WHEN invalid_parameter_value THEN
        NULL;
END $$
"""


async def compress_fast(connection: Connection) -> None:
    """Have long values that this transaction stores compressed by LZ4: a fifth of the time, and a little larger.

    For transactions that write events and histories of many rows.
    """
    await connection.execute(_FAST)
