from services.billing.bank_credits.rules import squeezed
from services.billing.store import bank_credits
from shared.contracts.gateway import TransferCodeShown
from shared.messaging.unit_of_work import UnitOfWork


async def keep_transfer_code(event: TransferCodeShown, work: UnitOfWork) -> None:
    """Keep that a phone shows a code, so that a bank credit with its reference finds customer and phone."""
    bank_credits.keep_code(
        work, event.transfer_id, squeezed(event.reference), event.customer_code, event.device_id, event.shown_at
    )
