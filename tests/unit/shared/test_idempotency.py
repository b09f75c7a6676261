"""A repetition of a request is recognised by its content, also across an upgrade."""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import pytest
from pydantic import Field

from shared.clock import VIETNAM
from shared.contracts.customer import RecordVisit
from shared.contracts.message import Record, Reply, Request
from shared.db import Connection
from shared.fingerprint import fingerprint, has_defaults_beside
from shared.idempotency import Idempotency
from shared.messaging import Access, RequestHandler, UnitOfWork

VISIT: dict[str, Any] = {
    "visit_id": UUID("0198c0de-0000-7000-8000-000000000001"),
    "customer_code": "PB14010012345",
    "collector_code": "TN1",
    "outcome": "away",
    "visited_at": datetime(2026, 11, 23, 3, 0, tzinfo=UTC),
}


class Done(Reply):
    """It was done."""


class Part(Record):
    """A part of a request."""

    name: str


class Order(Request[Done]):
    """As a version has it."""

    message_name: ClassVar[str] = "test.order"
    order_id: UUID
    parts: list[Part]


class WiderPart(Part):
    """As the next version has it."""

    colour: str = ""


class WiderOrder(Request[Done]):
    """As the next version has it."""

    message_name: ClassVar[str] = "test.order"
    order_id: UUID
    parts: list[WiderPart]
    notes: list[str] = Field(default_factory=list)
    gift: bool = False


ORDER: dict[str, Any] = {"order_id": UUID(int=1), "parts": [{"name": "a"}]}


def test_the_same_moment_in_another_zone_is_the_same_content() -> None:
    elsewhere = {**VISIT, "visited_at": VISIT["visited_at"].astimezone(VIETNAM)}
    assert fingerprint(RecordVisit(**VISIT)) == fingerprint(RecordVisit(**elsewhere))


@pytest.mark.parametrize(
    "other",
    [{"note": "chó dữ"}, {"customer_code": "PB14010012346"}, {"visited_at": datetime(2026, 11, 23, 4, 0, tzinfo=UTC)}],
)
def test_other_content_has_another_fingerprint(other: dict[str, Any]) -> None:
    assert fingerprint(RecordVisit(**VISIT)) != fingerprint(RecordVisit(**{**VISIT, **other}))


def test_members_that_are_left_out_do_not_count() -> None:
    elsewhere = {**VISIT, "device_id": UUID(int=1)}
    assert fingerprint(RecordVisit(**VISIT)) != fingerprint(RecordVisit(**elsewhere))
    assert fingerprint(RecordVisit(**VISIT), without={"device_id"}) == fingerprint(
        RecordVisit(**elsewhere), without={"device_id"}
    )


def test_an_optional_member_that_an_upgrade_adds_does_not_count_at_any_depth_while_it_has_its_default() -> None:
    assert fingerprint(WiderOrder(**ORDER)) == fingerprint(Order(**ORDER))
    assert fingerprint(WiderOrder(**ORDER, notes=[], gift=False)) == fingerprint(Order(**ORDER))


@pytest.mark.parametrize("other", [{"gift": True}, {"notes": ["a"]}, {"parts": [{"name": "a", "colour": "red"}]}])
def test_an_optional_member_that_is_given_counts(other: dict[str, Any]) -> None:
    assert fingerprint(WiderOrder(**{**ORDER, **other})) != fingerprint(Order(**ORDER))
    assert has_defaults_beside(WiderOrder(**{**ORDER, **other}), {"order_id", "parts"}) is ("parts" in other)


async def no_lock(_: Order, __: Connection) -> None: ...


async def no_lock_of_visit(_: RecordVisit, __: Connection) -> None: ...


async def order(_: Order, __: UnitOfWork) -> Done:
    return Done()


def test_several_members_are_an_id_together() -> None:
    idempotency = Idempotency(("visit_id", "outcome"), lock=no_lock_of_visit)
    away, again = RecordVisit(**VISIT), RecordVisit(**VISIT, note="?")
    met = RecordVisit(**{**VISIT, "outcome": "met"})
    assert idempotency.request_id(away) == idempotency.request_id(again) != idempotency.request_id(met)


def test_a_member_that_the_message_has_not_is_refused() -> None:
    with pytest.raises(TypeError, match="number"):
        RequestHandler(Order, order, idempotency=Idempotency("number", lock=no_lock))


def test_an_answer_cannot_be_recorded_without_a_transaction() -> None:
    with pytest.raises(TypeError, match="transaction"):
        RequestHandler(Order, order, access=Access.READ_ONLY, idempotency=Idempotency("order_id", lock=no_lock))
