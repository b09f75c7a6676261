"""Publishing with confirms: when it returns, the broker has the message."""

from aio_pika.abc import AbstractChannel

from shared import metrics
from shared.messaging.declarations import Declarations
from shared.messaging.errors import BrokerBlocked, ClosedByBroker, TopologyMismatch, Unroutable
from shared.messaging.guard import CALL_SECONDS
from shared.messaging.link import Link
from shared.messaging.port import Port
from shared.messaging.topology import Exchange
from shared.messaging.underlay import Properties, publish


class Publisher:
    """Publishes through one port of its own."""

    def __init__(self, link: Link, name: str, service: str, *, exchanges: tuple[Exchange, ...] = ()) -> None:
        self._link = link
        self._service = service
        self._exchanges = exchanges
        self.port = link.add(Port(name, confirms=True, setup=self._set_up if exchanges else None))

    async def _set_up(self, _: AbstractChannel, declarations: Declarations) -> None:
        # Publishing to an exchange that is not there closes the channel; the next one brings the exchange back.
        await declarations.declare(exchanges=self._exchanges)

    @property
    def is_ready(self) -> bool:
        """Whether a message can be published now."""
        return self.port.is_ready and not self._link.is_blocked

    async def publish(
        self,
        body: bytes,
        properties: Properties,
        *,
        exchange: str,
        routing_key: str,
        kind: str,
        mandatory: bool = True,
        within: float = CALL_SECONDS,
    ) -> None:
        """Publish and wait for the broker's confirm; ``kind`` is the message's name in metrics and errors.

        Raises :class:`Unroutable` when no queue is bound (``mandatory`` only), :class:`Rejected` when the broker does
        not take it, :class:`BrokerBlocked` at once during an alarm, and :class:`BrokerGone` when the outcome is
        unknown: then publish again, under the same logical id.
        """
        if self._link.is_blocked:
            raise BrokerBlocked
        metrics.of(self._service, kind).published.inc()
        try:
            await publish(
                self.port.underlay,
                body,
                properties,
                exchange=exchange,
                routing_key=routing_key,
                mandatory=mandatory,
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
