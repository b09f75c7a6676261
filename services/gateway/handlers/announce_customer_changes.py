"""``customers.changed``: whose routes many customers are on, for the gateway; the phones concerned read afresh."""

from services.gateway.account_updates import append_refresh
from services.gateway.dependencies import StreamNotifier
from services.gateway.store import feeds
from shared.clock import Clock, now
from shared.contracts.customer import CustomersChanged
from shared.messaging import UnitOfWork


async def announce_customer_changes(
    event: CustomersChanged, work: UnitOfWork, *, notifier: StreamNotifier, clock: Clock = now
) -> None:
    """Store whose routes customers are on; a collector who has or had one that was known refreshes, once an import."""
    concerned = await feeds.set_collectors(
        work.connection,
        [(item.customer_code, item.collector.collector_code, item.version) for item in event.customers],
    )
    for code in sorted(concerned):
        await append_refresh(code, event.import_id, work, notifier, clock())
