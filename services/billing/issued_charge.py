"""The one way in which something is charged without readings: a bill of its own, in one transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from services.billing.arrears.charge_bill import NO_CYCLE, charge_bill, number_of_charge
from services.billing.ledger import refresh_account, use_credit_on_open_bills
from services.billing.store import bills, charges
from shared.clock import business_day
from shared.contracts.billing import BillIssued, BillLine, ChargeKind, ChargeReply
from shared.contracts.common import CustomerFacts
from shared.idempotency import same_id_other_content
from shared.ids import new_id
from shared.messaging.unit_of_work import UnitOfWork


async def issue_charge(
    work: UnitOfWork,
    charge_id: UUID,
    kind: ChargeKind,
    facts: CustomerFacts,
    lines: Sequence[BillLine],
    *,
    vat_percent: Decimal,
    due_date: date,
    ruled_on: date,
    reason: str,
    explanation: Sequence[str],
    moment: datetime,
) -> ChargeReply:
    """Issue the bill of a charge, use credit on it and tell of it. The account is locked."""
    connection, customer_code, day = work.connection, facts.customer_code, business_day(moment)
    taken = await bills.numbers_of(connection, customer_code, day.year, day.month, NO_CYCLE)
    bill = charge_bill(
        kind,
        facts,
        lines,
        vat_percent=vat_percent,
        bill_id=new_id(),
        number=number_of_charge(customer_code, kind, day, taken),
        due_date=due_date,
        issued_at=moment,
        explanation=explanation,
    )
    await bills.add(connection, [bill], work.actor)
    if not await charges.add(
        connection,
        charge_id,
        kind,
        customer_code,
        bill.bill_id,
        ruled_on=ruled_on,
        reason=reason,
        moment=moment,
        actor=work.actor,
    ):
        raise same_id_other_content(charge_id)
    await use_credit_on_open_bills(connection, customer_code, moment)
    account = await refresh_account(connection, customer_code)
    issued = (await bills.by_id(connection, [bill.bill_id]))[bill.bill_id]
    await work.emit(BillIssued(bill=issued, account=account, actor=work.actor), aggregate=customer_code)
    return ChargeReply(charge_id=charge_id, bill=issued, account=account)
