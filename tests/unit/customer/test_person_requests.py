"""The clocks of requests about personal data."""

from datetime import datetime

import pytest

from services.customer.personal_data.rules import ClockRule, clocks_of
from services.customer.settings import CustomerSettings
from shared.clock import VIETNAM
from shared.contracts.customer import PersonRequestKind
from shared.rule_files import load_rules

RULES = load_rules(CustomerSettings.model_fields["person_clocks_file"].default, ClockRule)
FRIDAY = datetime(2026, 11, 27, 23, 30, tzinfo=VIETNAM)


def day(moment: datetime | None) -> str:
    assert moment is not None
    return f"{moment.astimezone(VIETNAM):%Y-%m-%d}"


@pytest.mark.parametrize(
    ("kind", "with_processors", "due", "extended"),
    [
        (PersonRequestKind.WITHDRAW, False, "2026-12-12", "2026-12-27"),
        (PersonRequestKind.SEE, False, "2026-12-07", "2026-12-17"),
        (PersonRequestKind.CORRECT, True, "2026-12-12", "2026-12-27"),
        (PersonRequestKind.ERASE, False, "2026-12-17", "2027-01-06"),
        (PersonRequestKind.ERASE, True, "2026-12-27", "2027-01-26"),
    ],
)
def test_a_request_has_the_days_of_its_kind_and_one_extension_by_as_long_again(
    kind: PersonRequestKind, with_processors: bool, due: str, extended: str
) -> None:
    clocks = clocks_of(RULES, kind, FRIDAY, with_processors=with_processors)
    assert (day(clocks.due_at), day(clocks.extended_due_at)) == (due, extended)


def test_a_request_of_a_friday_evening_is_acknowledged_until_tuesday() -> None:
    clocks = clocks_of(RULES, PersonRequestKind.COPY, FRIDAY, with_processors=False)
    assert day(clocks.acknowledge_by) == "2026-12-01"


def test_an_incident_is_told_within_seventy_two_hours_and_is_not_extended() -> None:
    clocks = clocks_of(RULES, PersonRequestKind.INCIDENT, FRIDAY, with_processors=False)
    assert clocks.acknowledge_by is None
    assert (clocks.due_at - FRIDAY).total_seconds() == 72 * 3600
    assert clocks.extended_due_at == clocks.due_at
