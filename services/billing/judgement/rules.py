"""Whether readings may be wrong: what a person should look at before they become a bill. Pure.

Each rule has a name that stays (:class:`~services.billing.judgement.doubts.Doubt`) and says what is doubtful with its
figures. Limits are dated data by unit: ``doubtful_readings.yaml``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import Field

from services.billing.bills.metered_period import METER_REGISTERS, REACTIVE, MeteredPeriod, RegisterReading
from services.billing.judgement import doubts
from services.billing.judgement.capacity import Capacity, capacity_of, ratio_of
from services.billing.judgement.contract import Contract
from services.billing.judgement.doubts import Doubt
from services.billing.judgement.history import History, PastReading, PastUse, days_with_supply
from services.billing.judgement.settlement import is_below_estimate
from shared.contracts.common import Meter
from shared.contracts.uses import BadHouseholdsError, BadUsesError
from shared.dated_rules import DatedRule, rule_in_force

_RECENT = 3
"""Periods that make up what is usual."""
_LAST_MONTH = 9999 * 12 + 12


class JudgementRule(DatedRule):
    """From where on readings are doubtful; what is left out is not judged."""

    continues: bool = False
    shortest_days: int | None = Field(default=None, ge=1, le=365)
    longest_days: int | None = Field(default=None, ge=1, le=365)
    jump_percent: int | None = Field(default=None, ge=101, le=100_000)
    jump_kwh: int = Field(default=0, ge=0, le=1_000_000_000)
    drop_percent: int | None = Field(default=None, ge=1, le=99)
    drop_kwh: int = Field(default=0, ge=0, le=1_000_000_000)
    zero_kwh: int | None = Field(default=None, ge=1, le=1_000_000_000)
    standstill_periods: int | None = Field(default=None, ge=2, le=3)
    first_kwh_a_day: int | None = Field(default=None, ge=1, le=1_000_000)
    rollover_percent: int | None = Field(default=None, ge=1, le=99)
    rollover_usual_percent: int = Field(default=200, ge=101, le=100_000)
    kw_direct: int | None = Field(default=None, ge=1, le=100_000)
    kw_a_multiplier: int | None = Field(default=None, ge=1, le=100_000)
    phase_volts: int | None = Field(default=None, ge=1, le=1_000)
    phase_volts_behind_vt: int | None = Field(default=None, ge=1, le=1_000)
    rated_percent: int = Field(default=100, ge=100, le=1_000)
    ratios: bool = False
    settles_estimates: bool = False
    known_meters: bool = False
    months_ahead: int | None = Field(default=None, ge=0, le=1200)
    months_behind: int | None = Field(default=None, ge=0, le=1200)


NOTHING_IS_DOUBTFUL = JudgementRule(in_force_from=date.min)


def judgement_in_force(rules: Sequence[JudgementRule], unit_code: str, day: date) -> JudgementRule:
    """Return the limits of a unit for a period that ends on a day."""
    return rule_in_force(rules, unit_code, day, default=NOTHING_IS_DOUBTFUL)


def believable_months(rules: Sequence[JudgementRule], today: date) -> tuple[int, int]:
    """Return the first and the last month (year × 12 + month) that readings may be billed for.

    By the rule of all units: a month beyond is a slip of the year, and would get a partition of its own.
    """
    rule = judgement_in_force(rules, "", today)
    month = today.year * 12 + today.month
    return (
        0 if rule.months_behind is None else month - rule.months_behind,
        _LAST_MONTH if rule.months_ahead is None else month + rule.months_ahead,
    )


@dataclass(frozen=True, slots=True)
class _Usual:
    """kWh of some days together."""

    kwh: int
    days: int

    def in_(self, days: int) -> int:
        """Return what it comes to in so many days, rounded half up."""
        return (2 * self.kwh * days + self.days) // (2 * self.days)


def usual_kwh(period: MeteredPeriod, history: History) -> int | None:
    """Return what the last three periods let expect of a period; None where there are none."""
    usual = _usual(history.recent(period.customer_code, period.period_from, _RECENT))
    return None if usual is None else usual.in_(days_with_supply(period))


def judge(period: MeteredPeriod, facts: Contract, history: History, rule: JudgementRule) -> tuple[Doubt, ...]:
    """Return what is doubtful about the readings of a period; nothing where they may be billed."""
    return tuple(
        found
        for each in (_of_contract, _of_length, _of_continuity, _of_others, _of_plate, _of_meter, _of_use)
        for found in each(period, facts, history, rule)
    )


def _of_contract(period: MeteredPeriod, facts: Contract, history: History, rule: JudgementRule) -> Iterator[Doubt]:
    if not rule.known_meters:
        return
    if not facts.active and not period.final:
        yield doubts.contract_ended(period)
    own = None if facts.meter is None else facts.meter.meter_number
    present = {reading.meter_number for reading in period.readings}
    for meter in sorted(present):
        if meter == own or history.was_read_for(meter, period.customer_code, METER_REGISTERS):
            continue
        owner = history.owners.get(meter)
        if owner is not None and owner != period.customer_code:
            yield doubts.meter_of_another(meter, period.customer_code, owner)
        # A meter that was taken down in the first period that is known here: nothing else is known of it.
        elif own not in present or history.uses.get(period.customer_code):
            yield doubts.meter_unknown(meter, own)
    yield from _constants(period, facts)


def _constants(period: MeteredPeriod, facts: Contract) -> Iterator[Doubt]:
    meter = facts.meter
    for reading in period.readings:
        if meter is None or reading.meter_number != meter.meter_number:
            continue
        if (reading.multiplier, reading.digits) != (meter.multiplier, meter.digits):
            yield doubts.other_constants(reading, meter.multiplier, meter.digits)
            return


def _of_length(period: MeteredPeriod, _: Contract, history: History, rule: JudgementRule) -> Iterator[Doubt]:
    days = (period.period_to - period.period_from).days + 1
    if rule.longest_days is not None and days > rule.longest_days:
        yield doubts.period_too_long(days, rule.longest_days)
    is_usual = (
        period.cycle == 1 and not period.final and bool(history.recent(period.customer_code, period.period_from, 1))
    )
    if rule.shortest_days is not None and is_usual and days < rule.shortest_days:
        yield doubts.period_too_short(days, rule.shortest_days)
    months = (period.period_to.year - period.year) * 12 + period.period_to.month - period.month
    if rule.longest_days is not None and abs(months) > 1:
        yield doubts.period_of_another_month(period)


def _of_continuity(period: MeteredPeriod, _: Contract, history: History, rule: JudgementRule) -> Iterator[Doubt]:
    if not rule.continues:
        return
    for reading in period.readings:
        meter = reading.meter_number, reading.meter_register
        last = history.before(meter, period.period_from)
        if last is not None and last.is_held:
            yield doubts.earlier_is_held(reading, last)
        elif last is not None and reading.old_reading > last.new_reading:
            yield doubts.old_above_last(reading, last)
        elif last is not None and reading.old_reading < last.new_reading:
            yield doubts.old_below_last(reading, last)
        following = history.after(meter, period.period_to)
        if following is None:
            continue
        if reading.new_reading > following.old_reading:
            yield doubts.new_above_next(reading, following)
        elif reading.new_reading < following.old_reading:
            yield doubts.new_below_next(reading, following)


def _of_others(period: MeteredPeriod, _: Contract, history: History, rule: JudgementRule) -> Iterator[Doubt]:
    if not rule.known_meters:
        return
    named = set()
    for reading in period.readings:
        for past in history.of_others((reading.meter_number, reading.meter_register), period):
            if (reading.meter_number, past.customer_code) not in named:
                named.add((reading.meter_number, past.customer_code))
                yield doubts.two_customers(reading.meter_number, period.customer_code, past)


def _of_plate(period: MeteredPeriod, facts: Contract, _: History, rule: JudgementRule) -> Iterator[Doubt]:
    """Yield what the plate of the contract's meter does not allow; of another meter nothing is known."""
    meter = facts.meter
    own = [] if meter is None else [one for one in period.active_readings if one.meter_number == meter.meter_number]
    if meter is None or not own:
        return
    if rule.ratios and meter.ct_ratio is not None:
        ratio = ratio_of(meter)
        if ratio is not None and own[0].multiplier != ratio:
            yield doubts.multiplier_is_no_ratio(own[0], meter, ratio)
    capacity = _capacity(period, meter, rule)
    kwh = sum(reading.kwh for reading in own)
    if capacity is not None and kwh > capacity.kwh:
        yield doubts.more_than_rated(meter.meter_number, kwh, capacity, rule.rated_percent)


