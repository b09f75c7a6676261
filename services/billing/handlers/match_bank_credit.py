"""A person says whose money a bank credit is."""

from collections.abc import Sequence
from functools import partial

from services.billing.bank_credits.rules import Decision, require_waiting
from services.billing.booked_credit import book
from services.billing.handlers.record_payment import record_payment
from services.billing.payments.rules import PlausibleAmountRule
from services.billing.rounding.rules import RoundingRule
from services.billing.store import bank_credits
from shared.clock import Clock
from shared.contracts.billing import BankCreditReply, MatchBankCredit
from shared.messaging.unit_of_work import UnitOfWork


async def match_bank_credit(
    request: MatchBankCredit,
    work: UnitOfWork,
    *,
    clock: Clock,
    rounding_rules: Sequence[RoundingRule],
    plausible_amounts: Sequence[PlausibleAmountRule],
) -> BankCreditReply:
    """Book a credit of the worklist for a customer. Credit and account are locked."""
    credit = await bank_credits.lock_one(work.connection, request.credit_id)
    assert credit is not None  # noqa: S101 - it is locked
    require_waiting(credit.state)
    record = partial(
        record_payment, work=work, clock=clock, rounding_rules=rounding_rules, plausible_amounts=plausible_amounts
    )
    decision = Decision(request.customer_code, "person", request.customer_code)
    await book(credit, decision, work, record, clock(), reason=request.reason)
    shown = await bank_credits.find(work.connection, request.credit_id)
    assert shown is not None  # noqa: S101 - it is locked
    return BankCreditReply(credit=shown)
