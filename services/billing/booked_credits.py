"""Many bank credits become payments at once: by the same rules as one, with a few statements for all of them.

Only the ordinary ones: one for each customer, whose reference is new, of an amount that can be meant. The others are
left to the way that each payment takes by itself (:mod:`services.billing.booked_credit`), and so is everything when
somebody else records one of the references meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.billing.bank_credits.rules import Decision, squeezed
from services.billing.booked_credit import payment_request
from services.billing.payments.rules import AmountImplausible, Cleared, PlausibleAmountRule, check_amount, clear
from services.billing.store import accounts, bank_credits, bills, payments
from services.billing.store.bank_credits import StoredCredit
from shared.clock import business_day
from shared.contracts.billing import Allocation, Bill, Payment, PaymentRecorded, RecordPayment
from shared.contracts.common import CustomerFacts
from shared.messaging.unit_of_work import UnitOfWork

Decided = tuple[StoredCredit, Decision]


@dataclass(frozen=True, slots=True)
class _Planned:
    credit: StoredCredit
    decision: Decision
    payment: Payment
    cleared: Sequence[Cleared]
    request: RecordPayment
    facts: CustomerFacts
    open_bills: Sequence[Bill]


class _TakenMeanwhileError(Exception):
    """Somebody else has recorded one of the references: undoes what was done for all."""


async def book_together(
    decided: Sequence[Decided], work: UnitOfWork, plausible_amounts: Sequence[PlausibleAmountRule], moment: datetime
) -> list[Decided]:
    """Book locked credits for customers whose accounts are locked; return those that are not ordinary."""
    firsts, others = _one_for_each(decided)
    planned, left = await _plan(firsts, work, plausible_amounts, moment)
    if not planned:
        return list(decided)
    try:
        async with work.connection.transaction():
            await _store(planned, work, moment)
    except _TakenMeanwhileError:
        return list(decided)
    codes = [one.payment.customer_code for one in planned]
    states = await accounts.refresh(work.connection, codes)
    for one in planned:
        cleared = {part.bill_id for part in one.cleared}
        event = PaymentRecorded(
            payment=one.payment,
            customer=one.facts,
            bills=[bill for bill in one.open_bills if bill.bill_id in cleared],
            collection_point=None,
            account=states[one.payment.customer_code],
            actor=work.actor,
            visit_id=None,
            device_id=one.request.device_id,
        )
        await work.emit(event, aggregate=one.payment.customer_code)
    return [*left, *others]


def _one_for_each(decided: Sequence[Decided]) -> tuple[list[Decided], list[Decided]]:
    """Return the first credit of each customer and of each reference, and the others."""
    firsts: list[Decided] = []
    others: list[Decided] = []
    seen: set[str] = set()
    for credit, decision in decided:
        names = {f"customer {decision.customer_code}", f"reference {squeezed(credit.reference) or credit.credit_id}"}
        (others if names & seen else firsts).append((credit, decision))
        seen |= names
    return firsts, others


async def _plan(
    decided: Sequence[Decided], work: UnitOfWork, rules: Sequence[PlausibleAmountRule], moment: datetime
) -> tuple[list[_Planned], list[Decided]]:
    requests = [payment_request(credit, decision, moment) for credit, decision in decided]
    known = await payments.known_references(work.connection, [request.reference for request in requests])
    found = await accounts.with_open_bills_of(work.connection, {request.customer_code for request in requests})
    planned: list[_Planned] = []
    left: list[Decided] = []
    for (credit, decision), request in zip(decided, requests, strict=True):
        account = found.get(request.customer_code)
        if request.reference in known or account is None or account.facts is None:
            left.append((credit, decision))
            continue
        open_bills = account.bills()
        debts = list(map(bills.debt_of, open_bills))
        try:
            debt = sum(each.vat + each.principal for each in debts)
            check_amount(request.amount, debt, rules, account.unit_code, business_day(moment))
        except AmountImplausible:
            left.append((credit, decision))
            continue
        cleared, rest = clear(request.amount, debts)
        payment = Payment(
            payment_id=request.payment_id,
            customer_code=request.customer_code,
            amount=request.amount,
            method=request.method,
            received_at=moment,
            stated_at=request.received_at,
            collector_code=None,
            collection_point_code=None,
            reference=request.reference,
            transfer_content=request.transfer_content,
            shift_id=None,
            allocations=[Allocation(bill_id=part.bill_id, vat=part.vat, principal=part.principal) for part in cleared],
            credit=rest,
        )
        planned.append(_Planned(credit, decision, payment, cleared, request, account.facts, open_bills))
    return planned, left


async def _store(planned: Sequence[_Planned], work: UnitOfWork, moment: datetime) -> None:
    transfers = [(one.payment, one.request.device_id) for one in planned]
    if not await payments.add_transfers(work.connection, transfers, recorded_at=moment, actor=work.actor):
        raise _TakenMeanwhileError
    await bills.clear(work.connection, [part for one in planned for part in one.cleared])
    booked = [
        (one.credit.credit_id, one.payment.customer_code, one.payment.payment_id, one.decision.matched_by)
        for one in planned
    ]
    await bank_credits.settle_booked(work.connection, booked, moment, work.actor)
