"""Publishing with confirms: when it returns, the broker has the message."""

from aiormq import Channel
from pamqp.commands import Basic

from shared import metrics
from shared.messaging.errors import BrokerBlocked, Unroutable
from shared.messaging.guard import guarded
from shared.messaging.link import CALL_SECONDS, Link, Port


class Publisher:
    """Publishes through one port of its own."""

    def __init__(self, link: Link, name: str, service: str) -> None:
        self._link = link
        self._service = service
        self.port = link.add(Port(name, confirms=True))

    @property
    def is_ready(self) -> bool:
        """Whether a message can be published now."""
        return self.port.is_ready and not self._link.is_blocked

    async def publish(
        self,
        body: bytes,
        properties: Basic.Properties,
        *,
        exchange: str,
        routing_key: str,
        mandatory: bool = True,
        within: float = CALL_SECONDS,
    ) -> None:
        """Publish and wait for the broker's word.

        Raises :class:`Unroutable` when no queue is bound (``mandatory`` only), :class:`Rejected` when the broker does
        not take it, :class:`BrokerBlocked` at once during an alarm, and :class:`BrokerGone` when the outcome is
        unknown: then publish again, under the same logical id.
        """
        if self._link.is_blocked:
            raise BrokerBlocked
        channel: Channel = self.port.channel
        kind = properties.message_type or routing_key
        metrics.PUBLISHED.labels(self._service, kind).inc()
        try:
            await guarded(
                # wait=False: the confirm tells more than an emptied socket buffer, and later publishes need not queue.
                channel.basic_publish(
                    body,
                    exchange=exchange,
                    routing_key=routing_key,
                    properties=properties,
                    mandatory=mandatory,
                    wait=False,
                ),
                within=within,
                doing=f"publishing {kind}",
            )
        except Unroutable:
            metrics.RETURNED.labels(self._service, kind).inc()
            raise
        metrics.CONFIRMED.labels(self._service, kind).inc()
