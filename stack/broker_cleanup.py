"""Removes the queues and exchanges that a system leaves on the broker."""

from __future__ import annotations

from pydantic import SecretStr

from ops.system import SERVICES
from shared.messaging.connection import open_connection
from shared.messaging.topology import RETRY_SECONDS, Names


def queue_names(namespace: str) -> list[str]:
    """Return the queues of a namespace that stay when its services are gone.

    The queues of single instances and of replies are not among them: the broker removes those by itself.
    """
    names = Names(namespace)
    found = []
    for service in SERVICES:
        found += [names.request_queue(service), names.event_queue(service), names.dead_queue(service)]
        found += [names.retry_queue(service, seconds) for seconds in RETRY_SECONDS]
    return found


async def remove_namespace(amqp_url: str, namespace: str) -> None:
    """Delete the queues and exchanges of a namespace, with the messages in them; what is not there is no error."""
    names = Names(namespace)
    connection = await open_connection(SecretStr(amqp_url), name=f"{namespace} removal")
    async with connection, connection.channel() as channel:
        for queue in queue_names(namespace):
            await channel.queue_delete(queue)
        for exchange in (names.requests, names.events, names.replies, *map(names.own_exchange, SERVICES)):
            await channel.exchange_delete(exchange)
