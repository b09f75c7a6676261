"""Declaring a service's durable queues before it runs for the first time.

An event is kept by the queues that exist when it is sent. So the queues of all services are declared by the migration
step, before any service is started: what ``customer`` emits on its first day is there when ``billing`` comes up.
"""

from shared.messaging.broker_version import check_broker
from shared.messaging.connection import close_quietly, open_connection, server_properties
from shared.messaging.declarations import Declarations
from shared.messaging.topology import Names, Topology, event_queues, exchanges, own_exchange
from shared.settings import ServiceSettings

CONNECT_SECONDS = 30.0
"""A broker that has just started on a slow machine takes longer than a service may wait for one."""


async def provision(settings: ServiceSettings, topology: Topology) -> None:
    """Declare the exchanges, and the event queues of a service.

    Raises :class:`BrokerGone`, :class:`UnsupportedBroker`, :class:`TopologyMismatch`.
    """
    amqp_url = settings.migration_amqp_url or settings.amqp_url
    connection = await open_connection(amqp_url, name=f"{topology.service} provision", within=CONNECT_SECONDS)
    try:
        check_broker(server_properties(connection))
        names = Names(settings.namespace)
        queues = event_queues(topology, names) if topology.consumes else ()
        shared_and_own = (*exchanges(names), own_exchange(topology.service, names))
        await Declarations(connection).declare(exchanges=shared_and_own, queues=queues)
    finally:
        await close_quietly(connection)
