"""Deposits at banks that collectors have stated, and the bank credits that they are.

Locked in one order: the credit, then the deposit, then the totals of its shift.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.billing.booked_credit import tell_settled
from services.billing.shifts.hand_ins import DEPOSIT_LASTS, tells_of
from services.billing.store import bank_credits, hand_ins
from services.billing.store.bank_credits import StoredCredit
from services.billing.store.hand_ins import Deposit
from shared.contracts.billing import BankCreditState, CountHandIn
from shared.messaging.unit_of_work import UnitOfWork

BANK = "bank"
"""Who has counted a deposit that the bank itself tells of."""


async def prove_by_credits(credits_left: Sequence[StoredCredit], work: UnitOfWork, moment: datetime) -> set[UUID]:
    """Confirm the deposits that some locked credits are, by slip number and amount; return these credits."""
    if not credits_left:
        return set()
    since = min(credit.transacted_at for credit in credits_left) - DEPOSIT_LASTS
    deposits = await hand_ins.lock_unproven(work.connection, {credit.amount for credit in credits_left}, since)
    proven: set[UUID] = set()
    for credit in credits_left:
        found = [deposit for deposit in deposits if _is_of(credit, deposit)]
        if len(found) == 1:
            deposits.remove(found[0])
            await prove(credit, found[0].hand_in_id, work, moment)
            proven.add(credit.credit_id)
    return proven


async def prove_by_known(deposit: Deposit, waiting: Sequence[StoredCredit], work: UnitOfWork, moment: datetime) -> None:
    """Confirm a deposit that was stated after its bank credit had come: ``waiting`` are locked."""
    found = [credit for credit in waiting if not credit.outgoing and _is_of(credit, deposit)]
    if len(found) == 1:
        await prove(found[0], deposit.hand_in_id, work, moment)


async def prove(credit: StoredCredit, hand_in_id: UUID, work: UnitOfWork, moment: datetime) -> None:
    """Confirm a deposit by its locked credit, as the bank's own word."""
    request = CountHandIn(
        hand_in_id=hand_in_id,
        counted_cash=credit.amount,
        credit_id=credit.credit_id,
        counted_by=BANK,
        device_id=UUID(int=0),
    )
    await hand_ins.count(work.connection, request, 0, moment, None, work.actor)
    await settle_credit(credit, hand_in_id, work, moment)


async def settle_credit(credit: StoredCredit, hand_in_id: UUID, work: UnitOfWork, moment: datetime) -> None:
    """Take the locked credit of a deposit off the worklist: it is the utility's own cash, and no customer's money."""
    await bank_credits.settle(work.connection, credit.credit_id, BankCreditState.DISMISSED, moment)
    if credit.state is BankCreditState.UNMATCHED:
        await tell_settled(work, credit.credit_id, moment)
    reason = f"hand-in {hand_in_id}"
    await bank_credits.note(work.connection, credit.credit_id, "dismissed", moment, work.actor, reason=reason)


def _is_of(credit: StoredCredit, deposit: Deposit) -> bool:
    return credit.amount == deposit.amount and tells_of(
        deposit.slip_number,
        deposit.stated_at,
        content=credit.content,
        reference=credit.reference,
        transacted_at=credit.transacted_at,
    )
