"""``BEGIN`` and ``COMMIT`` on the way of the statements beside them, so that neither takes a round trip (ADR 92).

The driver sends one statement, waits for all of its answer, and sends the next. Its messages pass through the
transport that stands here in the place of the loop's own: a ``BEGIN`` that waits is put before the first message of a
transaction, and a ``COMMIT`` before the end of the last. The database takes them in their order and stops at the first
that fails, so what fails is not committed. Of what it answers the driver reads on until it is ready again, and takes
no notice of the two.
"""

import struct
from collections.abc import Sequence
from functools import cache
from typing import Any

import asyncpg.protocol
from asyncpg.transaction import TransactionState

_LENGTH = struct.Struct(">i")

_BIND, _QUERY = ord("B"), ord("Q")
_SYNC = b"S\x00\x00\x00\x04"


def _message(kind: bytes, content: bytes) -> bytes:
    return kind + _LENGTH.pack(len(content) + _LENGTH.size) + content


def _whole(statement: bytes) -> bytes:
    """Return the messages that parse and run a statement without parameters, and end nothing."""
    return (
        _message(b"P", b"\x00" + statement + b"\x00\x00\x00")
        + _message(b"B", b"\x00\x00\x00\x00\x00\x00\x00\x00")
        + _message(b"E", b"\x00\x00\x00\x00\x00")
    )


_COMMIT_AND_SYNC = _whole(b"COMMIT") + _SYNC


class _Joining:
    """The transport of one connection to a database: what waits goes out with the next message."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.begin_waits: str | None = None
        self.commit_waits = False
        self.begun: Begun | None = None

    def write(self, data: Any) -> None:
        """Write a message of the driver, with what waits."""
        if self.begin_waits is not None:
            begin, self.begin_waits = self.begin_waits, None
            data = _after(begin, data)
        if self.commit_waits and data[0] == _BIND and data[-len(_SYNC) :] == _SYNC:
            self.commit_waits = False
            data = b"".join((data[: -len(_SYNC)], _COMMIT_AND_SYNC))
        self._transport.write(data)

    def writelines(self, data: list[Any]) -> None:
        """Write several messages of the driver."""
        if self.begin_waits is None:
            self._transport.writelines(data)
        else:
            self.write(b"".join(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def _begin(isolation: str | None) -> str:
    return "BEGIN" if isolation is None else f"BEGIN ISOLATION LEVEL {isolation.replace('_', ' ')}"


def _after(begin: str, data: Any) -> bytes:
    if data[0] == _QUERY:
        # One message of its own kind: each would be answered with a "ready".
        return _message(b"Q", f"{begin};".encode() + bytes(data[1 + _LENGTH.size :]))
    return b"".join((_first(begin), data))


@cache
def _first(begin: str) -> bytes:
    return _whole(begin.encode())


# What is followed here are names that the driver's types do not tell of.
_driver: Any = asyncpg.protocol
_Protocol: Any = _driver.Protocol


class _JoiningProtocol(_Protocol):  # type: ignore[misc]
    """The driver's side of a connection, over a transport that joins messages."""

    def connection_made(self, transport: Any) -> None:
        self.joining = _Joining(transport)
        super().connection_made(self.joining)

    def is_in_transaction(self) -> bool:
        """Whether there is a transaction, be it that nothing has been sent of it, or not been answered yet."""
        begun = self.joining.begun
        return (begun is not None and begun.is_open) or bool(super().is_in_transaction())


def install() -> None:
    """Have the driver make its connections with it; what was opened before stays as it is."""
    _driver.Protocol = _JoiningProtocol


class Begun:
    """A transaction whose ``BEGIN`` goes out with its first statement, and its ``COMMIT`` with its last.

    To the driver it is a transaction of its own making: what is nested in it becomes a savepoint.
    """

    def __init__(self, connection: Any, isolation: str | None = None) -> None:
        self._driver = connection._con
        self._joining: _Joining = self._driver._protocol.joining
        if self._driver._top_xact is not None or self._driver._protocol.is_in_transaction():
            raise asyncpg.InterfaceError("there is a transaction already")
        self._connection = connection
        self._transaction: Any = connection.transaction(isolation=isolation)
        self._transaction._state = TransactionState.STARTED
        self._driver._top_xact = self._transaction
        self._joining.begin_waits = _begin(isolation)
        self._joining.begun = self
        self.has_ended = False

    @property
    def is_open(self) -> bool:
        """Whether it has not ended; the pool may have ended it as well, for whoever has left it open."""
        return not self.has_ended and self._driver._top_xact is self._transaction

    async def commit(self) -> None:
        """Commit. Nothing is sent where nothing was done."""
        if not self._forget_begin():
            self._end(TransactionState.STARTED)
            await self._transaction.commit()

    async def rollback(self) -> None:
        """Undo what was done; the server has done so by itself where the connection is gone."""
        if self.has_ended or self._forget_begin():
            return
        if self._driver.is_closed():
            self._end(TransactionState.FAILED)
            return
        self._end(TransactionState.STARTED)
        await self._transaction.rollback()

    def knows(self, statement: str) -> bool:
        """Whether the statement is prepared on this connection: then it is one message, and nothing comes between."""
        return bool(self._driver._stmt_cache.has((statement, self._driver._protocol.get_record_class(), False)))

    async def fetch_and_commit(self, statement: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
        """Run the last statement, one that is known, and commit; a transaction of one statement needs neither.

        Where it raises, :meth:`rollback` is still needed; but for a connection that is lost or does not answer in
        time: then it is unknown what happened, and :attr:`has_ended` says that nothing more is to be done.
        """
        if self._joining.begin_waits is None:
            self._joining.commit_waits = True
        else:
            self._joining.begin_waits = None
        try:
            rows: list[asyncpg.Record] = await self._connection.fetch(statement, *arguments)
        except BaseException as error:
            if self._driver.is_closed() or isinstance(error, TimeoutError):
                self._end(TransactionState.FAILED)
            raise
        finally:
            self._joining.commit_waits = False
        self._end(TransactionState.COMMITTED)
        return rows

    def _forget_begin(self) -> bool:
        """Leave ``BEGIN`` out where it has not been sent; return whether that was so."""
        if self._joining.begin_waits is None:
            return False
        self._joining.begin_waits = None
        self._end(TransactionState.COMMITTED)
        return True

    def _end(self, state: TransactionState) -> None:
        self.has_ended = True
        self._joining.begun = None
        self._transaction._state = state
        if state is not TransactionState.STARTED:
            self._driver._top_xact = None


def begun_on(connection: Any) -> Begun | None:
    """Return the transaction of this kind that is open on a connection of a pool; None where there is none."""
    joining = getattr(getattr(getattr(connection, "_con", None), "_protocol", None), "joining", None)
    begun = None if joining is None else joining.begun
    return begun if begun is not None and begun.is_open else None
