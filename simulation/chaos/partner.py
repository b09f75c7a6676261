"""A partner's computer: asks, pays, loses answers and asks again, cancels, lies, and is impersonated."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.billing.partners.rules import PartnerCeilingReached
from services.billing.partners.terms import fee_of
from services.billing.store.partners import set_ceiling
from shared.audit import AuditViolation
from shared.clock import business_day, now
from simulation.chaos.partner_keys import CEILING, CODE, KEY_ID, TERMS, let_in
from simulation.chaos.testbed import ChaosTestbed

_EVERY = 0.7
_ANSWER_WITHIN, _HANGS_UP_AFTER = 5.0, 0.02
_AT_ONCE = 0.35
"""Share of payments that another customer's meets, at another copy of the gateway."""
_TIMES_OUT, _TWICE, _AGAIN, _CANCELS, _LIES, _REPLAYS, _CANCELLED_AHEAD = 0.2, 0.25, 0.2, 0.25, 0.15, 0.15, 0.05

_FILE = Path(__file__).parents[2] / "docs" / "partner_client.py"
_SPEC = importlib.util.spec_from_file_location("partner_client", _FILE)
assert _SPEC is not None  # noqa: S101 - the file is part of the project
assert _SPEC.loader is not None  # noqa: S101 - same
_client: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_client)


@dataclass
class Paid:
    """Bills that somebody has paid at the partner, under one id of the partner's."""

    number: int
    customer_code: str
    bill_ids: list[str]
    amount: int
    due: int
    """What the bills come to: another amount is a lie."""
    is_confirmed: bool = False
    is_refused: bool = False
    """A definite "no" came. Nothing is paid under this id any more."""
    is_doubtful: bool = False
    """A request went without an answer: it may take effect later, whatever is answered to another one."""
    to_cancel: bool = False
    is_cancelled: bool = False
    """A cancellation was confirmed."""
    at: str = field(default_factory=lambda: now().isoformat())

    @property
    def name(self) -> str:
        """The partner's id."""
        return f"VN-{self.number:06d}"

    @property
    def is_lie(self) -> bool:
        """Whether the amount is not that of the bills."""
        return self.amount != self.due

    @property
    def is_open(self) -> bool:
        """Whether the partner does not know what became of it."""
        if self.is_cancelled:
            return False
        return self.to_cancel or not (self.is_confirmed or self.is_refused) or (self.is_refused and self.is_doubtful)


@dataclass(frozen=True)
class _Signed:
    method: str
    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class _Answer:
    status: int
    content: Mapping[str, Any]

    @property
    def is_definite(self) -> bool:
        """Whether it says what became of the request. Other answers ask for patience."""
        return self.status == 200 or (400 <= self.status < 500 and self.status not in (401, 408, 425, 429))


