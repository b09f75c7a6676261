"""Charges a fee by a bill of its own, for whoever asks for it."""

from collections.abc import Sequence
from datetime import timedelta

from services.billing.arrears.charge_bill import charge_line
from services.billing.arrears.rules import FeeRule, fees_in_force
from services.billing.issued_charge import issue_charge
from services.billing.ledger import known_facts, refuse_day_to_come
from services.billing.store import accounts
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock, business_day
from shared.contracts.billing import ChargeFee, ChargeReply
from shared.messaging.unit_of_work import UnitOfWork


async def charge(
    request: ChargeFee, work: UnitOfWork, *, clock: Clock, fee_rules: Sequence[FeeRule], tariffs: Tariffs
) -> ChargeReply:
    """Issue the bill of a fee; nothing where the unit asks for none. The account is locked."""
    connection, moment = work.connection, clock()
    refuse_day_to_come(request.occurred_on, moment)
    facts = await known_facts(connection, request.customer_code)
    rule = fees_in_force(fee_rules, facts.unit.unit_code, request.occurred_on)
    amount = rule.amount_for(request.kind, facts.price_group)
    if amount == 0:
        account = await accounts.state_of(connection, request.customer_code)
        assert account is not None  # noqa: S101 - it is locked
        return ChargeReply(charge_id=request.charge_id, bill=None, account=account)
    return await issue_charge(
        work,
        request.charge_id,
        request.kind,
        facts,
        [charge_line(request.kind, amount, rule.basis, request.occurred_on, request.occurred_on)],
        vat_percent=tariffs.vat_percent_on(request.occurred_on),
        due_date=business_day(moment) + timedelta(days=rule.days_to_pay),
        ruled_on=request.occurred_on,
        reason=request.reason,
        explanation=[f"Theo {rule.basis}, ngày {request.occurred_on:%d/%m/%Y}"],
        moment=moment,
    )
