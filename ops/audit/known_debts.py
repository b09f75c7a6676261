"""What notify knows of customers who owe, beside what billing has: campaigns leave out whom notify does not know."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from services.billing.store.accounts import owing
from services.notify.store.accounts import incomplete
from shared.audit import AuditViolation
from shared.contracts.common import AccountState, CustomerFacts
from shared.db import Connection
from shared.db.pool import connect

_AT_ONCE = 500

Owing = list[tuple[AccountState, CustomerFacts]]


async def compare_debts(database_urls: Mapping[str, str]) -> AsyncIterator[tuple[Owing, list[str]]]:
    """Yield the customers who owe, some hundred at a time, and the codes of those of whom notify knows less."""
    async with _connected(database_urls["billing"]) as billing, _connected(database_urls["notify"]) as notify:
        last = ""
        while found := await owing(billing, last, _AT_ONCE):
            last = found[-1][0].customer_code
            yield found, await incomplete(notify, found)


async def debts_unknown_to_notify(database_urls: Mapping[str, str]) -> list[AuditViolation]:
    """Return what is to be looked at: how many customers campaigns leave out, and what is to be done about it."""
    seen, lacking = 0, list[str]()
    async for found, codes in compare_debts(database_urls):
        seen, lacking = seen + len(found), lacking + codes
    if not lacking:
        return []
    detail = f"{len(lacking)} of {seen} customers who owe are not; campaigns leave them out: thungan sms backfill"
    return [AuditViolation("notify", "customers who owe are known with their due date", lacking[0], detail)]


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Connection]:
    """Connect as a service does, so that rows are read as its store reads them; each statement is by itself."""
    connection = await connect(url, application_name="thungan")
    try:
        yield connection
    finally:
        await connection.close()
