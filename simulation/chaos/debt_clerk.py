"""The clerk of late debts: fees, interest and agreements while everything breaks; repeats what nobody has answered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import timedelta
from typing import Any

import asyncpg

from shared.audit import AuditViolation
from shared.clock import business_day, now
from shared.contracts.billing import (
    AgreeInstalments,
    AgreementReply,
    ChargeFee,
    ChargeInterest,
    EndAgreement,
    GetAccount,
    GetAgreements,
    GetInterest,
    Instalment,
    WaiveInterest,
)
from shared.contracts.message import Request
from shared.ids import new_id
from shared.messaging import Bus
from simulation.chaos.late_debt_rules import LEAST_PART
from simulation.chaos.repeating_clerk import ANSWER_WITHIN, RepeatingClerk, broken

_A_CUSTOMER = "SELECT customer_code FROM accounts WHERE debt > 0 OR $1 ORDER BY random() LIMIT 1"
_WHAT = "act over a late debt"
_RECORDED = """
SELECT charge_id FROM charges UNION ALL SELECT waiver_id FROM interest_waivers
UNION ALL SELECT agreement_id FROM instalment_agreements
"""


class DebtClerk(RepeatingClerk):
    """Charges, waives, agrees and ends now and then, as `thungan arrears` does."""

    async def violations(self, besides: Collection[str]) -> list[AuditViolation]:
        """Return what is recorded otherwise than it was answered; ``besides``: what others have charged a fee for."""
        connection = await asyncpg.connect(self.testbed.database_urls()["billing"], timeout=10)
        try:
            recorded = {str(row[0]) for row in await connection.fetch(_RECORDED)}
        finally:
            await connection.close()
        return list(self._violations(recorded - set(besides)))

    def _violations(self, recorded: set[str]) -> Iterator[AuditViolation]:
        for act_id in recorded - self.asked:
            yield broken("nothing is recorded that nobody requested", act_id, _WHAT)
        for act_id in (recorded & self.asked) - self.answers.keys():
            yield broken("in the end every outcome is known", act_id, _WHAT)
        for act_id, answer in self.answers.items():
            # A unit that asks for no fee charges none, and an ending has no row of its own.
            is_kept = not isinstance(answer, AgreementReply) or str(answer.agreement.agreement_id) == act_id
            if is_kept and getattr(answer, "bill", answer) is not None and act_id not in recorded:
                yield broken("what was confirmed is recorded", act_id, _WHAT)
        yield from self.answered_otherwise(_WHAT)

    def name_of(self, request: Request[Any]) -> str:
        """Return the id of an act."""
        for name in ("charge_id", "waiver_id", "ending_id", "agreement_id"):
            if (found := getattr(request, name, None)) is not None:
                return str(found)
        raise TypeError(f"{request.message_name} has no id")

    async def next_requests(self, bus: Bus) -> Sequence[Request[Any]]:
        """Return one act, or none where nobody can be asked for it."""
        request = await self._next(bus)
        return [] if request is None else [request]

    async def _next(self, bus: Bus) -> Request[Any] | None:
        kinds: list[Callable[[Bus], Any]] = [self._fee, self._interest, self._agreement, self._agreement, self._ending]
        found: Request[Any] | None = await self.rng.choice(kinds)(bus)
        return found

    async def _fee(self, _: Bus) -> Request[Any] | None:
        code = await self._customer(owing=False)
        if code is None:
            return None
        return ChargeFee(charge_id=new_id(), customer_code=code, occurred_on=business_day(now()), reason="Đóng điện")

    async def _interest(self, bus: Bus) -> Request[Any] | None:
        code = await self._customer(owing=True)
        if code is None:
            return None
        due = (await bus.request(GetInterest(customer_code=code), timeout=ANSWER_WITHIN)).interest
        if not due.total:
            return None
        shown: dict[str, Any] = {"customer_code": code, "until": due.until, "expected": due.total, "reason": "Hợp đồng"}
        if self.rng.random() < 0.3:
            people = {"asked_by": "Phạm Thị Hoa", "approved_by": "Trần Thị Lan"}
            return WaiveInterest(waiver_id=new_id(), **shown, **people)
        return ChargeInterest(charge_id=new_id(), **shown)

    async def _agreement(self, bus: Bus) -> Request[Any] | None:
        code = await self._customer(owing=True)
        if code is None:
            return None
        debt = (await bus.request(GetAccount(customer_code=code), timeout=ANSWER_WITHIN)).account.debt
        if debt <= 2 * LEAST_PART:
            return None
        first, today = self.rng.randrange(LEAST_PART, debt - LEAST_PART), business_day(now())
        return AgreeInstalments(
            agreement_id=new_id(),
            customer_code=code,
            parts=[
                Instalment(due_on=today + timedelta(days=10), amount=first),
                Instalment(due_on=today + timedelta(days=40), amount=debt - first),
            ],
            paper="TT 1",
            reason="Khó khăn",
            asked_by="Phạm Thị Hoa",
            approved_by="Trần Thị Lan",
        )

    async def _ending(self, bus: Bus) -> Request[Any] | None:
        found = (await bus.request(GetAgreements(limit=20), timeout=ANSWER_WITHIN)).agreements
        if not found:
            return None
        chosen = self.rng.choice(found)
        return EndAgreement(ending_id=new_id(), agreement_id=chosen.agreement_id, reason="Khách đề nghị")

    async def _customer(self, *, owing: bool) -> str | None:
        connection = await asyncpg.connect(self.testbed.database_urls()["billing"], timeout=5)
        try:
            code: str | None = await connection.fetchval(_A_CUSTOMER, not owing)
        finally:
            await connection.close(timeout=5)
        return code
