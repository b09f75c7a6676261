"""Billing's handlers on a real database, one transaction a message as the bus would have it."""

import contextlib
import json
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from services.billing.arrears.instalments import AgreementRule
from services.billing.arrears.interest import InterestRule
from services.billing.arrears.rules import FeeRule
from services.billing.bill_run import BillRun, run_bills
from services.billing.commissions.rules import CommissionRule
from services.billing.handlers.end_complaint import end_complaint
from services.billing.handlers.get_account import get_account
from services.billing.handlers.get_next_shift import get_next_shift
from services.billing.handlers.get_payment import get_payment
from services.billing.handlers.get_payment_reports import get_payment_reports
from services.billing.handlers.get_shift import get_shift
from services.billing.handlers.get_shifts import get_shifts
from services.billing.handlers.issue_notice import issue_notice
from services.billing.handlers.keep_collector import keep_collector
from services.billing.handlers.keep_customer import keep_customer
from services.billing.handlers.note_complaint import note_complaint
from services.billing.handlers.note_receipt import note_receipt
from services.billing.imports.due_days import DueDays
from services.billing.imports.files import import_files
from services.billing.imports.reports import ImportReport
from services.billing.judgement.rules import JudgementRule
from services.billing.partners.terms import PartnerTerms
from services.billing.rounding.rules import RoundingRule
from services.billing.shifts.rules import CashBoxRule
from services.billing.tariffs.files import load_tariffs
from services.billing.topology import TOPOLOGY
from shared.contracts.actor import Actor
from shared.contracts.billing import (
    CloseShift,
    ConfirmShift,
    CorrectBill,
    CorrectedBillReading,
    CorrectionKind,
    CorrectionReply,
    CustomerAccount,
    DecideShift,
    GetAccount,
    GetNextShift,
    GetPayment,
    GetPaymentReports,
    GetShift,
    GetShifts,
    ListedShift,
    NextShift,
    OpenShift,
    PaymentReply,
    PaymentReport,
    RecordPayment,
    ReportPayment,
    ReversePayment,
    ShiftDecision,
    ShiftReply,
)
from shared.contracts.common import (
    AccountState,
    Collector,
    CustomerFacts,
    Meter,
    NextStep,
    Outcome,
    PaymentMethod,
)
from shared.contracts.customer import (
    CollectorChanged,
    ComplaintFinding,
    ComplaintKind,
    ComplaintRecorded,
    ComplaintSettled,
    CustomerChanged,
    Visit,
    VisitRecorded,
)
from shared.contracts.receipt import Receipt, ReceiptIssued, ReceiptKind
from shared.csv_files import PLAINLY, ImportOptions
from shared.db import repeat_on_conflict
from shared.ids import new_id
from shared.messaging import Access, UnitOfWork
from shared.messaging.units_of_work import UnitsOfWork
from shared.testing.builders import customer
from shared.testing.handlers import Answering

CODE = "PB14010012345"
COLLECTOR = "TN01"
CASHIER, SUPERVISOR = UUID(int=1), UUID(int=2)
"""Devices."""
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TARIFFS = load_tariffs()

READINGS_HEADER = (
    "customer_code,meter_number,register,cycle,month,year,period_from,period_to,old_reading,new_reading,"
    "cut_days,cos_phi,due_date"
)


def facts(code: str = CODE, **changes: Any) -> CustomerFacts:
    """Return the facts of a customer of the tests."""
    collector = Collector(collector_code=COLLECTOR, name="Trần Văn Thu", phone="+84951000001")
    meter = Meter(meter_number=f"M{code[-5:]}", multiplier=1, digits=5)
    return customer(code, **{"name": "Nguyễn Thị Hạnh", "collector": collector, "meter": meter} | changes)


def reading(
    kwh: int, month: int = 10, *, code: str = CODE, old: int = 1000, register: str = "KT", year: int = 2026
) -> str:
    """Return a line of readings.csv for a whole month."""
    first = date(year, month, 1)
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    due = last + timedelta(days=10)
    return f"{code},M{code[-5:]},{register},1,{month},{year},{first},{last},{old},{old + kwh},0,,{due}"


def readings(*lines: str) -> str:
    """Return a readings file."""
    return "\n".join([READINGS_HEADER, *lines]) + "\n"


