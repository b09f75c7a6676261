"""Readings that may be wrong are held with their reason, and the rest of a file goes on."""

from datetime import date
from typing import TypeVar

import asyncpg
import pytest
import pytest_asyncio

from services.billing.audit import audit_facts
from services.billing.corrections.rules import SamePersonTwice
from services.billing.imports import estimates
from services.billing.imports.files import import_files
from services.billing.imports.reports import ImportReport
from services.billing.judgement.refusals import ReadingsBilled, ReadingsUnbillable
from services.billing.judgement.rules import JudgementRule
from services.billing.second_person import ESTIMATES_RULE
from services.billing.settings import JUDGEMENT_FILE
from shared.contracts.billing import (
    CorrectedPeriod,
    CorrectedReading,
    CorrectReadings,
    GetHeldReadings,
    ReleaseReadings,
    SendReadingsBack,
)
from shared.contracts.common import Meter
from shared.contracts.message import Reply, Request
from shared.ids import new_id
from shared.problems import InvalidRequest, NotFound
from shared.rule_files import load_rules
from tests.integration.billing.billing_handlers import CODE, NOW, TARIFFS, BillingHandlers, reading, readings

ReplyT = TypeVar("ReplyT", bound=Reply)
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


async def ask(judging: BillingHandlers, request: Request[ReplyT]) -> ReplyT:
    async with judging.new_work() as work:
        return await judging.answer(request, work)


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


async def test_a_person_releases_held_readings_and_what_follows_is_judged_again(judging: BillingHandlers) -> None:
    report = await judging.import_readings(reading(10_000, old=1300), reading(5_000, 11, old=11_300))
    first, second = report.held
    release = ReleaseReadings(release_id=new_id(), period_id=first.period_id, reason="a kiln was bought")
    reply = await ask(judging, release)
    assert (reply.doubts, reply.judged_again) == ([], 1)
    assert await ask(judging, release) == reply
    assert (await judging.run()).bills == 2
    with pytest.raises(ReadingsBilled, match="thungan bills correct"):
        await ask(judging, release.model_copy(update={"release_id": new_id()}))
    assert await broken(judging) == set()
    acts = await judging.pool.fetch("SELECT act, reason, actor IS NOT NULL FROM reading_acts ORDER BY act_id")
    assert [tuple(act) for act in acts] == [
        ("held", "", True),
        ("held", "", True),
        ("released", "a kiln was bought", True),
        ("cleared", "a kiln was bought", True),
    ]
    assert second.doubts[0].rule == "earlier-is-held"


async def test_held_readings_of_another_unit_are_not_found(judging: BillingHandlers) -> None:
    [held] = (await judging.import_readings(reading(10_000, old=1300))).held
    release = ReleaseReadings(
        release_id=new_id(), period_id=held.period_id, reason="a kiln was bought", unit_codes=["PB1502"]
    )
    with pytest.raises(NotFound):
        await ask(judging, release)
    assert (await ask(judging, release.model_copy(update={"unit_codes": ["PB1401"]}))).doubts == []


async def test_held_readings_are_corrected_and_the_first_file_again_changes_nothing(judging: BillingHandlers) -> None:
    misread = reading(10_000, old=1300)
    [held] = (await judging.import_readings(misread)).held
    refused = await judging.import_readings(reading(100, old=1300))
    assert f"thungan readings correct {held.period_id}" in refused.bad_lines[0].message
    correction = CorrectReadings(
        correction_id=new_id(),
        period_id=held.period_id,
        readings=[CorrectedReading(new_reading=1400)],
        reason="a digit was misread",
    )
    reply = await ask(judging, correction)
    assert (reply.doubts, reply.period_id == held.period_id) == ([], False)
    assert await ask(judging, correction) == reply
    assert (await judging.import_readings(misread)).files["readings.csv"].unchanged == 1
    assert (await judging.import_readings(reading(100, old=1300))).files["readings.csv"].unchanged == 1
    assert (await judging.run()).bills == 1
    assert (await judging.account()).bills[-1].kwh == 100
    assert await broken(judging) == set()


