"""Brings bills from before there were invoices to their invoices, and tells of invoices that nobody was told of.

Everything is noted in short transactions and can be repeated: what has its invoice, waits for one or needs none stays.
Whoever is stopped begins again.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from ops.databases import bus_of, database
from ops.system import RunningSystem
from services.billing.store.bills_to_invoice import earlier_bills, earlier_reductions
from services.invoice.domain.ids import reduction_id_of
from services.invoice.issued import issued_invoice
from services.invoice.store import catch_up
from services.invoice.topology import TOPOLOGY
from shared.contracts.invoice import InvoicesIssued

T = TypeVar("T")

AT_ONCE = 500
TOLD_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What came of it."""

    bills: int
    noted: int
    """Of these, how many wait for an invoice now and did not before."""
    reductions: int
    told: int


async def catch_up_invoices(
    system: RunningSystem, since: datetime, lookup_address: str, *, check: bool = False
) -> CaughtUp:
    """Note all bills from ``since`` on that were issued before the service, in the order in which they were issued."""
    async with database("invoice", system) as connection:
        before = await catch_up.started_at(connection)
    seen = noted = reductions = 0
    async with database("billing", system) as billing:
        async for bills in _parts(earlier_bills(billing, since, before)):
            seen += len(bills)
            noted += await _note(system, bills, check=check)
        async for taken in _parts(earlier_reductions(billing, since, before)):
            reductions += 0 if check else await _note_reductions(system, taken)
    if check:
        return CaughtUp(seen, noted, reductions, 0)
    async with database("invoice", system) as connection:
        await catch_up.note_caught_up(connection, since)
    return CaughtUp(seen, noted, reductions, await tell_untold(system, lookup_address))


async def tell_untold(system: RunningSystem, lookup_address: str) -> int:
    """Tell of signed invoices from before they were told of; whoever knows one changes nothing."""
    told, after = 0, ("", 0)
    async with bus_of(system, TOPOLOGY) as bus:
        while True:
            async with bus.work() as work:
                found = await catch_up.signed_untold(work.connection, after, TOLD_AT_ONCE)
                if found:
                    invoices = [issued_invoice(each) for each in found]
                    await work.emit(InvoicesIssued(lookup_address=lookup_address, invoices=invoices))
            if not found:
                return told
            told, after = told + len(found), (found[-1].symbol, found[-1].number)


async def _note(system: RunningSystem, bills: Sequence[Any], *, check: bool) -> int:
    async with database("invoice", system) as connection:
        if check:
            return await catch_up.count_without(connection, [each.bill_id for each in bills])
        return await catch_up.note_bills(connection, [(each.bill_id, each.reason) for each in bills])


async def _note_reductions(system: RunningSystem, taken: Sequence[Any]) -> int:
    async with database("invoice", system) as connection:
        return await catch_up.note_reductions(
            connection,
            [
                (
                    reduction_id_of(each.correction_id, each.bill_id),
                    each.bill_id,
                    each.correction_id,
                    each.principal,
                    each.vat,
                    each.reason,
                )
                for each in taken
            ],
        )


async def _parts(rows: AsyncIterator[T]) -> AsyncIterator[list[T]]:
    part: list[T] = []
    async for row in rows:
        part.append(row)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part
