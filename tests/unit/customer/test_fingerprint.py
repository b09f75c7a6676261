"""A repetition of a request is recognised by its content."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.customer.fingerprint import fingerprint
from shared.clock import VIETNAM
from shared.contracts.customer import RecordVisit

REQUEST: dict[str, Any] = {
    "visit_id": UUID("0198c0de-0000-7000-8000-000000000001"),
    "customer_code": "PB14010012345",
    "collector_code": "TN1",
    "outcome": "away",
    "visited_at": datetime(2026, 11, 23, 3, 0, tzinfo=UTC),
}


def test_the_same_content_has_the_same_fingerprint_in_any_time_zone() -> None:
    elsewhere = {**REQUEST, "visited_at": REQUEST["visited_at"].astimezone(VIETNAM)}
    assert fingerprint(RecordVisit(**REQUEST)) == fingerprint(RecordVisit(**elsewhere))


@pytest.mark.parametrize(
    "other",
    [{"note": "chó dữ"}, {"customer_code": "PB14010012346"}, {"visited_at": datetime(2026, 11, 23, 4, 0, tzinfo=UTC)}],
)
def test_other_content_has_another_fingerprint(other: dict[str, Any]) -> None:
    assert fingerprint(RecordVisit(**REQUEST)) != fingerprint(RecordVisit(**{**REQUEST, **other}))