async def test_a_correction_that_is_doubtful_too_is_held_and_one_that_cannot_be_billed_is_refused(
    judging: BillingHandlers,
) -> None:
    [held] = (await judging.import_readings(reading(10_000, old=1300))).held

    def correction(new: int) -> CorrectReadings:
        readings = [CorrectedReading(meter_number="M12345", meter_register="KT", new_reading=new)]
        return CorrectReadings(correction_id=new_id(), period_id=held.period_id, readings=readings, reason="again")

    with pytest.raises(ReadingsUnbillable):
        await ask(judging, correction(100_000))
    reply = await ask(judging, correction(1300))
    assert [doubt.rule for doubt in reply.doubts] == ["nothing-used"]
    assert (await judging.run()).bills == 0


async def test_what_is_sent_back_is_replaced_by_the_next_import(judging: BillingHandlers) -> None:
    [held] = (await judging.import_readings(reading(10_000, old=1300))).held
    sending = SendReadingsBack(sending_id=new_id(), period_id=held.period_id, reason="nobody can read the photo")
    await ask(judging, sending)
    assert (await ask(judging, GetHeldReadings(sent_back=True))).held[0].period_id == held.period_id
    report = await judging.import_readings(reading(110, old=1300))
    assert (report.ok, report.held, report.files["readings.csv"].added) == (True, (), 1)
    assert (await judging.run()).bills == 1
    assert (await ask(judging, GetHeldReadings())).held == []
    assert await broken(judging) == set()


async def test_held_readings_are_listed_by_unit_rule_and_age_and_in_pages(judging: BillingHandlers) -> None:
    await judging.customer(SECOND)
    await judging.import_readings(reading(10_000, old=1300), reading(10_000, code=SECOND))
    first = await ask(judging, GetHeldReadings(unit_codes=["PB1401"], limit=1))
    second = await ask(judging, GetHeldReadings(after=first.next, limit=1))
    assert [page.held[0].customer_code for page in (first, second)] == [CODE, SECOND]
    by_rule = await ask(judging, GetHeldReadings(rule="first-is-high"))
    assert [(one.customer_code, one.kwh, one.doubts[0].rule) for one in by_rule.held] == [
        (SECOND, 10_000, "first-is-high")
    ]
    assert (await ask(judging, GetHeldReadings(held_before=NOW))).held == []
    assert (await ask(judging, GetHeldReadings(unit_codes=["PB9999"]))).held == []


@pytest.mark.parametrize(
    ("tampering", "rule"),
    [
        ("UPDATE metered_periods SET held = NULL", "held readings were released, judged again or replaced"),
        ("UPDATE metered_periods SET superseded_by = gen_random_uuid() WHERE held IS NOT NULL", "readings that others"),
    ],
)
async def test_the_audit_finds_what_nobody_has_released(judging: BillingHandlers, tampering: str, rule: str) -> None:
    await judging.import_readings(reading(10_000, old=1300))
    assert await broken(judging) == set()
    await judging.pool.execute(tampering)
    assert any(found.startswith(rule) for found in await broken(judging))


async def test_an_exchange_of_the_meter_is_judged_as_one_use_and_needs_the_new_meter_registered(
    judging: BillingHandlers,
) -> None:
    old, new = reading(40, old=1300), reading(60, old=0).replace("M12345", "N1")
    assert rules_of(await with_columns(judging, "multiplier,digits", f"{old},1,5", f"{new},1,5")) == [["meter-unknown"]]
    meter = Meter(meter_number="N1", multiplier=1, digits=5)
    await judging.customer(version=2, meter=meter)
    later = [line.replace(",10,2026,2026-10-01,2026-10-31", ",11,2026,2026-11-01,2026-11-30") for line in (old, new)]
    await judging.pool.execute("UPDATE metered_periods SET superseded_by = period_id WHERE held IS NOT NULL")
    assert rules_of(await with_columns(judging, "multiplier,digits", *(f"{line},1,5" for line in later))) == []


