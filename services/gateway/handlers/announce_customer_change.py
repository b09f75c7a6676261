"""``customer.changed``: whose route a customer is on, for the gateway and for the phones concerned."""

from services.gateway.account_updates import append
from services.gateway.dependencies import StreamNotifier
from services.gateway.store import feeds
from services.gateway.stream.frames import CustomerUpdate
from shared.clock import Clock, now
from shared.contracts.customer import CustomerChanged
from shared.messaging import UnitOfWork


async def announce_customer_change(
    event: CustomerChanged, work: UnitOfWork, *, notifier: StreamNotifier, clock: Clock = now
) -> None:
    """Store whose route a customer is on; announce changes to the phones, but not first imports."""
    customer = event.customer
    collector_code = customer.collector.collector_code
    before = await feeds.set_collector(work.connection, customer.customer_code, collector_code, customer.version)
    if before is None:
        return
    for code in sorted({before, collector_code}):
        update = CustomerUpdate(
            seq=0,
            customer_code=customer.customer_code,
            version=customer.version,
            on_route=code == collector_code and customer.active,
        )
        await append(code, update, work, notifier, clock())
