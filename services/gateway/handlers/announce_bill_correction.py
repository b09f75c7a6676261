"""``bill.corrected``: the collector's phones learn that something else is owed, and no notice of before is printed."""

from services.gateway.account_updates import append, of_account
from services.gateway.dependencies import StreamNotifier
from services.gateway.print_jobs.withdrawal import after_account_change
from shared.clock import Clock, now
from shared.contracts.billing import BillCorrected
from shared.messaging import UnitOfWork


async def announce_bill_correction(
    event: BillCorrected, work: UnitOfWork, *, notifier: StreamNotifier, clock: Clock = now
) -> None:
    """Announce a correction to the phones of the customer's collector."""
    moment = clock()
    devices = await after_account_change(work, event.account, moment)
    if devices:
        work.after_commit(lambda: notifier.print_jobs(devices))
    update = of_account(
        "bill.corrected", event.account, event.customer.customer_code, bill_id=event.correction.corrects.bill_id
    )
    await append(event.customer.collector.collector_code, update, work, notifier, moment)
