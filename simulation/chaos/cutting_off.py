"""Two people of the office who have supply cut off: their lists race with everybody who pays, and with themselves."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from ops.operators import operator
from services.notify.dunning.order_rules import SecondPersonNeeded
from shared.audit import AuditViolation
from shared.clock import business_day, now
from shared.contracts.message import Reply, Request
from shared.contracts.notify import ApproveCutList, DiscardCutList, MakeCutList
from shared.ids import new_id
from shared.messaging import Bus
from shared.messaging.context import acting
from shared.problems import Problem
from simulation.chaos.repeating_clerk import ANSWER_WITHIN, RepeatingClerk, broken
from simulation.chaos.testbed import ChaosTestbed

_MAKER, _APPROVER = "Phạm Thị Hoa", "Trần Thị Lan"
_DISCARDS, _ALONE, _AT_ONCE = 0.15, 0.2, 0.3
_MOST_AT_ONCE = 15
_WHAT = "cut-off list"

# A run has no days: whoever owes was visited, and warned two days ago, on paper. What follows from it is the system's.
_WHO_OWES = """
SELECT customer_code, coalesce(unit_code, left(customer_code, 6)) AS unit_code, oldest_due_date FROM accounts
WHERE debt > 0 AND oldest_due_date < $1 AND NOT EXISTS (
    SELECT FROM cut_warnings
    WHERE cut_warnings.customer_code = accounts.customer_code AND debt_due_on = oldest_due_date)
