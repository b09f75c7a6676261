"""The bank: tells of money while everything breaks; repeats, races with itself, lies, and is impersonated."""

from __future__ import annotations

import asyncio
import hmac
import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import asyncpg

from shared.audit import AuditViolation
from shared.clock import VIETNAM, now
from simulation.chaos.bank_webhooks import FIRST, KEYS, SECOND
from simulation.chaos.testbed import ChaosTestbed

ACCOUNT = "0071000123456"
_EVERY = 0.7
_ANSWER_WITHIN = 5.0
_AGAIN, _BY_BOTH, _LIES, _FORGED, _OUTGOING, _UNCLEAR = 0.3, 0.3, 0.15, 0.15, 0.1, 0.15


@dataclass
class Movement:
    """Money that came or left in truth."""

    number: int
    customer_code: str | None
    """Whose it is beyond doubt; None where a person has to say."""
    amount: int
    outgoing: bool
    text: str
    sources: tuple[str, ...]
    at: str
    told: set[str] = field(default_factory=set)
    """Sources that got their answer."""

    def body(self, source: str, amount: int | None = None) -> dict[str, Any]:
        """Return what a source tells of it."""
        return {
            "id": self.number if source == FIRST else self.number + 5_000_000,
            "transactionDate": self.at,
            "accountNumber": ACCOUNT,
            "content": self.text if source == FIRST else f"IBFT.{self.text}.x",
            "transferType": "out" if self.outgoing else "in",
            "transferAmount": self.amount if amount is None else amount,
            "referenceCode": f"FT26{self.number:08d}",
        }


