"""A request and an event, the services that send them, and those that handle them."""

from collections.abc import Awaitable, Callable

from shared.contracts.message import Event, Reply, Request
from shared.messaging import Access, EventHandler, RequestHandler, Topology, UnitOfWork


class Answered(Reply):
    text: str


class Ask(Request[Answered]):
    """Ask."""

    message_name = "test.ask"
    text: str = ""


class Noted(Event):
    """Something was noted."""

    message_name = "test.noted"
    number: int


ASKER = Topology(service="asker")
SOURCE = Topology(service="source", emits=[Noted])


def owner_with(
    handler: Callable[[Ask, UnitOfWork], Awaitable[Answered]], access: Access = Access.NO_DATABASE
) -> Topology:
    return Topology(service="owner", handlers=[RequestHandler(Ask, handler, access=access)])


def sink_with(handler: Callable[[Noted, UnitOfWork], Awaitable[None]]) -> Topology:
    return Topology(service="sink", handlers=[EventHandler(Noted, handler)])