class BillingHandlers:
    """What billing does, without the broker."""

    def __init__(self, pool: asyncpg.Pool, *, cash_ceiling: int = 50_000_000) -> None:
        self.pool = pool
        self.now = NOW
        self.cash_ceiling = cash_ceiling
        self.rounding_rules: Sequence[RoundingRule] = ()
        self.judgement_rules: Sequence[JudgementRule] = ()
        self.due_days = DueDays()
        self.partner_terms: Sequence[PartnerTerms] = ()
        self.commission_rules: Sequence[CommissionRule] = ()
        self.fee_rules: Sequence[FeeRule] = ()
        self.agreement_rules: Sequence[AgreementRule] = ()
        self.interest_rules: Sequence[InterestRule] = ()
        self.tariffs = TARIFFS
        self.bank_accounts: frozenset[str] = frozenset()
        self.cash_box_rules: Sequence[CashBoxRule] = (
            CashBoxRule(in_force_from=date(2018, 1, 1), largest_float=5_000_000, difference_limit=50_000),
        )

    @property
    def answer(self) -> Answering:
        dependencies = {
            "clock": self.clock,
            "cash_ceiling": self.cash_ceiling,
            "points_on_notice": 3,
            "rounding_rules": self.rounding_rules,
            "part_payment_rules": (),
            "partner_terms": self.partner_terms,
            "commission_rules": self.commission_rules,
            "plausible_amounts": (),
            "cash_box_rules": self.cash_box_rules,
            "fee_rules": self.fee_rules,
            "agreement_rules": self.agreement_rules,
            "interest_rules": self.interest_rules,
            "judgement_rules": self.judgement_rules,
            "due_days": self.due_days,
            "tariffs": self.tariffs,
            "new_work": self.new_work,
            "runs_at_work": set(),
            "bank_accounts": self.bank_accounts,
        }
        return Answering(TOPOLOGY, dependencies)

    def clock(self) -> datetime:
        """Give a later moment each time it is asked."""
        self.now += timedelta(seconds=1)
        return self.now

    def new_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return UnitsOfWork(self.pool).open()

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return UnitsOfWork(self.pool).open(Access.READ_ONLY)

    # --- customers and bills

    async def customer(self, code: str = CODE, **changes: Any) -> CustomerFacts:
        """Have billing consume a customer."""
        known = facts(code, **changes)
        async with self.new_work() as work:
            await keep_customer(CustomerChanged(customer=known, changed_at=NOW), work)
        return known

    async def import_readings(self, *lines: str, options: ImportOptions = PLAINLY) -> ImportReport:
        """Import readings lines."""
        files = {"readings.csv": readings(*lines)}
        return await import_files(self.new_work, files, TARIFFS, options=options, judgement=self.judgement_rules)

    async def run(self, batch: int = 100, *, again: bool = False) -> BillRun:
        """Run the bills that wait."""
        return await run_bills(self.new_work, self.tariffs, self.clock, batch=batch, again=again)

    async def bill(self, kwh: int, month: int = 10, *, code: str = CODE, year: int = 2026) -> CustomerAccount:
        """Issue a bill for a month and return the account after it."""
        report = await self.import_readings(reading(kwh, month, code=code, year=year))
        assert report.ok, report
        assert (await self.run()).bills == 1
        return await self.account(code)

    async def bill_of(self, kwh: int, *, month: int = 10) -> int:
        """Return what so many kWh of a whole month come to, of another customer."""
        code = f"PB1401{new_id().int % 10**7:07d}"
        await self.customer(code)
        return (await self.bill(kwh, month, code=code)).bills[-1].total

    async def account(self, code: str = CODE, history: int = 60) -> CustomerAccount:
        async with self.reading() as work:
            return await get_account(GetAccount(customer_code=code, history=history), work)

    async def state(self, code: str = CODE) -> AccountState:
        return (await self.account(code)).account

    # --- money

    async def pay(
        self,
        amount: int,
        *,
        code: str = CODE,
        method: PaymentMethod = PaymentMethod.TRANSFER,
        **others: Any,
    ) -> PaymentReply:
        """Record a payment; cash comes by the collector of the tests, a posting from the post office."""
        values: dict[str, Any] = {"payment_id": new_id(), "received_at": NOW}
        if method is PaymentMethod.CASH:
            values["collector_code"] = COLLECTOR
        if method is PaymentMethod.COLLECTION_POINT:
            values["collection_point_code"] = "BD01"
        request = RecordPayment(customer_code=code, amount=amount, method=method, **values | others)
        return await self.record(request)

    async def cash(self, amount: int, **others: Any) -> PaymentReply:
        return await self.pay(amount, method=PaymentMethod.CASH, **others)

    async def record(self, request: RecordPayment) -> PaymentReply:
        async def once() -> PaymentReply:
            async with self.new_work() as work:
                return await self.answer(request, work)

        return await repeat_on_conflict(once)

    async def reverse(self, payment_id: UUID, *, reversal_id: UUID | None = None, **others: Any) -> PaymentReply:
        values: dict[str, Any] = {"reason": "Nhập nhầm", "reversed_by": "KT01"}
        request = ReversePayment(reversal_id=reversal_id or new_id(), payment_id=payment_id, **values | others)
        async with self.new_work() as work:
            return await self.answer(request, work)

    async def report(self, request: ReportPayment) -> PaymentReply:
        async with self.new_work() as work:
            return await self.answer(request, work)

    async def reports(self, *unit_codes: str) -> list[PaymentReport]:
        async with self.reading() as work:
            return (await get_payment_reports(GetPaymentReports(unit_codes=list(unit_codes)), work)).reports

    async def payment(self, payment_id: UUID) -> PaymentReply:
        async with self.reading() as work:
            return await get_payment(GetPayment(payment_id=payment_id), work)

    async def receipt(self, payment_id: UUID, number: int = 123, kind: ReceiptKind = ReceiptKind.ORIGINAL) -> None:
        """Let billing hear that a receipt was signed."""
        issued = Receipt(
            receipt_id=new_id(),
            kind=kind,
            series="K26TAA",
            number=number,
            year=2026,
            payment_id=payment_id,
            voids_receipt_id=None,
            customer_code=CODE,
            collector_code=COLLECTOR,
            total=1,
            vat=0,
            issued_at=NOW,
            token="T",
            url="https://example.com/T",
        )
        async with self.new_work() as work:
            await note_receipt(ReceiptIssued(receipt=issued), work)

    # --- corrections

    async def correct(
        self,
        bill_number: str,
        kind: CorrectionKind = CorrectionKind.ADJUSTMENT,
        *,
        kwh: int | None = None,
        **others: Any,
    ) -> CorrectionReply:
        """Correct a bill; ``kwh``: what the meter of the customer should have shown to be used."""
        if kwh is not None:
            number = f"M{CODE[-5:]}"
            others["readings"] = [CorrectedBillReading(meter_number=number, old_reading=1000, new_reading=1000 + kwh)]
        people = {"reason": "Ghi sai chỉ số", "asked_by": "Lê Thị Tính", "approved_by": "Phạm Văn Duyệt"}
        values = {"correction_id": new_id()} | people | others
        reply: CorrectionReply = await self.ask(CorrectBill(bill_number=bill_number, kind=kind, **values))
        return reply

    async def ask(self, request: Any) -> Any:
        """Return the answer to a request."""
        async with self.new_work() as work:
            return await self.answer(request, work)

    async def look(self, request: Any) -> Any:
        """Return the answer to a request that changes nothing."""
        async with self.reading() as work:
            return await self.answer(request, work)

    # --- complaints

    async def complain(
        self,
        bill_number: str,
        *,
        code: str = CODE,
        complaint_id: UUID | None = None,
        work: UnitOfWork | None = None,
    ) -> UUID:
        """Have billing consume a complaint about a bill; return the id of the complaint. ``work``: one that goes on."""
        complaint_id = complaint_id or new_id()
        await self.consume(
            ComplaintRecorded(
                complaint_id=complaint_id,
                customer_code=code,
                kind=ComplaintKind.AMOUNT,
                bill_number=bill_number,
                answer_by=date(2026, 12, 7),
                recorded_at=NOW,
            ),
            work,
        )
        return complaint_id

    async def answer_complaint(self, complaint_id: UUID, bill_number: str) -> None:
        """Have billing consume that a complaint was answered."""
        await self.consume(
            ComplaintSettled(
                complaint_id=complaint_id,
                customer_code=CODE,
                bill_number=bill_number,
                finding=ComplaintFinding.OTHER,
                is_bill_right=True,
                settled_at=NOW,
            )
        )

    async def consume(self, event: ComplaintRecorded | ComplaintSettled, within: UnitOfWork | None = None) -> None:
        async with contextlib.nullcontext(within) if within is not None else self.new_work() as work:
            if isinstance(event, ComplaintRecorded):
                await note_complaint(event, work, clock=self.clock)
            else:
                await end_complaint(event, work, clock=self.clock)

    # --- shifts and visits

    async def open_shift(self, *, collector: str = COLLECTOR, opening_float: int = 0, **others: Any) -> ShiftReply:
        values: dict[str, Any] = {"shift_id": new_id(), "opened_at": NOW}
        request = OpenShift(collector_code=collector, opening_float=opening_float, **values | others)
        async with self.new_work() as work:
            return await self.answer(request, work)

    async def shift(self, shift_id: UUID | None = None, collector: str = COLLECTOR) -> ShiftReply:
        async with self.reading() as work:
            return await get_shift(GetShift(collector_code=collector, shift_id=shift_id), work)

    async def close_shift(
        self, shift_id: UUID, counted_cash: int, *, collector: str = COLLECTOR, **others: Any
    ) -> ShiftReply:
        request = CloseShift(
            shift_id=shift_id, collector_code=collector, counted_cash=counted_cash, **{"closed_at": NOW} | others
        )
        async with self.new_work() as work:
            return await self.answer(request, work)

    async def confirm_shift(self, shift_id: UUID, counted_cash: int, **others: Any) -> ShiftReply:
        values: dict[str, Any] = {"confirmed_by": "cashier:1", "device_id": CASHIER} | others
        async with self.new_work() as work:
            return await self.answer(ConfirmShift(shift_id=shift_id, counted_cash=counted_cash, **values), work)

    async def decide_shift(self, shift_id: UUID, **others: Any) -> ShiftReply:
        values: dict[str, Any] = {
            "decision": ShiftDecision.CHARGED,
            "reason": "Đã đối chiếu",
            "decided_by": "supervisor:1",
            "device_id": SUPERVISOR,
        }
        async with self.new_work() as work:
            return await self.answer(DecideShift(shift_id=shift_id, **values | others), work)

    async def shifts(self, **which: Any) -> list[ListedShift]:
        async with self.reading() as work:
            return (await get_shifts(GetShifts(**which), work)).shifts

    async def next_shift(self, collector: str = COLLECTOR) -> NextShift:
        async with self.reading() as work:
            return await get_next_shift(
                GetNextShift(collector_code=collector),
                work,
                clock=self.clock,
                cash_ceiling=self.cash_ceiling,
                cash_box_rules=self.cash_box_rules,
            )

    async def collector(self, *, active: bool = True, unit_code: str = "PB1401", code: str = COLLECTOR) -> None:
        """Have billing consume a collector."""
        self.now += timedelta(seconds=1)
        event = CollectorChanged(
            collector_code=code, name="Trần Văn Thu", unit_code=unit_code, active=active, changed_at=self.now
        )
        async with self.new_work() as work:
            await keep_collector(event, work)

    async def visit(
        self,
        outcome: Outcome,
        next_step: NextStep = NextStep.REVISIT,
        *,
        visit_id: UUID | None = None,
        code: str = CODE,
        first_record: bool = True,
        appointment: datetime | None = None,
        actor: Actor | None = None,
    ) -> UUID:
        """Let billing hear of a visit."""
        visit = Visit(
            visit_id=visit_id or new_id(),
            customer_code=code,
            collector_code=COLLECTOR,
            outcome=outcome,
            visited_at=NOW,
            appointment=appointment,
            note="",
            next_step=next_step,
            misses=1,
        )
        async with self.new_work() as work:
            event = VisitRecorded(visit=visit, first_record=first_record, device_id=None, actor=actor)
            await issue_notice(event, work, clock=self.clock, points_on_notice=2)
        return visit.visit_id

    # --- what was emitted

    async def emitted(self, name: str = "") -> list[dict[str, Any]]:
        """Return the bodies of the events that were emitted (of one name), in their order."""
        rows = await self.pool.fetch("SELECT routing_key, body FROM outbox ORDER BY position")
        return [json.loads(row["body"]) for row in rows if row["routing_key"].startswith(name)]
