"""Notices, payments and reversals as billing would emit them, and a provider that answers as a test wants."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from services.notify.domain.outcome import Handover
from services.notify.providers.base import HandoverResult, OutgoingSms
from shared.clock import VIETNAM
from shared.contracts.billing import NoticeIssued, NoticeKind, PaymentRecorded, PaymentReversed
from shared.contracts.common import NextStep, Outcome
from shared.contracts.customer import Visit, VisitWithdrawn
from shared.ids import new_id
from shared.testing.builders import account, bill, customer, notice_issued, payment_recorded, payment_reversed

CODE = "PB14010012345"
PHONE = "+84953000001"
NOON = datetime(2026, 11, 22, 12, tzinfo=VIETNAM)
NIGHT = datetime(2026, 11, 22, 23, tzinfo=VIETNAM)


class Clock:
    """A clock that a test sets."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)


class Operator:
    """A provider that answers what a test wants; ``sent`` is what reached it."""

    def __init__(
        self, *answers: Handover | Exception | None, name: str = "operator", remembers: timedelta = timedelta()
    ) -> None:
        self.name = name
        self.remembers = remembers
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

    async def close(self) -> None:
        """Nothing is open."""


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
    return notice_issued(
        code,
        kind=kind,
        visit_id=visit_id or new_id(),
        customer=customer(code, phone=phone),
        bills=[bill(code, pre_vat=max(debt, 1), vat=0)],
        account=account(code, debt=debt, version=version),
        appointment=appointment,
        issued_at=issued_at,
    )


def withdrawn(issued: NoticeIssued) -> VisitWithdrawn:
    """Return that the visit of a notice was taken back."""
    visit = Visit(
        visit_id=issued.visit_id,
        customer_code=issued.customer.customer_code,
        collector_code="TN01",
        outcome=Outcome.AWAY,
        visited_at=NOON,
        appointment=None,
        note="",
        next_step=NextStep.REVISIT,
        misses=1,
    )
    return VisitWithdrawn(visit=visit, withdrawal_id=new_id(), reason="Bấm nhầm", withdrawn_at=NOON)


def paid(*, debt: int = 0, version: int = 2, code: str = CODE) -> PaymentRecorded:
    return payment_recorded(code, account=account(code, debt=debt, version=version))


def reversed_payment(*, debt: int = 871_020, version: int = 3, code: str = CODE) -> PaymentReversed:
    return payment_reversed(code, account=account(code, debt=debt, version=version))
