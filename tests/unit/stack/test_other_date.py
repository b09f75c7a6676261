"""What a date on the command line means."""

from datetime import UTC, datetime, timedelta

import pytest

from stack.other_date import offset
from stack.processes import StackError

NOW = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "away"),
    [
        ("+40d", timedelta(days=40)),
        ("-1d", timedelta(days=-1)),
        ("2026-12-31T16:30:00+00:00", timedelta()),
        ("2026-12-31T23:30+07:00", timedelta()),
        ("2026-12-31T23:31", timedelta(minutes=1)),
        ("2027-01-01", timedelta(minutes=30)),
    ],
)
def test_a_date_is_a_moment_in_vietnam_or_a_number_of_days_from_now(text: str, away: timedelta) -> None:
    assert offset(text, NOW) == away


@pytest.mark.parametrize("text", ["", "tomorrow", "2027-02-29", "+40", "40d"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(StackError, match="is no date like"):
        offset(text, NOW)
