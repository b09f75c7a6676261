"""The office: a cashier who records transfers and takes payments back, and the computer of a collection point."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from shared import clock
from shared.contracts.billing import HandIn, HandInReply, PaymentReply, Shift, ShiftReply
from shared.contracts.receipt import ReceiptReply
from shared.ids import new_id
from shared.problems import Problem
from simulation.chaos.history import Attempt, Outcome
from simulation.chaos.people import Command, Customer, Person, RecordedPayment, Workload
from simulation.phone import VirtualDesk, VirtualPhone

PROBE_AMOUNT = 1_000


class _Desk(Person):
    device: VirtualDesk

    def __init__(self, workload: Workload, name: str, desk: VirtualDesk) -> None:
        super().__init__(workload, name, desk)
        self.device = desk

    def any_customer(self) -> Customer:
        """Choose a customer of any route."""
        return self.rng.choice(self.workload.customers[self.rng.choice(sorted(self.workload.customers))])

    async def debt_of(self, customer: Customer) -> int:
        """Look up what somebody owes; 0 when there is no answer."""
        account = await self.look("debt", self.device.debt(customer.code))
        return account.debt if account is not None else 0


class PointDesk(_Desk):
    """Posts what people pay at a bank or post office; it is never refused because of another payment."""

    async def work(self) -> None:
        """Post now and then, once in a while the same transaction twice."""
        while not self.workload.closing.is_set():
            await self.think()
            await self.think()
            customer = self.any_customer()
            debt = await self.debt_of(customer)
            if debt <= 0:
                continue
            reference = f"VNP{new_id().hex[-14:].upper()}"
            answer = await self.post(customer.code, debt, reference)
            if answer.outcome is Outcome.DONE and self.rng.random() < 0.15:
                await self.post(customer.code, debt, reference)

    async def post(self, customer_code: str, amount: int, reference: str = "") -> Attempt:
        """Post money under an id of its own."""
        payment_id = new_id()
        content = {
            "customer_code": customer_code,
            "amount": amount,
            "method": "collection_point",
            "reference": reference or f"VNP{payment_id.hex[-14:].upper()}",
            "received_at": clock.now(),
        }

        async def call(desk: VirtualDesk, content: Mapping[str, Any]) -> PaymentReply:
            return await desk.post(
                content["customer_code"],
                content["amount"],
                content["reference"],
                payment_id=payment_id,
                received_at=content["received_at"],
            )

        answer = await self.do(Command("payment", payment_id, content, call))
        if answer.outcome is Outcome.DONE:
            self.workload.recorded.append(RecordedPayment(payment_id, customer_code, None, "collection_point"))
        return answer


class CashierDesk(_Desk):
    """Records transfers and reverses payments."""

    def __init__(self, workload: Workload, name: str, desk: VirtualDesk, phones: list[VirtualPhone]) -> None:
        super().__init__(workload, name, desk)
        self.phones = phones

    async def work(self) -> None:
        """Do one thing after the other until the day is over."""
        while not self.workload.closing.is_set():
            await self.think()
            if self.rng.random() < 0.5:
                customer = self.any_customer()
                if (debt := await self.debt_of(customer)) > 0:
                    await self.record(customer.code, debt, self.rng.choice([*self.phones, None]))
            else:
                await self.take_back()
            if self.rng.random() < 0.2:
                await self.confirm_shifts()
            if self.rng.random() < 0.3:
                await self.see_to_reversals()
            if self.rng.random() < 0.4:
                await self.count_hand_ins()

    async def count_hand_ins(self) -> None:
        """Count what waits, sometimes with less in the bag than was said."""
        found = await self.look("hand_ins", self.device.hand_ins(waiting="true"))
        for hand_in in found.hand_ins if found is not None else ():
            if self.rng.random() < 0.5:
                await self.count_hand_in(hand_in)

    async def count_hand_in(self, hand_in: HandIn) -> Attempt:
        """Count one hand-in, or confirm a deposit."""
        less = 1_000 if self.rng.random() < 0.2 else 0
        # Of two desks that count the same bag, one is refused.
        content = {
            "counted_cash": hand_in.amount - less,
            "reason": "Thiếu một tờ 1.000" if less else "",
            "desk": self.name,
        }

        async def call(desk: VirtualDesk, content: Mapping[str, Any]) -> HandInReply:
            return await desk.count_hand_in(hand_in.hand_in_id, content["counted_cash"], content["reason"])

        return await self.do(Command("hand_in_count", hand_in.hand_in_id, content, call))

    async def see_to_reversals(self) -> None:
        """Take papers back, and give cash back that waits for its collector's next shift."""
        found = await self.look("reversals", self.device.reversals(waiting="true"))
        for one in found.reversals if found is not None else ():
            if one.paper is not None and one.paper.returned_at is None and self.rng.random() < 0.5:
                await self.see_to("paper_return", one.reversal_id, VirtualDesk.return_paper)
            if one.cash is not None and one.cash.given_back_by is None and self.rng.random() < 0.2:
                await self.see_to("giving_back", one.reversal_id, VirtualDesk.give_back)

    async def see_to(self, kind: str, reversal_id: UUID, ask: Callable[[VirtualDesk, UUID], Awaitable[Any]]) -> Attempt:
        """Do what is still to come of a reversal."""

        async def call(desk: VirtualDesk, _: Mapping[str, Any]) -> Any:
            return await ask(desk, reversal_id)

        # Of two desks that give the same cash back, the second one is refused.
        content = {"desk": self.name} if kind == "giving_back" else {}
        return await self.do(Command(kind, reversal_id, content, call))

    async def confirm_shifts(self) -> None:
        """Count what collectors have handed in: it is what the books say, whatever they have declared."""
        for state in ("declared", "different"):
            found = await self.look("shifts", self.device.shifts(state=state))
            for listed in found.shifts if found is not None else ():
                if listed.shift.confirmation is None:
                    await self.confirm(listed.shift)

    async def confirm(self, shift: Shift) -> Attempt:
        """Confirm one shift with the cash that the books say."""
        content = {"counted_cash": shift.cash_in_hand, "note": "Đếm tại quầy"}

        async def call(desk: VirtualDesk, content: Mapping[str, Any]) -> ShiftReply:
            return await desk.confirm_shift(shift.shift_id, content["counted_cash"], content["note"])

        return await self.do(Command("shift_confirmation", shift.shift_id, content, call))

    async def record(self, customer_code: str, amount: int, phone: VirtualPhone | None = None) -> tuple[UUID, Attempt]:
        """Record a transfer that has arrived."""
        payment_id = new_id()
        device_id = phone.device_id if phone else None
        content = {
            "customer_code": customer_code,
            "amount": amount,
            "method": "transfer",
            "reference": f"FT{payment_id.hex[-14:].upper()}",
            "device_id": device_id,
            "received_at": clock.now(),
        }

        async def call(desk: VirtualDesk, content: Mapping[str, Any]) -> PaymentReply:
            return await desk.record_transfer(
                content["customer_code"],
                content["amount"],
                content["reference"],
                payment_id=payment_id,
                device_id=content["device_id"],
                received_at=content["received_at"],
            )

        answer = await self.do(Command("payment", payment_id, content, call))
        if answer.outcome is Outcome.DONE:
            self.workload.recorded.append(RecordedPayment(payment_id, customer_code, device_id, "transfer"))
        return payment_id, answer

    async def take_back(self) -> None:
        """Reverse a payment; sometimes somebody else has the same idea."""
        if not self.workload.recorded:
            return
        recorded = self.rng.choice(self.workload.recorded[-300:])
        answer = await self.reverse(recorded)
        if answer.outcome is Outcome.DONE:
            if recorded in self.workload.recorded:
                self.workload.recorded.remove(recorded)
            if self.rng.random() < 0.2:
                await self.reverse(recorded)

    async def reverse(self, recorded: RecordedPayment) -> Attempt:
        """Ask for a reversal under an id of its own."""
        reversal_id = new_id()
        content = {
            "payment_id": recorded.payment_id,
            "reason": "Thu nhầm khách hàng",
            "device_id": recorded.device_id,
            "paper_returned": self.rng.choice((None, False, True)),
            "at_office": self.rng.random() < 0.3,
        }

        async def call(desk: VirtualDesk, content: Mapping[str, Any]) -> PaymentReply:
            return await desk.reverse(
                content["payment_id"],
                content["reason"],
                reversal_id=reversal_id,
                device_id=content["device_id"],
                paper_returned=content["paper_returned"],
                at_office=content["at_office"],
            )

        return await self.do(Command("reversal", reversal_id, content, call))


class Prober(CashierDesk):
    """Finds out when the whole way works again: a transfer is recorded, and its receipt is signed."""

    async def probe(self, customer: Customer, within: float) -> bool:
        """Record a small transfer and wait for its receipt; False when that does not happen in time."""
        deadline = self.workload.history.now + within
        payment_id, answer = await self.record(customer.code, PROBE_AMOUNT)
        while answer.outcome is Outcome.UNKNOWN:
            # This one is settled later; another one shows whether things work.
            if self.workload.history.now > deadline:
                return False
            payment_id, answer = await self.record(customer.code, PROBE_AMOUNT)
        while self.workload.history.now < deadline:
            try:
                await self.device.read(ReceiptReply, f"/v1/payments/{payment_id}/receipt")
            except Problem:
                await asyncio.sleep(0.05)
            else:
                return True
        return False
