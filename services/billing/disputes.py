"""Which bills of a customer are disputed: found anew after each complaint, and told to others with the account."""

from datetime import datetime

from services.billing.ledger import refresh_account
from services.billing.store import bill_complaints
from shared.contracts.actor import Actor
from shared.contracts.billing import BillDisputeChanged
from shared.messaging.unit_of_work import UnitOfWork


async def emit_change(work: UnitOfWork, customer_code: str, moment: datetime, actor: Actor | None) -> None:
    """Find the disputed bills of a locked account, and tell of the account with its next version."""
    await bill_complaints.find_disputed(work.connection, customer_code)
    account = await refresh_account(work.connection, customer_code)
    await work.emit(BillDisputeChanged(account=account, changed_at=moment, actor=actor), aggregate=customer_code)
