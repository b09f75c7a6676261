"""Publishing with confirms: when it returns, the broker has the message."""

from aiormq import Channel
from pamqp.commands import Basic

from shared import metrics
from shared.messaging.declare import declare
from shared.messaging.errors import BrokerBlocked, ClosedByBroker, TopologyMismatch, Unroutable
from shared.messaging.guard import CALL_SECONDS, guarded
from shared.messaging.link import Link, Port
from shared.messaging.topology import Exchange


class Publisher:
    """Publishes through one port of its own."""

    def __init__(self, link: Link, name: str, service: str, *, exchanges: tuple[Exchange, ...] = ()) -> None:
        self._link = link
        self._service = service
        self._exchanges = exchanges
        self.port = link.add(Port(name, confirms=True, setup=self._set_up if exchanges else None))

    async def _set_up(self, channel: Channel) -> None:
        # Publishing to an exchange that is not there closes the channel; the next one brings the exchange back.
        await declare(channel.connection, exchanges=self._exchanges)

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
        kind: str,
        mandatory: bool = True,
        within: float = CALL_SECONDS,
    ) -> None:
        """Publish and wait for the broker's word; ``kind`` is the message's name in metrics and errors.

        Raises :class:`Unroutable` when no queue is bound (``mandatory`` only), :class:`Rejected` when the broker does
        not take it, :class:`BrokerBlocked` at once during an alarm, and :class:`BrokerGone` when the outcome is
        unknown: then publish again, under the same logical id.
        """
        if self._link.is_blocked:
            raise BrokerBlocked
        channel: Channel = self.port.channel
        metrics.of(self._service, kind).published.inc()
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
            metrics.of(self._service, kind).returned.inc()
            raise
        except TopologyMismatch as error:
            # Of a message, "precondition failed" means that the broker does not accept it: it is too large.
            raise ClosedByBroker(str(error)) from error
        metrics.of(self._service, kind).confirmed.inc()
