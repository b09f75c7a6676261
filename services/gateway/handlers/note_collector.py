"""``collector.changed``: the devices of a collector who does not work any more are refused from now on."""

from services.gateway.dependencies import StreamNotifier
from services.gateway.store import collectors
from shared.clock import Clock, now
from shared.contracts.customer import CollectorChanged
from shared.messaging import UnitOfWork


async def note_collector(
    event: CollectorChanged, work: UnitOfWork, *, notifier: StreamNotifier, clock: Clock = now
) -> None:
    """Note whether a collector works for the utility; close the streams of one who has left."""
    connection = work.connection
    if await collectors.note(
        connection,
        event.collector_code,
        active=event.active,
        changed_at=event.changed_at,
        left_at=event.changed_at,
        now=clock(),
        unit_code=event.unit_code,
    ):
        devices = await collectors.devices_of(connection, event.collector_code)
        work.after_commit(lambda: notifier.collector_left(devices))
