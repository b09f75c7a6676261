"""``bills.released``: the phones of the routes concerned read them afresh, once for a whole run."""

from services.gateway.dependencies import StreamNotifier
from services.gateway.print_jobs.withdrawal import after_account_changes
from services.gateway.store import feeds
from shared.clock import Clock, now
from shared.contracts.billing import BillsReleased
from shared.messaging import UnitOfWork


async def announce_released_bills(
    event: BillsReleased, work: UnitOfWork, *, notifier: StreamNotifier, clock: Clock = now
) -> None:
    """Withdraw notices that name another debt, and have the collectors' phones refreshed soon.

    Whose collector is not known yet: when ``customer.changed`` comes, the phone reads the account anyway.
    """
    devices = await after_account_changes(work, event.accounts, clock())
    if devices:
        work.after_commit(lambda: notifier.print_jobs(devices))
    await feeds.ask_refresh(work.connection, [account.customer_code for account in event.accounts])
