"""The audit finds each bug of bill runs, corrections, held readings and months, and nothing without them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
import pytest_asyncio

from services.billing.judgement.rules import JudgementRule
from services.billing.runs.rules import RunState, SecondPersonNeeded
from services.billing.settings import JUDGEMENT_FILE
from shared.contracts.billing import CorrectedReading, CorrectionKind, CorrectReadings, ReleaseReadings
from shared.ids import new_id
from shared.problems import Problem
from shared.rule_files import load_rules
from simulation.chaos.sabotage_in_process import SabotageInProcess
from simulation.chaos.sabotage_of_bills import BILL_GROUPS
from tests.integration.billing.billing_handlers import CODE, BillingHandlers, reading
from tests.integration.billing.test_audit import rules
from tests.integration.billing.test_months_of_readings import OTHER, detach
from tests.integration.billing.test_releases import LAN, confirm, do_all, start, stored

PutIn = Callable[[], None]


async def a_run(billing: BillingHandlers, put_in: PutIn) -> None:
    for code in (CODE, OTHER):
        await billing.customer(code)
    assert (await billing.import_readings(reading(100), reading(120, code=OTHER))).ok
    put_in()
    run_id = await start(billing)
    run = await do_all(billing, run_id)
    with suppress(SecondPersonNeeded):
        await confirm(billing, run, by=LAN)
    if (await stored(billing, run_id)).state is RunState.COMPUTED:
        await confirm(billing, run)
    await do_all(billing, run_id)


async def a_correction(billing: BillingHandlers, put_in: PutIn) -> None:
    await billing.customer()
    account = await billing.bill(100)
    number = account.bills[0].bill_number
    await billing.pay(account.account.debt)
    put_in()
    await billing.correct(number, kwh=80)
    with suppress(Problem):
        await billing.correct(number, CorrectionKind.REPLACEMENT, kwh=90)


async def held_readings(billing: BillingHandlers, put_in: PutIn) -> None:
    billing.judgement_rules = load_rules(JUDGEMENT_FILE, JudgementRule)
    await billing.customer()
    await billing.customer(OTHER)
    for code in (CODE, OTHER):
        await billing.import_readings(*(reading(100, month, code=code, old=900 + 100 * month) for month in (7, 8, 9)))
    await billing.run()
    [one] = (await billing.import_readings(reading(10_000, old=1800))).held
    [other] = (await billing.import_readings(reading(10_000, code=OTHER, old=1800))).held
    put_in()
    await billing.run()
    with suppress(Problem):
        await billing.ask(ReleaseReadings(release_id=new_id(), period_id=one.period_id, reason="a kiln"))
    right = [CorrectedReading(new_reading=1_920)]
    with suppress(Problem):
        await billing.ask(
            CorrectReadings(correction_id=new_id(), period_id=other.period_id, readings=right, reason="misread")
        )
    await billing.run()


async def months(billing: BillingHandlers, put_in: PutIn) -> None:
    await billing.customer()
    await billing.customer(OTHER)
    account = await billing.bill(100, 3, year=2024)
    await billing.pay(account.account.debt)
    assert (await billing.import_readings(reading(100, 9, old=1100))).ok
    await billing.run()
    await detach(billing, 2024, 3)
    put_in()
    await billing.import_readings(reading(100, 3, code=OTHER, year=2024))
    await billing.import_readings(reading(100, 11, old=1200).replace("2026-11-01", "2026-09-20"))
    await billing.import_readings(reading(100, 10, code=OTHER))


SCENES: dict[str, Callable[[BillingHandlers, PutIn], Awaitable[None]]] = {
    "run": a_run,
    "correction": a_correction,
    "held": held_readings,
    "months": months,
}


@pytest_asyncio.fixture
async def archive(billing: BillingHandlers) -> AsyncIterator[BillingHandlers]:
    """Billing, whose archive is empty again after the test."""
    yield billing
    for table in await billing.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'archive'"):
        await billing.pool.execute(f"DROP TABLE archive.{table['tablename']}")


@pytest.mark.parametrize("scene", SCENES)
async def test_without_a_bug_the_audit_finds_nothing(archive: BillingHandlers, scene: str) -> None:
    await SCENES[scene](archive, lambda: None)
    assert await rules(archive) == set()


@pytest.mark.parametrize(
    ("scene", "bug"),
    [(scene, bug) for scene, bugs in BILL_GROUPS.items() for bug in bugs],
    ids=lambda one: str(getattr(one, "name", one)),
)
async def test_a_bug_is_named_by_its_rule(
    archive: BillingHandlers, monkeypatch: pytest.MonkeyPatch, scene: str, bug: SabotageInProcess
) -> None:
    await SCENES[scene](archive, lambda: bug.way(monkeypatch.setattr))
    monkeypatch.undo()
    assert [rule for rule in await rules(archive) if rule.startswith(bug.rule)]
