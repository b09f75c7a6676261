"""Every message there is, for the checks and the documents that are made from them."""

from shared.contracts import billing, customer, gateway, invoice, notify, receipt
from shared.contracts.message import Event, Message, Request

_OWNERS = {
    "billing": billing,
    "customer": customer,
    "gateway": gateway,
    "invoice": invoice,
    "notify": notify,
    "receipt": receipt,
}


def messages() -> dict[str, type[Message]]:
    """Return every message type by its routing key, in alphabetical order."""
    found = {
        member.routing_key(): member
        for module in _OWNERS.values()
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, Event | Request) and member.message_name
    }
    return dict(sorted(found.items()))


def owner(message: type[Message]) -> str:
    """Return the service that owns a message type: the module that defines it."""
    return message.__module__.rpartition(".")[2]