ORDER BY random() LIMIT $2
"""
_VISITED = """
INSERT INTO notice_visits (visit_id, customer_code, outcome, visited_at) VALUES ($1, $2, 'cannot_pay', $3)
"""
_WARNED = """
INSERT INTO cut_warnings (warning_id, customer_code, unit_code, debt_due_on, cut_from, made_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_DELIVERED = """
INSERT INTO warning_deliveries (delivery_id, warning_id, way, delivered_at, delivered_by, note)
VALUES ($1, $2, 'handed_over', $3, 'collector:chaos', '')
"""
_LISTS = """
SELECT list_id, made_by ->> 'reference' AS made_by, approved_by ->> 'reference' AS approved_by,
    discarded_at IS NOT NULL AS is_discarded
FROM cut_lists
"""
_RECONNECTED = "SELECT order_id, cause FROM cut_orders WHERE kind = 'reconnect' AND state = 'done'"
_CHARGED = "SELECT charge_id, customer_code FROM charges WHERE charge_id = ANY ($1)"
_CUT_ANYWAY = "cut_after_withdrawal"


class CutOffice(RepeatingClerk):
    """Makes lists and approves them, at once, twice, late, and sometimes with one person for both."""

    def __init__(self, testbed: ChaosTestbed, rng: random.Random) -> None:
        super().__init__(testbed, rng)
        self._by: dict[str, str] = {}
        """Act → who asks for it."""
        self.alone = 0
        """How often one person was refused as both."""
        self.connected_again = 0
        """Reconnections that were carried out."""
        self._approved_alone: list[str] = []

    def name_of(self, request: Request[Any]) -> str:
        """Return what is done to which list."""
        return f"{request.message_name} {getattr(request, 'list_id', '')}"

    async def send(self, bus: Bus, request: Request[Any]) -> Reply:
        """Send it in the name of whoever asks."""
        who = operator().model_copy(update={"reference": self._by.get(self.name_of(request), _MAKER)})
        with acting(who):
            answer: Reply = await bus.request(request, timeout=ANSWER_WITHIN)
        return answer

    async def next_requests(self, bus: Bus) -> Sequence[Request[Any]]:
        """Make a list of a unit whose customers were warned; the other acts follow at once."""
        units = await self._warn()
        if not units:
            return []
        list_id = new_id()
        made = MakeCutList(list_id=list_id, unit_code=self.rng.choice(units), day=business_day(now()))
        await self.ask(bus, [made])
        if self.name_of(made) not in self.answers:
            return []
        if self.rng.random() < _ALONE:
            await self._approve_alone(bus, list_id)
        if self.rng.random() < _DISCARDS:
            return [DiscardCutList(list_id=list_id)]
        # Meanwhile some of those on it pay.
        await asyncio.sleep(self.rng.uniform(0, 0.5))
        approval = ApproveCutList(list_id=list_id)
        self._by[self.name_of(approval)] = _APPROVER
        if self.rng.random() < _AT_ONCE:
            await asyncio.gather(self.ask(bus, [approval]), self.ask(bus, [approval]))
            return []
        return [approval]

    async def _approve_alone(self, bus: Bus, list_id: UUID) -> None:
        try:
            await self.send(bus, ApproveCutList(list_id=list_id))
        except Problem as problem:
            self.alone += problem.slug == SecondPersonNeeded.slug
        else:
            self._approved_alone.append(str(list_id))

    async def _warn(self) -> list[str]:
        """Have some who owe been visited and warned, and return the units that they are of."""
        moment = now()
        warned, cut_from = moment - timedelta(hours=50), moment - timedelta(hours=1)
        connection = await asyncpg.connect(self.testbed.database_urls()["notify"], timeout=5)
        try:
            async with connection.transaction():
                found = await connection.fetch(_WHO_OWES, business_day(moment), _MOST_AT_ONCE)
                for row in found:
                    code, warning_id = row["customer_code"], new_id()
                    await connection.execute(_VISITED, new_id(), code, moment)
                    await connection.execute(
                        _WARNED, warning_id, code, row["unit_code"], row["oldest_due_date"], cut_from, warned
                    )
                    await connection.execute(_DELIVERED, new_id(), warning_id, warned)
        finally:
            await connection.close(timeout=5)
        return sorted({row["unit_code"] for row in found})

    # --- in the end

    async def reconnected(self) -> dict[str, str]:
        """Return why supply came back, by each order that was carried out."""
        rows = await self._rows("notify", _RECONNECTED)
        return {str(row["order_id"]): row["cause"] for row in rows}

    async def violations(self) -> list[AuditViolation]:
        """Return what is recorded otherwise than it was answered, and fees that are missing or too many."""
        lists = [dict(row) for row in await self._rows("notify", _LISTS)]
        reconnected = await self.reconnected()
        self.connected_again = len(reconnected)
        charged = await self._rows("billing", _CHARGED, list(map(UUID, reconnected)))
        found = [*self.held_against(lists), *_fees(reconnected, {str(row["charge_id"]) for row in charged})]
        return [*found, *self.answered_otherwise(_WHAT)]

    def held_against(self, lists: Sequence[Mapping[str, Any]]) -> Iterator[AuditViolation]:
        """Yield where lists stand otherwise than they were asked for and answered."""
        for list_id in self._approved_alone:
            yield broken("a cut-off list is approved by another person than who made it", list_id, "approved by one")
        recorded = set()
        for row in lists:
            names = {"make": MakeCutList.message_name}
            if row["approved_by"]:
                names["approve"] = ApproveCutList.message_name
                if row["approved_by"] == row["made_by"]:
                    rule = "a cut-off list is approved by another person than who made it"
                    yield broken(rule, str(row["list_id"]), "approved by one")
            if row["is_discarded"]:
                names["discard"] = DiscardCutList.message_name
            recorded |= {f"{name} {row['list_id']}" for name in names.values()}
        for name in sorted(recorded - self.asked):
            yield broken("nothing is recorded that nobody requested", name, _WHAT)
        for name in sorted(self.answers.keys() - recorded):
            yield broken("what was confirmed is recorded", name, _WHAT)
        for name in sorted(self.open):
            yield broken("in the end every outcome is known", name, _WHAT)

    async def _rows(self, service: str, statement: str, *values: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.testbed.database_urls()[service], timeout=10)
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()


def _fees(reconnected: Mapping[str, str], charged: set[str]) -> Iterator[AuditViolation]:
    """Yield reconnections without their fee, and those with one who should never have been cut off."""
    for order_id, cause in reconnected.items():
        if (order_id in charged) is (cause == _CUT_ANYWAY):
            detail = "charged, and cut after its withdrawal" if order_id in charged else "no fee"
            yield broken("a reconnection that was carried out has its fee, once", order_id, detail)
