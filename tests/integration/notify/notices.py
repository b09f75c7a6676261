"""Notices, payments and reversals as billing would emit them, and a provider that answers as a test wants."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

from services.notify.domain.outcome import Handover
from services.notify.providers.base import HandoverResult, OutgoingSms
from shared.clock import VIETNAM
from shared.contracts.billing import (
    Bill,
    BillState,
    NoticeIssued,
    NoticeKind,
    Payment,
    PaymentRecorded,
    PaymentReversed,
)
from shared.contracts.common import AccountState, Collector, CustomerFacts, Outcome, PaymentMethod, Unit
from shared.ids import new_id

CODE = "PB14010012345"
PHONE = "+84953000001"
NOON = datetime(2026, 11, 22, 12, tzinfo=VIETNAM)
NIGHT = datetime(2026, 11, 22, 23, tzinfo=VIETNAM)


class Watch:
    """A clock that a test sets."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)


class Operator:
    """A provider that answers what a test wants; ``sent`` is what reached it."""

    def __init__(self, *answers: Handover | Exception | None, name: str = "operator") -> None:
        self.name = name
        self.answers = list(answers)
        """Answers in turn, the last one for ever; None never answers; an exception is raised."""
        self.sent: list[OutgoingSms] = []
        self.meanwhile: Callable[[], None] = lambda: None
        """Called while an SMS is being handed over."""

    async def send(self, sms: OutgoingSms) -> HandoverResult:
        self.sent.append(sms)
        self.meanwhile()
        answer = self.answers[0] if self.answers else Handover.ACCEPTED
        if len(self.answers) > 1:
            self.answers.pop(0)
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        assert answer is not None
        return HandoverResult(answer, f"{self.name}-{len(self.sent)}" if answer is Handover.ACCEPTED else None)


def account(debt: int, version: int, code: str = CODE) -> AccountState:
    return AccountState(customer_code=code, version=version, debt=debt, credit=0, open_bills=int(debt > 0))


def customer(code: str = CODE, phone: str | None = PHONE) -> CustomerFacts:
    return CustomerFacts(
        customer_code=code,
        name="Phạm Thị Út",
        address="Tổ 1, ấp Cái Keo, xã Tân Thuận, tỉnh Cà Mau",
        phone=phone,
        unit=Unit(unit_code="PB1401", name="Điện lực Cà Mau", address="Cà Mau", tax_code="9900000016", phone="0950"),
        route_code="PB1401-001",
        place_in_route=1,
        collector=Collector(collector_code="TN1401001", name="Nguyễn Văn An", phone="0951 000 001"),
        price_group="household",
        version=1,
    )


def bill(total: int = 871_020, month: int = 10, code: str = CODE) -> Bill:
    return Bill(
        bill_id=new_id(),
        bill_number="1",
        customer_code=code,
        cycle=1,
        month=month,
        year=2026,
        period_from=date(2026, month, 1),
        period_to=date(2026, month, 28),
        price_group="household",
        households="1",
        readings=[],
        kwh=320,
        lines=[],
        pre_vat=total,
        vat_rate="8",
        vat=0,
        total=total,
        open_principal=total,
        open_vat=0,
        state=BillState.OPEN,
        due_date=date(2026, 11, 10),
        issued_at=NOON,
    )


def notice(
    *,
    debt: int = 871_020,
    version: int = 1,
    visit_id: UUID | None = None,
    kind: NoticeKind = NoticeKind.AWAY,
    issued_at: datetime = NOON,
    appointment: datetime | None = None,
    phone: str | None = PHONE,
    code: str = CODE,
) -> NoticeIssued:
    return NoticeIssued(
        notice_id=new_id(),
        notice_number="TB1",
        kind=kind,
        visit_id=visit_id or new_id(),
        outcome=Outcome.AWAY,
        customer=customer(code, phone),
        visiting_collector_code="TN1401001",
        bills=[bill(max(debt, 1), code=code)],
        account=account(debt, version, code),
        appointment=appointment,
        collection_points=[],
        device_id=None,
        issued_at=issued_at,
    )


def _payment(code: str) -> Payment:
    return Payment(
        payment_id=new_id(),
        customer_code=code,
        amount=871_020,
        method=PaymentMethod.TRANSFER,
        received_at=NOON,
        collector_code=None,
        collection_point_code=None,
        reference="FT1",
        shift_id=None,
        allocations=[],
        credit=0,
    )


def paid(*, debt: int = 0, version: int = 2, code: str = CODE) -> PaymentRecorded:
    return PaymentRecorded(
        payment=_payment(code),
        customer=customer(code),
        bills=[],
        collection_point=None,
        account=account(debt, version, code),
        visit_id=None,
        device_id=None,
    )


def reversed_payment(*, debt: int = 871_020, version: int = 3, code: str = CODE) -> PaymentReversed:
    return PaymentReversed(
        reversal_id=new_id(),
        payment=_payment(code),
        customer=customer(code),
        reason="ghi nhầm",
        reversed_by="supervisor",
        reversed_at=NOON,
        account=account(debt, version, code),
        device_id=None,
    )
