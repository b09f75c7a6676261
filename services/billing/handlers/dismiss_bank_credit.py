"""A person says that a bank credit is no customer's money."""

from services.billing.bank_credits.rules import require_waiting
from services.billing.booked_credit import tell_settled
from services.billing.store import bank_credits
from shared.clock import Clock
from shared.contracts.billing import BankCreditReply, BankCreditState, DismissBankCredit
from shared.messaging.unit_of_work import UnitOfWork


async def dismiss_bank_credit(request: DismissBankCredit, work: UnitOfWork, *, clock: Clock) -> BankCreditReply:
    """Take a credit off the worklist. It is locked."""
    credit = await bank_credits.lock_one(work.connection, request.credit_id)
    assert credit is not None  # noqa: S101 - it is locked
    require_waiting(credit.state)
    moment = clock()
    await bank_credits.settle(work.connection, request.credit_id, BankCreditState.DISMISSED, moment)
    await tell_settled(work, request.credit_id, moment)
    await bank_credits.note(work.connection, request.credit_id, "dismissed", moment, work.actor, reason=request.reason)
    shown = await bank_credits.find(work.connection, request.credit_id)
    assert shown is not None  # noqa: S101 - it is locked
    return BankCreditReply(credit=shown)
