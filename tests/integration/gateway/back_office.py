"""The other services as the gateway sees them, played on the real bus: one customer list, one ledger, no rules."""

# ruff: noqa: ARG002, N802 - each method is named after the request that it answers, and has a handler's arguments

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from shared.contracts.billing import (
    Allocation,
    Bill,
    BillIssued,
    BillLine,
    BillState,
    CloseShift,
    CollectionPoint,
    CollectionPointsReply,
    CustomerAccount,
    GetAccount,
    GetCollectionPoints,
    GetPayment,
    GetShift,
    OpenShift,
    Payment,
    PaymentRecorded,
    PaymentReply,
    PaymentReversed,
    RecordPayment,
    ReversePayment,
    Shift,
    ShiftReply,
    ShiftTotals,
)
from shared.contracts.common import AccountState, Collector, CustomerFacts, NextStep, PaymentMethod, Unit
from shared.contracts.customer import (
    CollectorDetails,
    CorrectPhone,
    CustomerChanged,
    CustomerDetails,
    CustomerMatch,
    CustomersFound,
    CustomerSummary,
    GetCollector,
    GetCustomer,
    GetRoute,
    MatchedOn,
    PhoneCorrected,
    RecordVisit,
    RouteOfDay,
    RouteStop,
    SearchCustomers,
    Visit,
    VisitReply,
)
from shared.contracts.message import Message, Request
from shared.contracts.notify import GetReminders, ReminderHistory
from shared.contracts.receipt import (
    CheckState,
    DocumentReady,
    GetPublicKeys,
    GetReceipt,
    PaperKind,
    PublicKey,
    PublicKeysReply,
    Receipt,
    ReceiptKind,
    ReceiptReply,
    ReprintReceipt,
    ReprintReply,
    Verification,
    VerificationCheck,
    VerifyToken,
)
from shared.ids import new_id
from shared.messaging import RequestHandler, Topology, UnitOfWork
from shared.printing import Document, QrCode, Rule, Text
from shared.problems import Conflict, NotFound, SameIdOtherContent

REQUESTS: list[type[Request[Any]]] = [
    SearchCustomers,
    GetCustomer,
    GetCollector,
    GetRoute,
    RecordVisit,
    CorrectPhone,
    GetAccount,
    RecordPayment,
    GetPayment,
    ReversePayment,
    OpenShift,
    GetShift,
    CloseShift,
    GetCollectionPoints,
    GetReceipt,
    ReprintReceipt,
    VerifyToken,
    GetPublicKeys,
    GetReminders,
]

UNIT = Unit(unit_code="PB1501", name="Điện lực TP Cà Mau", address="Cà Mau", tax_code="0300942001", phone="19001006")
START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TOTAL = 475_000


def document(title: str, *lines: str) -> Document:
    """A small paper."""
    blocks = (Text(text=title, align="center", weight="bold"), Rule(), *(Text(text=line) for line in lines))
    return Document(kind="receipt", title=title, blocks=(*blocks, QrCode(data="HTTPS://EXAMPLE.VN/R/ABC234")))


def facts(customer_code: str, collector_code: str = "TN001", version: int = 1) -> CustomerFacts:
    """A customer on a collector's route."""
    return CustomerFacts(
        customer_code=customer_code,
        name="Trần Thị Bưởi",
        address="12 Phan Ngọc Hiển, phường 5",
        phone="+84912345678",
        unit=UNIT,
        route_code=f"R-{collector_code}",
        place_in_route=1,
        collector=Collector(collector_code=collector_code, name="Lê Văn Tư", phone="+84900000001"),
        price_group="household",
        version=version,
    )


def bill(customer_code: str) -> Bill:
    """An open bill of 475 000 đồng."""
    return Bill(
        bill_id=uuid5(UUID(int=1), customer_code),
        bill_number=f"{customer_code}-2026-10-1",
        customer_code=customer_code,
        cycle=1,
        month=10,
        year=2026,
        period_from=date(2026, 10, 1),
        period_to=date(2026, 10, 31),
        price_group="household",
        households="1",
        readings=[],
        kwh=200,
        lines=[
            BillLine(
                label="Bậc 1",
                decision="1279/QĐ-BCT",
                period_from=date(2026, 10, 1),
                period_to=date(2026, 10, 31),
                kwh=200,
                unit_price=2199,
                amount=439_800,
            )
        ],
        pre_vat=439_815,
        vat_rate="8",
        vat=35_185,
        total=TOTAL,
        open_principal=439_815,
        open_vat=35_185,
        state=BillState.OPEN,
        due_date=date(2026, 11, 30),
        issued_at=START,
    )


