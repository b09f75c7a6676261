"""The lists as they are stored, to be read once more."""

from collections.abc import AsyncIterator

from asyncpg import Record

from shared.db import Connection

UNITS = "SELECT unit_code, name, address, tax_code, phone FROM units ORDER BY unit_code"
COLLECTORS = "SELECT collector_code, name, phone FROM collectors ORDER BY collector_code"
CUSTOMERS = """
SELECT customer_code, name, address, phone, tax_code, ward, address_old, budget_code FROM customers
ORDER BY customer_code
"""


async def units(connection: Connection) -> AsyncIterator[Record]:
    """Yield what identifies each unit; inside a transaction."""
    async for row in connection.cursor(UNITS):
        yield row


async def collectors(connection: Connection) -> AsyncIterator[Record]:
    """Yield what identifies each collector; inside a transaction."""
    async for row in connection.cursor(COLLECTORS):
        yield row


async def customers(connection: Connection) -> AsyncIterator[Record]:
    """Yield what identifies each customer; inside a transaction."""
    async for row in connection.cursor(CUSTOMERS, prefetch=1_000):
        yield row
