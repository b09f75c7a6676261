"""What the figures of the office are read from."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from shared.contracts.message import Reply, Request
from shared.db import Connection
from shared.db.pool import ACQUIRE_SECONDS

ReplyT = TypeVar("ReplyT", bound=Reply)


class FigureSources(Protocol):
    """Asks other services, and reads the gateway's own database."""

    async def request(self, request: Request[ReplyT], *, within: float | None = None) -> ReplyT:
        """Return the answer; raises its problems, and :class:`~shared.problems.Unavailable` ``within`` seconds."""

    def database(self, *, within: float = ACQUIRE_SECONDS) -> AbstractAsyncContextManager[Connection]:
        """Borrow a connection."""
