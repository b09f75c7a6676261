"""The one place where units of work begin and end: transaction, outbox, commit, and what follows the commit."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol
from uuid import UUID

from asyncpg import Pool, Record

from shared.contracts.message import Event
from shared.db.pool import ACQUIRE_SECONDS, Connection
from shared.db.transaction import Isolation, acquired, single_statement, transaction
from shared.messaging import context as contexts
from shared.messaging.after_commit import AfterCommit
from shared.messaging.dispatcher import HEAD_START_SECONDS, MOST_ROWS, Dispatcher
from shared.messaging.inbox import claim, claim_with
from shared.messaging.outbox import WrittenRow, insert_claimed, insert_with
from shared.messaging.unit_of_work import Access, UnitOfWork, flush, run_write


class Sender(Protocol):
    """What sends the events of the outbox: the relay, where this process has one."""

    @property
    def is_active(self) -> bool:
        """Whether this process is the one that sends."""

    def wake(self) -> None:
        """Look at the outbox now."""


class SharedTransaction:
    """One transaction for several units of work, which are committed together."""

    __slots__ = ("_notify", "_service", "connection", "works")

    def __init__(self, connection: Connection, *, notify: bool, service: str) -> None:
        self._notify = notify
        self._service = service
        self.connection = connection
        self.works: list[UnitOfWork] = []

    def open(self) -> UnitOfWork:
        """Return a unit of work for what is being done now."""
        work = UnitOfWork(self.connection, contexts.current_or_new(), notify=self._notify, service=self._service)
        self.works.append(work)
        return work


class AtOnce:
    """The unit of work of an event that needs one statement, and what came of it."""

    __slots__ = ("is_idle", "is_new", "work")

    def __init__(self, work: UnitOfWork) -> None:
        self.work = work
        self.is_new = False
        self.is_idle = False
        """It needed no statement: nothing was done, and its entry in the inbox is not made."""


class UnitsOfWork:
    """Opens units of work on one database; ``pool`` may be None where only ``Access.NO_DATABASE`` is asked for."""

    def __init__(
        self,
        pool: Pool | None,
        sender: Sender | None = None,
        *,
        dispatcher: Dispatcher | None = None,
        service: str = "",
    ) -> None:
        self._pool = pool
        self._service = service
        self._sender = sender
        self._dispatcher = dispatcher
        self.after_commit = AfterCommit()

    @property
    def has_database(self) -> bool:
        """Whether it can open anything but ``Access.NO_DATABASE``."""
        return self._pool is not None

    @asynccontextmanager
    async def open(
        self,
        access: Access = Access.TRANSACTION,
        *,
        isolation: Isolation | None = None,
        within: float = ACQUIRE_SECONDS,
    ) -> AsyncIterator[UnitOfWork]:
        """Open one unit of work: committed at the end, undone when the block raises.

        Raises what :func:`~shared.db.transaction.transaction` raises.
        """
        with contexts.use(contexts.current_or_new()) as context:
            if access is Access.NO_DATABASE:
                yield UnitOfWork(None, context, writable=False, service=self._service)
            elif access is Access.READ_ONLY:
                async with acquired(self._require_pool(), within=within) as connection:
                    yield UnitOfWork(connection, context, writable=False, service=self._service)
            else:
                async with self.together(isolation=isolation, within=within) as shared:
                    yield shared.open()

    @asynccontextmanager
    async def together(
        self, *, isolation: Isolation | None = None, within: float = ACQUIRE_SECONDS
    ) -> AsyncIterator[SharedTransaction]:
        """Open one transaction for several units of work."""
        async with transaction(self._require_pool(), isolation=isolation, within=within) as connection:
            shared = self._shared(connection)
            yield shared
            finished = await self._finish(shared)
        self._committed(shared, *finished)

    def _shared(self, connection: Connection) -> SharedTransaction:
        notify = self._sender is None or not self._sender.is_active
        return SharedTransaction(connection, notify=notify, service=self._service)

    async def _finish(self, shared: SharedTransaction) -> tuple[Dispatcher | None, Sequence[WrittenRow]]:
        """Write what is left, and commit with it where something is; return who sends which events after the commit."""
        nothing_else = all(work.is_written for work in shared.works)
        for work in shared.works:
            await run_write(work, last=nothing_else and work is shared.works[-1])
        dispatcher = self._dispatcher_of(shared.works)
        head_start = None if dispatcher is None else HEAD_START_SECONDS
        return dispatcher, await flush(shared.works, head_start=head_start, last=True)

    def _committed(
        self, shared: SharedTransaction, dispatcher: Dispatcher | None, written: Sequence[WrittenRow]
    ) -> None:
        if dispatcher is not None:
            dispatcher.put(written)
        elif self._sender is not None and any(work.has_emitted for work in shared.works):
            self._sender.wake()
        for work in shared.works:
            if work.callbacks:
                self.after_commit.put(work.context, work.callbacks)

    @asynccontextmanager
    async def at_once(
        self, consumer: str, message_id: UUID, *, within: float = ACQUIRE_SECONDS
    ) -> AsyncIterator[AtOnce]:
        """Open the unit of work of an event that needs one statement; it is run at the end, as its own transaction.

        Where it needs none, nothing is run, and the entry in the inbox is the caller's (:meth:`claim`).
        """
        with contexts.use(contexts.current_or_new()) as context:
            work = UnitOfWork(None, context, service=self._service)
            opened = AtOnce(work)
            yield opened
            dispatcher = self._dispatcher_of([work])
            rows, write = work.take_pending(), work.take_write()
            written: list[WrittenRow] = []
            if not rows and write is None and not work.callbacks:
                opened.is_idle = True
                return
            async with single_statement(self._require_pool(), within=within) as connection:
                if rows:
                    head_start = None if dispatcher is None else HEAD_START_SECONDS
                    written = await insert_claimed(connection, rows, consumer, message_id, head_start=head_start)
                    opened.is_new = bool(written)
                else:
                    opened.is_new = await claim_with(connection, consumer, message_id, write)
        if dispatcher is not None:
            dispatcher.put(written)
        elif self._sender is not None and written:
            self._sender.wake()
        if opened.is_new and work.callbacks:
            self.after_commit.put(work.context, work.callbacks)

    async def claim(self, consumer: str, message_ids: Sequence[UUID], *, within: float = ACQUIRE_SECONDS) -> set[UUID]:
        """Make the inbox entries of events that need nothing else; return those that had none before."""
        async with single_statement(self._require_pool(), within=within) as connection:
            return await claim(connection, consumer, message_ids)

    async def write_and_emit(
        self,
        statement: str,
        arguments: Sequence[object],
        event: Event,
        *,
        aggregate: str | None = None,
        within: float = ACQUIRE_SECONDS,
    ) -> Sequence[Record]:
        """Run one statement as a transaction, and emit an event where it returns a row; return its rows.

        It ends with ``SELECT * FROM written``. Raises what :func:`~shared.db.transaction.single_statement` raises.
        """
        work = UnitOfWork(None, contexts.current_or_new(), service=self._service)
        await work.emit(event, aggregate=aggregate)
        dispatcher = self._dispatcher_of([work])
        [row] = work.take_pending()
        head_start = None if dispatcher is None else HEAD_START_SECONDS
        async with single_statement(self._require_pool(), within=within) as connection:
            found, written = await insert_with(connection, statement, arguments, row, head_start=head_start)
        if dispatcher is not None:
            dispatcher.put(written)
        elif self._sender is not None and written:
            self._sender.wake()
        return found

    def _dispatcher_of(self, works: Sequence[UnitOfWork]) -> Dispatcher | None:
        """Return who sends the events of a transaction after its commit; None where that is for the relay.

        All of a transaction go one way, so that they keep their order.
        """
        events = sum(work.pending for work in works)
        if self._dispatcher is None or not self._dispatcher.is_ready or not 0 < events <= MOST_ROWS:
            return None
        return None if any(work.has_written for work in works) else self._dispatcher

    def _require_pool(self) -> Pool:
        if self._pool is None:
            raise RuntimeError("there is no database here")
        return self._pool
