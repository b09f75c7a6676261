"""People of each role who try what is not theirs: each act has to be refused, whatever else breaks meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from shared import clock
from shared.audit import AuditViolation
from shared.ids import new_id
from shared.problems import Problem
from simulation.chaos.collectors import Round
from simulation.chaos.people import UNSURE, Workload
from simulation.chaos.plan import Fault
from simulation.chaos.testbed import ChaosTestbed
from simulation.phone import ApiClient, VirtualDesk, VirtualPhone

_PATIENCE = 8.0
"""Seconds after which an act is left that gets no answer."""

_REASON = "Lý do không có thật"

Act = tuple[str, Callable[[], Coroutine[Any, Any, object]]]


@dataclass(frozen=True)
class Town:
    """Who is there, and what they could reach for."""

    workload: Workload
    rounds: list[Round]
    supervisor: VirtualDesk
    cashier: VirtualDesk
    point: VirtualDesk


class DishonestPeople:
    """Does one kind of fault: everybody tries what is not theirs."""

    def __init__(self, testbed: ChaosTestbed) -> None:
        self._testbed = testbed
        self.town: Town | None = None
        """Set once everybody is enrolled."""
        self.refused: Counter[str] = Counter()
        """Act → how often it was refused."""
        self.accepted: list[str] = []

    async def dishonest_people(self, _: Fault) -> None:
        """Try everything once, one after the other."""
        if self.town is None:
            return
        for who, acts in self._acts(self.town):
            for what, act in acts:
                await self._try(f"{who} {what}", act)

    def violations(self) -> Iterator[AuditViolation]:
        """Yield what was not refused."""
        for act in self.accepted:
            yield AuditViolation("history", "what is not somebody's to do is refused", act, "it was done")

    async def _try(self, name: str, act: Callable[[], Coroutine[Any, Any, object]]) -> None:
        deadline = asyncio.get_running_loop().time() + _PATIENCE
        while asyncio.get_running_loop().time() < deadline:
            try:
                await act()
            except Problem as problem:
                if problem.status not in UNSURE:
                    self.refused[name] += 1
                    return
                await asyncio.sleep(0.2)
            else:
                self.accepted.append(name)
                return

    def _acts(self, town: Town) -> Iterator[tuple[str, list[Act]]]:
        own = town.rounds[0]
        other = next((day for day in town.rounds if day is not own), own)
        phone = own.phones[0]
        yield "a collector", self._of_collector(town, phone, own, other)
        some_shift = own.shift_id or other.shift_id or new_id()
        recorded = town.workload.recorded[-1].payment_id if town.workload.recorded else new_id()
        customer_code = town.workload.customers[own.collector_code][0].code
        common = {
            "lets a supervisor in": lambda desk: _code(desk, "supervisor"),
            "takes cash": lambda desk: _cash(desk, customer_code),
            "opens a shift": lambda desk: _post(desk, "/v1/shifts", opening_float=0, opened_at=_now()),
            "decides over a shift that there is not": lambda desk: _post(
                desk, f"/v1/shifts/{new_id()}/decision", decision="written_off", reason=_REASON
            ),
        }
        yield "a cashier", [(what, _bound(act, town.cashier)) for what, act in common.items()]
        yield (
            "a supervisor",
            [
                *((what, _bound(act, town.supervisor)) for what, act in common.items() if "supervisor" not in what),
                ("lets a phone in for nobody", lambda: _code(town.supervisor, "collector", collector_code="TN9998")),
            ],
        )
        yield (
            "a partner",
            [
                *((what, _bound(act, town.point)) for what, act in common.items()),
                (
                    "takes a payment back",
                    lambda: _post(town.point, f"/v1/payments/{recorded}/reversals", reason=_REASON),
                ),
                ("counts a hand-in", lambda: town.point.count_hand_in(new_id(), 0, _REASON)),
                ("lists hand-ins", town.point.hand_ins),
                ("confirms a shift", lambda: town.point.confirm_shift(some_shift, 0)),
                ("lists shifts", town.point.shifts),
                ("records a transfer", lambda: town.point.record_transfer(customer_code, 1_000, f"FT{new_id().hex}")),
            ],
        )
        stranger = ApiClient(phone.base_url, token="0" * 43, session=phone.session, patience=-1.0)
        yield "a stranger", [("reads with a token that was made up", stranger.me)]

    def _of_collector(self, town: Town, phone: VirtualPhone, own: Round, other: Round) -> list[Act]:
        ours = town.workload.customers[own.collector_code][0].code
        theirs = town.workload.customers[other.collector_code][0].code
        recorded = town.workload.recorded[-1].payment_id if town.workload.recorded else new_id()
        acts: list[Act] = [
            ("counts the own shift a second time", lambda: _count(phone, own)),
            (
                "counts what is handed in by itself",
                lambda: _post(phone, f"/v1/hand-ins/{new_id()}/count", counted_cash=0, reason=_REASON),
            ),
            ("takes a payment back", lambda: _take_back(phone, recorded)),
            (
                "takes cash of a month ago",
                lambda: phone.pay(ours, 1_000, received_at=clock.now() - timedelta(days=30)),
            ),
            ("lets another phone in", lambda: _code(phone, "collector", collector_code=own.collector_code)),
            ("lists shifts", lambda: phone.call("GET", "/v1/shifts")),
            (
                "posts as a collection point",
                lambda: _post(
                    phone,
                    "/v1/postings",
                    customer_code=ours,
                    amount=1_000,
                    reference=f"VNP{new_id().hex}",
                    received_at=_now(),
                ),
            ),
        ]
        if other is not own:
            acts += [
                ("takes cash from a customer of another route", lambda: phone.pay(theirs, 1_000)),
                (
                    "hands in cash of another's shift",
                    lambda: phone.hand_in(other.shift_id or new_id(), 1_000, place="bank", slip_number="NT000000"),
                ),
                ("closes the shift of another", lambda: phone.close_shift(other.shift_id or new_id(), 0)),
            ]
        return acts


def _bound(act: Callable[[VirtualDesk], Coroutine[Any, Any, object]], desk: VirtualDesk) -> Callable[[], Any]:
    return lambda: act(desk)


def _now() -> str:
    return clock.now().isoformat()


async def _post(device: ApiClient, path: str, **body: object) -> object:
    return await device.call("POST", path, body=body, key=new_id())


async def _take_back(device: ApiClient, payment_id: UUID) -> object:
    return await _post(device, f"/v1/payments/{payment_id}/reversals", reason=_REASON)


async def _code(device: ApiClient, role: str, **more: object) -> object:
    return await _post(device, "/v1/enrolment-codes", role=role, **more)


async def _cash(device: ApiClient, customer_code: str) -> object:
    return await _post(
        device, "/v1/payments", method="cash", customer_code=customer_code, amount=1_000, received_at=_now()
    )


async def _count(phone: VirtualPhone, own: Round) -> object:
    return await _post(phone, f"/v1/shifts/{own.shift_id or new_id()}/confirmation", counted_cash=0, note="")
