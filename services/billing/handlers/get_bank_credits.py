from services.billing.store import bank_credits
from shared.contracts.billing import BankCreditsPage, GetBankCredits
from shared.messaging.unit_of_work import UnitOfWork


async def get_bank_credits(request: GetBankCredits, work: UnitOfWork) -> BankCreditsPage:
    """Return a page of bank credits, without what payers wrote."""
    found = await bank_credits.page(work.connection, request)
    return BankCreditsPage(credits=found, next=found[-1].credit_id if len(found) == request.limit else None)
