"""What the gateway counts beyond what every service does."""

from prometheus_client import Gauge

from services.gateway.stream.hub import Hub
from shared.health import Check
from shared.metrics import REGISTRY

STREAMS = Gauge("thungan_gateway_streams", "Open streams of phones at this copy", registry=REGISTRY)


def watch(hub: Hub) -> Check:
    """Return a check that sets the gauge, and says when this copy takes no more streams."""

    async def check() -> str | None:
        STREAMS.set(len(hub))
        return "draining" if hub.draining else None

    return check
