"""The other services as the gateway sees them, played on the real bus: answers that fit, and no rules behind them.

Where another service would refuse, a test calls :meth:`BackOffice.refuse`; the service's own tests check the rules.
"""

# ruff: noqa: ARG002, N802 - each method is named after the request that it answers, and has a handler's arguments

from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID, uuid5

from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.billing import (
    AgedDebt,
    AgeingReport,
    AgreeInstalments,
    AgreementPrintAsked,
    AgreementReply,
    Agreements,
    AgreementState,
    BankCredit,
    BankCreditDetails,
    BankCreditReason,
    BankCreditReply,
    BankCreditsPage,
    BankCreditState,
    Bill,
    BillChoice,
    BillCorrected,
    BillCorrection,
    BillCorrections,
    BilledAmounts,
    BillIssued,
    BillLink,
    BillRun,
    BillRunDetails,
    BillRunReply,
    BillRuns,
    BillRunState,
    BillsReleased,
    CancelPartnerPayment,
    ChargeInterest,
    ChargeReply,
    CheckInstalments,
    CloseShift,
    CollectedSum,
    CollectionPoint,
    CollectionPointsReply,
    CollectionsReport,
    CollectorCommission,
    CommissionsReport,
    ConfirmShift,
    CorrectBill,
    CorrectionKind,
    CorrectionPreview,
    CorrectionReply,
    CorrectReadings,
    CountHandIn,
    CustomerAccount,
    DayOfPayments,
    DebtAge,
    DecideShift,
    DiscardBillRun,
    DismissBankCredit,
    DueInterest,
    EndAgreement,
    FilledInstalment,
    GetAccount,
    GetAgeingReport,
    GetAgreements,
    GetBankCredits,
    GetBillCorrections,
    GetBillRun,
    GetBillRuns,
    GetCollectionPoints,
    GetCollectionsReport,
    GetCommissions,
    GetDayOfPayments,
    GetDueInterest,
    GetHandIns,
    GetHandover,
    GetHeldReadings,
    GetHoursOfPayments,
    GetInterest,
    GetNextShift,
    GetPartnerBills,
    GetPartnerDifferences,
    GetPartnerFile,
    GetPartnerPayment,
    GetPartnerPoints,
    GetPayment,
    GetPaymentReports,
    GetPriceGroups,
    GetReversals,
    GetShift,
    GetShifts,
    GetSlipPhoto,
    GetWaitingReadings,
    GiveBackAtDesk,
    HandIn,
    HandInCount,
    HandInReply,
    HandIns,
    HandInState,
    Handover,
    HandoverReply,
    HeldReadingsPage,
    HourPayments,
    HoursOfPayments,
    InstalmentAgreement,
    InstalmentTerms,
    InterestReply,
    InterestState,
    ListedShift,
    LookAtBankCredit,
    MatchBankCredit,
    NextShift,
    OpenShift,
    PartnerBills,
    PartnerDifference,
    PartnerDifferenceReply,
    PartnerDifferences,
    PartnerEntryKind,
    PartnerFile,
    PartnerPayment,
    PartnerPaymentState,
    PartnerPoints,
    PartnerVerdict,
    Payment,
    PaymentRecorded,
    PaymentReply,
    PaymentReport,
    PaymentReports,
    PaymentReversed,
    PreviewCorrection,
    PriceGroupName,
    PriceGroups,
    PrintAgreement,
    ReadingsFile,
    ReadingsFileOutcome,
    ReadingsReply,
    ReadingsWaiting,
    RecordPartnerPayment,
    RecordPayment,
    ReleaseBillRun,
    ReleaseReadings,
    ReportPayment,
    ReturnPaper,
    ReversalReply,
    Reversals,
    ReversePayment,
    RoutePayments,
    SendReadingsBack,
    SettlePartnerDifference,
    Shift,
    ShiftConfirmation,
    ShiftReply,
    ShiftRuling,
    Shifts,
    ShiftState,
    ShiftTotals,
    SlipPhoto,
    StartBillRun,
    StateHandIn,
    TakeBankCredits,
    TakenBackPayment,
    TakenBankCredits,
    TakePartnerFile,
    TakeReadings,
    WaitingReadings,
    WaiveInterest,
    WaiverReply,
)
from shared.contracts.common import AccountState, Collector, CustomerFacts, NextStep, PaymentMethod, Unit
from shared.contracts.customer import (
    AddVisitNote,
    ArrangeRoute,
    ChooseSmsLanguage,
    CollectorDetails,
    CorrectPhone,
    CustomerChanged,
    CustomerDetails,
    CustomerMatch,
    CustomersChanged,
    CustomersFound,
    CustomerSummary,
    DayOfRoutes,
    GetCollector,
    GetCustomer,
    GetDayOfRoutes,
    GetReadingComplaints,
    GetReadingPhoto,
    GetRoute,
    GetRoutePlan,
    GetVisit,
    ListedChange,
    ListFile,
    ListFileOutcome,
    ListKind,
    MatchedOn,
    PhoneCorrected,
    PlannedStop,
    ReadingComplaint,
    ReadingComplaintReply,
    ReadingComplaints,
    ReadingComplaintSettled,
    ReadingPhoto,
    RecordComplaintAtDesk,
    RecordReadingComplaint,
    RecordVisit,
    RouteArranged,
    RouteFigures,
    RouteOfDay,
    RoutePlan,
    RouteStop,
    SearchCustomers,
    SettleReadingComplaint,
    SmsLanguageChosen,
    TakeCompanyList,
    TakeList,
    Visit,
    VisitReply,
    VisitWithdrawn,
    VisitWithdrawnReply,
    WithdrawVisit,
)
from shared.contracts.invoice import (
    AuthoritySummaries,
    AuthoritySummary,
    GetAuthoritySummaries,
    InvoiceState,
    LookedUpInvoice,
    LookUpInvoice,
    LookupReply,
    SummaryState,
)
from shared.contracts.message import Message, Request
from shared.contracts.notify import (
    ChangeOptOut,
    CutOrder,
    CutOrderKind,
    CutOrderReported,
    CutOrderState,
    DueSms,
    GetDueSms,
    GetOptOuts,
    GetReceiptLinks,
    GetReminders,
    OptOutsReply,
    PrintWarning,
    ReceiptLink,
    ReceiptLinkReply,
    ReceiptLinks,
    ReminderHistory,
    ReminderState,
    ReportCutOrder,
    SendReceiptLink,
    UnitSms,
    WarningPrintAsked,
)
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
from shared.messaging.context import Context
from shared.printing import Document, QrCode, Rule, Text
from shared.problems import Conflict, InvalidRequest, NotFound, Problem
from shared.testing import builders
from shared.typed_codes import readings_of
from tests.unit.invoice import samples

