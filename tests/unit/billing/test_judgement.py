"""What is doubtful about readings, by what is known of the meter and of the customer."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.bills.metered_period import MeteredPeriod, RegisterReading
from services.billing.judgement.history import History
from services.billing.judgement.rules import NOTHING_IS_DOUBTFUL, JudgementRule, judge, judgement_in_force
from services.billing.settings import JUDGEMENT_FILE
from shared.contracts.common import CustomerFacts, Meter
from shared.rule_files import load_rules
from shared.testing.builders import customer

CODE = "PB14010012345"
RULES = load_rules(JUDGEMENT_FILE, JudgementRule)
RULE = judgement_in_force(RULES, "PB1401", date(2026, 10, 31))
FACTS = customer(CODE, meter=Meter(meter_number="M1", multiplier=1, digits=5))


def period(
    month: int, old: int, new: int, *, year: int = 2026, days: int = 30, register: str = "KT", multiplier: int = 1
) -> MeteredPeriod:
    first = date(year, month, 1)
    reading = RegisterReading("M1", register, old, new, multiplier, 5)
    last = first + timedelta(days=days - 1)
    return MeteredPeriod(CODE, year, month, 1, first, last, last, (reading,))


def known(*months: tuple[int, int], year: int = 2026, start: int = 1000) -> History:
    """Return the history of a customer by month and kWh."""
    history = History()
    for month, kwh in months:
        history.add(period(month, start, start + kwh, year=year), is_held=False)
        start += kwh
    return history


def found(judged: MeteredPeriod, history: History, rule: JudgementRule = RULE) -> list[str]:
    return [doubt.rule for doubt in judge(judged, FACTS, history, rule)]


@pytest.mark.parametrize(
    ("uses", "kwh", "rules"),
    [
        ((100, 100, 100), 330, []),
        ((100, 100, 100), 700, ["jump"]),
        ((1000, 1000, 1000), 1000, []),
        ((1000, 1000, 1000), 50, ["drop"]),
        ((100, 100, 100), 5, []),
        ((100, 100, 100), 0, ["nothing-used"]),
        ((100, 0, 0), 0, ["stands-still"]),
        ((0, 0, 0), 0, []),
        ((20, 20, 20), 0, []),
        ((0, 0, 0), 250, []),
    ],
)
def test_what_is_used_is_compared_with_the_last_three_periods(
    uses: tuple[int, ...], kwh: int, rules: list[str]
) -> None:
    history = known(*zip((7, 8, 9), uses, strict=True))
    start = 1000 + sum(uses)
    assert found(period(10, start, start + kwh), history) == rules


def test_what_was_used_in_the_same_month_of_last_year_is_usual_too() -> None:
    history = known((7, 100), (8, 100), (9, 100))
    history.add(period(10, 100, 800, year=2025), is_held=False)
    assert found(period(10, 1300, 2000), history) == []


@pytest.mark.parametrize(
    ("judged", "rules"),
    [
        (period(10, 1300, 1310, days=4), ["period-too-short"]),
        (period(10, 1300, 1500, days=51), ["period-too-long"]),
        (period(10, 99_950, 50), ["old-above-last"]),
        (period(10, 1300, 1290), ["rollover", "more-than-the-meter-can", "jump"]),
        (period(10, 1300, 1310, multiplier=10), ["other-constants"]),
    ],
)
def test_a_period_and_its_meter_are_looked_at(judged: MeteredPeriod, rules: list[str]) -> None:
    assert found(judged, known((7, 100), (8, 100), (9, 100))) == rules


def test_a_register_that_rolls_over_near_its_highest_number_as_usual_is_sound() -> None:
    history = known((7, 100), (8, 100), (9, 100), start=99_650)
    assert found(period(10, 99_950, 50), history) == []
    assert "rollover" in found(period(10, 99_950, 2950), history)


def test_a_first_period_is_judged_without_a_history() -> None:
    assert found(period(10, 500, 900, days=4), History()) == []
    assert found(period(10, 500, 5000), History()) == ["first-is-high"]
    assert found(period(10, 500, 60_000), History()) == ["more-than-the-meter-can", "first-is-high"]


def plate(**facts: Any) -> CustomerFacts:
    """Return a customer whose meter has a plate."""
    return customer(CODE, meter=Meter(**{"meter_number": "M1", "multiplier": 1, "digits": 5} | facts))


@pytest.mark.parametrize(
    ("meter", "kwh", "rules"),
    [
        # One phase of 40 A: 40 × 230 V × 720 hours and a tenth more are 7,286 kWh.
        ({"max_amperes": 40, "phases": 1}, 7_286, []),
        ({"max_amperes": 40, "phases": 1}, 7_287, ["more-than-rated"]),
        # Three phases of 100 A carry what 55 kW do not: the plate counts.
        ({"max_amperes": 100, "phases": 3}, 54_648, []),
        ({"max_amperes": 100, "phases": 3}, 54_649, ["more-than-rated"]),
        # What is not known is not judged by it.
        ({"max_amperes": 10}, 39_600, []),
        ({"phases": 1}, 39_601, ["more-than-the-meter-can"]),
    ],
)
def test_no_more_passes_through_a_meter_than_its_plate_says(meter: dict[str, int], kwh: int, rules: list[str]) -> None:
    judged = period(10, 1000, 1000 + kwh)
    limits = RULE.model_copy(update={"first_kwh_a_day": None})
    assert [doubt.rule for doubt in judge(judged, plate(**meter), History(), limits)] == rules


def test_a_meter_behind_transformers_carries_its_current_times_their_ratios() -> None:
    ratios = {"ct_ratio": "100/5", "vt_ratio": "22000/100"}
    meter = {"multiplier": 4400, "digits": 6, "max_amperes": 6, "phases": 3} | ratios
    # 6 A × 3 × 58 V × 720 hours × 4,400 and a tenth more.
    limits = RULE.model_copy(update={"first_kwh_a_day": None})
    for kwh, rules in ((3_638_083, []), (3_642_400, ["more-than-rated"])):
        reading = RegisterReading("M1", "KT", 1000, 1000 + kwh // 4400, 4400, 6)
        judged = replace(period(10, 0, 0), readings=(reading,))
        assert [doubt.rule for doubt in judge(judged, plate(**meter), History(), limits)] == rules


def test_the_registers_by_time_of_use_share_the_current_of_their_meter() -> None:
    readings = tuple(RegisterReading("M1", register, 0, 3000, 1, 5) for register in ("BT", "CD", "TD"))
    limits = RULE.model_copy(update={"first_kwh_a_day": None})
    found = judge(replace(period(10, 0, 0), readings=readings), plate(max_amperes=40, phases=1), History(), limits)
    assert [doubt.rule for doubt in found] == ["more-than-rated"]
    assert found[0].detail == (
        "Công tơ M1: 9.000 kWh, quá khả năng của công tơ: 1 pha × 40 A × 230 V × 720 giờ, cộng 10% dự phòng, là nhiều "
        "nhất 7.286 kWh."
    )


@pytest.mark.parametrize(
    ("multiplier", "ratios", "rules"),
    [
        (20, {"ct_ratio": "100/5"}, []),
        (30, {"ct_ratio": "100/5"}, ["multiplier-no-ratio"]),
        (4400, {"ct_ratio": "20", "vt_ratio": "22000/100"}, []),
        (20, {"ct_ratio": "20", "vt_ratio": "22000/100"}, ["multiplier-no-ratio"]),
        (1, {"ct_ratio": "100/5"}, ["multiplier-no-ratio"]),
        (20, {}, []),
        (20, {"vt_ratio": "22000/100"}, []),
    ],
)
def test_the_multiplier_is_the_ratio_of_the_transformers(
    multiplier: int, ratios: dict[str, str], rules: list[str]
) -> None:
    judged = period(10, 1000, 1001, multiplier=multiplier)
    facts = plate(multiplier=multiplier, **ratios)
    limits = RULE.model_copy(update={"first_kwh_a_day": None})
    assert [doubt.rule for doubt in judge(judged, facts, History(), limits)] == rules


def test_without_a_rule_nothing_is_doubtful() -> None:
    assert judgement_in_force(RULES, "PB1401", date(2017, 12, 31)) == NOTHING_IS_DOUBTFUL
    assert found(period(10, 1300, 1290), known((9, 300)), NOTHING_IS_DOUBTFUL) == []


@given(st.lists(st.integers(100, 250), min_size=4, max_size=12), st.integers(0, 99_999))
def test_what_goes_on_from_the_last_reading_with_usual_use_is_never_doubtful(uses: list[int], start: int) -> None:
    history = History()
    old = start
    for month, kwh in enumerate(uses, start=1):
        new = (old + kwh) % 100_000
        judged = period(month, old, new, days=28)
        assert found(judged, history) == []
        history.add(judged, is_held=False)
        old = new


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 2000))
def test_each_kwh_between_two_periods_is_billed_once_or_a_person_looks(last: int, old: int, following: int) -> None:
    history = History()
    history.add(period(8, max(0, last - 100), last), is_held=False)
    history.add(period(10, following, following + 100), is_held=False)
    names = found(period(9, old, old + 100), history)
    assert ("old-above-last" in names) == (old > last)
    assert ("old-below-last" in names) == (old < last)
    assert ("new-above-next" in names) == (old + 100 > following)
    assert ("new-below-next" in names) == (old + 100 < following)
