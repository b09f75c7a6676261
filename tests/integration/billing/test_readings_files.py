"""A file of readings that the office hands in is tried, then imported once, and only for the own units."""

import base64
from datetime import date

import pytest
import pytest_asyncio

from services.billing.imports.due_days import DueDays, DueRule
from shared.contracts.billing import ReadingsFile, ReadingsFileOutcome, TakeReadings
from shared.csv_files import first_look
from shared.problems import InvalidRequest
from tests.integration.billing.billing_handlers import CODE, BillingHandlers, reading, readings

OTHER = "PB14010099999"


@pytest_asyncio.fixture(autouse=True)
async def two_customers(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.customer(OTHER)


async def take(billing: BillingHandlers, *lines: str, **how: object) -> ReadingsFile:
    content = base64.b64encode(readings(*lines).encode()).decode()
    reply: ReadingsFile = await billing.ask(TakeReadings.model_validate({"name": "x.csv", "content": content, **how}))
    return reply


async def stored(billing: BillingHandlers) -> int:
    count: int = await billing.pool.fetchval("SELECT count(*) FROM metered_periods")
    return count


async def test_a_trial_tells_what_is_read_and_would_be_stored_and_stores_nothing(billing: BillingHandlers) -> None:
    found = await take(billing, reading(50), reading(60, code=OTHER), is_trial=True)
    assert (found.outcome, found.lines, found.added, await stored(billing)) == (ReadingsFileOutcome.TRIED, 2, 2, 0)
    assert (found.columns[0], found.first_rows[1][0], found.ignored_columns) == ("customer_code", OTHER, [])
    assert await billing.pool.fetchval("SELECT count(*) FROM taken_files") == 0


async def test_the_same_content_is_imported_once_and_kept_with_who_handed_it_in(billing: BillingHandlers) -> None:
    first = await take(billing, reading(50))
    again = await take(billing, reading(50), name="other.csv")
    assert (first.outcome, again.outcome) == (ReadingsFileOutcome.TAKEN, ReadingsFileOutcome.REPEATED)
    assert (first.added, again.added, await stored(billing)) == (1, 1, 1)
    assert await billing.pool.fetchval("SELECT count(*) FROM acts WHERE what = 'readings.taken'") == 1


async def test_a_wrong_line_stores_nothing_and_good_ones_are_kept_on_demand(billing: BillingHandlers) -> None:
    lines = reading(50), reading(60, code="PB14010000404")
    refused = await take(billing, *lines)
    assert (refused.outcome, [bad.line for bad in refused.bad]) == (ReadingsFileOutcome.REFUSED, [3])
    assert await stored(billing) == 0
    kept = await take(billing, *lines, keep_good=True)
    assert (kept.outcome, kept.added, kept.rejected_count) == (ReadingsFileOutcome.TAKEN, 1, 1)
    assert kept.reject_file is not None
    assert "PB14010000404" in kept.reject_file


async def test_whoever_works_for_another_unit_knows_none_of_the_customers(billing: BillingHandlers) -> None:
    refused = await take(billing, reading(50), unit_codes=["PB1502"])
    assert [(bad.line, bad.slug) for bad in refused.bad] == [(2, "unknown-customer")]
    taken = await take(billing, reading(50), unit_codes=[CODE[:6]])
    assert taken.outcome is ReadingsFileOutcome.TAKEN


async def test_a_file_with_more_lines_than_can_be_waited_for_is_refused_at_once(
    billing: BillingHandlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_look, "MOST_LINES", 6)
    many = [reading(1, month) for month in range(1, 8)]
    refused = await take(billing, *many)
    assert (refused.outcome, [bad.slug for bad in refused.bad]) == (ReadingsFileOutcome.REFUSED, ["too-large"])
    assert (await take(billing, *many[:6], is_trial=True)).lines == 6


async def test_bills_of_readings_without_a_due_day_are_due_by_the_rule_of_the_unit(billing: BillingHandlers) -> None:
    billing.due_days = DueDays([DueRule(in_force_from=date(2026, 1, 1), units=(CODE[:6],), days=15)])
    without_due_day = reading(50).rpartition(",")[0] + ","
    assert (await take(billing, without_due_day)).outcome is ReadingsFileOutcome.TAKEN
    assert await billing.pool.fetchval("SELECT due_date - period_to FROM metered_periods") == 15


async def test_what_is_no_table_is_refused_with_the_reason(billing: BillingHandlers) -> None:
    content = base64.b64encode(b"\x00\x01nonsense").decode()
    found: ReadingsFile = await billing.ask(TakeReadings(name="x.csv", content=content))
    assert (found.outcome, found.columns, len(found.bad)) == (ReadingsFileOutcome.REFUSED, [], 1)
    with pytest.raises(InvalidRequest):
        await billing.ask(TakeReadings(name="x.csv", content="?"))
