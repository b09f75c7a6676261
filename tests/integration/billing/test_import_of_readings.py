"""A file of readings is read, compared and stored in pieces, and comes to the same as if it were taken at once."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from services.billing.imports import import_of_readings
from services.billing.imports.files import import_files, import_folder
from services.billing.imports.reports import ImportReport
from services.billing.judgement.rules import JudgementRule
from services.billing.settings import JUDGEMENT_FILE
from shared.csv_files import ImportOptions
from shared.rule_files import load_rules
from shared.testing import wait_until
from tests.integration.billing.billing_handlers import CODE, TARIFFS, BillingHandlers, reading, readings

RULES = load_rules(JUDGEMENT_FILE, JudgementRule)
CODES = [f"PB140100{n:05d}" for n in range(1, 8)]


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_of_readings, "_BATCH", 3)


async def stored(billing: BillingHandlers) -> list[tuple[object, ...]]:
    rows = await billing.pool.fetch(
        """SELECT customer_code, month, meter_register, old_reading, new_reading, held IS NOT NULL
        FROM metered_periods JOIN readings USING (period_id) ORDER BY customer_code, month, meter_register"""
    )
    return [tuple(row) for row in rows]


async def judged(billing: BillingHandlers, text: str, *, keep_good: bool = False) -> ImportReport:
    options = ImportOptions(keep_good=keep_good)
    return await import_files(billing.new_work, {"readings.csv": text}, TARIFFS, judgement=RULES, options=options)


async def test_the_lines_of_a_bill_may_stand_anywhere_in_the_file(billing: BillingHandlers) -> None:
    for code in CODES:
        await billing.customer(code, price_group="production_lt6kv")
    by_register = (("BT", 9), ("TD", 5), ("CD", 3))
    lines = [reading(kwh, 10, code=code, register=register) for register, kwh in by_register for code in CODES]
    report = await judged(billing, readings(*lines))
    assert (report.files["readings.csv"].rows, report.files["readings.csv"].added) == (21, 7)
    assert await stored(billing) == [
        (code, 10, register, 1000, 1000 + kwh, False)
        for code in CODES
        for register, kwh in (("BT", 9), ("CD", 3), ("TD", 5))
    ]


async def test_months_of_one_file_are_judged_one_after_the_other(billing: BillingHandlers) -> None:
    for code in CODES:
        await billing.customer(code)
    lines = [reading(100, month, code=code, old=1000 + 100 * (month - 7)) for month in (9, 7, 8) for code in CODES]
    lines.append(reading(9_000, 10, code=CODES[-1], old=1300))
    report = await judged(billing, readings(*lines))
    assert [(item.line, [doubt.rule for doubt in item.doubts]) for item in report.held] == [(23, ["jump"])]
    assert (report.files["readings.csv"].added, report.files["readings.csv"].held) == (22, 1)


async def test_what_is_wrong_far_behind_undoes_everything_before_it(billing: BillingHandlers) -> None:
    for code in CODES[:-1]:
        await billing.customer(code)
    report = await judged(billing, readings(*(reading(100, code=code) for code in CODES)))
    assert [(bad.line, bad.slug) for bad in report.bad_lines] == [(8, "unknown-customer")]
    assert await stored(billing) == []
    kept = await judged(billing, readings(*(reading(100, code=code) for code in CODES)), keep_good=True)
    assert (kept.ok, kept.files["readings.csv"].rows, [line.line for line in kept.rejected]) == (True, 6, [8])


async def test_an_import_that_is_killed_in_the_middle_of_its_list_has_stored_nothing_and_is_done_anew(
    billing: BillingHandlers,
) -> None:
    for code in CODES:
        await billing.customer(code)
    text = readings(*(reading(100, code=code) for code in CODES))
    meter = "INSERT INTO read_meters (meter_number, customer_code) VALUES ($1, $2)"
    waiting = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    async with billing.pool.acquire() as other:
        keeping = other.transaction()
        await keeping.start()
        # Those of the first piece are stored when the import comes to a meter that somebody else is about to store.
        await other.execute(meter, f"M{CODES[-1][-5:]}", CODES[-1])
        importing = asyncio.create_task(judged(billing, text))
        await wait_until(lambda: billing.pool.fetch(waiting))
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await importing
        await keeping.rollback()
    assert (await stored(billing), await billing.pool.fetch("SELECT FROM read_meters")) == ([], [])
    report = await judged(billing, text)
    assert (report.ok, report.files["readings.csv"].added, len(await stored(billing))) == (True, 7, 7)


async def test_a_dry_run_reports_what_an_import_would_do_and_stores_nothing(
    billing: BillingHandlers, tmp_path: Path
) -> None:
    await billing.customer()
    (tmp_path / "readings.csv").write_text(readings(reading(99, 9, old=900), reading(9_000, 10, old=999)), "utf-8")
    reports = [
        await import_folder(billing.new_work, tmp_path, TARIFFS, judgement=RULES, dry_run=dry_run)
        for dry_run in (True, True, False)
    ]
    assert [(report.files["readings.csv"].added, report.files["readings.csv"].held) for report in reports] == [
        (2, 1)
    ] * 3
    assert len(await stored(billing)) == 2
    acts = await billing.pool.fetchval("SELECT count(*) FROM acts WHERE what = 'files.imported'")
    assert acts == 1


async def test_a_meter_that_was_another_customers_goes_on_from_what_it_showed_there(billing: BillingHandlers) -> None:
    meter = (await billing.customer(CODES[0])).meter
    await judged(billing, readings(reading(100, 8, code=CODES[0])))
    await billing.customer(CODES[0], version=2, meter=None)
    await billing.customer(CODES[1], meter=meter)
    line = reading(100, 9, code=CODES[1], old=1050).replace("M00002", "M00001")
    report = await judged(billing, readings(line))
    assert [[doubt.rule for doubt in item.doubts] for item in report.held] == [["old-below-last"]]


async def test_a_meter_that_was_not_read_for_a_year_goes_on_from_its_last_reading(billing: BillingHandlers) -> None:
    await billing.customer()
    await judged(billing, readings(reading(100, 7, year=2025)))
    report = await judged(billing, readings(reading(100, 9, old=1200)))
    assert [[doubt.rule for doubt in item.doubts] for item in report.held] == [["old-above-last"]]


async def test_a_meter_that_came_back_goes_on_from_what_it_showed_before_it_was_taken_down(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    months = [(1, "M12345"), *((month, "N1") for month in range(2, 8))]
    lines = [reading(100, month, old=1000 + 100 * month).replace("M12345", meter) for month, meter in months]
    header, *lines = readings(*lines).splitlines()
    text = "\n".join([f"{header},multiplier,digits", *(f"{line},1,5" for line in lines)])
    assert (await judged(billing, text)).ok
    report = await judged(billing, readings(reading(100, 9, old=1150)))
    assert [[doubt.rule for doubt in item.doubts] for item in report.held] == [["old-below-last"]]
    assert CODE in str(report.held[0])