class Bank:
    """Tells of money again and again, the truth first; knows in the end what must stand where."""

    def __init__(self, testbed: ChaosTestbed, rng: random.Random) -> None:
        self._testbed = testbed
        self._rng = rng
        self.customers: list[str] = []
        """Whose money comes; the town sets it."""
        self.movements: list[Movement] = []
        self.forged: list[int] = []
        self.repeated = 0
        self.lies = 0
        self._believed: list[str] = []

    async def work(self) -> None:
        """Tell of money until cancelled; what has no answer is told again."""
        async with aiohttp.ClientSession() as session:
            while True:
                await asyncio.sleep(_EVERY)
                if not self.customers:
                    continue
                movement = self._next()
                self.movements.append(movement)
                await self._tell(session, movement)
                await self._misbehave(session, movement)

    async def settle(self, within: float) -> None:
        """Tell what has no answer until it has one."""
        deadline = asyncio.get_running_loop().time() + within
        async with aiohttp.ClientSession() as session:
            while self._open and asyncio.get_running_loop().time() < deadline:
                await asyncio.gather(*(self._tell(session, movement) for movement in self._open[:20]))

    @property
    def _open(self) -> list[Movement]:
        return [movement for movement in self.movements if movement.told != set(movement.sources)]

    @property
    def told(self) -> int:
        """How many movements every source of theirs has told of."""
        return len(self.movements) - len(self._open)

    def _next(self) -> Movement:
        number, rng = 1_000 + len(self.movements), self._rng
        code = rng.choice(self.customers)
        outgoing, unclear = rng.random() < _OUTGOING, rng.random() < _UNCLEAR
        text = f"chuyen tien {number}" if unclear else f"TIEN DIEN {code} GD {number}X"
        moment = (now() - timedelta(seconds=rng.randrange(600))).astimezone(VIETNAM)
        return Movement(
            number,
            None if unclear or outgoing else code,
            rng.randrange(1, 20) * 1_000,
            outgoing,
            text,
            (FIRST, SECOND) if rng.random() < _BY_BOTH else (FIRST,),
            f"{moment:%Y-%m-%d %H:%M:%S}",
        )

    async def _tell(self, session: aiohttp.ClientSession, movement: Movement) -> None:
        """Let all sources tell of a movement at the same time, through different copies of the gateway."""
        open_sources = [source for source in movement.sources if source not in movement.told]
        statuses = await asyncio.gather(
            *(self._send(session, source, movement.body(source)) for source in open_sources)
        )
        for source, status in zip(open_sources, statuses, strict=True):
            if status == 200:
                movement.told.add(source)

    async def _misbehave(self, session: aiohttp.ClientSession, movement: Movement) -> None:
        rng = self._rng
        if rng.random() < _AGAIN:
            again = rng.choice(self.movements)
            self.repeated += 1
            await asyncio.gather(*(self._send(session, FIRST, again.body(FIRST)) for _ in range(2)))
        # Only of what stands: what was told first counts, and of two that race nobody knows which that is.
        if rng.random() < _LIES and FIRST in movement.told:
            self.lies += 1
            await self._send(session, FIRST, movement.body(FIRST, movement.amount + 1_000))
        if rng.random() < _FORGED:
            number = 9_000_000 + len(self.forged)
            self.forged.append(number)
            body = movement.body(FIRST) | {"id": number, "referenceCode": f"FT{number}"}
            if await self._send(session, FIRST, body, key="somebody else's") == 200:
                self._believed.append(str(number))

    async def _send(
        self, session: aiohttp.ClientSession, source: str, body: Mapping[str, Any], key: str | None = None
    ) -> int | None:
        data, seconds = json.dumps(body).encode(), str(int(time.time()))
        made = hmac.new((key or KEYS[source]).encode(), f"{seconds}.".encode() + data, "sha256").hexdigest()
        headers = {"X-SePay-Signature": f"sha256={made}", "X-SePay-Timestamp": seconds}
        url = f"{self._testbed.gateway_url(self._rng.randrange(8))}/v1/bank-webhooks/{source}"
        timeout = aiohttp.ClientTimeout(total=_ANSWER_WITHIN)
        with suppress(OSError, TimeoutError, aiohttp.ClientError):
            async with session.post(url, data=data, headers=headers, timeout=timeout) as response:
                await response.read()
                return response.status
        return None

    # --- in the end

    async def violations(self) -> list[AuditViolation]:
        """Return where billing has other money than the bank."""
        connection = await asyncpg.connect(self._testbed.database_urls()["billing"], timeout=10)
        try:
            rows = await connection.fetch(_STANDS)
        finally:
            await connection.close()
        return list(self.held_against([dict(row) for row in rows]))

    def held_against(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[AuditViolation]:
        """Yield where other money stands in billing than came; ``rows`` are what its sources have told of."""
        told = {row["source_id"]: row for row in rows}
        for number in map(str, self.forged):
            if number in told or number in self._believed:
                yield _broken("nobody but the bank tells of money", number, "taken with a wrong signature")
        credit_ids: dict[str, int] = {}
        for movement in self.movements:
            found = {str(told[name]["credit_id"]) for name in self._names(movement) if name in told}
            if movement.told and len(found) != 1:
                yield _broken("money that is told is one credit", str(movement.number), f"{len(found)} credits")
            for credit_id in found:
                if credit_ids.setdefault(credit_id, movement.number) != movement.number:
                    yield _broken("two movements are two credits", str(movement.number), credit_id)
            for name in self._names(movement):
                if name in told:
                    yield from self._stands(movement, told[name])

    def _names(self, movement: Movement) -> list[str]:
        return [str(movement.body(source)["id"]) for source in movement.sources]

    def _stands(self, movement: Movement, row: Mapping[str, Any]) -> Iterator[AuditViolation]:
        subject = str(movement.number)
        if row["amount"] != movement.amount:
            yield _broken("a credit has the amount that came", subject, f"{row['amount']} of {movement.amount}")
        state = "outgoing" if movement.outgoing else "booked" if movement.customer_code else "unmatched"
        # What a cashier has taken back waits for a person, and so does what another source may have told of.
        alike = [one for one in self.movements if (one.amount, one.outgoing) == (movement.amount, movement.outgoing)]
        may_wait = row["reason"] == "reversed" or (row["reason"] == "may_be_known" and len(alike) > 1)
        if row["state"] != state and not may_wait:
            yield _broken("a credit stands where its text says", subject, f"{row['state']}, {row['reason']}: {state}")
        if row["customer_code"] not in (None, movement.customer_code):
            yield _broken("no credit is booked to the wrong customer", subject, row["customer_code"])


_STANDS = """
SELECT source_id, credit_id, bank_credits.amount, state, reason, customer_code
FROM credit_sightings JOIN bank_credits USING (credit_id)
"""


def _broken(rule: str, subject: str, detail: str) -> AuditViolation:
    return AuditViolation("history", rule, subject, detail)
