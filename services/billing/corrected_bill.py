"""Puts a wrong bill right in one transaction: what two people have decided, and what a rule of estimates does."""

from collections.abc import Sequence
from datetime import datetime

from services.billing.corrections.further_bill import further_bill, number_of_correction
from services.billing.corrections.rules import check_difference
from services.billing.judgement.rules import JudgementRule
from services.billing.judgements import judge_followers
from services.billing.ledger import refresh_account, use_credit_on_open_bills
from services.billing.planned_correction import PlannedCorrection, planned_correction
from services.billing.store import bill_complaints, bills, corrections, payments
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock, business_day
from shared.contracts.billing import (
    Bill,
    BillCorrected,
    BillCorrection,
    BillLink,
    CorrectBill,
    CorrectionReply,
)
from shared.db import Connection
from shared.idempotency import same_id_other_content
from shared.ids import new_id
from shared.messaging.unit_of_work import UnitOfWork


async def put_right(
    request: CorrectBill,
    work: UnitOfWork,
    *,
    tariffs: Tariffs,
    clock: Clock,
    judgement_rules: Sequence[JudgementRule],
) -> CorrectionReply:
    """Adjust or replace a bill, once; what was issued stays as it was issued.

    What is taken off the bill is open no more; money on it that has nothing left to clear is credit of its payments,
    and clears what else is open. Later readings without a bill are judged again beside the corrected ones. The account
    is locked, and with corrected readings the imports are, too.
    """
    connection = work.connection
    now = clock()
    planned = await planned_correction(connection, request, tariffs, now)
    check_difference(planned.plan, request.expected_difference)
    new_bill = await _further_bill(connection, request, planned, clock)
    if new_bill is not None:
        await bills.add(connection, [new_bill], work.actor)
    head = planned.bill
    correction = BillCorrection(
        correction_id=request.correction_id,
        kind=request.kind,
        customer_code=head.customer_code,
        corrects=BillLink(bill_id=head.bill_id, bill_number=head.bill_number),
        new_bill=None if new_bill is None else BillLink(bill_id=new_bill.bill_id, bill_number=new_bill.bill_number),
        before=planned.before,
        after=planned.after,
        reductions=planned.reductions,
        released=planned.released,
        reason=request.reason,
        asked_by=request.asked_by,
        approved_by=request.approved_by,
        corrected_at=now,
    )
    if not await corrections.add(connection, correction, planned.facts, planned.plan.reductions, work.actor):
        raise same_id_other_content(request.correction_id)
    await _release_parts(work, planned, now)
    await bills.reduce(connection, planned.plan.reductions)
    await use_credit_on_open_bills(connection, head.customer_code, now)
    if new_bill is not None and await bill_complaints.has_open(connection, head.customer_code):
        await bill_complaints.find_disputed(connection, head.customer_code)
    account = await refresh_account(connection, head.customer_code)
    if request.readings and planned.period is not None:
        await judge_followers(
            connection, planned.period, judgement_rules, reason=request.reason, moment=now, actor=work.actor
        )

    concerned = [head.bill_id, *([] if new_bill is None else [new_bill.bill_id])]
    after = await bills.by_id(connection, concerned)
    reply = CorrectionReply(
        correction=correction,
        bill=after[head.bill_id],
        new_bill=None if new_bill is None else after[new_bill.bill_id],
        account=account,
    )
    await work.emit(
        BillCorrected(
            correction=correction,
            customer=planned.customer,
            bill=reply.bill,
            new_bill=reply.new_bill,
            account=account,
            actor=work.actor,
        ),
        aggregate=head.customer_code,
    )
    return reply


async def _release_parts(work: UnitOfWork, planned: PlannedCorrection, moment: datetime) -> None:
    """Take money off what does not stand any more: it is credit of its payments, and what is open grows by it."""
    connection = work.connection
    await payments.release(connection, planned.release, moment)
    await bills.reopen(connection, [part.cleared for part in planned.release])


async def _further_bill(
    connection: Connection, request: CorrectBill, planned: PlannedCorrection, clock: Clock
) -> Bill | None:
    amounts = planned.plan.further
    if amounts is None:
        return None
    head = planned.bill
    taken = await bills.numbers_of(connection, head.customer_code, head.year, head.month, head.cycle)
    return further_bill(
        request.kind,
        head,
        planned.anew,
        amounts,
        planned.further_lines(request.kind),
        before=planned.before,
        bill_id=new_id(),
        number=number_of_correction(head, request.kind, taken),
        reason=request.reason,
        today=business_day(clock()),
    )
