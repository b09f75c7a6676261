"""Bank credits that were taken become payments where their text names one customer beyond doubt; others wait."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from services.billing.bank_credits.rules import Decision, decide, read_text, squeezed
from services.billing.booked_credit import REFUSED, book, leave
from services.billing.booked_credits import book_together
from services.billing.handlers.record_payment import record_payment
from services.billing.payments.rules import AmountImplausible, PlausibleAmountRule, ReferenceAlreadyRecorded
from services.billing.proven_deposits import prove_by_credits
from services.billing.rounding.rules import RoundingRule
from services.billing.store import accounts, bank_credits
from services.billing.store.bank_credits import StoredCredit
from shared.clock import Clock
from shared.contracts.billing import BankCreditReason, BankCreditsTaken, BankCreditState
from shared.messaging.unit_of_work import UnitOfWork

LONGEST_WAIT = timedelta(days=10)
"""Banks take days over holidays; after that, nobody waits for the receipt at the phone that showed the code."""


async def match_bank_credits(
    event: BankCreditsTaken,
    work: UnitOfWork,
    *,
    clock: Clock,
    rounding_rules: Sequence[RoundingRule],
    plausible_amounts: Sequence[PlausibleAmountRule],
    bank_accounts: frozenset[str],
) -> None:
    """Decide over credits once; each is booked, put on the worklist, noted as outgoing, or a collector's deposit."""
    waiting = await bank_credits.lock_new(work.connection, event.credit_ids)
    texts = {credit.credit_id: read_text(credit.content) for credit in waiting}
    known = await bank_credits.known_of(work.connection, texts.values(), clock() - LONGEST_WAIT)
    ours = set(map(squeezed, bank_accounts))
    decided: list[tuple[StoredCredit, Decision]] = []
    for credit in waiting:
        reason = credit.reason
        if ours and squeezed(credit.account_number) not in ours:
            reason = BankCreditReason.OTHER_ACCOUNT
        found = Decision(reason=reason) if reason is not None else decide(texts[credit.credit_id], known)
        decided.append((credit, found))
    await accounts.lock(work.connection, {one.customer_code for _, one in decided if one.customer_code is not None})
    nobodys = [
        credit
        for credit, decision in decided
        if decision.reason is BankCreditReason.NO_CUSTOMER and not credit.outgoing
    ]
    deposits = await prove_by_credits(nobodys, work, clock())
    certain = []
    for credit, decision in decided:
        if credit.credit_id in deposits:
            continue
        if credit.outgoing:
            await bank_credits.settle(work.connection, credit.credit_id, BankCreditState.OUTGOING, clock())
        elif decision.customer_code is None:
            await leave(credit, decision.reason or BankCreditReason.NO_CUSTOMER, work, clock())
        else:
            certain.append((credit, decision))
    record = partial(
        record_payment, work=work, clock=clock, rounding_rules=rounding_rules, plausible_amounts=plausible_amounts
    )
    if len(certain) > 1:
        certain = await book_together(certain, work, plausible_amounts, clock())
    for credit, decision in certain:
        try:
            await book(credit, decision, work, record, clock())
        except (AmountImplausible, ReferenceAlreadyRecorded) as refused:
            await leave(credit, REFUSED[type(refused)], work, clock())
