"""How the services talk: requests with answers, and events that survive everything. See ``docs/messaging.md``."""

from shared.messaging.bus import Bus
from shared.messaging.context import correlated, current, seconds_left
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
from shared.messaging.topology import Names, Topology
from shared.messaging.unit_of_work import (
    EventHandler,
    EventHandlers,
    Metadata,
    RequestHandler,
    RequestHandlers,
    UnitOfWork,
    locking,
    read_only,
    without_database,
)

__all__ = [
    "BrokerBlocked",
    "BrokerGone",
    "Bus",
    "EventHandler",
    "EventHandlers",
    "Failed",
    "MessageTooLarge",
    "MessagingError",
    "Metadata",
    "Names",
    "PermanentError",
    "RequestHandler",
    "RequestHandlers",
    "RetryLater",
    "Topology",
    "TopologyMismatch",
    "UnitOfWork",
    "UnsupportedBroker",
    "correlated",
    "current",
    "locking",
    "read_only",
    "seconds_left",
    "without_database",
]