@dataclass
class BackOffice:
    """Answers every request of the gateway from memory, and emits what the real services would."""

    customers: dict[str, CustomerFacts] = field(default_factory=dict)
    payments: dict[UUID, tuple[RecordPayment, Payment]] = field(default_factory=dict)
    shifts: dict[UUID, Shift] = field(default_factory=dict)
    receipts: dict[UUID, Receipt] = field(default_factory=dict)
    visits: dict[UUID, Visit] = field(default_factory=dict)
    asked: list[Any] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)

    def topology(self) -> Topology:
        """Its messages: it answers the requests of four services and emits their events."""
        return Topology(
            service="backoffice",
            handlers=[RequestHandler(request, self._answer) for request in REQUESTS],
            emits=[CustomerChanged, PaymentRecorded, PaymentReversed, BillIssued, DocumentReady],
        )

    async def _answer(self, request: Message, work: UnitOfWork) -> Any:
        self.asked.append(request)
        return await getattr(self, type(request).__name__)(request, work)

    def customer(self, code: str, collector_code: str | None) -> CustomerFacts:
        known = self.customers.get(code)
        if known is None or collector_code not in (None, known.collector.collector_code):
            raise NotFound("Không tìm thấy khách hàng.")
        return known

    def debt(self, code: str) -> int:
        paid = any(p.customer_code == code and p.reversed_at is None for _, p in self.payments.values())
        return 0 if paid else TOTAL

    def account(self, code: str) -> AccountState:
        self.versions[code] = self.versions.get(code, 0) + 1
        debt = self.debt(code)
        return AccountState(
            customer_code=code, version=self.versions[code], debt=debt, credit=0, open_bills=int(debt > 0)
        )

    def summary(self, customer: CustomerFacts) -> CustomerSummary:
        return CustomerSummary(
            customer_code=customer.customer_code,
            name=customer.name,
            address=customer.address,
            phone=customer.phone,
            meter_number=None,
            route_code=customer.route_code,
            place_in_route=1,
            step=NextStep.DUE,
            debt=self.debt(customer.customer_code),
        )

    # --- customer ------------------------------------------------------------

    async def SearchCustomers(self, request: SearchCustomers, work: UnitOfWork) -> CustomersFound:
        found = [
            CustomerMatch(customer=self.summary(one), matched_on=MatchedOn.NAME, score=0.9)
            for one in self.customers.values()
            if request.collector_code in (None, one.collector.collector_code)
        ]
        return CustomersFound(matches=found[: request.limit])

    async def GetCustomer(self, request: GetCustomer, work: UnitOfWork) -> CustomerDetails:
        customer = self.customer(request.customer_code, request.collector_code)
        return CustomerDetails(
            facts=customer,
            step=NextStep.DUE,
            debt=self.debt(customer.customer_code),
            appointment=None,
            misses=0,
            visits=[],
        )

    async def GetCollector(self, request: GetCollector, work: UnitOfWork) -> CollectorDetails:
        if not request.collector_code.startswith("TN"):
            raise NotFound("Không có thu ngân viên này.")
        return CollectorDetails(
            collector_code=request.collector_code,
            name="Lê Văn Tư",
            phone="+84900000001",
            unit_code="PB1501",
            routes=["R1"],
            active=True,
        )

    async def GetRoute(self, request: GetRoute, work: UnitOfWork) -> RouteOfDay:
        stops = [
            RouteStop(customer=self.summary(one), done_today=False, promised_today=False, last_outcome=None)
            for one in self.customers.values()
            if one.collector.collector_code == request.collector_code
        ]
        return RouteOfDay(collector_code=request.collector_code, day=request.day, stops=stops)

    async def RecordVisit(self, request: RecordVisit, work: UnitOfWork) -> VisitReply:
        self.customer(request.customer_code, request.collector_code)
        visit = Visit(
            visit_id=request.visit_id,
            customer_code=request.customer_code,
            collector_code=request.collector_code,
            outcome=request.outcome,
            visited_at=request.visited_at,
            appointment=request.appointment,
            note=request.note,
            next_step=NextStep.REVISIT,
            misses=1,
        )
        known = self.visits.setdefault(request.visit_id, visit)
        if known != visit:
            raise SameIdOtherContent("Lượt ghé này đã được ghi nhận khác.")
        await self.print(
            work, request.visit_id, PaperKind.NOTICE, request.device_id, request.customer_code, visit_id=visit.visit_id
        )
        return VisitReply(visit=visit)

    async def CorrectPhone(self, request: CorrectPhone, work: UnitOfWork) -> PhoneCorrected:
        return PhoneCorrected(
            correction_id=request.correction_id,
            customer_code=request.customer_code,
            old_phone=None,
            new_phone="+84912345678",
        )

    # --- billing -------------------------------------------------------------

    async def GetAccount(self, request: GetAccount, work: UnitOfWork) -> CustomerAccount:
        self.customer(request.customer_code, None)
        return CustomerAccount(
            account=self.account(request.customer_code), bills=[bill(request.customer_code)], payments=[]
        )

    async def RecordPayment(self, request: RecordPayment, work: UnitOfWork) -> PaymentReply:
        customer = self.customer(request.customer_code, None)
        if request.payment_id in self.payments:
            known, payment = self.payments[request.payment_id]
            if known != request:
                raise SameIdOtherContent("Mã này đã dùng cho khoản khác.")
            return PaymentReply(payment=payment, account=self.account(request.customer_code))
        if request.method is PaymentMethod.CASH and not self.debt(request.customer_code):
            raise Conflict("Hóa đơn đã được thanh toán.", slug="already-paid")
        payment = Payment(
            payment_id=request.payment_id,
            customer_code=request.customer_code,
            amount=request.amount,
            method=request.method,
            received_at=request.received_at,
            collector_code=request.collector_code,
            collection_point_code=request.collection_point_code,
            reference=request.reference,
            shift_id=None,
            allocations=[Allocation(bill_id=bill(request.customer_code).bill_id, vat=0, principal=request.amount)],
            credit=0,
        )
        self.payments[request.payment_id] = (request, payment)
        account = self.account(request.customer_code)
        await work.emit(
            PaymentRecorded(
                payment=payment,
                customer=customer,
                bills=[bill(request.customer_code)],
                collection_point=self.point() if request.collection_point_code else None,
                account=account,
                visit_id=request.visit_id,
                device_id=request.device_id,
            )
        )
        receipt = self.receipt(payment)
        if request.device_id is not None:
            await self.print(
                work,
                receipt.receipt_id,
                PaperKind.RECEIPT,
                request.device_id,
                request.customer_code,
                payment_id=payment.payment_id,
                receipt_id=receipt.receipt_id,
            )
        return PaymentReply(payment=payment, account=account)

    async def GetPayment(self, request: GetPayment, work: UnitOfWork) -> PaymentReply:
        if request.payment_id not in self.payments:
            raise NotFound("Không có khoản thanh toán này.")
        _, payment = self.payments[request.payment_id]
        return PaymentReply(payment=payment, account=self.account(payment.customer_code))

    async def ReversePayment(self, request: ReversePayment, work: UnitOfWork) -> PaymentReply:
        if request.payment_id not in self.payments:
            raise NotFound("Không có khoản thanh toán này.")
        asked, payment = self.payments[request.payment_id]
        payment = payment.model_copy(update={"reversed_at": START})
        self.payments[request.payment_id] = (asked, payment)
        account = self.account(payment.customer_code)
        await work.emit(
            PaymentReversed(
                reversal_id=request.reversal_id,
                payment=payment,
                customer=self.customers[payment.customer_code],
                reason=request.reason,
                reversed_by=request.reversed_by,
                reversed_at=START,
                account=account,
                device_id=request.device_id,
            )
        )
        return PaymentReply(payment=payment, account=account)

    async def OpenShift(self, request: OpenShift, work: UnitOfWork) -> ShiftReply:
        shift = self.shifts.setdefault(
            request.shift_id,
            Shift(
                shift_id=request.shift_id,
                collector_code=request.collector_code,
                opened_at=request.opened_at,
                opening_float=request.opening_float,
                totals=ShiftTotals(payments=0, cash=0, reversals=0, reversed_cash=0),
                cash_in_hand=request.opening_float,
                cash_ceiling=50_000_000,
                closed_at=None,
                counted_cash=None,
                difference=None,
            ),
        )
        return ShiftReply(shift=shift)

    async def GetShift(self, request: GetShift, work: UnitOfWork) -> ShiftReply:
        for shift in self.shifts.values():
            wanted = shift.shift_id == request.shift_id if request.shift_id else shift.closed_at is None
            if wanted and shift.collector_code == request.collector_code:
                return ShiftReply(shift=shift)
        raise NotFound("Chưa mở ca.")

    async def CloseShift(self, request: CloseShift, work: UnitOfWork) -> ShiftReply:
        shift = self.shifts.get(request.shift_id)
        if shift is None or shift.collector_code != request.collector_code:
            raise NotFound("Không có ca này.")
        closed = shift.model_copy(
            update={"closed_at": request.closed_at, "counted_cash": request.counted_cash, "difference": 0}
        )
        self.shifts[request.shift_id] = closed
        return ShiftReply(shift=closed)

    def point(self) -> CollectionPoint:
        return CollectionPoint(
            collection_point_code="VNPOST-CM01",
            name="Bưu điện Cà Mau",
            kind="post_office",
            address="Cà Mau",
            opening_hours="7:00-17:00",
            phone="02903831234",
            unit_code="PB1501",
        )

    async def GetCollectionPoints(self, request: GetCollectionPoints, work: UnitOfWork) -> CollectionPointsReply:
        return CollectionPointsReply(collection_points=[self.point()])

    # --- receipt and notify --------------------------------------------------

    def receipt(self, payment: Payment) -> Receipt:
        receipt = Receipt(
            receipt_id=uuid5(UUID(int=2), str(payment.payment_id)),
            kind=ReceiptKind.ORIGINAL,
            series="1K26TCM",
            number=len(self.receipts) + 1,
            year=2026,
            payment_id=payment.payment_id,
            voids_receipt_id=None,
            customer_code=payment.customer_code,
            collector_code=payment.collector_code,
            total=payment.amount,
            vat=35_185,
            issued_at=START,
            token="ABC234",
            url="HTTPS://EXAMPLE.VN/R/ABC234",
        )
        return self.receipts.setdefault(receipt.receipt_id, receipt)

    async def GetReceipt(self, request: GetReceipt, work: UnitOfWork) -> ReceiptReply:
        for receipt in self.receipts.values():
            if request.receipt_id == receipt.receipt_id or request.payment_id == receipt.payment_id:
                return ReceiptReply(receipt=receipt, document=document("BIÊN NHẬN"))
        raise NotFound("Không có biên nhận này.")

    async def ReprintReceipt(self, request: ReprintReceipt, work: UnitOfWork) -> ReprintReply:
        receipt = self.receipts[request.receipt_id]
        await self.print(
            work,
            request.reprint_id,
            PaperKind.COPY,
            request.device_id,
            receipt.customer_code,
            receipt_id=receipt.receipt_id,
            copy_number=1,
        )
        return ReprintReply(receipt=receipt, copy_number=1, document_id=request.reprint_id)

    async def VerifyToken(self, request: VerifyToken, work: UnitOfWork) -> Verification:
        good = request.token == "ABC234"
        state = CheckState.PASSED if good else CheckState.FAILED
        return Verification(
            valid=good,
            checks=[VerificationCheck(check="signature", state=state, detail="Chữ ký đúng.")],
            fields={"Số tiền": "475.000"} if good else {},
            receipt=None,
            voided=False,
            copies=0,
        )

    async def GetPublicKeys(self, request: GetPublicKeys, work: UnitOfWork) -> PublicKeysReply:
        key = PublicKey(key_id="01", algorithm="EdDSA", public_key_pem="PEM", not_before=START, not_after=None)
        return PublicKeysReply(keys=[key])

    async def GetReminders(self, request: GetReminders, work: UnitOfWork) -> ReminderHistory:
        return ReminderHistory(reminders=[])

    async def print(
        self,
        work: UnitOfWork,
        document_id: UUID,
        kind: PaperKind,
        device_id: UUID | None,
        customer_code: str | None,
        **more: Any,
    ) -> UUID:
        """Say that a paper is ready."""
        event = DocumentReady(
            document_id=document_id,
            kind=kind,
            device_id=device_id,
            customer_code=customer_code,
            document=document(str(kind).upper(), customer_code or ""),
            not_after=more.pop("not_after", None),
            summary=f"{kind} {customer_code}",
            **more,
        )
        await work.emit(event, aggregate=str(device_id))
        return document_id


def tomorrow() -> datetime:
    """A moment in the future, whatever the clock says."""
    return datetime.now(UTC) + timedelta(days=1)


__all__ = [
    "START",
    "TOTAL",
    "BackOffice",
    "bill",
    "document",
    "facts",
    "new_id",
    "replace",
    "tomorrow",
]
