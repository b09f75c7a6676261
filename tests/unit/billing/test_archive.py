"""Which months of bills' details may be put into the archive."""

from datetime import date, timedelta

import pytest

from services.billing.archive.rules import MonthInUse, first_to_keep, require_out_of_use
from services.billing.bills.metered_period import MeteredPeriod, RegisterReading
from services.billing.judgement.history import LOOKED_BACK
from services.billing.judgement.reach import (
    ArchivedMonth,
    ArchivedReading,
    KnownReading,
    archived_month_of,
    archived_reading_of,
)

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("kept", "first"), [(24, (2024, 11)), (13, (2025, 10)), (11, (2025, 12)), (10, (2026, 1)), (0, (2026, 11))]
)
def test_so_many_months_before_the_present_one_are_kept(kept: int, first: tuple[int, int]) -> None:
    assert first_to_keep(TODAY, kept) == first


def test_the_month_before_the_first_that_is_kept_may_go_and_that_one_may_not() -> None:
    require_out_of_use((2024, 10), TODAY, months_kept=24, open_bills=0, without_a_bill=0)
    with pytest.raises(MonthInUse):
        require_out_of_use((2024, 11), TODAY, months_kept=24, open_bills=0, without_a_bill=0)


@pytest.mark.parametrize(("open_bills", "without_a_bill"), [(1, 0), (0, 1)])
def test_a_month_with_money_or_readings_at_no_end_stays(open_bills: int, without_a_bill: int) -> None:
    with pytest.raises(MonthInUse):
        require_out_of_use((2020, 1), TODAY, months_kept=24, open_bills=open_bills, without_a_bill=without_a_bill)


def _period(first: date, last: date, *, year: int, month: int, code: str = "A") -> MeteredPeriod:
    reading = RegisterReading("M1", "KT", 0, 10, 1, 5)
    return MeteredPeriod(
        customer_code=code,
        year=year,
        month=month,
        cycle=1,
        period_from=first,
        period_to=last,
        due_date=last,
        readings=(reading,),
    )


NOVEMBER = _period(date(2026, 11, 1), date(2026, 11, 30), year=2026, month=11)


@pytest.mark.parametrize(
    ("archived", "concerns"),
    [
        (ArchivedMonth(2026, 11, None), True),
        (ArchivedMonth(2025, 11, date(2025, 11, 30)), True),
        (ArchivedMonth(2025, 10, date(2025, 10, 31)), False),
        (ArchivedMonth(2024, 11, date(2024, 11, 30)), False),
        (ArchivedMonth(2025, 1, NOVEMBER.period_from - LOOKED_BACK), True),
        (ArchivedMonth(2025, 1, NOVEMBER.period_from - LOOKED_BACK - timedelta(days=1)), False),
        (ArchivedMonth(2027, 3, date(2027, 3, 31)), True),
    ],
)
def test_a_month_of_the_archive_concerns_a_period_whose_own_past_or_future_it_is(
    archived: ArchivedMonth, concerns: bool
) -> None:
    assert (archived_month_of(NOVEMBER, [archived]) is not None) is concerns


@pytest.mark.parametrize(
    ("customer", "known", "concerns"),
    [
        ("A", [], True),
        ("B", [], True),
        ("B", [("A", date(2024, 10, 31))], False),
        ("A", [("A", date(2024, 10, 31))], False),
        ("A", [("B", date(2024, 10, 31))], True),
        ("A", [("A", date(2024, 1, 31))], True),
        ("A", [("A", date(2026, 12, 31))], True),
    ],
    ids=["nothing", "nothing since another's", "read since for him", "read since", "for another", "before", "after"],
)
def test_a_reading_in_the_archive_is_missed_unless_its_meter_was_read_since(
    customer: str, known: list[tuple[str, date]], concerns: bool
) -> None:
    last = ArchivedReading("M1", customer, date(2024, 6, 30), 2024, 6)
    here = [KnownReading("M1", code, day) for code, day in known]
    assert (archived_reading_of(NOVEMBER, [last], here) is not None) is concerns
    other = ArchivedReading("M2", customer, date(2024, 6, 30), 2024, 6)
    assert archived_reading_of(NOVEMBER, [other], here) is None


def test_a_month_whose_readings_were_not_moved_stays() -> None:
    with pytest.raises(MonthInUse) as refused:
        require_out_of_use((2024, 10), TODAY, months_kept=24, open_bills=0, without_a_bill=0, not_moved=3)
    assert refused.value.facts == {"not_moved": 3}
