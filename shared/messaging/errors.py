"""What can go wrong between this process and the broker, and what a handler may raise to decide a message's fate."""


class MessagingError(Exception):
    """Base of the errors of this package."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class BrokerGone(MessagingError):
    """The connection or channel is gone, or did not answer in time; what was under way may or may not have happened."""


class BrokerBlocked(BrokerGone):
    """The broker refuses to be published to for now (memory or disk alarm)."""


class ClosedByBroker(BrokerGone):
    """The broker closed the channel or the connection because of something that was sent over it."""


class QueueAway(ClosedByBroker):
    """The queue is known, and the node of the broker's cluster that it lives on is gone."""


class Unroutable(MessagingError):
    """No queue is bound for the message."""


class Rejected(MessagingError):
    """The broker did not take responsibility for the message."""


class MessageTooLarge(MessagingError):
    """The message exceeds the limit for one message."""


class Undecodable(MessagingError):
    """The message cannot be read: not ours, or damaged."""


class UnknownMessage(MessagingError):
    """No handler for the message here; a newer copy of this service may have one."""


class TopologyMismatch(MessagingError):
    """A queue or exchange exists with other arguments than this version declares."""


class UnsupportedBroker(MessagingError):
    """The broker is not RabbitMQ 3.10 to 4.x."""


class Failed(MessagingError):
    """A part of the bus that must run has ended; the process should exit and be started anew."""


class PermanentError(MessagingError):
    """Raised by an event handler: trying again will never help, move the event to the dead queue."""


class RetryLater(MessagingError):
    """Raised by an event handler: nothing is wrong but the time; put the event on the retry ladder."""
