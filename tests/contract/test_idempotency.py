"""Every request that changes something is answered once, and an upgrade does not make a repetition another request."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
import pytest
from pydantic import create_model

from shared.contracts.billing import (
    AgreeInstalments,
    CancelPartnerPayment,
    ChargeFee,
    ChargeInterest,
    CloseShift,
    ConfirmShift,
    CorrectBill,
    CorrectedBillReading,
    CorrectedReading,
    CorrectionKind,
    CorrectReadings,
    CountHandIn,
    DecideShift,
    DifferenceSettlement,
    DiscardBillRun,
    DismissBankCredit,
    EndAgreement,
    EraseBillingPerson,
    GiveBackAtDesk,
    HandInPlace,
    Instalment,
    LookAtBankCredit,
    MatchBankCredit,
    OpenShift,
    PrintAgreement,
    RecordPartnerPayment,
    RecordPayment,
    ReleaseBillRun,
    ReleaseReadings,
    ReportPayment,
    ReturnPaper,
    ReversePayment,
    SendReadingsBack,
    SettlePartnerDifference,
    ShiftDecision,
    StartBillRun,
    StateHandIn,
    TakeBankCredits,
    TakePartnerFile,
    TakeReadings,
    WaiveInterest,
)
from shared.contracts.common import Outcome, PaymentMethod, SmsLanguage
from shared.contracts.customer import (
    AddVisitNote,
    ArrangeRoute,
    ChooseSmsLanguage,
    ComplaintFinding,
    ComplaintKind,
    CorrectPhone,
    CorrectPhoneAtDesk,
    EraseCustomerPerson,
    NotePersonRequest,
    OpenPersonRequest,
    PersonRequestKind,
    PersonRequestStep,
    ProtectCustomer,
    RecordComplaintAtDesk,
    RecordReadingComplaint,
    RecordVisit,
    SettleReadingComplaint,
    TakeCompanyList,
    TakeList,
    WithdrawVisit,
)
from shared.contracts.message import Reply, Request
from shared.contracts.notify import (
    ApproveCutList,
    ChangeOptOut,
    DiscardCutList,
    EraseNotifyPerson,
    MakeCutList,
    OrderOutcome,
    PrintWarning,
    RecordDeliveryReports,
    RecordWarningDelivery,
    ReportCutOrder,
    SendReceiptLink,
    WayOfDelivery,
)
from shared.contracts.receipt import ReprintReceipt
from shared.contracts.registry import owner
from shared.db import Connection
from shared.messaging import Access, RequestHandler
from shared.problems import SameIdOtherContent
from shared.testing.builders import customer

SERVICES = ("billing", "customer", "gateway", "invoice", "notify", "receipt")
MOMENT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CUSTOMER = "PB15010000001"

SAMPLES: tuple[Request[Any], ...] = (
    RecordPayment(
        payment_id=UUID(int=1),
        customer_code=CUSTOMER,
        amount=475_000,
        method=PaymentMethod.CASH,
        received_at=MOMENT,
        bill_ids=[UUID(int=2)],
        collector_code="TN001",
    ),
    ReversePayment(reversal_id=UUID(int=3), payment_id=UUID(int=1), reason="Nhập nhầm", reversed_by="KT01"),
    RecordPartnerPayment(
        partner_code="VNPOST",
        partner_payment_id="VN-1",
        collection_point_code="VNPOST-CM01",
        customer_code=CUSTOMER,
        bill_ids=[UUID(int=2)],
        amount=475_000,
        received_at=MOMENT,
    ),
    SettlePartnerDifference(
        settlement_id=UUID(int=27),
        difference_id=UUID(int=28),
        settlement=DifferenceSettlement.REFUNDED,
        reason="Đối tác đã trả lại",
    ),
    CancelPartnerPayment(partner_code="VNPOST", partner_payment_id="VN-1", reason="Khách đổi ý"),
    ChargeFee(
        charge_id=UUID(int=41),
        customer_code=CUSTOMER,
        occurred_on=date(2026, 11, 23),
        reason="Đóng điện trở lại theo lệnh",
    ),
    ChargeInterest(
        charge_id=UUID(int=42),
        customer_code=CUSTOMER,
        until=date(2026, 11, 22),
        expected=12_345,
        reason="Hợp đồng, điều 5",
    ),
    WaiveInterest(
        waiver_id=UUID(int=43),
        customer_code=CUSTOMER,
        until=date(2026, 11, 22),
        expected=12_345,
        reason="Ngân hàng chuyển chậm",
        asked_by="Lê Thị Tính",
        approved_by="Phạm Văn Duyệt",
    ),
    AgreeInstalments(
        agreement_id=UUID(int=44),
        customer_code=CUSTOMER,
        parts=[Instalment(due_on=date(2026, 12, 1), amount=300_000)],
        paper="TT 12/2026",
        reason="Khách khó khăn",
        asked_by="Lê Thị Tính",
        approved_by="Phạm Văn Duyệt",
    ),
    EndAgreement(ending_id=UUID(int=45), agreement_id=UUID(int=44), reason="Khách đề nghị"),
    PrintAgreement(print_id=UUID(int=46), agreement_id=UUID(int=44), device_id=UUID(int=14)),
    ReturnPaper(reversal_id=UUID(int=3)),
    GiveBackAtDesk(reversal_id=UUID(int=3), given_back_by=UUID(int=14)),
    ReportPayment(report_id=UUID(int=10), payment_id=UUID(int=1), collector_code="TN001", reason="thu nhầm"),
    CorrectBill(
        correction_id=UUID(int=14),
        bill_number="PB14010012345T102026K1",
        kind=CorrectionKind.REPLACEMENT,
        readings=[CorrectedBillReading(meter_number="M1", old_reading=1000, new_reading=1400)],
        reason="đọc nhầm",
        asked_by="Lê Thị Tính",
        approved_by="Phạm Văn Duyệt",
    ),
    MakeCutList(list_id=UUID(int=41), unit_code="PB1501", day=MOMENT.date()),
    ApproveCutList(list_id=UUID(int=41)),
    DiscardCutList(list_id=UUID(int=41)),
    PrintWarning(print_id=UUID(int=47), warning_id=UUID(int=43), customer=customer(CUSTOMER), device_id=UUID(int=14)),
    RecordWarningDelivery(
        delivery_id=UUID(int=42),
        warning_id=UUID(int=43),
        customer_code=CUSTOMER,
        way=WayOfDelivery.HANDED_OVER,
        delivered_by="collector:TN001",
    ),
    ReportCutOrder(
        report_id=UUID(int=44),
        order_id=UUID(int=45),
        collector_code="TN001",
        outcome=OrderOutcome.DONE,
        meter_reading=1240,
        stated_at=MOMENT,
    ),
    ProtectCustomer(protection_id=UUID(int=40), customer_code=CUSTOMER, protected=True, reason="Có bệnh nhân thở máy"),
    ArrangeRoute(
        arrangement_id=UUID(int=41), route_code="R1", version="0" * 32, customers=[CUSTOMER], unit_codes=["PB1501"]
    ),
    ReleaseReadings(release_id=UUID(int=11), period_id=UUID(int=1), reason="đã xem ảnh"),
    CorrectReadings(
        correction_id=UUID(int=12),
        period_id=UUID(int=1),
        readings=[CorrectedReading(meter_number="M1", meter_register="KT", new_reading=1400)],
        reason="đọc nhầm",
    ),
    StartBillRun(run_id=UUID(int=31), unit_prefix="PB1501", year=2026, month=10),
    ReleaseBillRun(run_id=UUID(int=31), bills=1_000, total=475_000_000),
    DiscardBillRun(run_id=UUID(int=31)),
    SendReadingsBack(sending_id=UUID(int=13), period_id=UUID(int=1), reason="ảnh mờ"),
    MatchBankCredit(
        match_id=UUID(int=22), credit_id=UUID(int=23), customer_code=CUSTOMER, reason="Khách gọi báo đã chuyển"
    ),
    DismissBankCredit(dismissal_id=UUID(int=24), credit_id=UUID(int=23), reason="Lãi tiền gửi"),
    OpenShift(shift_id=UUID(int=4), collector_code="TN001", opening_float=500_000, opened_at=MOMENT),
    CloseShift(
        shift_id=UUID(int=4),
        collector_code="TN001",
        counted_cash=975_000,
        denominations={"500000": 1, "475000": 1},
        closed_at=MOMENT,
    ),
    ConfirmShift(
        shift_id=UUID(int=4), counted_cash=975_000, confirmed_by="cashier:1", device_id=UUID(int=14), note="Đủ"
    ),
    StateHandIn(
        hand_in_id=UUID(int=29),
        shift_id=UUID(int=4),
        collector_code="TN001",
        place=HandInPlace.BANK,
        amount=20_000_000,
        slip_number="VCB-00991234",
        stated_by="collector:TN001",
        device_id=UUID(int=14),
    ),
    CountHandIn(
        hand_in_id=UUID(int=29), counted_cash=20_000_000, counted_by="cashier:1", device_id=UUID(int=15), reason="Đủ"
    ),
    DecideShift(
        shift_id=UUID(int=4),
        decision=ShiftDecision.CHARGED,
        reason="Đã đối chiếu",
        decided_by="supervisor:1",
        device_id=UUID(int=15),
    ),
    RecordVisit(
        visit_id=UUID(int=5),
        customer_code=CUSTOMER,
        collector_code="TN001",
        outcome=Outcome.CANNOT_PAY,
        visited_at=MOMENT,
        appointment=MOMENT + timedelta(days=1),
    ),
    CorrectPhone(
        correction_id=UUID(int=6), customer_code=CUSTOMER, collector_code="TN001", phone="0912345678", reason="đổi số"
    ),
    CorrectPhoneAtDesk(correction_id=UUID(int=16), customer_code=CUSTOMER, phone="0912345678", reason="đổi số"),
    ChooseSmsLanguage(
        choice_id=UUID(int=14), customer_code=CUSTOMER, language=SmsLanguage.ENGLISH, requested_by="cashier:1"
    ),
    WithdrawVisit(withdrawal_id=UUID(int=9), visit_id=UUID(int=5), collector_code="TN001", reason="nhầm khách"),
    AddVisitNote(note_id=UUID(int=11), visit_id=UUID(int=5), collector_code="TN001", note="Gọi trước khi đến"),
    RecordReadingComplaint(
        complaint_id=UUID(int=12),
        customer_code=CUSTOMER,
        collector_code="TN001",
        note="Ghi nhầm chỉ số",
        reading_seen=1240,
        stated_at=MOMENT,
        photo="/9j/2Q==",
    ),
    RecordComplaintAtDesk(
        complaint_id=UUID(int=21),
        customer_code=CUSTOMER,
        kind=ComplaintKind.AMOUNT,
        bill_number="PB14010012345T102026K1",
        note="Cao gấp đôi tháng trước",
    ),
    SettleReadingComplaint(
        settlement_id=UUID(int=20),
        complaint_id=UUID(int=12),
        finding=ComplaintFinding.READING_RIGHT,
        note="Đã đọc lại",
        settled_by="KT01",
    ),
    ReprintReceipt(
        reprint_id=UUID(int=7), receipt_id=UUID(int=8), requested_by="TN001", reason="Khách làm mất", device_id=None
    ),
    OpenPersonRequest(
        request_id=UUID(int=51),
        kind=PersonRequestKind.ERASE,
        customer_code=CUSTOMER,
        note="Đến quầy",
        received_at=MOMENT,
    ),
    NotePersonRequest(
        act_id=UUID(int=52), request_id=UUID(int=51), step=PersonRequestStep.ACKNOWLEDGE, note="Đã gọi điện"
    ),
    EraseCustomerPerson(request_id=UUID(int=51), customer_code=CUSTOMER),
    EraseBillingPerson(request_id=UUID(int=51), customer_code=CUSTOMER),
    EraseNotifyPerson(request_id=UUID(int=51), customer_code=CUSTOMER),
    ChangeOptOut(
        change_id=UUID(int=13), phone="+84912345678", kind="due_soon", opted_out=True, requested_by="cashier:1"
    ),
    SendReceiptLink(
        link_id=UUID(int=9),
        receipt_id=UUID(int=8),
        payment_id=UUID(int=10),
        customer_code=CUSTOMER,
        phone="+84912345678",
        unit_name="Điện lực Cà Mau",
        receipt_name="BN26-AA 00000123",
        amount=475_000,
        address="https://thungan.example/R/GEZDGNBVGY3TQOJQT",
        requested_by="TN001",
    ),
)


KNOWN_BY_CONTENT = {
    LookAtBankCredit,
    RecordDeliveryReports,
    TakeBankCredits,
    TakeCompanyList,
    TakeList,
    TakePartnerFile,
    TakeReadings,
}
"""A provider's request has no id: the same report, bank credit or file is kept once, by what it holds. A look changes
nothing but the log of looks."""


class Done(Reply):
    """The answer of the tests."""

    text: str


def request_handlers() -> dict[type[Request[Any]], RequestHandler[Any]]:
    topologies = [import_module(f"services.{name}.topology").TOPOLOGY for name in SERVICES]
    return {
        handler.message: handler
        for topology in topologies
        for handler in topology.handlers
        if isinstance(handler, RequestHandler)
    }


def test_every_request_that_changes_something_declares_how_its_repetitions_are_recognised() -> None:
    writing = {message for message, handler in request_handlers().items() if handler.access is Access.TRANSACTION}
    idempotent = {message for message, handler in request_handlers().items() if handler.idempotency is not None}

    assert writing - KNOWN_BY_CONTENT == idempotent == {type(request) for request in SAMPLES}


def with_answer_of_the_tests(message: type[Request[Any]], **added: Any) -> type[Request[Any]]:
    made: type[Request[Any]] = create_model(message.__name__, __base__=message, **added)
    made.reply_type = Done
    return made


class Once:
    """A handler that answers once."""

    limit: ClassVar[int] = 1

    def __init__(self) -> None:
        self.answers: list[Done] = []

    async def __call__(self) -> Done:
        assert len(self.answers) < self.limit, "the request was done again"
        self.answers.append(Done(text=f"answer {len(self.answers)}"))
        return self.answers[-1]


async def no_lock(_: Request[Any], __: Connection) -> None: ...


@pytest.mark.parametrize("request_made", SAMPLES, ids=lambda request: type(request).__name__)
async def test_a_request_recorded_before_an_upgrade_added_an_optional_member_gets_its_answer_after_it(
    request_made: Request[Any], pool_for: Callable[..., Awaitable[asyncpg.Pool]]
) -> None:
    handler = request_handlers()[type(request_made)]
    assert handler.idempotency is not None
    idempotency = replace(handler.idempotency, lock=no_lock)
    if idempotency.earlier_answer is not None:
        idempotency = replace(idempotency, earlier_answer=no_lock)
    before = with_answer_of_the_tests(type(request_made))
    after = with_answer_of_the_tests(type(request_made), added_later=(str, ""), added_as_well=(list[str] | None, None))
    sent = request_made.model_dump_json()
    pool, handle = await pool_for(owner(type(request_made))), Once()

    async with pool.acquire() as connection:
        first = await idempotency.answer(before.model_validate_json(sent), connection, handle)
        again = await idempotency.answer(after.model_validate_json(sent), connection, handle)
        assert again == first == handle.answers[0]

        other = after.model_validate_json(sent).model_copy(update={"added_later": "x"})
        with pytest.raises(SameIdOtherContent):
            await idempotency.answer(other, connection, handle)
