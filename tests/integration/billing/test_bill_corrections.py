"""A wrong bill is never edited: it is adjusted or replaced, and the money on it goes where it belongs."""

import asyncio
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.billing.audit import audit_facts
from services.billing.bill_run import discard_run, do_part, start_run
from services.billing.corrections.rules import (
    BillReplaced,
    CannotBeBilled,
    DifferenceChanged,
    MethodFixed,
    NothingToCorrect,
    SamePersonTwice,
)
from services.billing.imports.files import import_files
from services.billing.judgement.rules import JudgementRule
from services.billing.runs.rules import RunScope
from services.billing.settings import JUDGEMENT_FILE
from services.billing.store import bill_run_changes
from services.billing.store.bills import vat_bases
from services.billing.store.usage import used_bills
from services.billing.tariffs.models import DecidingDayRule
from shared.contracts.actor import Actor, ActorKind, AskedBy
from shared.contracts.billing import (
    Bill,
    BillKind,
    CorrectedBillReading,
    CorrectionKind,
    GetBillCorrections,
    GetHeldReadings,
    PreviewCorrection,
)
from shared.contracts.uses import Households
from shared.ids import new_id
from shared.messaging.context import correlated
from shared.problems import NotFound, Problem
from shared.rule_files import load_rules
from tests.integration.billing.billing_handlers import CODE, READINGS_HEADER, TARIFFS, BillingHandlers, reading

REPLACEMENT = CorrectionKind.REPLACEMENT
NUMBER = "PB14010012345T102026K1"
# 50 kWh: 99,200 + 7,936; 100 kWh: 201,700 + 16,136; 320 kWh: 806,500 + 64,520.
SMALL, MIDDLE, LARGE = 107_136, 217_836, 871_020


async def sound(billing: BillingHandlers) -> bool:
    """Whether the audit finds nothing."""
    async with billing.pool.acquire() as connection:
        violations = (await audit_facts(connection)).violations
    assert violations == []
    return True


async def bills(billing: BillingHandlers) -> dict[str, Bill]:
    return {bill.bill_number: bill for bill in (await billing.account()).bills}


async def test_a_bill_that_was_too_low_gets_a_further_bill_with_the_difference(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50)
    await billing.pay(SMALL)
    done = await billing.correct(NUMBER, kwh=100)
    assert (done.correction.before.total, done.correction.after.total) == (SMALL, MIDDLE)
    assert done.new_bill is not None
    assert (done.new_bill.bill_number, done.new_bill.kind) == (f"{NUMBER}D1", BillKind.ADJUSTMENT)
    assert (done.new_bill.total, done.new_bill.kwh) == (MIDDLE - SMALL, 50)
    assert [(line.label, line.kwh) for line in done.new_bill.lines] == [("Bậc 2", 50)]
    assert done.account.debt == MIDDLE - SMALL
    # Linked both ways, and the bill itself is as it was issued.
    known = await bills(billing)
    assert known[f"{NUMBER}D1"].corrects == done.correction.corrects
    [followed] = known[NUMBER].corrected_by
    assert (followed.new_bill, followed.reduced_vat) == (done.correction.new_bill, 0)
    assert (known[NUMBER].total, known[NUMBER].stands) == (SMALL, SMALL)
    assert await sound(billing)


