"""``bill.issued``: the collector's phones learn of a new bill."""

from services.gateway.account_updates import append, of_account
from services.gateway.dependencies import StreamNotifier
from services.gateway.print_jobs.withdrawal import after_account_change
from services.gateway.store import feeds
from shared.clock import Clock, now
from shared.contracts.billing import BillIssued
from shared.messaging import UnitOfWork


async def announce_bill(event: BillIssued, work: UnitOfWork, *, notifier: StreamNotifier, clock: Clock = now) -> None:
    """Announce a bill to the phones of the customer's collector."""
    moment = clock()
    devices = await after_account_change(work, event.account, moment)
    if devices:
        work.after_commit(lambda: notifier.print_jobs(devices))
    collector_code = await feeds.collector_of(work.connection, event.bill.customer_code)
    if collector_code is None:
        # Its customer.changed has not come yet; when it does, the phone reads the account anyway.
        return
    update = of_account("bill.issued", event.account, event.bill.customer_code, bill_id=event.bill.bill_id)
    await append(collector_code, update, work, notifier, moment)
