"""The billing clerk: puts wrong bills right while everything breaks, and repeats what nobody has answered."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

import asyncpg
from pydantic import SecretStr

from shared.audit import AuditViolation
from shared.contracts.billing import BillCorrection, CorrectBill, CorrectedBillReading, CorrectionKind
from shared.ids import new_id
from shared.messaging import Bus, Topology
from shared.messaging.database_session import DATABASE_AWAY
from shared.problems import Problem, TimedOut, Unavailable
from shared.settings import ServiceSettings
from simulation.chaos.testbed import ChaosTestbed

_EVERY = 1.0
_ANSWER_WITHIN = 5.0
_AGAIN = 0.25
"""Share of corrections that are asked for once more after their answer."""
_MOST_KWH = 400

# Any bill that its reading alone decides: one register, and nothing of it replaced.
_A_BILL = """
SELECT bill_number, readings
FROM (
    SELECT bills.bill_id, bill_number, coalesce(details.readings, bills.readings) AS readings
    FROM bills LEFT JOIN bill_details AS details USING (bill_id, year, month)
) AS explained
WHERE json_array_length(readings) = 1 AND (readings -> 0 ->> 'meter_register') = 'KT' AND NOT EXISTS (
    SELECT FROM bill_corrections WHERE bill_corrections.bill_id = explained.bill_id AND kind = 'replacement')
ORDER BY random() LIMIT 1
"""
# Of whatever was charged: a fee, interest, paid or not.
_A_CHARGE = """
SELECT bill_number FROM charges JOIN bills USING (bill_id)
WHERE NOT EXISTS (SELECT FROM bill_corrections WHERE bill_corrections.bill_id = charges.bill_id)
ORDER BY random() LIMIT 1
"""
_TAKES_BACK = 0.25
"""Share of corrections that take a charge back."""
_RECORDED = "SELECT correction_id FROM bill_corrections"


class BillingClerk:
    """Corrects a bill now and then, as `thungan bills correct` does: up, down, anew, whatever was paid of it."""

    def __init__(self, testbed: ChaosTestbed, rng: random.Random) -> None:
        self._testbed = testbed
        self._rng = rng
        self._open: dict[UUID, CorrectBill] = {}
        """Asked for, and not answered."""
        self._answers: dict[UUID, BillCorrection] = {}
        self._asked: set[UUID] = set()
        self.refused: Counter[str] = Counter()
        self._otherwise: list[UUID] = []

    @property
    def done(self) -> int:
        """How many corrections were confirmed."""
        return len(self._answers)

    async def work(self) -> None:
        """Correct bills until cancelled; what cannot be done now is done a little later."""
        while True:
            await asyncio.sleep(_EVERY)
            with suppress(*DATABASE_AWAY):
                if self._open:
                    await self._ask_again()
                elif (request := await self._next()) is not None:
                    await self._ask([request])
                    if request.correction_id in self._answers and self._rng.random() < _AGAIN:
                        await self._ask([request])

    async def settle(self, within: float) -> None:
        """Repeat what is open until everything is answered."""
        deadline = asyncio.get_running_loop().time() + within
        while self._open and asyncio.get_running_loop().time() < deadline:
            with suppress(OSError, ConnectionError):
                await self._ask_again()

    async def violations(self) -> list[AuditViolation]:
        """Return what is recorded otherwise than it was answered."""
        connection = await asyncpg.connect(self._testbed.database_urls()["billing"], timeout=10)
        try:
            recorded = {row["correction_id"] for row in await connection.fetch(_RECORDED)}
        finally:
            await connection.close()
        return list(self._violations(recorded))

    def _violations(self, recorded: set[UUID]) -> Iterator[AuditViolation]:
        for correction_id in recorded - self._asked:
            yield _broken("nothing is recorded that nobody requested", correction_id)
        for correction_id in self._answers.keys() - recorded:
            yield _broken("what was confirmed is recorded", correction_id)
        for correction_id in (recorded & self._asked) - self._answers.keys():
            yield _broken("in the end every outcome is known", correction_id)
        for correction_id in self._otherwise:
            yield _broken("the same request gets the same answer", correction_id)

    async def _next(self) -> CorrectBill | None:
        connection = await asyncpg.connect(self._testbed.database_urls()["billing"], timeout=5)
        try:
            charged = await connection.fetchval(_A_CHARGE) if self._rng.random() < _TAKES_BACK else None
            row = await connection.fetchrow(_A_BILL)
        finally:
            await connection.close(timeout=5)
        if charged is not None:
            return CorrectBill(
                correction_id=new_id(),
                bill_number=charged,
                kind=CorrectionKind.ADJUSTMENT,
                reason="Thu nhầm",
                asked_by="Phạm Thị Hoa",
                approved_by="Trần Thị Lan",
            )
        if row is None:
            return None
        [billed] = json.loads(row["readings"])
        reading = CorrectedBillReading(
            meter_number=billed["meter_number"],
            old_reading=billed["old_reading"],
            new_reading=billed["old_reading"] + self._rng.randrange(_MOST_KWH),
        )
        return CorrectBill(
            correction_id=new_id(),
            bill_number=row["bill_number"],
            kind=self._rng.choice(list(CorrectionKind)),
            readings=[reading],
            reason="Ghi sai chỉ số",
            asked_by="Phạm Thị Hoa",
            approved_by="Trần Thị Lan",
        )

    async def _ask_again(self) -> None:
        await self._ask(list(self._open.values()))

    async def _ask(self, requests: list[CorrectBill]) -> None:
        system = self._testbed.operators_view()
        settings = ServiceSettings(
            namespace=system.namespace,
            amqp_url=SecretStr(system.amqp_url),
            database_url=SecretStr("postgresql://"),
        )
        for request in requests:
            self._asked.add(request.correction_id)
            self._open.setdefault(request.correction_id, request)
        async with Bus(settings, Topology(service="thungan"), pool=None) as bus:
            await bus.start()
            for request in requests:
                await self._one(bus, request)

    async def _one(self, bus: Bus, request: CorrectBill) -> None:
        correction_id = request.correction_id
        try:
            answer = await bus.request(request, timeout=_ANSWER_WITHIN)
        except (TimedOut, Unavailable):
            return  # nobody knows: it is asked for again under the same id
        except Problem as problem:
            self.refused[problem.slug] += 1
            if correction_id in self._answers:
                self._otherwise.append(correction_id)
        else:
            if self._answers.setdefault(correction_id, answer.correction) != answer.correction:
                self._otherwise.append(correction_id)
        self._open.pop(correction_id, None)


def _broken(rule: str, correction_id: UUID) -> AuditViolation:
    return AuditViolation("history", rule, str(correction_id), "correction of a bill")
