"""Stored names, phone numbers and tax codes that an import would refuse or read otherwise today."""

from collections.abc import AsyncIterator

from services.customer.imports.rows import CollectorRow, CustomerRow, UnitRow
from services.customer.store import stored_lists
from shared.csv_files.stored import StoredFinding, findings_of
from shared.db import Connection


async def stored_findings(connection: Connection) -> AsyncIterator[StoredFinding]:
    """Yield what is wrong with units, collectors and customers as they are stored; inside a transaction."""
    for table, model, rows in (
        ("units", UnitRow, stored_lists.units(connection)),
        ("collectors", CollectorRow, stored_lists.collectors(connection)),
        ("customers", CustomerRow, stored_lists.customers(connection)),
    ):
        async for row in rows:
            key, *_ = row.values()
            for finding in findings_of(table, model, key, dict(list(row.items())[1:])):
                yield finding
