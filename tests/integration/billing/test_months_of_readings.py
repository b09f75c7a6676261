"""Metered periods and readings lie in partitions by month, and what is imported is compared with all of them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import asyncpg
import pytest
import pytest_asyncio

from ops.audit.standings import _MACHINERY
from services.billing.archive.months import attach_month, detach_month
from services.billing.archive.rules import MonthChanged, MonthInUse
from services.billing.imports.files import import_files
from services.billing.imports.reports import ImportReport
from services.billing.judgement.refusals import MonthArchived
from services.billing.judgement.rules import JudgementRule
from services.billing.settings import JUDGEMENT_FILE
from services.billing.store import metered_periods, partition_months
from services.billing.store.months import MonthAct
from shared.contracts.billing import CorrectedReading, CorrectReadings, ReleaseReadings
from shared.csv_files import ImportOptions
from shared.ids import new_id
from shared.rule_files import load_rules
from tests.integration.billing.billing_handlers import CODE, TARIFFS, BillingHandlers, reading, readings
from tests.integration.billing.test_audit import rules
from tests.integration.billing.test_money_history import look, past_the_triggers

OTHER = "PB14010099999"
RULES = load_rules(JUDGEMENT_FILE, JudgementRule)
LATER = datetime(2029, 3, 1, 3, 0, tzinfo=UTC)

_WHERE = """
SELECT substring(relname FROM '\\d+$') AS month, count(*) FROM {table} JOIN pg_class ON pg_class.oid = {table}.tableoid
GROUP BY 1 ORDER BY 1
"""


async def where(billing: BillingHandlers) -> list[dict[str | None, int]]:
    """Return how many periods, and how many readings, lie in which month; None: in no month of its own."""
    found = [await billing.pool.fetch(_WHERE.format(table=table)) for table in ("metered_periods", "readings")]
    return [{row["month"]: row["count"] for row in rows} for rows in found]


async def paid(billing: BillingHandlers) -> None:
    await billing.run()
    for code in (CODE, OTHER):
        if debt := (await billing.state(code)).debt:
            await billing.pay(debt, code=code)


async def detach(billing: BillingHandlers, year: int, month: int) -> MonthAct:
    async with billing.new_work() as work:
        return await detach_month(work, new_id(), (year, month), "x", months_kept=24, clock=lambda: LATER)


async def attach(billing: BillingHandlers, year: int, month: int) -> MonthAct:
    async with billing.new_work() as work:
        return await attach_month(work, new_id(), (year, month), "x")


@pytest_asyncio.fixture
async def judging(billing: BillingHandlers) -> AsyncIterator[BillingHandlers]:
    """Two customers and the rules as they are delivered; the archive is empty again after the test."""
    billing.judgement_rules = RULES
    await billing.customer()
    await billing.customer(OTHER)
    yield billing
    for table in await billing.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'archive'"):
        await billing.pool.execute(f"DROP TABLE archive.{table['tablename']}")


@pytest_asyncio.fixture
async def long_ago(judging: BillingHandlers) -> BillingHandlers:
    """One customer was read and billed in March 2024 alone, the other in March and April 2024 and in September 2026."""
    lines = [reading(100, 3, year=2024), reading(100, 3, code=OTHER, year=2024)]
    lines += [reading(100, 4, code=OTHER, year=2024, old=1100), reading(100, 9, code=OTHER, old=1200)]
    judging.judgement_rules = ()
    assert (await judging.import_readings(*lines)).ok
    judging.judgement_rules = RULES
    await paid(judging)
    return judging


def verdicts(report: ImportReport) -> list[tuple[str, int, list[str]]]:
    return [(one.customer_code, one.month, [doubt.rule for doubt in one.doubts]) for one in report.held]


async def test_periods_and_readings_lie_in_the_month_that_they_are_billed_for(judging: BillingHandlers) -> None:
    assert (await judging.import_readings(reading(100, 9), reading(9_000, 10, old=1100), reading(5, code=OTHER))).ok
    assert await where(judging) == [{"202609": 1, "202610": 2}] * 2
    assert await rules(judging) == set()


async def test_what_is_stored_while_its_month_has_no_partition_lies_in_none_and_is_compared_all_the_same(
    judging: BillingHandlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_now(*_: object) -> bool:
        return False

    monkeypatch.setattr(partition_months, "make", not_now)
    assert (await judging.import_readings(reading(100, 9))).ok
    monkeypatch.undo()
    report = await judging.import_readings(reading(100, 9, old=1000), reading(100, 10, old=1300))
    assert report.files["readings.csv"].unchanged == 1
    assert verdicts(report) == [(CODE, 10, ["old-above-last"])]
    assert await where(judging) == [{None: 1, "202610": 1}] * 2
    assert (await judging.import_readings(reading(120, 9))).bad_lines[0].slug == "other-readings"
    assert await rules(judging) == set()


_HISTORIES = [
    # As usual, a gap of more than half a year, the same month of last year, another meter's readings in between.
    [(2025, 1, 0), (2025, 2, 0), (2025, 3, 0), (2025, 12, 0), (2026, 1, 0), (2026, 2, 7), (2026, 3, -9)],
    [(2024, 5, 0), (2025, 11, 0), (2026, 5, 0), (2026, 11, 30)],
    [(2025, 6, 0), (2025, 8, 0), (2025, 10, 0), (2025, 12, 0), (2026, 6, 0), (2026, 7, 10_000), (2026, 8, 0)],
]


@pytest.mark.parametrize("steps", _HISTORIES, ids=["years", "gaps", "seldom"])
async def test_the_verdicts_are_those_of_one_table(
    judging: BillingHandlers, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[int, int, int]]
) -> None:
    async def in_turn(code: str) -> list[tuple[int, list[str]]]:
        found, last = [], 1000
        for year, month, jump in steps:
            line = reading(100, month, code=code, year=year, old=max(0, last + jump))
            report = await judging.import_readings(line)
            found += [(month, doubts) for _, month, doubts in verdicts(report)]
            found += [(bad.line, [bad.slug]) for bad in report.bad_lines]
            await judging.run()
            last = max(0, last + jump) + 100
        return found

    in_months = await in_turn(CODE)

    async def not_now(*_: object) -> set[int]:
        return set()

    monkeypatch.setattr(metered_periods, "with_partition", not_now)
    assert await in_turn(OTHER) == in_months
    assert (await where(judging))[0][None] == len(steps)


async def test_a_month_goes_with_its_readings_and_comes_back_as_it_was(long_ago: BillingHandlers) -> None:
    before = await where(long_ago)
    done = await detach(long_ago, 2024, 3)
    assert (done.periods, done.readings, done.meters) == (2, 2, 1)
    assert await where(long_ago) == [{"202404": 1, "202609": 1}] * 2
    assert await rules(long_ago) == set()
    assert (await look(long_ago)).violations == []
    await attach(long_ago, 2024, 3)
    assert await where(long_ago) == before
    assert await rules(long_ago) == set()
    assert (await detach(long_ago, 2024, 3)).contents_of_periods == done.contents_of_periods
    assert await rules(long_ago) == set()


async def test_a_month_that_goes_and_comes_back_changes_nothing_that_keeps_the_history(
    long_ago: BillingHandlers,
) -> None:
    before = await long_ago.pool.fetchval(_MACHINERY)
    for _ in range(2):
        await detach(long_ago, 2024, 3)
        assert await long_ago.pool.fetchval(_MACHINERY) == before
        await attach(long_ago, 2024, 3)
        assert await long_ago.pool.fetchval(_MACHINERY) == before


async def test_an_import_goes_on_where_all_that_it_is_compared_with_is_here(long_ago: BillingHandlers) -> None:
    await detach(long_ago, 2024, 3)
    await detach(long_ago, 2024, 4)
    report = await long_ago.import_readings(reading(100, 10, code=OTHER, old=1250))
    assert verdicts(report) == [(OTHER, 10, ["old-below-last"])]


async def test_a_meter_that_was_read_last_in_a_month_of_the_archive_is_not_judged_as_a_new_one(
    long_ago: BillingHandlers,
) -> None:
    await detach(long_ago, 2024, 3)
    new = reading(100, 10, old=5000)
    report = await long_ago.import_readings(new)
    assert [(bad.slug, "2024-03" in bad.message) for bad in report.bad_lines] == [("month-archived", True)]
    await attach(long_ago, 2024, 3)
    assert verdicts(await long_ago.import_readings(new)) == [(CODE, 10, ["old-above-last"])]


async def test_a_meter_of_another_customer_in_the_archive_is_not_judged_as_nobodys(long_ago: BillingHandlers) -> None:
    await detach(long_ago, 2024, 3)
    header, line = readings(reading(100, 10, code=OTHER).replace("M99999", "M12345")).splitlines()
    text = f"{header},multiplier,digits\n{line},1,5\n"
    report = await import_files(long_ago.new_work, {"readings.csv": text}, TARIFFS)
    assert [bad.slug for bad in report.bad_lines] == ["month-archived"]
    await attach(long_ago, 2024, 3)
    report = await import_files(long_ago.new_work, {"readings.csv": text}, TARIFFS)
    assert [doubts[0] for _, _, doubts in verdicts(report)] == ["meter-of-another"]


@pytest.mark.parametrize(
    ("year", "month"),
    [(2024, 4), (2025, 4), (2024, 3), (2024, 6), (2024, 2)],
    ids=["its own", "the year after", "the month before", "within half a year", "before it"],
)
async def test_what_concerns_a_month_of_the_archive_is_refused(
    long_ago: BillingHandlers, year: int, month: int
) -> None:
    await detach(long_ago, 2024, 4)
    report = await long_ago.import_readings(reading(100, month, year=year, old=1500))
    assert [bad.slug for bad in report.bad_lines] == ["month-archived"]
    assert await rules(long_ago) == set()


async def test_days_that_reach_into_a_month_of_the_archive_are_refused(long_ago: BillingHandlers) -> None:
    await detach(long_ago, 2024, 4)
    line = reading(100, 12, code=OTHER, year=2024, old=1200).replace("2024-12-01", "2024-04-15")
    report = await long_ago.import_readings(line)
    assert [bad.slug for bad in report.bad_lines] == ["month-archived"]


async def test_a_person_is_refused_what_would_be_judged_without_a_month_of_the_archive(
    long_ago: BillingHandlers,
) -> None:
    report = await long_ago.import_readings(reading(50_000, 10, code=OTHER, old=1300, year=2025))
    [held] = report.held
    await detach(long_ago, 2024, 4)
    # As if the month before were of 2025: what is looked back upon is away.
    await past_the_triggers(long_ago, "UPDATE month_acts SET last_day = '2025-09-30'")
    correct = CorrectReadings(
        correction_id=new_id(), period_id=held.period_id, readings=[CorrectedReading(new_reading=1400)], reason="x"
    )
    with pytest.raises(MonthArchived) as refused:
        await long_ago.ask(correct)
    assert refused.value.facts == {"month": "2024-04"}


async def test_held_readings_of_a_month_keep_their_acts_when_it_goes(judging: BillingHandlers) -> None:
    assert (await judging.import_readings(reading(100, 3, year=2024))).ok
    [held] = (await judging.import_readings(reading(9_999, 4, year=2024, old=1100))).held
    await judging.ask(ReleaseReadings(release_id=new_id(), period_id=held.period_id, reason="a kiln"))
    await paid(judging)
    await detach(judging, 2024, 4)
    assert await rules(judging) == set()
    assert (await look(judging)).violations == []


async def test_no_month_goes_while_an_import_compares_with_it(long_ago: BillingHandlers) -> None:
    async with long_ago.new_work() as importing:
        await metered_periods.lock_imports(importing.connection)
        with pytest.raises(MonthInUse):
            await detach(long_ago, 2024, 3)
    assert (await detach(long_ago, 2024, 3)).periods == 2
    async with long_ago.new_work() as importing:
        await metered_periods.lock_imports(importing.connection)
        with pytest.raises(MonthInUse):
            await attach(long_ago, 2024, 3)
    assert (await attach(long_ago, 2024, 3)).periods == 2


async def test_a_year_that_cannot_be_meant_is_refused_before_it_has_a_partition(judging: BillingHandlers) -> None:
    report = await judging.import_readings(reading(50, 9), reading(50, 9, code=OTHER, year=2062))
    assert [(bad.line, bad.column, bad.slug) for bad in report.bad_lines] == [(3, "year", "unbelievable-month")]
    long_past = reading(50, 9, code=OTHER, year=2006)
    kept = await judging.import_readings(reading(50, 9), long_past, options=ImportOptions(keep_good=True))
    assert [(bad.line, "is not believable" in bad.message) for bad in kept.rejected] == [(3, True)]
    assert await where(judging) == [{"202609": 1}] * 2
    assert not await judging.pool.fetchval("SELECT count(*) FROM months_of_readings() AS m WHERE m <> 2026 * 12 + 9")


@pytest.mark.parametrize("table", ["metered_periods", "readings"])
async def test_readings_that_were_changed_in_the_archive_do_not_come_back(
    long_ago: BillingHandlers, table: str
) -> None:
    await detach(long_ago, 2024, 4)
    with pytest.raises(asyncpg.RestrictViolationError):
        await long_ago.pool.execute(f"DELETE FROM archive.{table}_202404")
    change = {"metered_periods": "due_date = due_date + 1", "readings": "old_reading = old_reading - 1"}[table]
    await past_the_triggers(long_ago, f"UPDATE archive.{table}_202404 SET {change}")
    with pytest.raises(MonthChanged):
        await attach(long_ago, 2024, 4)


_ACT_WITH_NOTHING = """
INSERT INTO reading_acts (act_id, period_id, act, acted_at) VALUES (gen_random_uuid(), gen_random_uuid(), 'held', now())
"""


@pytest.mark.parametrize(
    ("tampering", "rule"),
    [
        (
            "DELETE FROM archived_meters",
            "what was left behind of meters in the archive is there",
        ),
        (
            "UPDATE archived_meters SET last_day = last_day - 400",
            "what was left behind of meters in the archive is there",
        ),
        (
            "DELETE FROM readings WHERE partition_month = 2026 * 12 + 9",
            "readings lie beside their metered period, and a metered period has readings",
        ),
        (
            "DELETE FROM metered_periods WHERE partition_month = 2026 * 12 + 9",
            "readings lie beside their metered period, and a metered period has readings",
        ),
        (
            "DELETE FROM metered_periods WHERE month = 9; DELETE FROM readings WHERE partition_month = 2026 * 12 + 9",
            "a metered period has one bill, and a bill one period",
        ),
        ("DELETE FROM days_of_months", "periods lie on the days that are noted of their month"),
        (
            "UPDATE metered_periods SET period_to = period_to + 300 WHERE partition_month = 2026 * 12 + 9",
            "periods lie on the days that are noted of their month",
        ),
        (
            "INSERT INTO metered_periods SELECT * FROM archive.metered_periods_202403",
            "bills without a metered period are those whose periods were put into the archive",
        ),
        (
            "UPDATE month_acts SET billed_periods = 1",
            "bills without a metered period are those whose periods were put into the archive",
        ),
        (
            _ACT_WITH_NOTHING,
            "what refers to a metered period refers to one that is there, or in the archive",
        ),
        (
            "UPDATE metered_periods SET customer_code = 'PB14010000000'",
            "a metered period is of a customer with an account",
        ),
    ],
)
async def test_months_that_do_not_hold_together_are_named(long_ago: BillingHandlers, tampering: str, rule: str) -> None:
    await detach(long_ago, 2024, 3)
    assert await rules(long_ago) == set()
    await past_the_triggers(long_ago, tampering)
    assert rule in await rules(long_ago)


async def test_two_periods_of_one_month_in_two_partitions_are_named(judging: BillingHandlers) -> None:
    assert (await judging.import_readings(reading(100, 9))).ok
    await past_the_triggers(
        judging,
        """
        INSERT INTO metered_periods (period_id, customer_code, year, month, cycle, period_from, period_to, due_date,
            fingerprint, import_id)
        SELECT gen_random_uuid(), customer_code, year, month, cycle, period_from, period_to, due_date, 'x', import_id
        FROM metered_periods
        """,
    )
    assert "a metered period lies in one partition, and one period of a month and cycle counts" in await rules(judging)


async def test_making_a_month_does_not_wait_for_a_reader_and_nobody_waits_behind_it(judging: BillingHandlers) -> None:
    async with judging.pool.acquire() as reader, reader.transaction():
        await reader.fetch("SELECT count(*) FROM metered_periods")
        async with judging.pool.acquire() as connection:
            assert not await partition_months.make(connection, [(2026, 8)])
        async with asyncio.timeout(5):
            assert (await judging.import_readings(reading(50, 8))).ok
    assert await where(judging) == [{None: 1}] * 2
    async with judging.pool.acquire() as connection:
        assert await partition_months.make(connection, [(2026, 8)])
        assert await partition_months.make(connection, [(2026, 8)])


async def test_the_months_are_known_whose_periods_may_lie_on_some_days(judging: BillingHandlers) -> None:
    assert (await judging.import_readings(reading(100, 9), reading(100, 11, old=1100))).ok
    september, october, november = (2026 * 12 + month for month in (9, 10, 11))
    days = date(2026, 9, 25), date(2026, 10, 5)
    async with judging.pool.acquire() as connection:
        assert await partition_months.of_days(connection, *days) == (september, september)
        assert await partition_months.of_days(connection, days[1], days[1]) == partition_months.NO_MONTH
    assert (await judging.import_readings(reading(9, 10, code=OTHER).replace("2026-10-01", "2026-09-20"))).ok
    async with judging.pool.acquire() as connection:
        assert await partition_months.of_days(connection, *days) == (september, october)
        assert await partition_months.of_days(connection, days[0], date.max) == (september, november)
