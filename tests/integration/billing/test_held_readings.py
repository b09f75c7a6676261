"""Readings that may be wrong are held with their reason, and the rest of a file goes on."""

import pytest
import pytest_asyncio

from services.billing.imports.files import ImportReport, import_files
from services.billing.judgement.rules import JudgementRule
from services.billing.settings import JUDGEMENT_FILE
from shared.contracts.common import Meter
from shared.rule_files import load_rules
from tests.integration.billing.billing_handlers import CODE, TARIFFS, BillingHandlers, reading, readings

SECOND = "PB14010012346"
RULES = load_rules(JUDGEMENT_FILE, JudgementRule)


@pytest_asyncio.fixture
async def judging(billing: BillingHandlers) -> BillingHandlers:
    """A customer with three sound months (100 kWh each, up to 1300), by the rules as they are delivered."""
    billing.judgement_rules = RULES
    await billing.customer()
    await billing.import_readings(*(reading(100, month, old=1000 + 100 * (month - 7)) for month in (7, 8, 9)))
    assert (await billing.run()).bills == 3
    return billing


def rules_of(report: ImportReport) -> list[list[str]]:
    return [[doubt.rule for doubt in item.doubts] for item in report.held]


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        (1300, 1420, []),
        (1300, 1000 + 10_299, ["jump"]),
        (1600, 1700, ["old-above-last"]),
        (1000, 1400, ["old-below-last"]),
        (1300, 1299, ["rollover", "more-than-the-meter-can", "jump"]),
        (1300, 1300, ["nothing-used"]),
    ],
    ids=["as usual", "misread", "gap", "overlap", "one below the last", "stopped"],
)
async def test_readings_are_held_by_what_was_read_before(
    judging: BillingHandlers, old: int, new: int, rules: list[str]
) -> None:
    report = await judging.import_readings(reading(new - old, old=old))
    assert report.ok
    assert rules_of(report) == ([rules] if rules else [])
    assert (await judging.run()).bills == (0 if rules else 1)


async def test_other_rows_go_on_and_a_repeat_changes_nothing(judging: BillingHandlers) -> None:
    await judging.customer(SECOND)
    lines = reading(10_000, old=1300), reading(50, code=SECOND)
    first = await judging.import_readings(*lines)
    assert (first.files["readings.csv"].added, first.files["readings.csv"].held) == (2, 1)
    assert (await judging.run()).bills == 1
    again = await judging.import_readings(*lines)
    assert (again.files["readings.csv"].unchanged, again.files["readings.csv"].held, again.held) == (2, 0, ())
    assert (await judging.run()).bills == 0


async def test_what_follows_held_readings_is_held_too(judging: BillingHandlers) -> None:
    report = await judging.import_readings(reading(10_000, old=1300), reading(100, 11, old=11_300))
    assert rules_of(report) == [["jump"], ["earlier-is-held"]]


async def test_a_later_period_that_is_stored_counts_too(judging: BillingHandlers) -> None:
    await judging.import_readings(reading(100, 11, old=1450))
    report = await judging.import_readings(reading(100, 10, old=1300))
    assert rules_of(report) == [["new-below-next"]]


async def test_one_meter_of_two_customers_is_held_across_files_naming_both(judging: BillingHandlers) -> None:
    await judging.customer(SECOND)
    header, line = readings(reading(50, 9, code=SECOND).replace("M12346", "M12345")).splitlines()
    text = f"{header},multiplier,digits\n{line},1,5\n"
    report = await import_files(judging.new_work, {"readings.csv": text}, TARIFFS)
    assert rules_of(report) == [["meter-of-another", "old-below-last", "two-customers"]]
    assert all(code in report.held[0].doubts[-1].english for code in (CODE, SECOND))


async def test_an_unknown_meter_and_a_contract_that_has_ended_are_held(judging: BillingHandlers) -> None:
    meter = Meter(meter_number="N1", multiplier=1, digits=5)
    await judging.customer(version=2, meter=meter, active=False)
    report = await judging.import_readings(reading(50, old=0).replace("M12345", "N1"))
    assert rules_of(report) == [["contract-ended"]]