async def test_an_estimate_is_told_on_the_bill_and_settled_by_the_next_true_reading(judging: BillingHandlers) -> None:
    await with_columns(judging, "estimated", reading(100, old=1300) + ",x")
    assert (await judging.run()).bills == 1
    assert "tạm tính" in (await judging.account()).bills[-1].explanation[-1]
    report = await judging.import_readings(reading(110, 11, old=1400))
    assert (report.held, report.settled) == ((), 0)


async def estimated(judging: BillingHandlers, *, kwh: int = 200) -> None:
    """Bill October with an estimate, from 1300 on."""
    await with_columns(judging, "estimated", reading(kwh, old=1300) + ",x")
    assert (await judging.run()).bills == 1


async def sound(judging: BillingHandlers) -> bool:
    async with judging.pool.acquire() as connection:
        violations = (await audit_facts(connection)).violations
    assert violations == []
    return True


async def test_a_true_reading_below_an_estimate_corrects_its_bill_by_the_days_of_both_periods(
    judging: BillingHandlers,
) -> None:
    await estimated(judging)
    before = (await judging.account()).bills[-1]
    await judging.pay(before.total + sum(bill.total for bill in (await judging.account()).bills[:-1]))
    report = await judging.import_readings(reading(-20, 11, old=1500))
    assert (report.settled, report.held) == (1, ())
    # 180 kWh in 61 days: 91 of the 31 days of October, 89 of November.
    october = next(bill for bill in (await judging.account()).bills if bill.month == 10)
    assert october.stands < before.total == october.total
    assert october.corrected_by[0].new_bill is None
    assert (await judging.run()).bills == 1
    account = await judging.account()
    november = next(bill for bill in account.bills if bill.month == 11)
    assert november.kwh == 89
    # As two sound months would have cost, to the đồng; what was paid too much has gone to the second one.
    one, two = await judging.bill_of(91), await judging.bill_of(89, month=11)
    assert (october.stands, november.total) == (one, two)
    assert account.account.debt - account.account.credit == one + two - before.total
    assert await sound(judging)


async def test_a_settled_estimate_is_recognised_when_its_file_comes_again(judging: BillingHandlers) -> None:
    await estimated(judging)
    for settled, unchanged in ((1, 0), (0, 1)):
        report = await judging.import_readings(reading(-20, 11, old=1500))
        assert (report.ok, report.settled, report.files["readings.csv"].unchanged) == (True, settled, unchanged)
    assert await judging.pool.fetchval("SELECT count(*) FROM bill_corrections") == 1


async def test_what_an_import_could_not_settle_is_settled_by_the_next_one(
    judging: BillingHandlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await estimated(judging)

    async def refused(*_: object) -> None:
        raise asyncpg.QueryCanceledError("canceling statement due to statement timeout")

    with monkeypatch.context() as patch:
        patch.setattr(estimates, "_settle", refused)
        report = await judging.import_readings(reading(-20, 11, old=1500))
    # The readings are stored all the same.
    assert (report.ok, report.settled, len(report.held)) == (True, 0, 1)
    assert (await judging.import_readings(reading(-20, 11, old=1500))).settled == 1


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (1250, "below the last true reading: misread, or another meter"),
        (1301, "next to nothing in two months: a person looks"),
    ],
)
async def test_what_may_be_misread_settles_nothing(judging: BillingHandlers, new: int, why: str) -> None:
    await estimated(judging, kwh=300)
    report = await judging.import_readings(reading(new - 1600, 11, old=1600))
    assert (report.settled, len(report.held)) == (0, 1), why
    assert await judging.pool.fetchval("SELECT count(*) FROM bill_corrections") == 0
    assert await sound(judging)


async def test_an_estimate_without_a_bill_waits_for_a_person(judging: BillingHandlers) -> None:
    await with_columns(judging, "estimated", reading(200, old=1300) + ",x")
    report = await judging.import_readings(reading(-20, 11, old=1500))
    assert (report.settled, len(report.held)) == (0, 1)