async def test_a_bill_that_was_too_high_is_owed_by_the_difference_less(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    done = await billing.correct(NUMBER, kwh=50)
    assert (done.new_bill, done.bill.total, done.bill.stands) == (None, LARGE, SMALL)
    assert (done.bill.open_vat, done.bill.open_principal) == (7_936, 99_200)
    assert (done.account.debt, done.correction.released) == (SMALL, 0)
    assert await sound(billing)


async def test_money_on_what_is_taken_off_becomes_credit_of_its_payment(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    paid = await billing.pay(LARGE)
    done = await billing.correct(NUMBER, kwh=50)
    assert (done.account.debt, done.account.credit) == (0, LARGE - SMALL)
    payment = (await billing.payment(paid.payment.payment_id)).payment
    assert (payment.credit, [(part.vat, part.principal) for part in payment.allocations]) == (
        LARGE - SMALL,
        [(7_936, 99_200)],
    )
    assert await sound(billing)
    # It clears the next bill.
    assert (await billing.bill(100, 11)).account.credit == LARGE - SMALL - MIDDLE
    assert await sound(billing)


async def test_money_of_a_replaced_bill_clears_the_one_that_takes_its_place(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50)
    await billing.pay(SMALL)
    done = await billing.correct(NUMBER, REPLACEMENT, kwh=100)
    assert done.new_bill is not None
    assert (done.new_bill.bill_number, done.new_bill.kind, done.new_bill.total) == (
        f"{NUMBER}T1",
        BillKind.REPLACEMENT,
        MIDDLE,
    )
    assert done.new_bill.open_principal + done.new_bill.open_vat == done.account.debt == MIDDLE - SMALL
    assert (done.bill.stands, done.bill.open_principal, done.bill.open_vat) == (0, 0, 0)
    assert await sound(billing)


async def test_a_payment_on_a_corrected_bill_can_still_be_reversed(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    paid = await billing.pay(LARGE)
    await billing.correct(NUMBER, kwh=100)
    after = await billing.reverse(paid.payment.payment_id)
    assert (after.account.debt, after.account.credit) == (MIDDLE, 0)
    assert await sound(billing)


async def test_a_bill_can_be_corrected_again_and_again_by_its_first_method(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50)
    await billing.correct(NUMBER, kwh=100)
    await billing.correct(NUMBER, kwh=320)
    await billing.pay(LARGE)
    # Down again, through the further bills and into the first one.
    for kwh, stands in ((100, MIDDLE), (50, SMALL), (0, 0), (320, LARGE)):
        done = await billing.correct(f"{NUMBER}D2", kwh=kwh)
        assert done.account.debt - done.account.credit == stands - LARGE
        assert await sound(billing)
    with pytest.raises(MethodFixed):
        await billing.correct(NUMBER, REPLACEMENT, kwh=100)


async def test_a_replaced_bill_is_corrected_through_the_one_in_its_place(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50)
    await billing.correct(NUMBER, REPLACEMENT, kwh=320)
    with pytest.raises(BillReplaced) as refused:
        await billing.correct(NUMBER, REPLACEMENT, kwh=100)
    assert refused.value.facts == {"bill_number": f"{NUMBER}T1"}
    with pytest.raises(MethodFixed):
        await billing.correct(f"{NUMBER}T1", kwh=100)
    done = await billing.correct(f"{NUMBER}T1", REPLACEMENT, kwh=100)
    assert done.correction.new_bill is not None
    assert (done.correction.new_bill.bill_number, done.account.debt) == (f"{NUMBER}T2", MIDDLE)
    assert await sound(billing)


async def test_contract_facts_are_corrected_as_of_the_days_of_the_bill(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    await billing.customer(version=99, households="3")
    with pytest.raises(NothingToCorrect):
        await billing.correct(NUMBER)
    done = await billing.correct(NUMBER, households="2")
    assert done.correction.after.total < LARGE
    assert (await billing.correct(NUMBER, households="1")).account.debt == LARGE
    assert await sound(billing)


async def test_a_preview_shows_the_difference_and_changes_nothing(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    await billing.pay(LARGE)
    before = await billing.account()
    reading = CorrectedBillReading(meter_number="M12345", old_reading=1000, new_reading=1050)
    shown = await billing.look(
        PreviewCorrection(bill_number=NUMBER, kind=CorrectionKind.ADJUSTMENT, readings=[reading])
    )
    assert (shown.difference, shown.after.total, shown.released) == (SMALL - LARGE, SMALL, LARGE)
    assert await billing.account() == before
    with pytest.raises(DifferenceChanged):
        await billing.correct(NUMBER, kwh=50, expected_difference=-1)
    await billing.correct(NUMBER, kwh=50, expected_difference=shown.difference)


async def test_a_correction_is_made_once_whoever_repeats_it(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50)
    request: dict[str, Any] = {"correction_id": new_id(), "kwh": 100}
    first, second = await asyncio.gather(billing.correct(NUMBER, **request), billing.correct(NUMBER, **request))
    assert first == second
    with pytest.raises(Problem, match="same-id-other-content"):
        await billing.correct(NUMBER, **request | {"kwh": 320})
    [listed] = (await billing.look(GetBillCorrections(bill_number=f"{NUMBER}D1"))).corrections
    assert listed == first.correction
    assert (await billing.look(GetBillCorrections(customer_code=CODE, unit_codes=["PB1401"]))).corrections == [listed]
    [event] = await billing.emitted("bill.corrected")
    assert (event["correction"]["correction_id"], event["account"]["debt"]) == (str(request["correction_id"]), MIDDLE)


async def test_a_correction_needs_two_people_and_a_bill(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50)
    with pytest.raises(SamePersonTwice):
        await billing.correct(NUMBER, kwh=100, asked_by="Lan", approved_by="lan")
    with pytest.raises(NotFound):
        await billing.correct("PB14010012345T112026K1", kwh=100)
    assert (await billing.account()).account.debt == SMALL


async def test_readings_that_wait_are_held_when_the_bill_before_them_is_corrected(billing: BillingHandlers) -> None:
    billing.judgement_rules = load_rules(JUDGEMENT_FILE, JudgementRule)
    await billing.customer()
    await billing.bill(150)
    assert (await billing.import_readings(reading(100, 11, old=1150))).held == ()
    await billing.correct(NUMBER, kwh=120)
    # 30 kWh would be billed by nobody.
    [held] = (await billing.look(GetHeldReadings())).held
    assert (held.month, [doubt.rule for doubt in held.doubts]) == (11, ["old-above-last"])
    assert (await billing.run()).bills == 0
    assert await sound(billing)
    await billing.correct(NUMBER, kwh=150)
    assert (await billing.look(GetHeldReadings())).held == []
    assert (await billing.run()).bills == 1
    assert await sound(billing)


async def test_a_preview_says_what_is_doubtful_about_the_corrected_readings(billing: BillingHandlers) -> None:
    billing.judgement_rules = load_rules(JUDGEMENT_FILE, JudgementRule)
    await billing.customer()
    await billing.bill(150)
    assert (await billing.import_readings(reading(100, 11, old=1150))).ok
    await billing.run()
    for new_reading, rules in ((1150, []), (1140, ["new-below-next"]), (999, ["new-below-next", "rollover"])):
        reading_ = CorrectedBillReading(meter_number="M12345", old_reading=1000, new_reading=new_reading)
        request = PreviewCorrection(
            bill_number=NUMBER, kind=CorrectionKind.ADJUSTMENT, readings=[reading_], households=Households("2")
        )
        assert [doubt.rule for doubt in (await billing.look(request)).doubts][:2] == rules
    # A person may mean it; the audit has it looked at.
    await billing.correct(NUMBER, kwh=140)
    async with billing.pool.acquire() as connection:
        [remark] = (await audit_facts(connection)).remarks
    assert (remark.subject, remark.detail) == (
        NUMBER,
        "M12345 KT ends with 1140, the next period (2026-11-01) begins with 1150",
    )


async def test_a_preview_of_another_units_bill_finds_none(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(150)
    request = PreviewCorrection(bill_number=NUMBER, kind=CorrectionKind.ADJUSTMENT, unit_codes=["PB1402"])
    with pytest.raises(NotFound):
        await billing.look(request)
    with pytest.raises(NothingToCorrect):
        await billing.look(request.model_copy(update={"unit_codes": ["PB1402", "PB1401"]}))


@pytest.mark.parametrize("kind", CorrectionKind)
async def test_a_bill_keeps_its_rate_of_vat_when_it_is_corrected_after_the_rate_has_changed(
    billing: BillingHandlers, kind: CorrectionKind
) -> None:
    rule = DecidingDayRule(date(2000, 1, 1), "invoice_date", "as some understand it")
    billing.tariffs = replace(TARIFFS, vat_deciding_days=(rule,))
    await billing.customer()
    await billing.bill(50)
    billing.now = datetime(2027, 1, 20, 3, 0, tzinfo=UTC)
    first = await billing.correct(NUMBER, kind, kwh=100)
    again = await billing.correct(NUMBER if first.new_bill is None else first.new_bill.bill_number, kind, kwh=320)
    assert [done.new_bill and done.new_bill.vat_rate for done in (first, again)] == ["8", "8"]
    assert again.account.debt == LARGE
    assert await sound(billing)


@pytest.mark.parametrize("kind", CorrectionKind)
async def test_what_compares_months_takes_a_corrected_bill_as_it_stands(
    billing: BillingHandlers, kind: CorrectionKind
) -> None:
    await billing.customer()
    await billing.bill(50)
    first = await billing.correct(NUMBER, kind, kwh=100)
    number = NUMBER if kind is CorrectionKind.ADJUSTMENT or first.new_bill is None else first.new_bill.bill_number
    done = await billing.correct(number, kind, kwh=320)
    number = NUMBER if kind is CorrectionKind.ADJUSTMENT or done.new_bill is None else done.new_bill.bill_number
    assert (await billing.import_readings(reading(320, 11, old=1320))).ok
    async with billing.new_work() as work:
        run = await start_run(work, new_id(), RunScope(), billing.clock())
        await do_part(work, run.run_id, TARIFFS, billing.clock)
        changes = await bill_run_changes.against_month_before(work.connection, run.run_id)
        [month] = await used_bills(work.connection, CODE, since_year=2026, limit=9)
        bases = [base async for some in vat_bases(work.connection, 2026, 10) for base in some]
    await discard_run(billing.new_work, run.run_id, billing.clock)
    assert (changes.same, changes.more, changes.less, changes.difference) == (1, 0, 0, 0)
    assert (month.bill_number, month.kwh, month.total, month.highest_tier) == (number, 320, LARGE, 5)
    assert [base.pre_vat for base in bases] == [806_500]


async def test_corrected_readings_are_all_of_the_period(billing: BillingHandlers) -> None:
    await billing.customer()
    exchanged = reading(50).replace("M12345", "M99999")
    files = {
        "readings.csv": "\n".join([f"{READINGS_HEADER},digits,multiplier", f"{reading(100)},5,1", f"{exchanged},5,1"])
    }
    assert (await import_files(billing.new_work, files, TARIFFS, judgement=())).ok
    await billing.run()
    with pytest.raises(CannotBeBilled, match="M99999"):
        await billing.correct(NUMBER, kwh=90)
    both = [
        CorrectedBillReading(meter_number=meter, old_reading=1000, new_reading=new)
        for meter, new in (("M12345", 1090), ("M99999", 1050))
    ]
    assert (await billing.correct(NUMBER, readings=both)).correction.after.kwh == 140
    # A meter that was another one's: as many registers, of another meter.
    instead = [both[0], both[1].model_copy(update={"meter_number": "M77777"})]
    with pytest.raises(NothingToCorrect):
        await billing.correct(NUMBER, readings=instead)


async def test_corrections_go_on_from_each_other_whatever_the_clock_says(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50)
    await billing.correct(NUMBER, kwh=100)
    billing.now -= timedelta(seconds=3)
    await billing.correct(NUMBER, kwh=320)
    done = await billing.correct(NUMBER, kwh=50)
    assert (done.correction.before.kwh, [each.bill_number for each in done.correction.reductions]) == (
        320,
        [f"{NUMBER}D2", f"{NUMBER}D1"],
    )
    assert await sound(billing)


@pytest.mark.parametrize(
    ("asked_by", "approved_by"),
    [
        ("Nguyễn An", unicodedata.normalize("NFD", "Nguyễn An")),
        ("Lan", "L a n."),
        ("Lan", "Lan\u200b"),
        ("Lan", "ＬＡＮ"),
    ],
)
async def test_one_name_in_two_spellings_is_one_person(
    billing: BillingHandlers, asked_by: str, approved_by: str
) -> None:
    await billing.customer()
    await billing.bill(50)
    with pytest.raises(SamePersonTwice):
        await billing.correct(NUMBER, kwh=100, asked_by=asked_by, approved_by=approved_by)


@pytest.mark.parametrize("asked_by", [None, AskedBy(id="1", reference="staff:lan")])
async def test_the_audit_names_a_correction_that_one_person_made_alone(
    billing: BillingHandlers, asked_by: AskedBy | None
) -> None:
    await billing.customer()
    await billing.bill(50)
    with correlated(actor=Actor(kind=ActorKind.PERSON, id="1", reference="staff:lan", asked_by=asked_by)):
        await billing.correct(NUMBER, kwh=100)
    async with billing.pool.acquire() as connection:
        [found] = (await audit_facts(connection)).violations
    assert found.rule == "who asked for a correction has not approved it"


async def test_the_audit_has_looked_at_what_two_names_do_at_one_login(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50)
    with correlated(actor=Actor(kind=ActorKind.COMMAND_LINE, id="office@host")):
        await billing.correct(NUMBER, kwh=100)
    async with billing.pool.acquire() as connection:
        facts = await audit_facts(connection)
    assert facts.violations == []
    assert [(remark.rule, remark.subject) for remark in facts.remarks] == [
        ("two people have two logins", "office@host")
    ]


async def test_cash_for_a_bill_that_was_replaced_is_refused(billing: BillingHandlers) -> None:
    await billing.customer()
    [bill] = (await billing.bill(50)).bills
    await billing.open_shift()
    await billing.correct(NUMBER, REPLACEMENT, kwh=100)
    with pytest.raises(Problem, match="bill-corrected"):
        await billing.cash(SMALL, bill_ids=[bill.bill_id])


@pytest.mark.parametrize(
    ("tampering", "rule"),
    [
        ("DELETE FROM bill_reductions", "what is open of a bill is its total less what standing payments cleared"),
        ("UPDATE bill_reductions SET vat = vat - 1", "a correction is what it did to bills"),
        ("UPDATE bill_corrections SET approved_by = 'X', asked_by = 'X'", "who asked for a correction has not"),
        ("UPDATE bill_corrections SET old_vat = old_vat + 1", "a correction goes on from what its bill came to"),
        ("UPDATE bill_corrections SET old_kwh = old_kwh + 1", "a correction goes on from what its bill came to"),
        ("UPDATE bill_corrections SET corrected_at = now()", "a part of a payment is released by a reversal or"),
        ("UPDATE bill_corrections SET released = released + 1", "a correction names what payments no longer clear"),
        ("UPDATE bill_corrections SET new_kwh = new_kwh + 1", "a bill's kWh are what its meters show"),
        ("UPDATE bills SET kwh = kwh + 1", "a bill's kWh are what its meters show"),
        ("UPDATE readings SET new_reading = new_reading - 1", "a bill's kWh are what its meters show"),
    ],
)
async def test_what_is_done_to_a_correction_is_found(billing: BillingHandlers, tampering: str, rule: str) -> None:
    await billing.customer()
    await billing.bill(320)
    await billing.pay(LARGE)
    await billing.correct(NUMBER, kwh=50)
    await billing.pool.execute("ALTER TABLE bill_corrections DROP CONSTRAINT IF EXISTS bill_corrections_check")
    await billing.pool.execute(tampering)
    async with billing.pool.acquire() as connection:
        assert any(found.rule.startswith(rule) for found in (await audit_facts(connection)).violations)