class Partner:
    """Pays bills of customers whom collectors visit at the same time; knows in the end what must stand where."""

    def __init__(self, testbed: ChaosTestbed, rng: random.Random) -> None:
        self._testbed = testbed
        self._rng = rng
        self._key: Ed25519PrivateKey | None = None
        self._point = ""
        self.customers: list[str] = []
        """Who comes to pay; the town sets it."""
        self.payments: list[Paid] = []
        self.repeated = 0
        self.timed_out = 0
        self.replayed = 0
        self.at_ceiling = 0
        """How often it held as much of the day as it may."""
        self._ceiling = CEILING
        self._is_at_ceiling = False
        self._believed: list[str] = []
        self._contradicted: list[tuple[str, str]] = []
        self._used: list[_Signed] = []

    async def let_in(self, point: str) -> None:
        """Get a key and a point."""
        urls = self._testbed.database_urls()
        self._key, self._point = await let_in(urls["billing"], urls["gateway"], point), point

    async def work(self) -> None:
        """Pay one customer's bills after the other until cancelled."""
        async with aiohttp.ClientSession() as session:
            while True:
                await asyncio.sleep(_EVERY)
                if self._key is None or not self.customers:
                    continue
                # The ceiling is near, and two copies of the gateway ask for what only one payment has room for.
                count = 2 if self._rng.random() < _AT_ONCE else 1
                wanted = [await self._asked_for(session) for _ in range(count)]
                payments = [payment for payment in wanted if payment is not None]
                for number, payment in enumerate(payments, len(self.payments) + 1):
                    payment.number = number
                self.payments += payments
                await asyncio.gather(*(self._pay(session, payment) for payment in payments))
                await self._misbehave(session)
                if self._is_at_ceiling:
                    await self._have_ceiling_raised()

    async def settle(self, within: float) -> None:
        """Ask, repeat or cancel until it is known what became of each payment."""
        deadline = asyncio.get_running_loop().time() + within
        async with aiohttp.ClientSession() as session:
            while (left := self._open) and asyncio.get_running_loop().time() < deadline:
                await asyncio.gather(*(self._find_out(session, payment) for payment in left[:20]))
                await asyncio.sleep(0.05)

    @property
    def _open(self) -> list[Paid]:
        return [payment for payment in self.payments if payment.is_open]

    @property
    def confirmed(self) -> int:
        """How many payments were confirmed."""
        return sum(payment.is_confirmed for payment in self.payments)

    @property
    def cancelled(self) -> int:
        """How many cancellations were confirmed."""
        return sum(payment.is_cancelled for payment in self.payments)

    @property
    def lies(self) -> int:
        """How many payments were of another amount than their bills."""
        return sum(payment.is_lie for payment in self.payments)

    # --- what it asks for

    async def _asked_for(self, session: aiohttp.ClientSession) -> Paid | None:
        code = self._rng.choice(self.customers)
        answer = await self._send(session, "GET", f"/partner/v1/customers/{code}/bills")
        if answer is None or answer.status != 200 or not (bills := answer.content["bills"]):
            return None
        chosen = self._rng.sample(bills, self._rng.randint(1, len(bills)))
        due = sum(bill["amount"] for bill in chosen)
        amount = due + self._rng.choice((-1, 1)) if self._rng.random() < _LIES else due
        return Paid(1 + len(self.payments), code, [bill["bill_id"] for bill in chosen], amount, due)

    async def _pay(self, session: aiohttp.ClientSession, payment: Paid) -> None:
        rng = self._rng
        if rng.random() < _CANCELLED_AHEAD:
            payment.to_cancel = True
        if rng.random() < _TIMES_OUT:
            self.timed_out += 1
            requests = [self._pay_once(session, payment, within=_HANGS_UP_AFTER)]
        else:
            requests = [self._pay_once(session, payment)]
            if rng.random() < _TWICE:
                self.repeated += 1
                requests.append(self._pay_once(session, payment))
        if payment.to_cancel:
            requests.append(self._cancel(session, payment))
        await asyncio.gather(*requests)
        if payment.is_open:
            await self._find_out(session, payment)
        if payment.is_confirmed and rng.random() < _CANCELS:
            payment.to_cancel = True
            await self._cancel(session, payment)

    async def _pay_once(self, session: aiohttp.ClientSession, payment: Paid, within: float = _ANSWER_WITHIN) -> None:
        body = {
            "collection_point_code": self._point,
            "customer_code": payment.customer_code,
            "bill_ids": payment.bill_ids,
            "amount": payment.amount,
            "received_at": payment.at,
        }
        answer = await self._send(session, "PUT", f"/partner/v1/payments/{payment.name}", body, within=within)
        if answer is None or not answer.is_definite:
            payment.is_doubtful = True
        elif answer.status == 200:
            payment.is_confirmed = True
            said = (answer.content["customer_code"], answer.content["amount"], sorted(answer.content["bill_ids"]))
            if said != (payment.customer_code, payment.amount, sorted(payment.bill_ids)):
                self._contradicted.append((payment.name, f"answered {said}"))
        elif answer.content.get("type", "").endswith(":payment-cancelled"):
            if not (payment.to_cancel or payment.is_cancelled):
                self._contradicted.append((payment.name, "cancelled by nobody"))
        else:
            payment.is_refused = True
            self._is_at_ceiling |= answer.content.get("type", "").endswith(f":{PartnerCeilingReached.slug}")

    async def _cancel(self, session: aiohttp.ClientSession, payment: Paid) -> None:
        path = f"/partner/v1/payments/{payment.name}/cancellation"
        answer = await self._send(session, "PUT", path, {"reason": "Khách hàng đổi ý"})
        if answer is None or not answer.is_definite:
            return
        if answer.status == 200:
            payment.is_cancelled = True
        else:
            # The office was quicker, or the day is over.
            payment.to_cancel = payment.is_doubtful = False

    async def _find_out(self, session: aiohttp.ClientSession, payment: Paid) -> None:
        """Ask where a payment stands, and go on from there."""
        answer = await self._send(session, "GET", f"/partner/v1/payments/{payment.name}")
        if answer is None or answer.status != 200:
            return
        state = answer.content["state"]
        if state in ("paid", "reversed"):
            payment.is_confirmed = True
        elif payment.is_confirmed and not payment.to_cancel and not payment.is_cancelled:
            self._contradicted.append((payment.name, f"confirmed, then {state}"))
        if payment.to_cancel or (payment.is_refused and payment.is_doubtful):
            # What was refused once may have been accepted before: only a cancellation is certain.
            payment.to_cancel = True
            await self._cancel(session, payment)
        elif state == "unknown":
            await self._pay_once(session, payment)

    async def _have_ceiling_raised(self) -> None:
        """See that it holds no more than it may, and be given more, as the operator's command does."""
        connection = await self._connected()
        if connection is None:
            return
        try:
            await self._look_at_the_day(connection)
            # From here on more is right, whatever becomes of the answer.
            self._ceiling += CEILING
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await set_ceiling(connection, CODE, self._ceiling)
                self._is_at_ceiling = False
                self.at_ceiling += 1
        finally:
            await connection.close(timeout=5)

    async def _connected(self) -> asyncpg.Connection[asyncpg.Record] | None:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return await asyncpg.connect(self._testbed.database_urls()["billing"], timeout=5)
        return None

    async def _look_at_the_day(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            held = await connection.fetchval(_HELD, CODE, business_day(now()))
            if (held or 0) > self._ceiling:
                self._contradicted.append((CODE, f"holds {held} of the day, and may hold {self._ceiling}"))

    async def _misbehave(self, session: aiohttp.ClientSession) -> None:
        rng = self._rng
        if self.payments and rng.random() < _AGAIN:
            again = rng.choice(self.payments)
            if again.is_confirmed and not again.to_cancel:
                self.repeated += 1
                await asyncio.gather(*(self._pay_once(session, again) for _ in range(2)))
        if self._used and rng.random() < _REPLAYS:
            self.replayed += 1
            replayed = rng.choice(self._used[-50:])
            answer = await self._transmit(session, replayed, _ANSWER_WITHIN)
            if answer is not None and answer.status == 200:
                self._believed.append(f"{replayed.method} {replayed.url}")

    async def _send(
        self,
        session: aiohttp.ClientSession,
        method: str,
        path: str,
        content: Mapping[str, Any] | None = None,
        within: float = _ANSWER_WITHIN,
    ) -> _Answer | None:
        url = self._testbed.gateway_url(self._rng.randrange(8)) + path
        body = b"" if content is None else json.dumps(content).encode()
        headers, _ = _client.signed_headers(method, url, body, KEY_ID, self._key)
        signed = _Signed(method, url, body, headers)
        answer = await self._transmit(session, signed, within)
        if answer is not None and answer.status == 200:
            self._used.append(signed)
        return answer

    async def _transmit(self, session: aiohttp.ClientSession, signed: _Signed, within: float) -> _Answer | None:
        timeout = aiohttp.ClientTimeout(total=within)
        with suppress(OSError, TimeoutError, ValueError, aiohttp.ClientError):
            async with session.request(
                signed.method, signed.url, data=signed.body or None, headers=signed.headers, timeout=timeout
            ) as response:
                return _Answer(response.status, json.loads(await response.read()))
        return None

    # --- in the end

    async def violations(self) -> list[AuditViolation]:
        """Return where billing's register is not what the partner knows."""
        connection = await asyncpg.connect(self._testbed.database_urls()["billing"], timeout=10)
        try:
            rows = await connection.fetch(_STANDS, CODE)
            await self._look_at_the_day(connection)
        finally:
            await connection.close()
        return list(self.held_against([dict(row) for row in rows]))

    def held_against(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[AuditViolation]:
        """Yield where the register differs from what the partner knows; ``rows`` are the partner's payments in it."""
        for replayed in self._believed:
            yield _broken("a signed request is taken once", replayed, "replayed, and answered")
        for name, detail in self._contradicted:
            yield _broken("what a partner was told stays true", name, detail)
        stands = {row["partner_payment_id"]: row for row in rows}
        known = {payment.name for payment in self.payments}
        for name in stands.keys() - known:
            yield _broken("nothing is in a partner's register that it did not send", name, "sent by nobody")
        for payment in self.payments:
            if payment.is_open:
                yield _broken("in the end a partner knows each outcome", payment.name, "no certain answer")
            yield from self._stands(payment, stands.get(payment.name))

    def _stands(self, payment: Paid, row: Mapping[str, Any] | None) -> Iterator[AuditViolation]:
        is_paid = row is not None and row["amount"] is not None
        if payment.is_confirmed and not is_paid:
            yield _broken("what a partner was confirmed is in its register", payment.name, "confirmed, and not there")
        if payment.is_cancelled and (row is None or not row["is_cancelled"]):
            yield _broken("what a partner cancelled is cancelled", payment.name, "confirmed, and not there")
        if row is None:
            return
        if row["is_cancelled"] and not payment.to_cancel:
            yield _broken("what a partner cancelled is cancelled", payment.name, "cancelled by nobody")
        if not is_paid:
            return
        if payment.is_lie:
            yield _broken("a partner pays what its bills come to", payment.name, f"{payment.amount} of {payment.due}")
        if payment.is_refused and not payment.is_doubtful and not payment.is_confirmed:
            yield _broken("what a partner was refused is not recorded", payment.name, "refused, and recorded")
        recorded = (row["customer_code"], row["amount"], sorted(map(str, row["bill_ids"])))
        if recorded != (payment.customer_code, payment.amount, sorted(payment.bill_ids)):
            yield _broken("a partner's payment is recorded as it was sent", payment.name, f"recorded: {recorded}")
        if row["fee"] != (fee := fee_of(TERMS, payment.amount)):
            yield _broken("a partner's fee is by its terms", payment.name, f"{row['fee']}, not {fee}")


_HELD = """
SELECT sum(amount) FROM partner_payments
WHERE partner_code = $1 AND business_date = $2 AND NOT EXISTS (
    SELECT FROM partner_cancellations WHERE partner_cancellations.register_id = partner_payments.register_id)
"""
_STANDS = """
SELECT partner_payment_id, partner_payments.customer_code, bill_ids, partner_payments.amount, fee,
    cancelled_at IS NOT NULL AS is_cancelled
FROM partner_payments LEFT JOIN partner_cancellations USING (register_id)
WHERE partner_code = $1
"""


def _broken(rule: str, subject: str, detail: str) -> AuditViolation:
    return AuditViolation("history", rule, subject, detail)