def _capacity(period: MeteredPeriod, meter: Meter, rule: JudgementRule) -> Capacity | None:
    if rule.phase_volts is None or rule.phase_volts_behind_vt is None:
        return None
    hours = ((period.period_to - period.period_from).days + 1) * 24
    return capacity_of(
        meter,
        hours,
        volts=rule.phase_volts,
        volts_behind_vt=rule.phase_volts_behind_vt,
        percent=rule.rated_percent,
    )


def _of_meter(period: MeteredPeriod, facts: Contract, history: History, rule: JudgementRule) -> Iterator[Doubt]:
    days = (period.period_to - period.period_from).days + 1
    rolled_over = False
    # Of a meter whose plate is known, its own limit counts.
    meter = facts.meter
    plate = None if meter is None or _capacity(period, meter, rule) is None else meter.meter_number
    for reading in period.readings:
        last = history.before((reading.meter_number, reading.meter_register), period.period_from)
        if rule.continues and last is not None and _is_below(reading, last):
            yield doubts.estimate_too_high(reading, last)
        elif reading.new_reading < reading.old_reading:
            top = 10**reading.digits
            if rule.rollover_percent is not None and reading.old_reading * 100 < top * rule.rollover_percent:
                yield doubts.rollover_from_below(reading)
            else:
                rolled_over = True
        kw = rule.kw_direct if reading.multiplier == 1 else rule.kw_a_multiplier
        if kw is not None and reading.meter_register != REACTIVE and reading.meter_number != plate:
            most = kw * reading.multiplier * 24 * days
            if reading.kwh > most:
                yield doubts.more_than_the_meter_can(reading, most)
    usual = _usual(history.recent(period.customer_code, period.period_from, _RECENT))
    if rolled_over and rule.rollover_percent is not None and usual is not None:
        kwh = _kwh(period)
        expected = usual.in_(days_with_supply(period))
        if kwh * 100 > expected * rule.rollover_usual_percent and kwh - expected > rule.jump_kwh:
            yield doubts.rollover_unusual(kwh, expected)