R = TypeVar("R", bound=Request[Any])

REQUESTS: list[type[Request[Any]]] = [
    SearchCustomers,
    GetCustomer,
    GetCollector,
    GetRoute,
    RecordVisit,
    GetVisit,
    WithdrawVisit,
    AddVisitNote,
    RecordReadingComplaint,
    RecordComplaintAtDesk,
    SettleReadingComplaint,
    GetReadingComplaints,
    GetReadingPhoto,
    ChooseSmsLanguage,
    CorrectPhone,
    GetAccount,
    RecordPayment,
    GetPayment,
    ReportPayment,
    PreviewCorrection,
    CorrectBill,
    GetBillCorrections,
    DismissBankCredit,
    GetBankCredits,
    LookAtBankCredit,
    MatchBankCredit,
    GetPartnerBills,
    GetPartnerPayment,
    GetPartnerPoints,
    RecordPartnerPayment,
    TakePartnerFile,
    GetPartnerFile,
    GetPartnerDifferences,
    SettlePartnerDifference,
    CancelPartnerPayment,
    TakeBankCredits,
    GetPriceGroups,
    GetWaitingReadings,
    GetBillRuns,
    GetBillRun,
    StartBillRun,
    ReleaseBillRun,
    DiscardBillRun,
    GetHeldReadings,
    ReleaseReadings,
    CorrectReadings,
    SendReadingsBack,
    TakeReadings,
    GetCollectionsReport,
    GetAgeingReport,
    GetCommissions,
    GetAuthoritySummaries,
    GetAgreements,
    CheckInstalments,
    AgreeInstalments,
    EndAgreement,
    PrintAgreement,
    PrintWarning,
    ReportCutOrder,
    GetInterest,
    GetDueInterest,
    ChargeInterest,
    WaiveInterest,
    GetPaymentReports,
    ReversePayment,
    GetReversals,
    ReturnPaper,
    GiveBackAtDesk,
    OpenShift,
    GetShift,
    CloseShift,
    ConfirmShift,
    StateHandIn,
    CountHandIn,
    GetHandIns,
    GetSlipPhoto,
    GetHandover,
    DecideShift,
    GetShifts,
    GetNextShift,
    GetCollectionPoints,
    GetReceipt,
    ReprintReceipt,
    VerifyToken,
    LookUpInvoice,
    GetPublicKeys,
    GetReminders,
    SendReceiptLink,
    GetReceiptLinks,
    GetOptOuts,
    ChangeOptOut,
    GetDayOfRoutes,
    GetDayOfPayments,
    GetHoursOfPayments,
    GetDueSms,
    GetRoutePlan,
    ArrangeRoute,
    TakeList,
    TakeCompanyList,
]

UNIT = Unit(unit_code="PB1501", name="Điện lực TP Cà Mau", address="Cà Mau", tax_code="0300942001", phone="19001006")
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
"""When everything happened that the back office returns: shortly before the tests."""

TOTAL = 475_000
BILL_NUMBER = "PB15010000001T102026K1"
DIFFERENCE = -201_096

INVOICE_CODE = "ABCDEFGH234567AB"
INVOICE_CUSTOMER = "PB15010000001"
INVOICE_BUYER = "NGUYỄN THỊ HẠNH"

Answer = Callable[[Any, UnitOfWork], Awaitable[Any]]


def document(title: str, *lines: str) -> Document:
    """Return a short document."""
    blocks = (Text(text=title, align="center", weight="bold"), Rule(), *(Text(text=line) for line in lines))
    return Document(kind="receipt", title=title, blocks=(*blocks, QrCode(data="HTTPS://EXAMPLE.VN/R/ABC234")))


def facts(customer_code: str, collector_code: str = "TN001", version: int = 1) -> CustomerFacts:
    """Return the facts of a customer on a collector's route."""
    collector = Collector(collector_code=collector_code, name="Lê Văn Tư", phone="+84900000001")
    return builders.customer(
        customer_code,
        name="Trần Thị Bưởi",
        phone="+84912345678",
        unit=UNIT,
        route_code=f"R-{collector_code}",
        collector=collector,
        version=version,
    )


def bank_credit() -> BankCredit:
    """Return a bank credit that waits for a person."""
    return BankCredit(
        credit_id=new_id(),
        account_number="0071000123456",
        outgoing=False,
        amount=475_000,
        booked_on=datetime.now(UTC).date(),
        transacted_at=datetime.now(UTC),
        reference="FT26331001",
        state=BankCreditState.UNMATCHED,
        reason=BankCreditReason.NO_CUSTOMER,
        customer_code=None,
        payment_id=None,
        matched_by=None,
        sources=["sepay"],
        taken_at=datetime.now(UTC),
        settled_at=None,
    )


def bill(customer_code: str) -> Bill:
    """Return an open bill of 475 000 đồng, the same one each time."""
    return builders.bill(customer_code, bill_id=uuid5(UUID(int=1), customer_code), pre_vat=439_815, vat=35_185)


INTEREST = 12_345


def _interest(customer_code: str, until: date | None) -> InterestState:
    return InterestState(
        customer_code=customer_code,
        unit_code=UNIT.unit_code,
        until=until or START.date(),
        bills=[],
        total=INTEREST,
        basis="Hợp đồng, điều 5",
    )


def _agreement(agreement_id: UUID, state: AgreementState) -> InstalmentAgreement:
    ended = state is AgreementState.ENDED
    return InstalmentAgreement(
        agreement_id=agreement_id,
        customer_code="PB15020000001",
        unit_code=UNIT.unit_code,
        state=state,
        amount=TOTAL,
        paid=0,
        parts=[FilledInstalment(due_on=START.date(), amount=TOTAL, paid=0)],
        bills=[],
        late_days=3,
        paper="TT 12/2026",
        reason="Khó khăn",
        asked_by="Hoa (hoa)",
        approved_by="Lan (lan)",
        agreed_at=START,
        ended_at=START if ended else None,
        end_reason="Khách đề nghị" if ended else None,
    )


