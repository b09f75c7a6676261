"""Take what a bank or its go-between tells: each movement once, by the source's id and across sources."""

from uuid import UUID

from services.billing.bank_credits.identity import Told, identify
from services.billing.bank_credits.rules import squeezed
from services.billing.store import bank_credits
from shared.clock import Clock, business_day
from shared.contracts.billing import (
    BankCreditReason,
    BankCreditsTaken,
    SeenBankCredit,
    TakeBankCredits,
    TakenBankCredits,
)
from shared.ids import new_id
from shared.messaging.unit_of_work import UnitOfWork

_IN_ONE_EVENT = 50


async def take_bank_credits(request: TakeBankCredits, work: UnitOfWork, *, clock: Clock) -> TakenBankCredits:
    """Store what is new, and have it matched after the commit; what is known changes nothing."""
    connection, moment, source = work.connection, clock(), request.source
    credits_told = [_with_plain_account(one) for one in request.credits]
    await bank_credits.lock_bank_accounts(connection, {one.account_number for one in credits_told})
    before = await bank_credits.sightings(connection, source, [one.source_id for one in credits_told])
    fresh: dict[str, SeenBankCredit] = {}
    for one in credits_told:
        if one.source_id not in before:
            fresh.setdefault(one.source_id, one)
    tales = [_told(one) for one in fresh.values()]
    verdicts = identify(source, tales, await bank_credits.alike(connection, source, tales))
    new: list[tuple[UUID, SeenBankCredit, BankCreditReason | None]] = []
    ids = {source_id: sighting.credit_id for source_id, sighting in before.items()}
    for seen, verdict in zip(fresh.values(), verdicts, strict=True):
        ids[seen.source_id] = verdict.same_as or new_id()
        if verdict.same_as is None:
            reason = None if verdict.may_be is None else BankCreditReason.MAY_BE_KNOWN
            new.append((ids[seen.source_id], seen, reason))
    await bank_credits.add(connection, new, moment)
    await bank_credits.add_sightings(connection, source, [(ids[key], one) for key, one in fresh.items()], moment)
    first = {
        **{key: (one.account_number, one.amount, one.outgoing) for key, one in fresh.items()},
        **{key: (squeezed(one.account_number), one.amount, one.outgoing) for key, one in before.items()},
    }
    others = [one for one in credits_told if first[one.source_id] != (one.account_number, one.amount, one.outgoing)]
    for one in others:
        told = f"{source} {one.source_id}: {'-' if one.outgoing else ''}{one.amount} on {one.account_number}"
        await bank_credits.note(connection, ids[one.source_id], "contradicted", moment, work.actor, reason=told)
    added = [credit_id for credit_id, _, _ in new]
    for start in range(0, len(added), _IN_ONE_EVENT):
        await work.emit(BankCreditsTaken(credit_ids=added[start : start + _IN_ONE_EVENT]), aggregate=source)
    return TakenBankCredits(
        taken=len(added),
        known=len(credits_told) - len(added) - len(others),
        contradicted=len(others),
        credit_ids=[ids[one.source_id] for one in credits_told],
    )


def _with_plain_account(seen: SeenBankCredit) -> SeenBankCredit:
    """Return what was told with the account's letters and digits alone: sources put blanks and dashes between them."""
    plain = squeezed(seen.account_number)
    return seen.model_copy(update={"account_number": plain}) if plain else seen


def _told(seen: SeenBankCredit) -> Told:
    return Told(
        account_number=seen.account_number,
        outgoing=seen.outgoing,
        amount=seen.amount,
        booked_on=business_day(seen.transacted_at),
        reference=seen.reference,
        balance=seen.balance,
        content=seen.content,
    )
