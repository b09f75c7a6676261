"""Issue the payment notice that a visit calls for."""

from services.billing.notices.rules import notice_id, notice_kind
from services.billing.store import accounts, collection_points, notices
from services.billing.store.usage import used_bills
from services.billing.usage.months import explain_latest
from shared.clock import Clock
from shared.contracts.billing import Bill, BillComparison, BillKind, NoticeIssued, NoticeKind
from shared.contracts.common import NextStep
from shared.contracts.customer import VisitRecorded
from shared.db import Connection
from shared.messaging.errors import RetryLater
from shared.messaging.unit_of_work import UnitOfWork

_BILLS_OF_TWO_YEARS = 40
"""Up to the same month of the year before, where months have several cycles, too."""


async def issue_notice(event: VisitRecorded, work: UnitOfWork, *, clock: Clock, points_on_notice: int) -> None:
    """Issue the notice that a visit calls for, once; none when nothing is owed (any more)."""
    visit = event.visit
    connection = work.connection
    known = await accounts.lock(connection, [visit.customer_code])
    found = await accounts.with_open_bills(connection, visit.customer_code)
    if not known or found is None or found.facts is None:
        raise RetryLater(f"{visit.customer_code} is not known here yet")
    facts, account = found.facts, found.state
    if account.debt == 0:
        return
    # Under the account's lock: records of one visit may come in any order, and side by side.
    has_notice = await notices.has_any(connection, visit.visit_id)
    kind = notice_kind(visit.outcome, visit.next_step, has_notice=has_notice)
    if kind is None:
        return
    issued_at = clock()
    number = await notices.add(
        connection,
        notice_id(visit.visit_id, kind),
        visit.visit_id,
        kind,
        customer_code=visit.customer_code,
        debt=account.debt,
        issued_at=issued_at,
        actor=event.actor,
    )
    if number is None:
        return
    to_point = visit.next_step is NextStep.COLLECTION_POINT
    unit = facts.unit.unit_code
    near = facts.ward or facts.address
    bills = found.bills()
    # Who has just got the bill in detail gets a short notice.
    with_details = bills and not (has_notice and kind is NoticeKind.CANNOT_PAY)
    comparison = await _comparison(connection, bills[-1]) if with_details else None
    points = await collection_points.nearest(connection, unit, points_on_notice, address=near) if to_point else []
    await work.emit(
        NoticeIssued(
            notice_id=notice_id(visit.visit_id, kind),
            notice_number=number,
            kind=kind,
            visit_id=visit.visit_id,
            outcome=visit.outcome,
            customer=facts,
            visiting_collector_code=visit.collector_code,
            bills=bills,
            account=account,
            appointment=visit.appointment,
            collection_points=points,
            device_id=event.device_id,
            issued_at=issued_at,
            after_check=has_notice,
            comparison=comparison,
            actor=event.actor,
        ),
        aggregate=visit.customer_code,
    )


async def _comparison(connection: Connection, latest: Bill) -> BillComparison | None:
    """Return why the bill that a notice has in detail is higher or lower than the one before it.

    One that adds a difference is explained as the bill that it adjusts, with the difference.
    """
    known = await used_bills(connection, latest.customer_code, since_year=latest.year - 1, limit=_BILLS_OF_TWO_YEARS)
    adjusted = latest.corrects if latest.kind is BillKind.ADJUSTMENT else None
    number = latest.bill_number if adjusted is None else adjusted.bill_number
    numbers = [bill.bill_number for bill in known]
    return explain_latest(known[numbers.index(number) :]) if number in numbers else None