@dataclass
class BackOffice:
    """Answers every request of the gateway, and emits what the real services would."""

    customers: dict[str, CustomerFacts] = field(default_factory=dict)
    payments: dict[UUID, Payment] = field(default_factory=dict)
    visits: dict[UUID, Visit] = field(default_factory=dict)
    complaints: list[RecordReadingComplaint] = field(default_factory=list)
    complaints_at_desk: list[RecordComplaintAtDesk] = field(default_factory=list)
    settlements: list[SettleReadingComplaint] = field(default_factory=list)
    reports: dict[UUID, ReportPayment] = field(default_factory=dict)
    receipts: dict[UUID, Receipt] = field(default_factory=dict)
    links: list[ReceiptLink] = field(default_factory=list)
    linked_bills: list[list[UUID]] = field(default_factory=list)
    opted_out: dict[str, set[str]] = field(default_factory=dict)
    """Kinds of message by phone number."""
    shift: Shift | None = None
    hand_in: HandIn | None = None
    run_begun_by: Actor | None = None
    asked: list[Any] = field(default_factory=list)
    contexts: list[Context] = field(default_factory=list)
    """The facts around each of the requests."""
    other_answers: dict[type[Message], Answer] = field(default_factory=dict)
    """What a test has put in the place of the usual answer."""
    versions: Iterator[int] = field(default_factory=lambda: count(1))

    def topology(self) -> Topology:
        """Its messages: it answers the requests of four services and emits their events."""
        return Topology(
            service="backoffice",
            handlers=[RequestHandler(request, self._answer) for request in REQUESTS],
            emits=[
                CustomerChanged,
                CustomersChanged,
                VisitWithdrawn,
                PaymentRecorded,
                PaymentReversed,
                BillCorrected,
                BillIssued,
                BillsReleased,
                DocumentReady,
            ],
        )

    async def _answer(self, request: Message, work: UnitOfWork) -> Any:
        self.asked.append(request)
        self.contexts.append(work.context)
        usual = getattr(self, type(request).__name__)
        return await self.other_answers.get(type(request), usual)(request, work)

    def refuse(self, request: type[Request[Any]], problem: Problem) -> None:
        """Refuse requests of a kind from now on."""

        async def answer(*_: object) -> None:
            raise problem

        self.other_answers[request] = answer

    def asked_for(self, request: type[R]) -> list[R]:
        """Return the requests of a kind, in their order."""
        return [one for one in self.asked if isinstance(one, request)]

    def customer(self, code: str, collector_code: str | None) -> CustomerFacts:
        known = self.customers.get(code)
        if known is None or collector_code not in (None, known.collector.collector_code):
            raise NotFound("Không tìm thấy khách hàng.")
        return known

    def account(self, code: str, debt: int = TOTAL) -> AccountState:
        return builders.account(code, debt=debt, version=next(self.versions))

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
            debt=TOTAL,
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
            debt=TOTAL,
            appointment=None,
            misses=0,
            visits=[],
        )

    async def GetCollector(self, request: GetCollector, work: UnitOfWork) -> CollectorDetails:
        if not request.collector_code.startswith("TN"):
            raise NotFound("Không có thu ngân viên này.", facts={"collector_code": request.collector_code})
        return CollectorDetails(
            collector_code=request.collector_code,
            name="Lê Văn Tư",
            phone="+84900000001",
            unit_code="PB1501",
            routes=["R1"],
            active=request.collector_code != "TN-LEFT",
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
        self.visits[visit.visit_id] = visit
        await self.print(
            work, request.visit_id, PaperKind.NOTICE, request.device_id, request.customer_code, visit_id=visit.visit_id
        )
        return VisitReply(visit=visit)

    async def GetVisit(self, request: GetVisit, work: UnitOfWork) -> VisitReply:
        if request.visit_id not in self.visits:
            raise NotFound("Không có lần đến này.")
        return VisitReply(visit=self.visits[request.visit_id])

    async def WithdrawVisit(self, request: WithdrawVisit, work: UnitOfWork) -> VisitWithdrawnReply:
        visit = self.visits[request.visit_id].model_copy(update={"withdrawn_at": START})
        await work.emit(
            VisitWithdrawn(visit=visit, withdrawal_id=request.withdrawal_id, reason=request.reason, withdrawn_at=START)
        )
        return VisitWithdrawnReply(visit=visit, step=NextStep.DUE, appointment=None)

    async def AddVisitNote(self, request: AddVisitNote, work: UnitOfWork) -> VisitReply:
        visit = self.visits[request.visit_id]
        return VisitReply(visit=visit.model_copy(update={"later_notes": [request.note]}))

    async def RecordReadingComplaint(self, request: RecordReadingComplaint, work: UnitOfWork) -> ReadingComplaintReply:
        self.complaints.append(request)
        return ReadingComplaintReply(
            complaint_id=request.complaint_id, recorded_at=START, has_photo=bool(request.photo)
        )

    async def RecordComplaintAtDesk(self, request: RecordComplaintAtDesk, work: UnitOfWork) -> ReadingComplaintReply:
        self.complaints_at_desk.append(request)
        return ReadingComplaintReply(complaint_id=request.complaint_id, recorded_at=START, has_photo=False)

    async def GetReadingComplaints(self, request: GetReadingComplaints, work: UnitOfWork) -> ReadingComplaints:
        return ReadingComplaints(
            complaints=[
                ReadingComplaint(
                    complaint_id=one.complaint_id,
                    customer_code=one.customer_code,
                    name="Trần Thị Bưởi",
                    address="12 Lê Lợi",
                    collector_code=one.collector_code,
                    meter_number=one.meter_number,
                    bill_number=one.bill_number,
                    reading_seen=one.reading_seen,
                    note=one.note,
                    stated_at=one.stated_at,
                    recorded_at=START,
                    has_photo=bool(one.photo),
                )
                for one in self.complaints
                if request.customer_code in (None, one.customer_code)
            ][: request.limit]
        )

    async def SettleReadingComplaint(
        self, request: SettleReadingComplaint, work: UnitOfWork
    ) -> ReadingComplaintSettled:
        self.settlements.append(request)
        return ReadingComplaintSettled(complaint_id=request.complaint_id, finding=request.finding, settled_at=START)

    async def GetReadingPhoto(self, request: GetReadingPhoto, work: UnitOfWork) -> ReadingPhoto:
        for one in self.complaints:
            if one.complaint_id == request.complaint_id and one.photo:
                return ReadingPhoto(jpeg=one.photo)
        raise NotFound("Không có ảnh.")

    async def ChooseSmsLanguage(self, request: ChooseSmsLanguage, work: UnitOfWork) -> SmsLanguageChosen:
        return SmsLanguageChosen(
            choice_id=request.choice_id, customer_code=request.customer_code, language=request.language
        )

    async def CorrectPhone(self, request: CorrectPhone, work: UnitOfWork) -> PhoneCorrected:
        return PhoneCorrected(
            correction_id=request.correction_id,
            customer_code=request.customer_code,
            old_phone=None,
            new_phone="+84912345678",
        )

    # --- billing -------------------------------------------------------------

    async def GetAccount(self, request: GetAccount, work: UnitOfWork) -> CustomerAccount:
        code = self.customer(request.customer_code, None).customer_code
        return CustomerAccount(account=self.account(code), bills=[bill(code)], payments=[])

    async def RecordPayment(self, request: RecordPayment, work: UnitOfWork) -> PaymentReply:
        customer, owed = self.customer(request.customer_code, None), bill(request.customer_code)
        account = self.account(request.customer_code, debt=0)
        payment = builders.payment(
            request.customer_code,
            request.amount,
            payment_id=request.payment_id,
            method=request.method,
            received_at=request.received_at,
            collector_code=request.collector_code,
            collection_point_code=request.collection_point_code,
            reference=request.reference,
        )
        self.payments[request.payment_id] = payment
        await work.emit(
            PaymentRecorded(
                payment=payment,
                customer=customer,
                bills=[owed],
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
        if (payment := self.payments.get(request.payment_id)) is None:
            raise NotFound("Không có khoản thanh toán này.")
        return PaymentReply(payment=payment, account=self.account(payment.customer_code))

    async def ReportPayment(self, request: ReportPayment, work: UnitOfWork) -> PaymentReply:
        self.reports[request.payment_id] = request
        return await self.GetPayment(GetPayment(payment_id=request.payment_id), work)

    async def PreviewCorrection(self, request: PreviewCorrection, work: UnitOfWork) -> CorrectionPreview:
        done = [one.bill_number for one in self.asked_for(CorrectBill)]
        if request.bill_number in done:
            raise Conflict(slug="nothing-to-correct")
        return self._previewed(request.kind)

    def _previewed(self, kind: CorrectionKind) -> CorrectionPreview:
        amounts = BilledAmounts(kwh=300, pre_vat=TOTAL, vat=0, total=TOTAL)
        return CorrectionPreview(
            kind=kind,
            bill=bill("PB15010000001"),
            before=amounts,
            after=amounts,
            difference=DIFFERENCE,
            lines=[],
            explanation=[],
            reductions=[],
            new_bill_total=None,
            released=0,
            account=AccountState(
                customer_code="PB15010000001", version=1, debt=TOTAL, credit=0, open_bills=1, oldest_due_date=None
            ),
        )

    async def CorrectBill(self, request: CorrectBill, work: UnitOfWork) -> CorrectionReply:
        previewed = self._previewed(request.kind)
        return CorrectionReply(
            correction=BillCorrection(
                correction_id=request.correction_id,
                kind=request.kind,
                customer_code=previewed.bill.customer_code,
                corrects=BillLink(bill_id=previewed.bill.bill_id, bill_number=request.bill_number),
                new_bill=None,
                before=previewed.before,
                after=previewed.after,
                reductions=[],
                released=0,
                reason=request.reason,
                asked_by=request.asked_by,
                approved_by=request.approved_by,
                corrected_at=START,
            ),
            bill=previewed.bill,
            new_bill=None,
            account=previewed.account,
        )

    async def GetBillCorrections(self, request: GetBillCorrections, work: UnitOfWork) -> BillCorrections:
        return BillCorrections(corrections=[])

    async def GetPartnerBills(self, request: GetPartnerBills, work: UnitOfWork) -> PartnerBills:
        return PartnerBills(
            customer_code=request.customer_code,
            customer_name="N. V. An",
            ward="phường An Xuyên",
            bill_choice=BillChoice.ANY,
            total=0,
            bills=[],
        )

    async def RecordPartnerPayment(self, request: RecordPartnerPayment, work: UnitOfWork) -> PartnerPayment:
        return PartnerPayment(partner_payment_id=request.partner_payment_id, state=PartnerPaymentState.PAID)

    async def GetPartnerPayment(self, request: GetPartnerPayment, work: UnitOfWork) -> PartnerPayment:
        return PartnerPayment(partner_payment_id=request.partner_payment_id, state=PartnerPaymentState.UNKNOWN)

    async def CancelPartnerPayment(self, request: CancelPartnerPayment, work: UnitOfWork) -> PartnerPayment:
        return PartnerPayment(partner_payment_id=request.partner_payment_id, state=PartnerPaymentState.CANCELLED)

    async def TakePartnerFile(self, request: TakePartnerFile, work: UnitOfWork) -> PartnerFile:
        return partner_file()

    async def GetPartnerFile(self, request: GetPartnerFile, work: UnitOfWork) -> PartnerFile:
        return partner_file()

    async def GetPartnerDifferences(self, request: GetPartnerDifferences, work: UnitOfWork) -> PartnerDifferences:
        return PartnerDifferences(differences=[partner_difference()], next=None)

    async def SettlePartnerDifference(
        self, request: SettlePartnerDifference, work: UnitOfWork
    ) -> PartnerDifferenceReply:
        return PartnerDifferenceReply(difference=partner_difference())

    async def GetPartnerPoints(self, request: GetPartnerPoints, work: UnitOfWork) -> PartnerPoints:
        return PartnerPoints(collection_points=[])

    async def TakeBankCredits(self, request: TakeBankCredits, work: UnitOfWork) -> TakenBankCredits:
        return TakenBankCredits(taken=len(request.credits), known=0, credit_ids=[new_id() for _ in request.credits])

    async def GetBankCredits(self, request: GetBankCredits, work: UnitOfWork) -> BankCreditsPage:
        return BankCreditsPage(credits=[bank_credit()], next=None)

    async def LookAtBankCredit(self, request: LookAtBankCredit, work: UnitOfWork) -> BankCreditDetails:
        return BankCreditDetails(
            credit=bank_credit(),
            content="chuyen tien",
            counter_name="LE VAN TAM",
            counter_account="",
            counter_bank="",
            candidates=[],
            acts=[],
        )

    async def MatchBankCredit(self, request: MatchBankCredit, work: UnitOfWork) -> BankCreditReply:
        return BankCreditReply(credit=bank_credit())

    async def DismissBankCredit(self, request: DismissBankCredit, work: UnitOfWork) -> BankCreditReply:
        return BankCreditReply(credit=bank_credit())

    async def GetPriceGroups(self, request: GetPriceGroups, work: UnitOfWork) -> PriceGroups:
        return PriceGroups(price_groups=[PriceGroupName(price_group="household", vi="Sinh hoạt", en="Household")])

    def bill_run(self, run_id: UUID, state: BillRunState = BillRunState.COMPUTED) -> BillRun:
        actor = Actor(kind=ActorKind.COMMAND_LINE, id="office@host", reference="Lê Thị Tính", proven_by=Proof.LOGIN)
        is_confirmed = state is BillRunState.RELEASING
        return BillRun(
            run_id=run_id,
            unit_prefix=UNIT.unit_code,
            year=2026,
            month=10,
            is_trial=False,
            is_at_once=False,
            state=state,
            asked_by=self.run_begun_by or actor,
            asked_at=START,
            parts=1,
            computed_parts=1,
            computed_at=START,
            bills=1,
            kwh=300,
            pre_vat=439_815,
            vat=35_185,
            total=TOTAL,
            set_aside=0,
            confirmed_by=actor if is_confirmed else None,
            confirmed_at=START if is_confirmed else None,
            released_parts=0,
            released_bills=0,
            released_total=0,
            left_out_bills=0,
            left_out_total=0,
            ended_at=None,
        )

    async def GetWaitingReadings(self, request: GetWaitingReadings, work: UnitOfWork) -> ReadingsWaiting:
        return ReadingsWaiting(
            waiting=[WaitingReadings(unit_code=UNIT.unit_code, year=2026, month=10, periods=1)],
        )

    async def GetBillRuns(self, request: GetBillRuns, work: UnitOfWork) -> BillRuns:
        return BillRuns(runs=[self.bill_run(new_id())])

    async def GetBillRun(self, request: GetBillRun, work: UnitOfWork) -> BillRunDetails:
        return BillRunDetails(run=self.bill_run(request.run_id), problems=[], held=0, report=None)

    async def StartBillRun(self, request: StartBillRun, work: UnitOfWork) -> BillRunReply:
        self.run_begun_by = work.actor
        return BillRunReply(run=self.bill_run(request.run_id, BillRunState.COMPUTING))

    async def ReleaseBillRun(self, request: ReleaseBillRun, work: UnitOfWork) -> BillRunReply:
        return BillRunReply(run=self.bill_run(request.run_id, BillRunState.RELEASING))

    async def DiscardBillRun(self, request: DiscardBillRun, work: UnitOfWork) -> BillRunReply:
        return BillRunReply(run=self.bill_run(request.run_id, BillRunState.DISCARDED))

    async def GetHeldReadings(self, request: GetHeldReadings, work: UnitOfWork) -> HeldReadingsPage:
        return HeldReadingsPage(held=[], next=None)

    async def ReleaseReadings(self, request: ReleaseReadings, work: UnitOfWork) -> ReadingsReply:
        return ReadingsReply(period_id=request.period_id, doubts=[], judged_again=0)

    async def TakeReadings(self, request: TakeReadings, work: UnitOfWork) -> ReadingsFile:
        outcome = ReadingsFileOutcome.TRIED if request.is_trial else ReadingsFileOutcome.TAKEN
        counts = dict.fromkeys(("lines", "added", "unchanged", "held", "settled", "bad_count", "rejected_count"), 0)
        lists = ("bad", "rejected", "held_lines", "remarks", "columns", "ignored_columns", "first_rows")
        found: dict[str, Any] = {**counts, **{name: [] for name in lists}, "reject_file": None}
        return ReadingsFile(outcome=outcome, sha256="0" * 64, **found)

    async def CorrectReadings(self, request: CorrectReadings, work: UnitOfWork) -> ReadingsReply:
        return ReadingsReply(period_id=new_id(), doubts=[], judged_again=0)

    async def SendReadingsBack(self, request: SendReadingsBack, work: UnitOfWork) -> ReadingsReply:
        return ReadingsReply(period_id=request.period_id, doubts=[], judged_again=0)

    async def GetCollectionsReport(self, request: GetCollectionsReport, work: UnitOfWork) -> CollectionsReport:
        cash = CollectedSum(
            day=request.first_day, unit_code=UNIT.unit_code, method=PaymentMethod.CASH, amount=TOTAL, payments=1
        )
        return CollectionsReport(sums=[cash])

    async def GetCommissions(self, request: GetCommissions, work: UnitOfWork) -> CommissionsReport:
        one = CollectorCommission(
            collector_code="TN001",
            collector_name="=Lê Văn Tư",
            unit_code=UNIT.unit_code,
            settlements=2,
            receipts=40,
            earned=32_000,
            taken_back_receipts=1,
            taken_back=800,
            payable=31_200,
        )
        return CommissionsReport(year=request.year, month=request.month, commissions=[one])

    async def GetAuthoritySummaries(self, request: GetAuthoritySummaries, work: UnitOfWork) -> AuthoritySummaries:
        return AuthoritySummaries(summaries=[authority_summary()])

    async def GetAgeingReport(self, request: GetAgeingReport, work: UnitOfWork) -> AgeingReport:
        debt = AgedDebt(unit_code=UNIT.unit_code, age=DebtAge.OLDER, customers=1, bills=2, amount=TOTAL)
        return AgeingReport(day=START.date(), debts=[debt])

    async def GetAgreements(self, request: GetAgreements, work: UnitOfWork) -> Agreements:
        return Agreements(agreements=[_agreement(new_id(), AgreementState.IN_FORCE)])

    async def CheckInstalments(self, request: CheckInstalments, work: UnitOfWork) -> InstalmentTerms:
        return InstalmentTerms(debt=TOTAL, late_days=3)

    async def AgreeInstalments(self, request: AgreeInstalments, work: UnitOfWork) -> AgreementReply:
        return AgreementReply(agreement=_agreement(request.agreement_id, AgreementState.IN_FORCE))

    async def EndAgreement(self, request: EndAgreement, work: UnitOfWork) -> AgreementReply:
        return AgreementReply(agreement=_agreement(request.agreement_id, AgreementState.ENDED))

    async def PrintAgreement(self, request: PrintAgreement, work: UnitOfWork) -> AgreementPrintAsked:
        return AgreementPrintAsked(print_id=request.print_id)

    async def ReportCutOrder(self, request: ReportCutOrder, work: UnitOfWork) -> CutOrderReported:
        moment = request.stated_at
        order = CutOrder(
            order_id=request.order_id,
            kind=CutOrderKind.RECONNECT,
            customer_code=next(iter(self.customers)),
            unit_code=UNIT.unit_code,
            collector_code=request.collector_code,
            list_id=None,
            cut_order_id=new_id(),
            ordered_at=moment,
            cut_from=None,
            due_by=moment,
            state=CutOrderState.DONE,
            cause="paid",
            ended_at=moment,
            meter_reading=request.meter_reading,
        )
        return CutOrderReported(order=order, further=None)

    async def PrintWarning(self, request: PrintWarning, work: UnitOfWork) -> WarningPrintAsked:
        return WarningPrintAsked(print_id=request.print_id)

    async def GetInterest(self, request: GetInterest, work: UnitOfWork) -> InterestReply:
        return InterestReply(interest=_interest(request.customer_code, request.until), settled=[])

    async def GetDueInterest(self, request: GetDueInterest, work: UnitOfWork) -> DueInterest:
        return DueInterest(customers=[_interest(next(iter(self.customers)), request.until)], after=None)

    async def ChargeInterest(self, request: ChargeInterest, work: UnitOfWork) -> ChargeReply:
        account = AccountState(
            customer_code=request.customer_code, version=2, debt=request.expected, credit=0, open_bills=1
        )
        return ChargeReply(charge_id=request.charge_id, bill=None, account=account)

    async def WaiveInterest(self, request: WaiveInterest, work: UnitOfWork) -> WaiverReply:
        return WaiverReply(waiver_id=request.waiver_id, waived=request.expected, settled=[])

    async def GetPaymentReports(self, request: GetPaymentReports, work: UnitOfWork) -> PaymentReports:
        return PaymentReports(
            reports=[
                PaymentReport(
                    report_id=one.report_id,
                    payment=self.payments[one.payment_id],
                    collector_code=one.collector_code,
                    reason=one.reason,
                    reported_at=START,
                )
                for one in self.reports.values()
            ]
        )

    async def GetReversals(self, request: GetReversals, work: UnitOfWork) -> Reversals:
        return Reversals(reversals=[self._reversal(request.reversal_id)] if request.reversal_id else [])

    async def ReturnPaper(self, request: ReturnPaper, work: UnitOfWork) -> ReversalReply:
        return ReversalReply(reversal=self._reversal(request.reversal_id))

    async def GiveBackAtDesk(self, request: GiveBackAtDesk, work: UnitOfWork) -> ReversalReply:
        return ReversalReply(reversal=self._reversal(request.reversal_id))

    def _reversal(self, reversal_id: UUID) -> TakenBackPayment:
        return TakenBackPayment(
            reversal_id=reversal_id,
            payment_id=reversal_id,
            customer_code=next(iter(self.customers)),
            collector_code="TN001",
            amount=TOTAL,
            method=PaymentMethod.CASH,
            receipt_number=None,
            reason="Thu nhầm",
            reversed_by="KT01",
            reversed_at=START,
            cash=None,
            paper=None,
        )

    async def ReversePayment(self, request: ReversePayment, work: UnitOfWork) -> PaymentReply:
        payment = self.payments[request.payment_id].model_copy(update={"reversed_at": START})
        event = builders.payment_reversed(
            payment.customer_code,
            reversal_id=request.reversal_id,
            payment=payment,
            customer=self.customers[payment.customer_code],
            reason=request.reason,
            reversed_by=request.reversed_by,
            reversed_at=START,
            account=self.account(payment.customer_code),
            device_id=request.device_id,
            to_give_back=0 if request.given_back_by else payment.amount,
            paper_missing=request.paper_returned is False,
        )
        await work.emit(event)
        return PaymentReply(payment=payment, account=event.account)

    async def OpenShift(self, request: OpenShift, work: UnitOfWork) -> ShiftReply:
        self.shift = Shift(
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
        )
        return ShiftReply(shift=self.shift)

    async def GetShift(self, request: GetShift, work: UnitOfWork) -> ShiftReply:
        if self.shift is None or self.shift.collector_code != request.collector_code:
            raise NotFound("Chưa mở ca.")
        return ShiftReply(shift=self.shift)

    async def CloseShift(self, request: CloseShift, work: UnitOfWork) -> ShiftReply:
        shift = (await self.GetShift(GetShift(collector_code=request.collector_code), work)).shift
        closing = {"closed_at": request.closed_at, "counted_cash": request.counted_cash, "difference": 0}
        return ShiftReply(shift=shift.model_copy(update=closing))

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

    async def ConfirmShift(self, request: ConfirmShift, work: UnitOfWork) -> ShiftReply:
        assert self.shift is not None
        confirmation = ShiftConfirmation(
            counted_cash=request.counted_cash,
            difference=request.counted_cash - self.shift.cash_in_hand,
            note=request.note,
            confirmed_by=request.confirmed_by,
            confirmed_at=START,
        )
        state = ShiftState.DIFFERENT if confirmation.difference else ShiftState.SETTLED
        self.shift = self.shift.model_copy(update={"confirmation": confirmation, "state": state})
        return ShiftReply(shift=self.shift)

    async def StateHandIn(self, request: StateHandIn, work: UnitOfWork) -> HandInReply:
        assert self.shift is not None
        self.hand_in = HandIn(
            hand_in_id=request.hand_in_id,
            shift_id=request.shift_id,
            collector_code=request.collector_code,
            place=request.place,
            amount=request.amount,
            slip_number=request.slip_number,
            has_photo=bool(request.photo),
            stated_at=START,
            stated_by=request.stated_by,
            state=HandInState.WAITING,
        )
        return HandInReply(hand_in=self.hand_in, shift=self.shift)

    async def CountHandIn(self, request: CountHandIn, work: UnitOfWork) -> HandInReply:
        assert self.shift is not None
        assert self.hand_in is not None
        counted = HandInCount(
            counted_cash=request.counted_cash,
            difference=request.counted_cash - self.hand_in.amount,
            reason=request.reason,
            counted_by=request.counted_by,
            counted_at=START,
        )
        self.hand_in = self.hand_in.model_copy(update={"count": counted, "state": HandInState.COUNTED})
        return HandInReply(hand_in=self.hand_in, shift=self.shift)

    async def GetHandIns(self, request: GetHandIns, work: UnitOfWork) -> HandIns:
        # Of the unit of the shift that is played.
        is_seen = not request.unit_codes or "PB1501" in request.unit_codes
        return HandIns(hand_ins=[self.hand_in] if self.hand_in is not None and is_seen else [])

    async def GetSlipPhoto(self, request: GetSlipPhoto, work: UnitOfWork) -> SlipPhoto:
        return SlipPhoto(jpeg=b64encode(b"photo").decode())

    async def GetHandover(self, request: GetHandover, work: UnitOfWork) -> HandoverReply:
        assert self.shift is not None
        handover = Handover(receipts=2, first_receipt="1K26TAA-1", last_receipt="1K26TAA-2", transfers=0, transferred=0)
        return HandoverReply(shift=self.shift, collector_name="Trần Văn Thu", unit_code="PB1501", handover=handover)

    async def DecideShift(self, request: DecideShift, work: UnitOfWork) -> ShiftReply:
        assert self.shift is not None
        ruling = ShiftRuling(
            decision=request.decision, reason=request.reason, decided_by=request.decided_by, decided_at=START
        )
        self.shift = self.shift.model_copy(update={"ruling": ruling, "state": ShiftState.SETTLED})
        return ShiftReply(shift=self.shift)

    async def GetShifts(self, request: GetShifts, work: UnitOfWork) -> Shifts:
        shifts = [self.shift] if self.shift is not None else []
        return Shifts(
            shifts=[
                ListedShift(shift=shift, collector_name="Lê Văn Tư", unit_code="PB1501", collector_active=True)
                for shift in shifts
                if request.shift_id in (None, shift.shift_id)
            ]
        )

    async def GetNextShift(self, request: GetNextShift, work: UnitOfWork) -> NextShift:
        return NextShift(refusal=None, detail="", cash_ceiling=10**8, largest_float=10**6, unsettled=[])

    async def GetCollectionPoints(self, request: GetCollectionPoints, work: UnitOfWork) -> CollectionPointsReply:
        point = self.point()
        is_wanted = request.collection_point_code in (None, point.collection_point_code)
        return CollectionPointsReply(collection_points=[point] if is_wanted else [])

    # --- receipt and notify --------------------------------------------------

    def receipt(self, payment: Payment) -> Receipt:
        receipt = Receipt(
            receipt_id=uuid5(UUID(int=2), str(payment.payment_id)),
            kind=ReceiptKind.ORIGINAL,
            series="1K26TCM",
            number=len(self.receipts) + 1,
            year=START.year,
            payment_id=payment.payment_id,
            voids_receipt_id=None,
            customer_code=payment.customer_code,
            collector_code=payment.collector_code,
            total=payment.amount,
            vat=35_185,
            issued_at=START,
            token="ABC234",
            url="HTTPS://EXAMPLE.VN/R/ABC234",
            short_url="https://example.vn/R/GEZDGNBVGY3TQOJQ",
        )
        return self.receipts.setdefault(receipt.receipt_id, receipt)

    async def GetReceipt(self, request: GetReceipt, work: UnitOfWork) -> ReceiptReply:
        for receipt in self.receipts.values():
            if request.receipt_id == receipt.receipt_id or request.payment_id == receipt.payment_id:
                bills = [uuid5(receipt.payment_id, "bill")]
                return ReceiptReply(receipt=receipt, document=document("BIÊN NHẬN"), bill_ids=bills)
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

    async def LookUpInvoice(self, request: LookUpInvoice, work: UnitOfWork) -> LookupReply:
        if readings_of(request.typed) != [INVOICE_CODE]:
            return LookupReply(invoice=None)
        opened = request.customer_code.upper() == INVOICE_CUSTOMER
        opened = opened and request.buyer_name in {"", INVOICE_BUYER}
        return LookupReply(
            invoice=LookedUpInvoice(
                template="1",
                symbol="K26TAA",
                number=42,
                made_on=date(2026, 11, 5),
                state=InvoiceState.NEW,
                seller_name="ĐIỆN LỰC CÀ MAU",
                seller_tax_code="9900000016",
                buyer_name=INVOICE_BUYER if opened else "N*** T*** H***",
                buyer_address="Cà Mau",
                before_vat=440_000,
                vat=35_000,
                total=475_000,
                signed_at=START,
            ),
            lookup_code=INVOICE_CODE,
            opened=opened,
            document=f"<HDon>{samples.data().decode()}<DSCKS></DSCKS></HDon>" if opened else "",
        )

    async def GetPublicKeys(self, request: GetPublicKeys, work: UnitOfWork) -> PublicKeysReply:
        key = PublicKey(key_id="01", algorithm="EdDSA", public_key_pem="PEM", not_before=START, not_after=None)
        return PublicKeysReply(keys=[key])

    async def GetReminders(self, request: GetReminders, work: UnitOfWork) -> ReminderHistory:
        return ReminderHistory(reminders=[])

    async def SendReceiptLink(self, request: SendReceiptLink, work: UnitOfWork) -> ReceiptLinkReply:
        link = ReceiptLink(
            link_id=request.link_id,
            receipt_id=request.receipt_id,
            customer_code=request.customer_code,
            phone=request.phone,
            text=f"{request.unit_name} {request.receipt_name} {request.amount}: {request.address}",
            state=ReminderState.SCHEDULED,
            cause="",
            requested_by=request.requested_by,
            requested_at=START,
            due_at=START,
            sent_at=None,
        )
        self.links.append(link)
        self.linked_bills.append(request.bill_ids)
        return ReceiptLinkReply(link=link)

    async def GetReceiptLinks(self, request: GetReceiptLinks, work: UnitOfWork) -> ReceiptLinks:
        return ReceiptLinks(links=[link for link in self.links if link.receipt_id == request.receipt_id])

    async def GetOptOuts(self, request: GetOptOuts, work: UnitOfWork) -> OptOutsReply:
        kinds = sorted(self.opted_out.get(request.phone, set()))
        return OptOutsReply(phone=request.phone, everything=False, wrong_number=False, kinds=kinds)

    async def ChangeOptOut(self, request: ChangeOptOut, work: UnitOfWork) -> OptOutsReply:
        if request.kind == "nonsense":
            raise InvalidRequest(slug="unknown-message-kind")
        kinds = self.opted_out.setdefault(request.phone, set())
        if request.opted_out:
            kinds.add(request.kind or "all")
        else:
            kinds.discard(request.kind or "all")
        return await self.GetOptOuts(GetOptOuts(phone=request.phone), work)

    # --- the day -------------------------------------------------------------

    async def GetDayOfRoutes(self, request: GetDayOfRoutes, work: UnitOfWork) -> DayOfRoutes:
        return DayOfRoutes(
            routes=[
                RouteFigures(
                    route_code=route,
                    unit_code=on_it[0].unit.unit_code,
                    collector_code=on_it[0].collector.collector_code,
                    collector_name=on_it[0].collector.name,
                    due=len(on_it),
                    visited=len({v.customer_code for v in self.visits.values()} & {c.customer_code for c in on_it}),
                    promised=0,
                    away=0,
                    sent_to_points=0,
                    owing=len(on_it),
                    owed=len(on_it) * TOTAL,
                )
                for route, on_it in sorted(self._routes(request.unit_codes).items())
                if request.after is None
            ]
        )

    async def GetDayOfPayments(self, request: GetDayOfPayments, work: UnitOfWork) -> DayOfPayments:
        found = []
        for route, on_it in sorted(self._routes(request.unit_codes).items()):
            codes = {customer.customer_code for customer in on_it}
            paid = [payment for payment in self.payments.values() if payment.customer_code in codes]
            by = {method: [one.amount for one in paid if one.method is method] for method in PaymentMethod}
            if paid and request.after is None:
                found.append(
                    RoutePayments(
                        route_code=route,
                        unit_code=on_it[0].unit.unit_code,
                        collector_code=on_it[0].collector.collector_code,
                        cash=sum(by[PaymentMethod.CASH]),
                        cash_payments=len(by[PaymentMethod.CASH]),
                        transfers=sum(by[PaymentMethod.TRANSFER]),
                        transfer_payments=len(by[PaymentMethod.TRANSFER]),
                        collection_points=sum(by[PaymentMethod.COLLECTION_POINT]),
                        collection_point_payments=len(by[PaymentMethod.COLLECTION_POINT]),
                    )
                )
        return DayOfPayments(routes=found)

    def _routes(self, unit_codes: list[str]) -> dict[str, list[CustomerFacts]]:
        routes: dict[str, list[CustomerFacts]] = {}
        for customer in self.customers.values():
            if not unit_codes or customer.unit.unit_code in unit_codes:
                routes.setdefault(customer.route_code, []).append(customer)
        return routes

    async def GetHoursOfPayments(self, request: GetHoursOfPayments, work: UnitOfWork) -> HoursOfPayments:
        return HoursOfPayments(hours=[HourPayments(hour=9, amount=TOTAL, payments=1)])

    async def GetDueSms(self, request: GetDueSms, work: UnitOfWork) -> DueSms:
        if request.unit_codes and UNIT.unit_code not in request.unit_codes:
            return DueSms(units=[])
        return DueSms(units=[UnitSms(unit_code=UNIT.unit_code, due=7, late=2)])

    async def GetRoutePlan(self, request: GetRoutePlan, work: UnitOfWork) -> RoutePlan:
        return RoutePlan(
            route_code=request.route_code,
            name="Khóm 1",
            unit_code=UNIT.unit_code,
            collector_code="TN001",
            version="0" * 32,
            stops=[PlannedStop(customer_code="PB15010000001", name="Trần Thị Bưởi", address="12 Lê Lợi", place=1)],
            total_stops=1,
        )

    async def TakeCompanyList(self, request: TakeCompanyList, work: UnitOfWork) -> ListFile:
        return await self.TakeList(TakeList(kind=ListKind.CUSTOMERS, name=request.name, content=""), work)

    async def TakeList(self, request: TakeList, work: UnitOfWork) -> ListFile:
        return ListFile(
            outcome=ListFileOutcome.TRIED if request.is_trial else ListFileOutcome.TAKEN,
            sha256="0" * 64,
            lines=2,
            added=1,
            changed=1,
            unchanged=0,
            changed_fields={"phone": 1},
            changes=[ListedChange(line=3, key="PB15010000001", fields=["phone"])],
            announced=0 if request.is_trial else 2,
            bad=[],
            bad_count=0,
            rejected=[],
            rejected_count=0,
            remarks=[],
            columns=["customer_code"],
            ignored_columns=[],
            first_rows=[["PB15010000001"]],
            reject_file=None,
        )

    async def ArrangeRoute(self, request: ArrangeRoute, work: UnitOfWork) -> RouteArranged:
        return RouteArranged(
            arrangement_id=request.arrangement_id, route_code=request.route_code, version="1" * 32, moved=2
        )

    async def print(
        self,
        work: UnitOfWork,
        document_id: UUID,
        kind: PaperKind,
        device_id: UUID | None,
        customer_code: str | None,
        **more: Any,
    ) -> UUID:
        """Emit that a document is ready."""
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


def partner_file() -> PartnerFile:
    """Return a file of a partner with one line that matches."""
    return PartnerFile(
        partner_code="VNPOST",
        business_date=date(2026, 11, 22),
        sha256="0" * 64,
        taken_at=datetime(2026, 11, 23, tzinfo=UTC),
        late=False,
        lines=1,
        paid=475_000,
        cancelled=0,
        verdicts={PartnerVerdict.MATCHED: 1},
        result="a,b\n",
    )


def partner_difference() -> PartnerDifference:
    """Return a payment that only the partner has."""
    return PartnerDifference(
        difference_id=UUID(int=77),
        partner_code="VNPOST",
        business_date=date(2026, 11, 22),
        verdict=PartnerVerdict.MISSING_HERE,
        kind=PartnerEntryKind.PAY,
        partner_payment_id="VN-9",
        customer_code="PB15010000001",
        their_amount=5_000,
        our_amount=None,
        found_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


def authority_summary() -> AuthoritySummary:
    return AuthoritySummary(
        summary_id=new_id(),
        seller_tax_code="9900000016",
        period="2026-11",
        number=1,
        supplement=0,
        invoices=2,
        before_vat=1_000,
        vat=80,
        total=1_080,
        due_on=date(2026, 12, 20),
        made_at=START,
        made_by="Lan",
        state=SummaryState.ACCEPTED,
        problem="",
        message_code="9900000016" + "A" * 32,
    )
