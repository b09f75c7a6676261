"""Declaring a service's durable queues before it runs for the first time.

An event is kept by the queues that exist when it is sent. So the queues of all services are declared by the migration
step, before any service is started: what ``customer`` says on its first day is there when ``billing`` comes up.
"""

import aiormq
from yarl import URL

from shared.messaging.declare import declare
from shared.messaging.guard import CALL_SECONDS, close_quietly, guarded
from shared.messaging.topology import Names, Topology, event_queues, exchanges
from shared.messaging.verify import verify_broker
from shared.settings import ServiceSettings


async def provision(settings: ServiceSettings, topology: Topology) -> None:
    """Declare the exchanges, and the event queues of a service.

    Raises :class:`BrokerGone`, :class:`UnsupportedBroker`, :class:`TopologyMismatch`.
    """
    url = URL(settings.amqp_url.get_secret_value())
    connection = await guarded(
        aiormq.connect(url, client_properties={"connection_name": f"{topology.service} provision"}),
        within=CALL_SECONDS,
        doing="connecting",
    )
    try:
        verify_broker(connection.server_properties)
        names = Names(settings.namespace)
        queues = event_queues(topology, names) if topology.consumes else ()
        await declare(connection, exchanges=exchanges(names), queues=queues)
    finally:
        await close_quietly(connection)
