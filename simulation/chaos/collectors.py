"""Collectors at the door: each phone is worked by somebody of its own, two phones can belong to one collector."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared import clock
from shared.contracts.billing import CustomerAccount, HandInReply, PaymentReply, ShiftReply
from shared.contracts.customer import VisitReply
from shared.contracts.notify import CutOrder, CutOrderKind, CutOrderReported, OrderOutcome
from shared.contracts.receipt import ReprintReply
from shared.ids import new_id
from simulation.chaos.history import Attempt, Outcome
from simulation.chaos.office import PointDesk
from simulation.chaos.people import Command, Customer, Person, RecordedPayment, Workload
from simulation.chaos.printers import PrinterKeeper
from simulation.phone import VirtualPhone

FLOAT = 200_000
LEAST_HAND_IN = 100_000

WRONG_CLOCKS = (timedelta(days=-6), timedelta(hours=-20), timedelta(0), timedelta(hours=20))
"""How far phones' clocks are from the server's, as far as it records what they state."""


@dataclass
class Round:
    """A collector's working day: the phones and the shift that they share."""

    collector_code: str
    phones: list[VirtualPhone] = field(default_factory=list)
    shift_id: UUID | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class CollectorAtTheDoor(Person):
    """Works one phone through the customers of a collector."""

    device: VirtualPhone

    def __init__(self, workload: Workload, name: str, phone: VirtualPhone, day: Round, point: PointDesk) -> None:
        super().__init__(workload, name, phone)
        self.device = phone
        self.day = day
        self.point = point
        self.printer = PrinterKeeper(self, phone)

    async def work(self) -> None:
        """Do one thing after the other until the day is over."""
        acts = (
            (self.collect, 50),
            (self.nobody_home, 14),
            (self.cannot_pay, 10),
            (self.look_up, 10),
            (self.copy_a_receipt, 8),
            (self.settle_the_shift, 2),
            (self.hand_in, 3),
            (self.carry_out_an_order, 12),
            (self.printer.mishap, 8),
            (self.printer.decide, 8),
        )
        while not self.workload.closing.is_set():
            await self.think()
            act = self.rng.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
            await act()

    # --- at the door

    def next_customer(self) -> Customer:
        """Choose the next door."""
        return self.rng.choice(self.workload.customers[self.day.collector_code])

    async def look_up(self) -> None:
        """Look at the route, and search for somebody."""
        await self.look("route", self.device.route())
        customer = self.next_customer()
        words = customer.name.split()
        typed = self.rng.choice([customer.code, " ".join(words[-2:]).lower(), customer.code[-6:]])
        await self.look("search", self.device.search(typed))

    async def collect(self) -> None:
        """Agree, print a notice, take the money; what goes wrong on the way is chosen by the rng."""
        customer = self.next_customer()
        account = await self.look("account", self.device.account(customer.code))
        if account is None or account.account.debt <= 0:
            return
        if self.rng.random() < 0.6:
            await self.visit(customer, "met")
        if not await self.has_shift():
            return
        # Somebody else may count there: it is a word between people, and this collector does not listen.
        await self.look("counting", self.device.count_money(customer.code))
        manner = self.rng.choices(
            (self.pay, self.pay_and_lose_the_answer, self.pay_from_both_phones, self.pay_twice, self.race, self.alter),
            (40, 20, 12, 12, 12, 4),
        )[0]
        await manner(self._payment(customer, account))

    def _payment(self, customer: Customer, account: CustomerAccount) -> Command:
        debt = account.account.debt
        bill_ids = [str(bill.bill_id) for bill in account.bills]
        first = account.bills[0]
        amount = self.rng.choices(
            (debt, first.open_principal + first.open_vat, max(1, debt // 2)),
            (80, 15, 5),
        )[0]
        made = clock.now() + self.rng.choices(WRONG_CLOCKS, (1, 1, 17, 1))[0]
        return cash(customer.code, amount, bill_ids if self.rng.random() < 0.8 else [], made)

    async def pay(self, payment: Command) -> Attempt:
        """Take cash, as it should be."""
        return self._remember(payment, await self.do(payment))

    async def pay_and_lose_the_answer(self, payment: Command) -> None:
        """Take cash, never see the answer, and ask again."""
        self._remember(payment, await self.do(payment, lose_first=True))

    async def pay_from_both_phones(self, payment: Command) -> None:
        """The same payment under the same id from two phones at once."""
        answers = await asyncio.gather(*(self.do(payment, phone) for phone in self._two_phones()))
        self._remember(payment, next((a for a in answers if a.outcome is Outcome.DONE), answers[0]))

    async def pay_twice(self, payment: Command) -> None:
        """The same money under two ids from two phones at once: one of them is to be refused."""
        content = dict(payment.content)
        rival = cash(content["customer_code"], content["amount"], content["bill_ids"], clock.now())
        payments = (payment, rival)
        answers = await asyncio.gather(
            *(self.do(one, phone) for one, phone in zip(payments, self._two_phones(), strict=True))
        )
        for one, answer in zip(payments, answers, strict=True):
            self._remember(one, answer)

    async def race(self, payment: Command) -> None:
        """Cash at the door while the collection point posts for the same customer."""
        content = dict(payment.content)
        cash_answer, _ = await asyncio.gather(
            self.do(payment), self.point.post(content["customer_code"], content["amount"])
        )
        self._remember(payment, cash_answer)

    async def alter(self, payment: Command) -> None:
        """The same id with another amount, afterwards: it has to be refused."""
        if self._remember(payment, await self.do(payment)).outcome is Outcome.DONE:
            content = {**payment.content, "amount": payment.content["amount"] + 1_000}
            await self.do(Command(payment.kind, payment.id, content, payment.call))

    def _two_phones(self) -> tuple[VirtualPhone, VirtualPhone]:
        others = [phone for phone in self.day.phones if phone is not self.device] or [self.device]
        return self.device, self.rng.choice(others)

    def _remember(self, payment: Command, answer: Attempt) -> Attempt:
        if answer.outcome is Outcome.DONE:
            code = str(payment.content["customer_code"])
            self.workload.recorded.append(RecordedPayment(UUID(str(payment.id)), code, self.device.device_id, "cash"))
        elif answer.slug == "no-open-shift":
            self.day.shift_id = None
        return answer

    async def nobody_home(self) -> None:
        """Leave a notice at the door; a reminder follows by SMS."""
        await self.visit(self.next_customer(), "away")

    async def cannot_pay(self) -> None:
        """The customer gets a notice with the appointment; sometimes it is recorded only after the notice to check."""
        customer, visit_id = self.next_customer(), new_id()
        if self.rng.random() < 0.5:
            first = await self.visit(customer, "met", visit_id)
            if first.outcome is not Outcome.DONE:
                return
        await self.visit(customer, "cannot_pay", visit_id, appointment=self.rng.random() < 0.5)

    async def visit(
        self, customer: Customer, outcome: str, visit_id: UUID | None = None, *, appointment: bool = False
    ) -> Attempt:
        """Record a visit."""
        made, visit_id = clock.now(), visit_id or new_id()
        content: dict[str, Any] = {"customer_code": customer.code, "outcome": outcome, "visited_at": made}
        if appointment:
            content["appointment"] = made + timedelta(days=2)

        async def call(phone: VirtualPhone, content: Mapping[str, Any]) -> VisitReply:
            return await phone.visit(
                content["customer_code"],
                content["outcome"],
                visit_id=visit_id,
                appointment=content.get("appointment"),
                visited_at=content["visited_at"],
            )

        return await self.do(Command(f"visit_{outcome}", visit_id, content, call))

    # --- at the meter

    async def carry_out_an_order(self) -> None:
        """Cut somebody off, or connect supply again, while the customer may be paying somewhere."""
        tasks = await self.look("cut_tasks", self.device.cut_tasks())
        if tasks is None or not tasks.orders:
            return
        order = self.rng.choice(tasks.orders[:20])
        report = _order_report(order, possible=self.rng.random() > 0.1, reading=self.rng.randrange(100, 9_000))
        manner = self.rng.random()
        if order.kind is CutOrderKind.CUT and manner < 0.5:
            account = await self.look("account", self.device.account(order.customer_code))
            if account is not None and account.account.debt > 0:
                await asyncio.gather(self.do(report), self.point.post(order.customer_code, account.account.debt))
                return
        if manner > 0.8:
            # The other phone of the collector is there, too: whoever comes second is refused.
            rival = _order_report(order, possible=True, reading=self.rng.randrange(100, 9_000))
            one, other = self._two_phones()
            await asyncio.gather(self.do(report, one), self.do(rival, other))
            return
        await self.do(report)

    # --- printouts and shifts

    async def copy_a_receipt(self) -> None:
        """Somebody has lost a receipt: a counted copy."""
        own = {phone.device_id for phone in self.day.phones}
        mine = [recorded for recorded in self.workload.recorded[-200:] if recorded.device_id in own]
        if not mine:
            return
        recorded = self.rng.choice(mine)
        receipt = await self.look("receipt", self.device.receipt_of(recorded.payment_id))
        if receipt is None:
            return
        copy_id = new_id()
        content = {"receipt_id": str(receipt.receipt.receipt_id), "reason": "Khách làm mất biên nhận"}

        async def call(phone: VirtualPhone, content: Mapping[str, Any]) -> ReprintReply:
            return await phone.reprint(UUID(content["receipt_id"]), content["reason"], reprint_id=copy_id)

        await self.do(Command("copy", copy_id, content, call))

    async def has_shift(self) -> bool:
        """Open the shift that both phones work in, unless it is open."""
        async with self.day.lock:
            if self.day.shift_id is not None:
                return True
            shift_id = new_id()
            content = {"opening_float": FLOAT, "opened_at": clock.now()}

            async def call(phone: VirtualPhone, content: Mapping[str, Any]) -> ShiftReply:
                return await phone.open_shift(
                    content["opening_float"], shift_id=shift_id, opened_at=content["opened_at"]
                )

            answer = await self.do(Command("shift", shift_id, content, call))
            if answer.outcome is Outcome.DONE:
                self.day.shift_id = shift_id
            elif answer.slug == "shift-already-open":
                self.day.shift_id = UUID(answer.answer["facts"]["shift_id"])
            return self.day.shift_id is not None

    async def settle_the_shift(self) -> None:
        """Count the cash and close the shift, while the other phone may still take money into it."""
        async with self.day.lock:
            if self.day.shift_id is None:
                return
            reply = await self.look("shift", self.device.shift())
            if reply is None:
                return
            shift = reply.shift
            answer = await self.close(shift.shift_id, shift.cash_in_hand, "")
            if answer.slug == "difference-not-explained":
                answer = await self.close(shift.shift_id, shift.cash_in_hand, "Đếm lại sau")
            if answer.outcome is Outcome.DONE or answer.slug in {"shift-already-closed", "not-found"}:
                self.day.shift_id = None

    async def hand_in(self) -> None:
        """Say that a part of the box goes to the cashier or the bank, while the other phone may take money into it."""
        shift_id = self.day.shift_id
        reply = await self.look("shift", self.device.shift())
        if reply is None or shift_id is None or reply.shift.cash_in_hand < LEAST_HAND_IN:
            return
        hand_in_id, at_bank = new_id(), self.rng.random() < 0.5
        content = {
            "amount": self.rng.randint(1, reply.shift.cash_in_hand // 1_000) * 1_000,
            "place": "bank" if at_bank else "cashier",
            "slip_number": f"NT{hand_in_id.hex[-12:].upper()}" if at_bank else "",
        }

        async def call(phone: VirtualPhone, content: Mapping[str, Any]) -> HandInReply:
            return await phone.hand_in(
                shift_id,
                content["amount"],
                place=content["place"],
                slip_number=content["slip_number"],
                hand_in_id=hand_in_id,
            )

        answer = await self.do(Command("hand_in", hand_in_id, content, call))
        # Now and then it is told twice.
        if answer.outcome is Outcome.DONE and self.rng.random() < 0.2:
            await self.do(Command("hand_in", hand_in_id, content, call))

    async def end_shift(self) -> None:
        """Count and close whatever shift is open, with nobody else at work."""
        reply = await self.look("shift", self.device.shift())
        if reply is not None:
            await self.close(reply.shift.shift_id, reply.shift.cash_in_hand, "")

    async def close(self, shift_id: UUID, counted: int, explanation: str) -> Attempt:
        """Close a shift with the cash that was counted."""
        content = {"counted_cash": counted, "explanation": explanation, "closed_at": clock.now()}

        async def call(phone: VirtualPhone, content: Mapping[str, Any]) -> ShiftReply:
            return await phone.close_shift(
                shift_id,
                content["counted_cash"],
                explanation=content["explanation"],
                closed_at=content["closed_at"],
            )

        return await self.do(Command("shift_closing", shift_id, content, call))


def cash(customer_code: str, amount: int, bill_ids: list[str], stated: datetime) -> Command:
    """Return a payment in cash under an id of its own, taken at a moment as the phone states."""
    payment_id = new_id()
    content = {
        "customer_code": customer_code,
        "amount": amount,
        "method": "cash",
        "bill_ids": bill_ids,
        "received_at": stated,
    }

    async def call(phone: VirtualPhone, content: Mapping[str, Any]) -> PaymentReply:
        return await phone.pay(
            content["customer_code"],
            content["amount"],
            payment_id=payment_id,
            bill_ids=[UUID(bill_id) for bill_id in content["bill_ids"]],
            received_at=content["received_at"],
        )

    return Command("payment", payment_id, content, call)


def _order_report(order: CutOrder, *, possible: bool, reading: int) -> Command:
    """Return what is said of an order, under an id of its own."""
    report_id = new_id()
    content = {
        "order_id": str(order.order_id),
        "outcome": str(OrderOutcome.DONE if possible else OrderOutcome.NOT_POSSIBLE),
        "meter_reading": reading if possible else None,
        "stated_at": clock.now(),
    }

    async def call(phone: VirtualPhone, content: Mapping[str, Any]) -> CutOrderReported:
        return await phone.report_order(
            UUID(content["order_id"]),
            content["outcome"],
            meter_reading=content["meter_reading"],
            stated_at=content["stated_at"],
            report_id=report_id,
        )

    return Command("cut_report", report_id, content, call)
