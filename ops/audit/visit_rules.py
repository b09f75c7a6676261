"""Visits and the phones that recorded them. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from ops.audit.actor_rules import actor_of
from ops.audit.moments import SKEW, UNDER_WAY, UNTIL_KNOWN, inactive_since, shown
from services.customer.audit import VisitAtTheDoor
from services.gateway.audit import EnrolledDevice
from shared.audit import AuditViolation


def visits_by_own_phone(
    visits: Iterable[VisitAtTheDoor], devices: Mapping[UUID, EnrolledDevice]
) -> Iterator[AuditViolation]:
    """A visit was made by the collector to whom its phone belongs, while that could act."""
    for visit in visits:
        if visit.device_id is None:
            continue
        device = devices.get(visit.device_id)
        if device is None or device.collector_code != visit.collector_code:
            whose = "nobody" if device is None else device.collector_code or device.role
            yield _named("a visit is of the collector whose phone recorded it", visit, f"phone of {whose}")
            continue
        actor = actor_of(visit.actor)
        if actor is not None and (actor.device_id, actor.reference) != (
            visit.device_id,
            f"collector:{visit.collector_code}",
        ):
            yield _named("a visit is recorded by the phone that it names", visit, f"recorded by {actor}")
        at = visit.recorded_at
        if at is None:
            continue
        if at < device.enrolled_at - SKEW or (device.revoked_at is not None and at > device.revoked_at + UNDER_WAY):
            yield _named(
                "a device acts between its enrolment and its revocation",
                visit,
                f"visit {shown(at)}, enrolled {shown(device.enrolled_at)}, revoked {shown(device.revoked_at)}",
            )


def visits_while_active(
    visits: Iterable[VisitAtTheDoor], activity: Mapping[str, Sequence[tuple[datetime, bool]]]
) -> Iterator[AuditViolation]:
    """Who has left makes no visits; a phone that had no signal may send what was before."""
    for visit in visits:
        if visit.recorded_at is None or visit.visited_at is None:
            continue
        since = inactive_since(activity.get(visit.collector_code, ()), visit.recorded_at)
        if since is not None and visit.visited_at > since + UNTIL_KNOWN:
            detail = f"inactive since {shown(since)}, visited {shown(visit.visited_at)}"
            yield _named("a collector who has left makes no visits", visit, detail)


def _named(rule: str, visit: VisitAtTheDoor, detail: str) -> AuditViolation:
    return AuditViolation("between", rule, str(visit.visit_id), f"visit of {visit.collector_code}, {detail}")