def _is_below(reading: RegisterReading, last: PastReading) -> bool:
    """Return whether a true reading goes on from an estimate that was too high."""
    goes_on = last.estimated and last.new_reading == reading.old_reading
    return goes_on and is_below_estimate(reading.new_reading, last.new_reading, last.old_reading, reading.digits)


def _of_use(period: MeteredPeriod, facts: Contract, history: History, rule: JudgementRule) -> Iterator[Doubt]:
    recent = history.recent(period.customer_code, period.period_from, _RECENT)
    usual, last_year = _usual(recent), _usual(history.last_year(period))
    kwh, days = _kwh(period), days_with_supply(period)
    if usual is None:
        yield from _first(kwh, days, facts, rule)
        return
    expected = [one.in_(days) for one in (usual, last_year) if one is not None]
    high, low = max(expected), min(expected)
    above, low_in_month = (kwh - high) * 30 // days, low * 30 // days
    if rule.jump_percent is not None and kwh * 100 > high * rule.jump_percent and above > rule.jump_kwh:
        yield doubts.jump(kwh, high)
    if kwh == 0:
        yield from _nothing_used(usual.in_(30), recent, rule)
    elif rule.drop_percent is not None and kwh * 100 < low * rule.drop_percent and low_in_month >= rule.drop_kwh:
        yield doubts.drop(kwh, low)
    else:
        yield from _still_registers(period, history, rule)


def _first(kwh: int, days: int, facts: Contract, rule: JudgementRule) -> Iterator[Doubt]:
    if rule.first_kwh_a_day is None:
        return
    try:
        groups, number = [use.group for use in facts.price_group.parts], facts.households.number
    except (BadUsesError, BadHouseholdsError):
        return
    most = int(max(Decimal(1), number) * rule.first_kwh_a_day * days)
    if kwh > most and all(group.startswith("household") for group in groups):
        yield doubts.first_is_high(kwh, most)


def _nothing_used(usual: int, recent: Sequence[PastUse], rule: JudgementRule) -> Iterator[Doubt]:
    if rule.zero_kwh is not None and usual >= rule.zero_kwh and recent[0].kwh:
        yield doubts.nothing_used(usual)
    elif rule.standstill_periods is not None:
        before = [use.kwh for use in recent[: rule.standstill_periods]]
        if len(before) == rule.standstill_periods and before[-1] and not any(before[:-1]):
            yield doubts.stands_still(rule.standstill_periods)


def _still_registers(period: MeteredPeriod, history: History, rule: JudgementRule) -> Iterator[Doubt]:
    """Yield the registers that stand still while others of the meter count."""
    if rule.zero_kwh is None or len(period.readings) == 1:
        return
    for reading in period.active_readings:
        past = history.before((reading.meter_number, reading.meter_register), period.period_from)
        if past is not None and reading.kwh == 0 and past.kwh * 30 >= rule.zero_kwh * past.days:
            yield doubts.register_stands_still(reading, past.kwh)


def _usual(uses: Sequence[PastUse]) -> _Usual | None:
    days = sum(use.days for use in uses)
    return _Usual(sum(use.kwh for use in uses), days) if days else None


def _kwh(period: MeteredPeriod) -> int:
    return sum(reading.kwh for reading in period.active_readings)
