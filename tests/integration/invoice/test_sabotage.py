"""The audit finds each bug of invoices and of what the tax authority is told, and nothing without them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from ops.audit.row_rules import invoice_is_the_bill
from services.billing.audit import BilledBill
from services.invoice.audit import invoiced_in_order
from services.invoice.authority.rule_files import authority_rules
from shared.testing import builders, wait_until
from simulation.chaos.sabotage_in_process import SabotageInProcess
from simulation.chaos.sabotage_of_invoices import INVOICE_GROUPS
from simulation.tax_authority.stand_in import StandIn
from tests.integration.invoice.invoice_service import InvoiceSystem
from tests.integration.invoice.test_authority import Days, Office, authority_answers_soon

PutIn = Callable[[], None]


async def some_invoices(office: Office, put_in: PutIn) -> None:
    put_in()
    system = office.system
    await system.release(*(system.billed(kwh) for kwh in (100, 200, 300)))
    await _stored(system, 3)
    await wait_until(lambda: _signed_or_forgotten(system), 20)


async def corrected_bills(office: Office, put_in: PutIn) -> None:
    put_in()
    system = office.system
    adjusted, replaced = system.billed(100), system.billed(200)
    await system.release(adjusted, replaced)
    await _stored(system, 2)
    await system.adjust_down(adjusted, 10_000, 800)
    await _stored(system, 3)
    await system.replace(replaced, 150)
    await system.signed(4)


async def told_summaries(office: Office, put_in: PutIn) -> None:
    system = office.system
    bill = system.billed(100)
    await system.release(bill, system.billed(200))
    await system.signed(2)
    await system.adjust_down(bill, 10_000, 800)
    await system.signed(3)
    office.days.now = datetime(2026, 12, 4, 3, 0, tzinfo=UTC)
    await system.release(system.billed(300))
    await system.signed(4)
    put_in()
    for summary in await office.make():
        for _ in range(2):
            await office.send(summary)
    await wait_until(lambda: _nothing_is_on_its_way(system), 20)


SCENES: dict[str, Callable[[Office, PutIn], Awaitable[None]]] = {
    "invoices": some_invoices,
    "corrections": corrected_bills,
    "authority": told_summaries,
}


async def found_rules(office: Office) -> set[str]:
    """Return the rules that are broken, by invoice's own books and beside the bills."""
    system = office.system
    named = {violation.rule for violation in (await system.audited()).violations}
    taken_off: dict[object, int] = {}
    async with system.pool.acquire() as connection, connection.transaction():
        invoiced = {bill_id: each async for bill_id, each in invoiced_in_order(connection)}
    for bill_id in (each for each, told in invoiced.items() if told.taken_off):
        taken_off[bill_id] = 10_800
    for bill_id, each in invoiced.items():
        bill = system.bills[bill_id]
        corrects = None if bill.corrects is None else bill.corrects.bill_id
        billed = BilledBill(bill.bill_number, builders.MOMENT, bill.total, taken_off.get(bill_id, 0), corrects)
        named |= {violation.rule for violation in invoice_is_the_bill(bill_id, billed, each)}
    return named


@pytest.mark.parametrize("scene", SCENES)
async def test_without_a_bug_the_audit_of_invoices_finds_nothing(system: InvoiceSystem, scene: str) -> None:
    assert await _played(system, scene, lambda: None) == set()


@pytest.mark.parametrize(
    ("scene", "bug"),
    [(scene, bug) for scene, bugs in INVOICE_GROUPS.items() for bug in bugs],
    ids=lambda one: str(getattr(one, "name", one)),
)
async def test_a_bug_of_invoices_is_named_by_its_rule(
    system: InvoiceSystem, monkeypatch: pytest.MonkeyPatch, scene: str, bug: SabotageInProcess
) -> None:
    found = await _played(system, scene, lambda: bug.way(monkeypatch.setattr))
    assert [rule for rule in found if rule.startswith(bug.rule)]


async def _played(system: InvoiceSystem, scene: str, put_in: PutIn) -> set[str]:
    async with StandIn(token="secret").serving() as authority:
        await authority_answers_soon(system, authority.url)
        office = Office(system, Days(), authority, authority_rules())
        await system.start(clock=office.days)
        await SCENES[scene](office, put_in)
        return await found_rules(office)


async def _stored(system: InvoiceSystem, count: int) -> None:
    async def all_there() -> bool:
        return bool(await system.pool.fetchval("SELECT count(*) FROM invoices") >= count)

    await wait_until(all_there, 20)


async def _signed_or_forgotten(system: InvoiceSystem) -> bool:
    return not await system.pool.fetchval("SELECT count(*) FROM unsigned_invoices")


async def _nothing_is_on_its_way(system: InvoiceSystem) -> bool:
    return not await system.pool.fetchval("SELECT count(*) FROM message_states WHERE settled_at IS NULL")
