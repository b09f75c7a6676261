"""Charge a customer's interest on late payment by a bill of its own."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from services.billing.arrears.charge_bill import charge_line
from services.billing.arrears.interest import InterestRule, rule_on
from services.billing.issued_charge import issue_charge
from services.billing.late_interest import expected_interest, refuse_other_unit
from services.billing.ledger import known_facts
from services.billing.store import interest
from shared.clock import Clock, business_day
from shared.contracts.billing import BillInterest, ChargeInterest, ChargeKind, ChargeReply
from shared.messaging.unit_of_work import UnitOfWork
from shared.money import format_dong


async def charge_interest(
    request: ChargeInterest, work: UnitOfWork, *, clock: Clock, interest_rules: Sequence[InterestRule]
) -> ChargeReply:
    """Issue the bill of all interest until a day, each day of a bill once. The account is locked."""
    connection = work.connection
    facts = await known_facts(connection, request.customer_code)
    unit_code = facts.unit.unit_code
    refuse_other_unit(unit_code, request.unit_codes)
    state = await expected_interest(connection, request, unit_code, interest_rules, clock)
    rule = rule_on(interest_rules, unit_code, request.until)
    moment = clock()
    kind = ChargeKind.LATE_INTEREST
    reply = await issue_charge(
        work,
        request.charge_id,
        kind,
        facts,
        [
            charge_line(kind, bill.interest, rule.legal_basis, bill.first_day, bill.last_day, of=bill.bill_number)
            for bill in state.bills
        ],
        # Interest is no price of a supply.
        vat_percent=Decimal(0),
        due_date=business_day(moment) + timedelta(days=rule.days_to_pay),
        ruled_on=request.until,
        reason=request.reason,
        explanation=[sentence for bill in state.bills for sentence in _sentences(bill)],
        moment=moment,
    )
    await interest.settle(connection, state.bills, moment, charge_id=request.charge_id)
    return reply


def _sentences(bill: BillInterest) -> list[str]:
    return [
        f"{bill.bill_number}: {format_dong(span.amount)} × {span.percent.replace('.', ',')} %/năm × {span.days} ngày "
        f"({span.first_day:%d/%m/%Y}–{span.last_day:%d/%m/%Y})"
        for span in bill.spans
    ]
