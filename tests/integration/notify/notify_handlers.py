"""Notify's handlers and sender on a real database, driven one step at a time."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import asyncpg

from services.notify.audit import audit_facts
from services.notify.delivery.sender import Sender
from services.notify.domain.budgets import Budget
from services.notify.domain.causes import Cause
from services.notify.domain.chains import Chains
from services.notify.domain.kinds import Kind
from services.notify.domain.reminders import BlockedPhone, OptOut
from services.notify.domain.terms import Terms
from services.notify.domain.verdict import Limits
from services.notify.dunning.orders import Orders
from services.notify.dunning.rules import NO_DUNNING, Dunning
from services.notify.handlers.cancel_reminders import cancel_reminders
from services.notify.handlers.end_complaint import end_complaint
from services.notify.handlers.get_reminders import get_reminders
from services.notify.handlers.keep_customer import keep_customer
from services.notify.handlers.keep_customers import keep_customers
from services.notify.handlers.note_agreement import note_agreement
from services.notify.handlers.note_bill import note_bill
from services.notify.handlers.note_bill_correction import note_bill_correction
from services.notify.handlers.note_complaint import note_complaint
from services.notify.handlers.note_dispute import note_dispute
from services.notify.handlers.note_issued_invoices import note_issued_invoices
from services.notify.handlers.note_waiting_credit import note_waiting_credit
from services.notify.handlers.restore_reminders import restore_reminders
from services.notify.handlers.schedule_reminder import schedule_reminder
from services.notify.handlers.thank_for_payment import thank_for_payment
from services.notify.handlers.withdraw_reminder import withdraw_reminder
from services.notify.providers.base import Provider
from services.notify.store.blocked_phones import add_opt_out, block_phone
from services.notify.texts.reminder_texts import ReminderTexts
from services.notify.texts.template_file import load_templates
from shared.audit import AuditViolation
from shared.contracts.billing import (
    AgreementChanged,
    BankCreditWaiting,
    BillCorrected,
    BillDisputeChanged,
    BillIssued,
    NoticeIssued,
    PaymentRecorded,
    PaymentReversed,
)
from shared.contracts.customer import (
    ComplaintRecorded,
    ComplaintSettled,
    CustomerChanged,
    CustomersChanged,
    VisitWithdrawn,
)
from shared.contracts.invoice import InvoicesIssued
from shared.contracts.notify import GetReminders, Reminder
from shared.contracts.receipt import ReceiptIssued
from shared.messaging import UnitOfWork
from shared.messaging.units_of_work import UnitsOfWork
from tests.integration.notify.notices import CODE, Clock

Consumed = (
    AgreementChanged
    | BankCreditWaiting
    | BillCorrected
    | BillDisputeChanged
    | BillIssued
    | ComplaintRecorded
    | ComplaintSettled
    | CustomerChanged
    | CustomersChanged
    | InvoicesIssued
    | NoticeIssued
    | PaymentRecorded
    | PaymentReversed
    | ReceiptIssued
    | VisitWithdrawn
)


class Notify:
    """What notify does, without the broker: each event is one transaction, as the bus would have it."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        providers: Sequence[Provider],
        clock: Clock,
        limits: Limits,
        *,
        chains: Chains | None = None,
        terms: Mapping[str, Terms] | None = None,
        budget: Budget | None = None,
        dunning: Dunning = NO_DUNNING,
    ) -> None:
        self.pool = pool
        self.dunning = dunning
        self.orders = Orders(dunning, clock)
        self.clock = clock
        self.texts = ReminderTexts(load_templates())
        self.limits = limits
        self.providers = providers
        self.chains = chains
        self.terms = terms
        self.budget = budget
        self.sender = self.another_sender()

    def another_sender(self, *, timeout: timedelta = timedelta(seconds=0.2), concurrency: int = 1) -> Sender:
        """Return a sender as another copy of the service has it."""
        return Sender(
            self.new_work,
            self.providers,
            self.texts,
            self.limits,
            chains=self.chains,
            terms=self.terms,
            budget=self.budget,
            clock=self.clock,
            timeout=timeout,
            concurrency=concurrency,
        )

    def new_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return UnitsOfWork(self.pool).open()

    async def consume(self, *events: Consumed) -> None:
        """Consume events, one after the other."""
        for event in events:
            async with self.new_work() as work:
                await self.handle(event, work)

    async def handle(self, event: Consumed, work: UnitOfWork) -> None:  # noqa: PLR0912 - one branch an event
        """Handle one event in a transaction that may have others."""
        match event:
            case NoticeIssued():
                await schedule_reminder(
                    event, work, texts=self.texts, limits=self.limits, orders=self.orders, clock=self.clock
                )
            case PaymentRecorded():
                await cancel_reminders(event, work, orders=self.orders)
            case PaymentReversed():
                await restore_reminders(event, work, orders=self.orders, clock=self.clock)
            case VisitWithdrawn():
                await withdraw_reminder(event, work, orders=self.orders)
            case BillCorrected():
                await note_bill_correction(event, work, orders=self.orders)
            case BillDisputeChanged():
                await note_dispute(event, work, orders=self.orders, clock=self.clock)
            case AgreementChanged():
                await note_agreement(event, work, orders=self.orders)
            case BankCreditWaiting():
                await note_waiting_credit(event, work, orders=self.orders)
            case BillIssued():
                await note_bill(event, work, orders=self.orders)
            case ComplaintRecorded():
                await note_complaint(event, work, orders=self.orders)
            case ComplaintSettled():
                await end_complaint(event, work, clock=self.clock)
            case CustomerChanged():
                await keep_customer(event, work, orders=self.orders)
            case CustomersChanged():
                await keep_customers(event, work, orders=self.orders)
            case InvoicesIssued():
                await note_issued_invoices(event, work, limits=self.limits)
            case ReceiptIssued():
                await thank_for_payment(event, work, texts=self.texts, limits=self.limits, clock=self.clock)

    async def reminders(self, code: str = CODE) -> list[Reminder]:
        """Return a customer's reminders, the latest first."""
        async with self.new_work() as work:
            return (await get_reminders(GetReminders(customer_code=code), work)).reminders

    async def reminder(self, code: str = CODE) -> Reminder:
        """Return the only reminder of a customer."""
        [reminder] = await self.reminders(code)
        return reminder

    async def block(self, phone: str, cause: Cause = Cause.OPTED_OUT) -> None:
        """Put a number on the list."""
        async with self.new_work() as work:
            await block_phone(work.connection, BlockedPhone(phone, cause, "", "test", self.clock()))

    async def opt_out(self, phone: str, kind: Kind) -> None:
        """Note that a number wants no messages of a kind."""
        async with self.new_work() as work:
            await add_opt_out(work.connection, OptOut(phone, kind, "", "test", self.clock()))

    async def emitted(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the events that notify has emitted: routing key and body."""
        rows = await self.pool.fetch("SELECT routing_key, body FROM outbox ORDER BY position")
        return [(row["routing_key"], json.loads(row["body"])) for row in rows]

    async def outcomes(self) -> list[str | None]:
        """Return the outcomes of all attempts in order."""
        rows = await self.pool.fetch("SELECT outcome FROM attempts ORDER BY started_at, number")
        return [row["outcome"] for row in rows]

    async def violations(self) -> list[AuditViolation]:
        """Return what the audit finds."""
        async with self.pool.acquire() as connection:
            return (await audit_facts(connection, self.clock)).violations
