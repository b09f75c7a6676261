"""A person reads what a payer wrote; who does is kept."""

from services.billing.bank_credits.rules import name_is_told, read_text
from services.billing.store import bank_credits
from services.billing.store.bank_credits import Candidate, CreditText
from shared.contracts.billing import BankCreditCandidate, BankCreditDetails, BankCreditState, LookAtBankCredit
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound

_MOST = 20


async def look_at_bank_credit(request: LookAtBankCredit, work: UnitOfWork) -> BankCreditDetails:
    """Return a bank credit with its text, and the customers whose it may be, the likeliest first."""
    credit = await bank_credits.find(work.connection, request.credit_id, request.unit_codes)
    if credit is None:
        raise NotFound("Không có khoản báo có này.")
    await work.act("bank_credit.looked_at", str(request.credit_id))
    text = await bank_credits.text_of(work.connection, request.credit_id)
    found: list[Candidate] = []
    if credit.state is BankCreditState.UNMATCHED and text is not None:
        read = read_text(text.content)
        found = await bank_credits.candidates(work.connection, read, credit.amount, request.unit_codes)
    proposals = [_proposal(one, text) for one in found]
    proposals.sort(key=lambda one: (-len(one.why), one.why, one.customer_code))
    return BankCreditDetails(
        credit=credit,
        content=None if text is None else text.content,
        counter_name=None if text is None else text.counter_name,
        counter_account=None if text is None else text.counter_account,
        counter_bank=None if text is None else text.counter_bank,
        candidates=proposals[:_MOST],
        acts=await bank_credits.acts_of(work.connection, request.credit_id),
    )


def _proposal(one: Candidate, text: CreditText | None) -> BankCreditCandidate:
    told = [] if text is None else [text.content, text.counter_name]
    why = {
        "code": one.by_code,
        "cut_code": not one.by_code and not one.by_amount,
        "amount": one.by_amount,
        "name": name_is_told(one.name, told),
    }
    return BankCreditCandidate(
        customer_code=one.customer_code,
        name=one.name,
        unit_code=one.unit_code,
        debt=one.debt,
        why=[name for name, holds in why.items() if holds],
    )
