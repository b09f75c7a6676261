"""Requests answered as a service does it, without the broker."""

from collections.abc import Mapping
from typing import TypeVar, cast

from shared.contracts.message import Reply, Request
from shared.messaging import RequestHandler, Topology, UnitOfWork
from shared.messaging.handlers import bind

ReplyT = TypeVar("ReplyT", bound=Reply)


class Answering:
    """The request handlers of a service, with all that is declared for them: repetitions get the first answer."""

    def __init__(self, topology: Topology, dependencies: Mapping[str, object]) -> None:
        self._handlers = {
            handler.message: handler
            for handler in bind(topology.handlers, dependencies)
            if isinstance(handler, RequestHandler)
        }

    async def __call__(self, request: Request[ReplyT], work: UnitOfWork) -> ReplyT:
        """Answer a request within a unit of work."""
        return cast("ReplyT", await self._handlers[type(request)].answer(request, work))
