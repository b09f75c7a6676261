"""Who did it: the device or the person that the edge has proven, beside everything else that names somebody. Pure.

What was recorded before actors were kept names nobody, in the row and under the signature, and is no finding.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from ops.audit.moments import SKEW, UNDER_WAY, shown
from ops.audit.payment_rules import PaymentCase
from services.billing.audit import RecordedShift, ShiftAct
from services.gateway.audit import PARTNER, STAFF, EnrolledDevice
from shared.audit import AuditViolation
from shared.contracts.actor import Actor, ActorKind, Proof

_MONEY = {"cash": ("collector",), "transfer": ("cashier",), "collection_point": ("collection_point", PARTNER)}
"""Which roles record money of a method (services/gateway/api/payments.py, partners.py)."""

_OFFICE = ("cashier", "supervisor")

_OF_BANK_CREDITS = (ActorKind.SERVICE, ActorKind.COMMAND_LINE)
"""Who records a transfer without a device: then it is a bank credit, which billing's own rules hold against its act."""

Devices = Mapping[UUID, EnrolledDevice]


def actor_of(stored: str | None) -> Actor | None:
    """Return a stored actor. What cannot be read names nobody."""
    try:
        return None if stored is None else Actor.model_validate(json.loads(stored))
    except ValueError:
        return None


def actor_as_signed(case: PaymentCase) -> Iterator[AuditViolation]:
    """The row names whom the signature covers, of a payment and of its reversal."""
    rows = ((case.signed, case.payment.actor), (case.void, case.reversal and case.reversal.actor))
    for signed, stored in rows:
        if signed is None:
            continue
        event, recorded = signed.event.get("actor"), actor_of(stored)
        if (None if event is None else Actor.model_validate(event)) != recorded:
            yield _of_payment(
                "who did it stands as it was signed", case, f"signed {_named(event)}, recorded {recorded or 'nobody'}"
            )


def recorded_by_whose_it_is(case: PaymentCase, devices: Devices) -> Iterator[AuditViolation]:
    """Cash is recorded by the phone that took it, a transfer by a cashier, a posting by its collection point."""
    actor, row = actor_of(case.payment.actor), case.payment
    if actor is None or (row.method == "transfer" and actor.kind in _OF_BANK_CREDITS):
        return
    rule = "money is recorded by the device whose business it is"
    code = row.collector_code if row.method == "cash" else row.collection_point_code
    for detail in _fits(actor, devices, _MONEY[row.method], code, row.recorded_at):
        yield _of_payment(rule, case, detail)
    if row.method == "cash" and row.device_id is not None and actor.device_id != row.device_id:
        yield _of_payment(rule, case, f"cash taken with {row.device_id}, recorded by {actor}")


def reversed_by_office(case: PaymentCase, devices: Devices) -> Iterator[AuditViolation]:
    """A payment is taken back by a device of the office, a partner's by the partner, too."""
    reversal = case.reversal
    actor = actor_of(reversal.actor) if reversal is not None else None
    if reversal is None or actor is None:
        return
    rule = "a payment is taken back by a device that may"
    # That it is the same partner's, billing's own rules say.
    roles = (*_OFFICE, PARTNER) if case.payment.method == "collection_point" else _OFFICE
    for detail in (*_fits(actor, devices, roles, None, reversal.reversed_at), *_asked(actor, devices)):
        yield _of_payment(rule, case, detail)


def shift_by_its_collector(shift: RecordedShift, devices: Devices) -> Iterator[AuditViolation]:
    """A shift is opened by its collector's phone, and closed by it or by the office."""
    rule = "a shift is opened and closed by those who may"
    for what, stored, at, roles in (
        ("opened", shift.opened_by, shift.opened_at, ("collector",)),
        ("closed", shift.closed_by, shift.closed_at, ("collector", *_OFFICE)),
    ):
        actor = actor_of(stored)
        if actor is None or at is None:
            continue
        for detail in _fits(actor, devices, roles, shift.collector_code, at):
            yield AuditViolation("between", rule, str(shift.shift_id), f"{what}: {detail}")


