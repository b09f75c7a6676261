"""When the audit of a night is due."""

from datetime import UTC, datetime, time

import pytest

from ops.commands.auditor import last_night


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        # 01:30 in Vietnam is 18:30 of the day before in UTC.
        (datetime(2026, 11, 22, 18, 30, tzinfo=UTC), datetime(2026, 11, 22, 18, 30, tzinfo=UTC)),
        (datetime(2026, 11, 22, 18, 29, tzinfo=UTC), datetime(2026, 11, 21, 18, 30, tzinfo=UTC)),
        (datetime(2026, 11, 23, 3, 0, tzinfo=UTC), datetime(2026, 11, 22, 18, 30, tzinfo=UTC)),
    ],
)
def test_an_audit_is_due_from_half_past_one_in_vietnam(moment: datetime, due: datetime) -> None:
    assert last_night(moment, time(1, 30)) == due
