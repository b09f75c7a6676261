"""What providers report about time is a note, kept where it can be right."""

from datetime import UTC, datetime, timedelta

import pytest

from services.notify.domain.delivery_reports import plausible_moment

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)


@pytest.mark.parametrize("moment", [NOW, NOW - timedelta(days=365), NOW + timedelta(hours=23)])
def test_the_time_of_a_report_is_kept(moment: datetime) -> None:
    assert plausible_moment(moment, NOW) == moment


@pytest.mark.parametrize(
    "moment",
    [None, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), NOW + timedelta(days=2)],
)
def test_a_time_that_cannot_be_right_is_as_one_that_is_not_given(moment: datetime | None) -> None:
    assert plausible_moment(moment, NOW) is None
