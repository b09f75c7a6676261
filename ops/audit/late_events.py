"""Events that have not arrived, and what of an audit's findings they will bring into line. The judgement is pure.

Of a system that stands still after a restore: nothing is consumed before it is released, and it is released only when
nothing else is wrong.
"""

import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.archive import missing_events
from ops.audit.report import AuditReport
from ops.audit.sessions import session
from ops.system import SERVICES
from shared.audit import AuditViolation

BROUGHT_INTO_LINE = frozenset(
    {
        "a payment has a receipt",
        "a receipt is void exactly when its payment is reversed",
        "an away visit has one reminder",
        "a notice has a visit",
        "a payment names a visit of its customer",
    }
)
"""Rules about rows of several services that an audit holds at any moment, because events arrive within seconds."""

STILL_UNDER_WAY = frozenset({"the outbox is empty", "what was sent is consumed", "no event waits and none is dead"})
"""What says of an event that waits only that it waits."""

SUM = "payments that stand = receipts that stand"

_UNSENT = "SELECT message_id, routing_key, aggregate, body FROM outbox WHERE published_at IS NULL ORDER BY position"


@dataclass(frozen=True, slots=True)
class Outstanding:
    """An event that somebody has not consumed."""

    kind: str
    """Its routing key."""
    consumer: str | None
    """None: it was never sent, and all who consume it lack it."""
    body: Mapping[str, Any]
    aggregate: str | None = None

    def names(self) -> Iterator[str]:
        """Yield every id, code and number in it."""
        yield from _texts(self.body)
        if self.aggregate is not None:
            yield self.aggregate
            yield self.aggregate.rpartition(":")[2]


@dataclass(frozen=True)
class Judged:
    """An audit's findings, apart."""

    wrong: list[AuditViolation]
    waiting: list[AuditViolation]
    """What events that have not arrived bring into line."""


def judge(report: AuditReport, when_settled: Iterable[AuditViolation], events: Iterable[Outstanding]) -> Judged:
    """Tell what is wrong from what only waits for events.

    A finding waits when its rule is one that events bring into line and its subject is named by an event that is
    outstanding. The sum of receipts waits when it differs by just what outstanding payments and reversals come to.
    """
    outstanding = list(events)
    named = {name for event in outstanding for name in event.names()}
    of_settled = {(each.rule, each.subject) for each in when_settled}
    judged = Judged([], [])
    for found in report.violations:
        if found.rule in STILL_UNDER_WAY:
            continue
        by_events = found.rule in BROUGHT_INTO_LINE or (found.rule, found.subject) in of_settled
        if found.rule == SUM:
            waits = report.figures["received"] - report.figures["receipted"] == to_be_receipted(outstanding)
        else:
            waits = by_events and found.subject in named
        (judged.waiting if waits else judged.wrong).append(found)
    return judged


def to_be_receipted(events: Iterable[Outstanding]) -> int:
    """Return what payments and reversals that the register has not consumed add to the sum of receipts, in đồng."""
    recorded: dict[str, int] = {}
    reversed_: dict[str, int] = {}
    for event in events:
        if event.consumer not in (None, "receipt"):
            continue
        if event.kind.startswith("payment.recorded."):
            recorded[event.body["payment"]["payment_id"]] = event.body["payment"]["amount"]
        elif event.kind.startswith("payment.reversed."):
            reversed_[event.body["payment"]["payment_id"]] = event.body["payment"]["amount"]
    return sum(recorded.values()) - sum(reversed_.values())


async def outstanding_events(database_urls: Mapping[str, str]) -> AsyncIterator[Outstanding]:
    """Yield what waits in outboxes, and what was sent and not consumed."""
    for service in SERVICES:
        async with session(database_urls, service) as connection:
            for row in await connection.fetch(_UNSENT):
                yield Outstanding(row["routing_key"], None, json.loads(row["body"]), row["aggregate"])
    async for event in missing_events(database_urls):
        yield Outstanding(event.kind, event.consumer, json.loads(event.body), event.row["aggregate"])


def _texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)
        case str() | int():
            yield str(value)