def settled_by_office(act: ShiftAct, devices: Devices) -> Iterator[AuditViolation]:
    """The second count is a cashier's, the decision a supervisor's, each by the device that the row names."""
    actor = actor_of(act.actor)
    rule = "a shift is settled by those who may"
    if actor is None:
        yield AuditViolation("between", rule, str(act.shift_id), f"{act.what} by nobody")
        return
    roles = ("supervisor",) if act.what == "decided" else _OFFICE
    for detail in _fits(actor, devices, roles, None, act.at):
        yield AuditViolation("between", rule, str(act.shift_id), f"{act.what}: {detail}")
    if id_of(actor) != act.device_id:
        detail = f"{act.what} on {act.device_id}, by {actor}"
        yield AuditViolation("between", rule, str(act.shift_id), detail)


def known_alike(at_work: Mapping[str, bool], **copies: Mapping[str, bool]) -> Iterator[AuditViolation]:
    """Who works for the utility is known alike to the services that let them act; once events have arrived."""
    for service, copy in copies.items():
        for code, active in copy.items():
            if at_work.get(code, active) != active:
                detail = f"active: {at_work[code]} in customer, {active} in {service}"
                yield AuditViolation("between", "services agree on who has left", code, detail)


def _fits(actor: Actor, devices: Devices, roles: Collection[str], code: str | None, at: datetime) -> Iterator[str]:
    """Yield why an actor cannot have done something at a moment: another kind, role or code, or not let in then.

    ``code``: of the collector or collection point whose business it is; the office has none.
    """
    acting_id = id_of(actor)
    if acting_id is None:
        yield f"by {actor}"
        return
    device = devices.get(acting_id)
    if device is None or (device.role == STAFF) != (actor.kind is ActorKind.PERSON):
        yield f"by {actor}, which was never enrolled"
        return
    whose = device.collector_code or device.collection_point_code
    name = whose or device.login_name
    enrolled_as = f"{device.role}:{name}" if name else device.role
    if actor.reference != enrolled_as:
        yield f"by {actor}, which is enrolled as {enrolled_as}"
    if device.role not in (*roles, *_people(roles)):
        yield f"by {actor}, a {device.role}'s device"
    elif whose is not None and code is not None and whose != code:
        yield f"of {code}, by {actor}"
    if at < device.enrolled_at - SKEW:
        yield f"{shown(at)} by {actor}, enrolled {shown(device.enrolled_at)}"
    if device.revoked_at is not None and at > device.revoked_at + UNDER_WAY:
        yield f"{shown(at)} by {actor}, revoked {shown(device.revoked_at)}"


def id_of(actor: Actor) -> UUID | None:
    """Return the id of the device or the person that the edge has proven; None for whoever else acted."""
    if actor.kind is not ActorKind.PERSON:
        return actor.device_id
    try:
        return UUID(actor.id) if actor.proven_by is Proof.TOKEN else None
    except ValueError:
        return None


def _people(roles: Collection[str]) -> tuple[str, ...]:
    """Return the role of people where the office's devices may do something; the log of acts has what theirs was."""
    return (STAFF,) if set(roles) & set(_OFFICE) else ()


def _asked(actor: Actor, devices: Devices) -> Iterator[str]:
    """Yield what is wrong with who asked for what the actor approved: not a person, or the same."""
    if actor.asked_by is None:
        return
    asker = Actor(kind=ActorKind.PERSON, proven_by=Proof.TOKEN, **actor.asked_by.model_dump())
    asking_id = id_of(asker)
    if asking_id is None or asking_id not in devices or devices[asking_id].role != STAFF:
        yield f"asked by {asker}, who has no account"
    if asker.id == actor.id:
        yield f"asked and approved by {actor}"


def _named(event: Mapping[str, Any] | None) -> str:
    return "nobody" if event is None else str(Actor.model_validate(event))


def _of_payment(rule: str, case: PaymentCase, detail: str) -> AuditViolation:
    return AuditViolation("between", rule, str(case.payment.payment_id), detail)
