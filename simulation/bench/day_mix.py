"""What happens at a door in an ordinary day, as the acts of an open load: each step's latency is noted by its name."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from shared.clock import now
from shared.ids import new_id
from simulation.bench.collector import Customer
from simulation.bench.lean_http import HttpRefused, LeanHttp
from simulation.bench.open_phone import OpenPhone, Paper

_PAPER_SECONDS = 60.0


@dataclass
class Latencies:
    """Seconds that each step took, by its name."""

    of_step: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def note(self, step: str, seconds: float) -> None:
        """Note how long a step took."""
        self.of_step[step].append(seconds)


@dataclass(frozen=True, slots=True)
class Door:
    """One customer, the phone before the door, and the office that both belong to."""

    phone: OpenPhone
    customer: Customer
    url: str
    cashier_token: str
    latencies: Latencies

    async def look_up(self) -> dict[str, Any]:
        """Find the customer by name and read the bills, as the collector does first."""
        found = await self._timed("search", self.phone.http.get(f"/v1/customers?query={quote(self.customer.name)}"))
        if all(match["customer"]["customer_code"] != self.customer.customer_code for match in found["matches"]):
            raise AssertionError(f"{self.customer.customer_code} was not found")
        account: dict[str, Any] = await self._timed(
            "bills", self.phone.http.get(f"/v1/customers/{self.customer.customer_code}/account")
        )
        return account

    async def visit(self, outcome: str, **more: str) -> str:
        """Record a visit and wait for its notice on paper; return the visit's id."""
        visit_id = str(new_id())
        notice = self.phone.expect(visit_id)
        asked = time.monotonic()
        body = {"customer_code": self.customer.customer_code, "outcome": outcome, "visited_at": now().isoformat()}
        await self._timed("visit", self.phone.http.send("PUT", f"/v1/visits/{visit_id}", {**body, "note": "", **more}))
        await self._paper(notice, asked, "notice on the phone")
        return visit_id

    async def take_cash(
        self, account: dict[str, Any], visit_id: str, payment_id: str, received_at: str | None = None
    ) -> dict[str, Any]:
        """Record cash; repeated with the same id and the same moment it is one payment."""
        paid: dict[str, Any] = await self._timed(
            "payment",
            self.phone.http.send(
                "POST",
                "/v1/payments",
                {
                    "method": "cash",
                    "customer_code": self.customer.customer_code,
                    "amount": account["account"]["debt"],
                    "received_at": received_at or now().isoformat(),
                    "bill_ids": [bill["bill_id"] for bill in account["bills"]],
                    "visit_id": visit_id,
                },
                key=payment_id,
            ),
        )
        return paid

    async def record_transfer(self, amount: int, payment_id: str) -> None:
        """Let the cashier record a transfer, whose receipt the phone before the door prints."""
        body = {
            "method": "transfer",
            "customer_code": self.customer.customer_code,
            "amount": amount,
            "reference": f"FT{payment_id.replace('-', '')}",
            "received_at": now().isoformat(),
            "device_id": self.phone.device_id,
        }
        # Cashiers do not wait for each other: a connection for each transfer.
        cashier = LeanHttp(self.url, self.cashier_token)
        try:
            await self._timed("transfer", cashier.send("POST", "/v1/payments", body, key=payment_id))
        finally:
            cashier.close()

    async def receipt(self, receipt: Paper, asked: float) -> None:
        """Wait for a receipt on paper."""
        await self._paper(receipt, asked, "receipt on the phone")

    async def _paper(self, paper: Paper, asked: float, step: str) -> None:
        async with asyncio.timeout(_PAPER_SECONDS):
            self.latencies.note(step, await paper.offered - asked)
            await paper.printed

    async def _timed(self, step: str, awaited: Awaitable[Any]) -> Any:
        began = time.monotonic()
        answer = await awaited
        self.latencies.note(step, time.monotonic() - began)
        return answer


async def pays_in_cash(door: Door) -> None:
    """The customer checks the notice and pays."""
    account = await door.look_up()
    visit_id, payment_id = await door.visit("met"), str(new_id())
    receipt, asked = door.phone.expect(payment_id), time.monotonic()
    await door.take_cash(account, visit_id, payment_id)
    await door.receipt(receipt, asked)


async def is_away(door: Door) -> None:
    """Nobody is home: the notice stays at the door."""
    await door.look_up()
    await door.visit("away")


async def promises(door: Door) -> None:
    """The customer cannot pay now and names a day."""
    await door.look_up()
    await door.visit("cannot_pay", appointment=(now() + timedelta(days=2)).isoformat())


async def pays_by_transfer(door: Door) -> None:
    """The customer pays by a transfer, which the cashier records."""
    account = await door.look_up()
    await door.visit("met")
    payment_id = str(new_id())
    receipt, asked = door.phone.expect(payment_id), time.monotonic()
    await door.record_transfer(account["account"]["debt"], payment_id)
    await door.receipt(receipt, asked)


async def pays_over_a_bad_line(door: Door) -> None:
    """The answer to the payment is lost, and the phone repeats it: one payment, one receipt."""
    account = await door.look_up()
    visit_id, payment_id = await door.visit("met"), str(new_id())
    receipt, asked = door.phone.expect(payment_id), time.monotonic()
    moment = now().isoformat()
    first = await door.take_cash(account, visit_id, payment_id, moment)
    again = await door.take_cash(account, visit_id, payment_id, moment)
    if first["payment"]["payment_id"] != again["payment"]["payment_id"]:
        raise AssertionError(f"{payment_id} was repeated and became another payment")
    await door.receipt(receipt, asked)


async def pays_while_a_transfer_comes(door: Door) -> None:
    """A transfer and cash for the same bills meet: cash that came later is refused, or what is too much is credit."""
    account = await door.look_up()
    visit_id, cash_id, transfer_id = await door.visit("met"), str(new_id()), str(new_id())
    receipt, asked = door.phone.expect(transfer_id), time.monotonic()
    cash, transfer = await asyncio.gather(
        door.take_cash(account, visit_id, cash_id),
        door.record_transfer(account["account"]["debt"], transfer_id),
        return_exceptions=True,
    )
    if isinstance(transfer, BaseException):
        raise transfer
    if isinstance(cash, BaseException) and not (isinstance(cash, HttpRefused) and str(cash).startswith("409")):
        raise cash
    await door.receipt(receipt, asked)


Act = Callable[[Door], Awaitable[None]]

MIX: dict[Act, int] = {
    pays_in_cash: 55,
    is_away: 20,
    promises: 10,
    pays_by_transfer: 8,
    pays_over_a_bad_line: 4,
    pays_while_a_transfer_comes: 3,
}
"""Of a hundred doors, so many end like this."""


def choose(chance: random.Random) -> Act:
    """Return what happens at the next door."""
    return chance.choices(list(MIX), list(MIX.values()))[0]
