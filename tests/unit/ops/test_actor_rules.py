"""Who did it: whatever names somebody else than the device that the edge has proven is found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ops.audit.actor_rules import (
    actor_as_signed,
    known_alike,
    recorded_by_whose_it_is,
    reversed_by_office,
    settled_by_office,
    shift_by_its_collector,
)
from ops.audit.payment_rules import PaymentCase, collector_was_active, method_fits
from ops.audit.visit_rules import visits_by_own_phone, visits_while_active
from services.billing.audit import RecordedShift, ShiftAct
from services.customer.audit import VisitAtTheDoor
from services.gateway.audit import EnrolledDevice
from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.common import PaymentMethod
from tests.unit.ops.test_payment_rules import sound
from tests.unit.receipt.samples import sample_id

NOON = datetime(2026, 11, 12, 5, tzinfo=UTC)
BEFORE, HOUR = NOON - timedelta(days=30), timedelta(hours=1)
PHONE, OTHER, DESK, SUPERVISOR, PARTNER, LAN, HOA = (
    sample_id("phone"),
    *(sample_id(name) for name in ("other", "desk", "supervisor", "partner", "lan", "hoa")),
)
DEVICES = {
    PHONE: EnrolledDevice(PHONE, "collector", "TN014", BEFORE, None),
    OTHER: EnrolledDevice(OTHER, "collector", "TN015", BEFORE, None),
    DESK: EnrolledDevice(DESK, "cashier", None, BEFORE, None),
    SUPERVISOR: EnrolledDevice(SUPERVISOR, "supervisor", None, BEFORE, None),
    PARTNER: EnrolledDevice(PARTNER, "collection_point", None, BEFORE, None, "BD-CM-01"),
    LAN: EnrolledDevice(LAN, "staff", None, BEFORE, None, login_name="lan"),
    HOA: EnrolledDevice(HOA, "staff", None, BEFORE, None, login_name="hoa"),
}


def actor(device_id: UUID = PHONE, **changes: Any) -> Actor:
    device = DEVICES[device_id]
    whose = device.collector_code or device.collection_point_code or device.login_name
    kind = ActorKind.PERSON if device.login_name else ActorKind.DEVICE
    facts = {
        "kind": ActorKind.PARTNER if device.collection_point_code else kind,
        "id": str(device_id),
        "reference": f"{device.role}:{whose}" if whose else device.role,
        "proven_by": Proof.TOKEN,
    }
    return Actor(**facts | changes)


def by(device_id: UUID = PHONE, **changes: Any) -> str:
    return actor(device_id, **changes).model_dump_json()


OPERATOR = Actor(kind=ActorKind.COMMAND_LINE, id="root@db", proven_by=Proof.LOGIN).model_dump_json()
INVENTED = Actor(kind=ActorKind.DEVICE, id=str(UUID(int=5)), reference="cashier").model_dump_json()


def paid(actor: str | None = None, *, reversed_by: str | None = None, **how: Any) -> PaymentCase:
    case = sound(reversed_too=reversed_by is not None, **how)
    if case.reversal is not None:
        case = replace(case, reversal=case.reversal._replace(actor=reversed_by))
    return replace(case, payment=case.payment._replace(actor=actor))


def signed_by(case: PaymentCase, event: dict[str, Any] | None) -> PaymentCase:
    assert case.signed is not None
    return replace(case, signed=case.signed._replace(event=case.signed.event | {"actor": event}))


TRANSFER: dict[str, Any] = {"method": PaymentMethod.TRANSFER, "device": None}
POSTING: dict[str, Any] = {"method": PaymentMethod.COLLECTION_POINT, "device": None}


@pytest.mark.parametrize(
    "case",
    [
        paid(),
        paid(by()),
        paid(by(DESK), **TRANSFER),
        paid(by(PARTNER), **POSTING),
        paid(by(), reversed_by=by(SUPERVISOR)),
        paid(by(), reversed_by=by(DESK)),
        paid(by(LAN), **TRANSFER),
        paid(by(), reversed_by=by(LAN)),
        paid(by(), reversed_by=by(HOA, asked_by={"id": str(LAN), "reference": "staff:lan"})),
    ],
)
def test_who_may_do_it_is_no_finding(case: PaymentCase) -> None:
    assert [*recorded_by_whose_it_is(case, DEVICES), *reversed_by_office(case, DEVICES)] == []


@pytest.mark.parametrize(
    "case",
    [
        paid(by(OTHER)),
        paid(by(DESK)),
        paid(OPERATOR),
        paid(INVENTED),
        paid(by(reference="collector:TN015")),
        paid(by(), **TRANSFER),
        paid(by(SUPERVISOR), **TRANSFER),
        paid(INVENTED, **TRANSFER),
        paid(by(DESK), **POSTING),
        paid(by(PARTNER, reference="collection_point:BD-CM-02"), **POSTING),
        paid(by(LAN)),
        paid(by(LAN, reference="staff:hoa"), **TRANSFER),
        paid(by(LAN, proven_by=Proof.NONE), **TRANSFER),
        paid(by(DESK, kind=ActorKind.PERSON), **TRANSFER),
        paid(by(LAN, kind=ActorKind.DEVICE), **TRANSFER),
    ],
)
def test_money_that_another_device_recorded_is_found(case: PaymentCase) -> None:
    assert list(recorded_by_whose_it_is(case, DEVICES))


@pytest.mark.parametrize("asked_by", [{"id": str(HOA)}, {"id": str(DESK)}, {"id": "nobody"}])
def test_a_reversal_that_nobody_else_asked_for_is_found(asked_by: dict[str, str]) -> None:
    assert list(reversed_by_office(paid(by(), reversed_by=by(HOA, asked_by=asked_by)), DEVICES))


def test_a_posting_of_another_collection_point_is_found() -> None:
    case = paid(by(PARTNER), **POSTING)
    case = replace(case, payment=case.payment._replace(collection_point_code="BD-CM-02"))
    assert list(recorded_by_whose_it_is(case, DEVICES))


@pytest.mark.parametrize("change", [{"enrolled_at": NOON + 9 * HOUR}, {"revoked_at": BEFORE + HOUR}])
def test_a_desk_that_was_not_let_in_then_is_found(change: dict[str, Any]) -> None:
    devices = DEVICES | {DESK: DEVICES[DESK]._replace(**change)}
    assert list(recorded_by_whose_it_is(paid(by(DESK), **TRANSFER), devices))


@pytest.mark.parametrize("who", [by(), by(PARTNER), OPERATOR, INVENTED])
def test_a_reversal_by_somebody_who_may_not_is_found(who: str) -> None:
    assert list(reversed_by_office(paid(by(), reversed_by=who), DEVICES))


def test_a_row_names_whom_the_signature_covers() -> None:
    assert list(actor_as_signed(paid())) == []
    assert list(actor_as_signed(signed_by(paid(by()), actor().model_dump(mode="json")))) == []
    for case in (
        paid(by()),
        signed_by(paid(), actor().model_dump(mode="json")),
        signed_by(paid(by(OTHER)), actor().model_dump(mode="json")),
        paid(reversed_by=by(DESK)),
    ):
        assert {found.rule for found in actor_as_signed(case)} == {"who did it stands as it was signed"}


SHIFT = RecordedShift(UUID(int=4), "TN014", NOON, NOON + HOUR, 0, 10**8)


@pytest.mark.parametrize("closed_by", [None, by(), by(DESK), by(SUPERVISOR)])
def test_a_shift_is_opened_by_its_collector_and_closed_by_the_office_too(closed_by: str | None) -> None:
    assert list(shift_by_its_collector(SHIFT._replace(opened_by=by(), closed_by=closed_by), DEVICES)) == []


@pytest.mark.parametrize(
    "change", [{"opened_by": by(OTHER)}, {"opened_by": by(DESK)}, {"closed_by": by(OTHER)}, {"closed_by": by(PARTNER)}]
)
def test_a_shift_that_somebody_else_opened_or_closed_is_found(change: dict[str, Any]) -> None:
    assert list(shift_by_its_collector(SHIFT._replace(**change), DEVICES))


def settled(what: str, device_id: UUID, who: str | None) -> list[str]:
    act = ShiftAct(SHIFT.shift_id, what, device_id, NOON, who)
    return [found.detail for found in settled_by_office(act, DEVICES)]


def test_a_shift_is_settled_by_the_office_and_by_the_device_that_the_row_names() -> None:
    assert settled("confirmed", DESK, by(DESK)) == settled("decided", SUPERVISOR, by(SUPERVISOR)) == []
    assert settled("confirmed", LAN, by(LAN)) == settled("decided", HOA, by(HOA)) == []
    assert settled("confirmed", LAN, by(HOA))
    assert settled("confirmed", PHONE, by())
    assert settled("confirmed", SUPERVISOR, by(DESK))
    assert settled("decided", DESK, by(DESK))
    assert settled("decided", SUPERVISOR, None)


def test_cash_that_a_leavers_phone_sends_later_is_no_finding_when_it_states_to_be_from_before() -> None:
    case = paid(by())
    late = case.payment._replace(device_id=None, stated_at=case.payment.recorded_at - HOUR)
    sent = replace(case, payment=late, inactive_since=late.recorded_at - HOUR / 2)
    found = [*method_fits(sent), *collector_was_active(sent), *recorded_by_whose_it_is(sent, DEVICES)]
    assert found == []
    taken_after = replace(sent, payment=late._replace(stated_at=late.recorded_at))
    assert list(collector_was_active(taken_after))
    assert list(method_fits(replace(sent, inactive_since=None)))


VISIT = VisitAtTheDoor(UUID(int=6), "PB14010000001", "TN014", PHONE, NOON, None, NOON, by())


def test_a_visit_that_another_phone_recorded_is_found() -> None:
    assert list(visits_by_own_phone([VISIT, VISIT._replace(actor=None)], DEVICES)) == []
    for who in (by(OTHER), OPERATOR):
        assert list(visits_by_own_phone([VISIT._replace(actor=who)], DEVICES))


def test_a_visit_of_a_collector_who_had_left_is_found() -> None:
    left = {"TN014": [(NOON - HOUR, False)]}
    assert list(visits_while_active([VISIT], left))
    assert list(visits_while_active([VISIT._replace(visited_at=NOON - 2 * HOUR)], left)) == []
    assert list(visits_while_active([VISIT], {"TN014": [(BEFORE, False), (NOON - HOUR, True)]})) == []


def test_a_leaver_who_may_still_act_somewhere_is_found() -> None:
    at_work = {"TN014": True, "TN015": False}
    assert list(known_alike(at_work, billing=at_work, gateway={"TN015": False, "TN099": True})) == []
    assert [found.subject for found in known_alike(at_work, billing=at_work, gateway={"TN015": True})] == ["TN015"]
