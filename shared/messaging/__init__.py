"""Messages between services: requests with answers, and durable events. See ``docs/messaging.md``."""

from shared.messaging.bus import Bus
from shared.messaging.context import Context, correlated, current
from shared.messaging.errors import (
    BrokerBlocked,
    BrokerGone,
    Failed,
    MessageTooLarge,
    MessagingError,
    PermanentError,
    RetryLater,
    TopologyMismatch,
    UnsupportedBroker,
)
from shared.messaging.handlers import EventHandler, Lock, RequestHandler
from shared.messaging.topology import Names, Topology
from shared.messaging.unit_of_work import Access, UnitOfWork

__all__ = [
    "Access",
    "BrokerBlocked",
    "BrokerGone",
    "Bus",
    "Context",
    "EventHandler",
    "Failed",
    "Lock",
    "MessageTooLarge",
    "MessagingError",
    "Names",
    "PermanentError",
    "RequestHandler",
    "RetryLater",
    "Topology",
    "TopologyMismatch",
    "UnitOfWork",
    "UnsupportedBroker",
    "correlated",
    "current",
]