async def test_a_unit_may_leave_estimates_to_people(judging: BillingHandlers) -> None:
    judging.judgement_rules = [rule.model_copy(update={"settles_estimates": False}) for rule in RULES]
    await estimated(judging)
    report = await judging.import_readings(reading(-20, 11, old=1500))
    assert (report.settled, len(report.held)) == (0, 1)


async def test_no_person_may_stand_as_the_rule_of_estimates(judging: BillingHandlers) -> None:
    with pytest.raises(SamePersonTwice):
        await judging.correct(f"{CODE}T092026K1", kwh=50, approved_by=ESTIMATES_RULE.upper())


async def test_the_last_bill_of_a_contract_may_be_short_and_follow_its_end(judging: BillingHandlers) -> None:
    await judging.customer(version=2, active=False)
    line = reading(10, old=1300).replace("2026-10-31", "2026-10-03")
    assert rules_of(await with_columns(judging, "final", f"{line},x")) == []
    await judging.run()
    assert "quyết toán" in (await judging.account()).bills[-1].explanation[-1]


async def test_a_stopped_meter_is_estimated_by_the_last_three_periods(judging: BillingHandlers) -> None:
    [held] = (await judging.import_readings(reading(0, old=1300))).held
    correction = CorrectReadings(
        correction_id=new_id(), period_id=held.period_id, readings=[], estimate=True, reason="it stopped"
    )
    assert (await ask(judging, correction)).doubts == []
    await judging.run()
    bill = (await judging.account()).bills[-1]
    assert bill.kwh == 101  # 300 kWh in 92 days, for 31
    assert "tạm tính" in bill.explanation[-1]


async def test_days_supply_and_power_factor_can_be_corrected_and_are_judged_again(judging: BillingHandlers) -> None:
    wrong = reading(100, old=1300).replace("2026-10-31,1300", "2026-10-03,1300")
    [held] = (await judging.import_readings(wrong)).held
    assert "period-too-short" in [doubt.rule for doubt in held.doubts]

    def correction(period: CorrectedPeriod) -> CorrectReadings:
        return CorrectReadings(
            correction_id=new_id(), period_id=held.period_id, readings=[], period=period, reason="the days were wrong"
        )

    with pytest.raises(ReadingsUnbillable):  # September is billed
        await ask(judging, correction(CorrectedPeriod(period_from=date(2026, 9, 15))))
    with pytest.raises(InvalidRequest):
        await ask(judging, correction(CorrectedPeriod(cut_from=date(2026, 10, 5))))
    with pytest.raises(InvalidRequest):
        await ask(judging, correction(CorrectedPeriod(period_to=date(2026, 10, 3))))
    right = CorrectedPeriod(period_to=date(2026, 10, 31), cut_days=2, cos_phi="0.80", due_date=date(2026, 11, 20))
    reply = await ask(judging, correction(right))
    assert reply.doubts == []
    kept = await judging.pool.fetchrow("SELECT * FROM metered_periods WHERE period_id = $1", reply.period_id)
    assert kept is not None
    assert (kept["period_to"], kept["cut_days"], str(kept["cos_phi"])) == (date(2026, 10, 31), 2, "0.80")
    assert (await judging.run()).bills == 1
    assert (await judging.account()).bills[-1].due_date == date(2026, 11, 20)
    assert await broken(judging) == set()


async def with_columns(judging: BillingHandlers, columns: str, *lines: str) -> ImportReport:
    header, *rest = readings(*lines).splitlines()
    text = "\n".join([f"{header},{columns}", *rest]) + "\n"
    return await import_files(judging.new_work, {"readings.csv": text}, TARIFFS, judgement=RULES)


async def broken(judging: BillingHandlers) -> set[str]:
    async with judging.pool.acquire() as connection:
        return {violation.rule for violation in (await audit_facts(connection)).violations}
