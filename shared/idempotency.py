"""The same id gives the same answer: a request that was done before is answered from the record, not done again.

Declared where the handler is declared::

    RequestHandler(
        RecordPayment,
        record_payment,
        idempotency=Idempotency("payment_id", lock=lock_account_of_payment, ignored={"device_id"}),
    )

The sender of a request makes its id. The answer is recorded in the transaction of the change, in the table
``recorded_answers`` of the service's database. Other content under an id that was used is refused (409).
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

from asyncpg import UniqueViolationError

from shared.contracts.actor import Actor
from shared.contracts.message import Reply, Request
from shared.db.pool import Connection
from shared.fingerprint import fingerprint
from shared.problems import SameIdOtherContent

RequestT = TypeVar("RequestT", bound=Request[Any])
ReplyT = TypeVar("ReplyT", bound=Reply)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for something, and under which ids."""

    actor: Actor
    correlation_id: str
    external_correlation_id: str | None


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """The record of an answer that is to be written in the transaction of what it answers."""

    request_id: UUID
    values: tuple[object, ...]
    """The arguments of :data:`RECORD`."""


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """An answer that a version before this record kept in a table of its own."""

    answer: Reply
    same_content: bool
    """Whether the request that got it had the content of the one that has come now."""


@dataclass(frozen=True, slots=True)
class Idempotency(Generic[RequestT]):
    """How the repetitions of a request are recognised."""

    id: str | tuple[str, ...]
    """The member that is its id, or the members that are so together. The sender makes it."""

    lock: Callable[[RequestT, Connection], Awaitable[object]]
    """Takes the lock under which the request is done, before the record is looked at: of two repetitions at the same
    time, the second must see what the first has recorded. It may refuse the request."""

    ignored: Collection[str] = ()
    """Members that may differ between repetitions."""

    earlier_fingerprint: Callable[[RequestT], str | None] | None = None
    """The fingerprint that versions before this record gave; None for a request that they could not have got. It is
    recorded as well: copies of such a version may still run beside this one."""

    earlier_answer: Callable[..., Awaitable[EarlierAnswer | None]] | None = None
    """Looks for an answer of a version before this record, given the request and the connection; keyword-only
    parameters are dependencies, as those of the handler are."""

    async def answer(
        self,
        request: RequestT,
        connection: Connection,
        handle: Callable[[], Awaitable[ReplyT]],
        asked: Asked | None = None,
        record: Callable[[NewAnswer], None] | None = None,
    ) -> ReplyT | Reply:
        """Return the recorded answer, or that of ``handle``, and record it with who asked for it first.

        ``record`` takes the record of a new answer, to write it before the transaction ends; without it, it is written
        at once. Raises :class:`~shared.problems.SameIdOtherContent`, and what ``lock`` and ``handle`` raise.
        """
        await self.lock(request, connection)
        request_id, fingerprint = self.request_id(request), self.fingerprint(request)
        earlier_fingerprint = None if self.earlier_fingerprint is None else self.earlier_fingerprint(request)
        recorded = await self._recorded(request, connection, request_id, fingerprint, earlier_fingerprint)
        if recorded is not None:
            if not recorded.same_content:
                raise same_id_other_content(request_id)
            return recorded.answer
        answer = await handle()
        new = NewAnswer(
            request_id,
            (
                request.message_name,
                request_id,
                fingerprint,
                earlier_fingerprint,
                answer.model_dump_json(),
                None if asked is None else asked.actor.model_dump(mode="json"),
                None if asked is None else asked.correlation_id,
                None if asked is None else asked.external_correlation_id,
            ),
        )
        if record is None:
            await keep_answer(connection, new)
        else:
            record(new)
        return answer

    def request_id(self, request: RequestT) -> UUID:
        """Return the id of a request; the same for each of its repetitions."""
        if isinstance(self.id, str):
            value: UUID = getattr(request, self.id)
            return value
        return joint_id(*(getattr(request, name) for name in self.id))

    def fingerprint(self, request: RequestT) -> str:
        """Return what repetitions of a request share, and other content does not."""
        names = {self.id} if isinstance(self.id, str) else set(self.id)
        return fingerprint(request, without=names.union(self.ignored))

    async def _recorded(
        self,
        request: RequestT,
        connection: Connection,
        request_id: UUID,
        fingerprint: str,
        earlier_fingerprint: str | None,
    ) -> EarlierAnswer | None:
        row = await connection.fetchrow(_FIND, request.message_name, request_id)
        if row is not None:
            if row["fingerprint"] is not None:
                same_content = row["fingerprint"] == fingerprint
            else:
                same_content = row["earlier_fingerprint"] == earlier_fingerprint
            return EarlierAnswer(request.reply_type.model_validate_json(row["answer"]), same_content)
        if self.earlier_answer is not None:
            return await self.earlier_answer(request, connection)
        return None


_FIND = """
SELECT fingerprint, earlier_fingerprint, answer FROM recorded_answers WHERE message_name = $1 AND request_id = $2
"""
# Where its id is taken, the database refuses it: what is committed with it must not depend on what it returns.
RECORD_NEW = """
INSERT INTO recorded_answers (message_name, request_id, fingerprint, earlier_fingerprint, answer, actor, correlation_id,
    external_correlation_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING true
"""
RECORD = RECORD_NEW.replace("RETURNING", "ON CONFLICT DO NOTHING RETURNING")


def is_taken(error: UniqueViolationError) -> bool:
    """Return whether the id of a recorded answer is what the database has refused."""
    return error.table_name == "recorded_answers"


async def keep_answer(connection: Connection, new: NewAnswer) -> None:
    """Write the record of an answer. Raises :class:`~shared.problems.SameIdOtherContent` where its id is taken."""
    if await connection.fetchval(RECORD, *new.values) is None:
        # Under another lock, so with other content.
        raise same_id_other_content(new.request_id)


_ASKED = """
SELECT message_name, request_id, actor, correlation_id, external_correlation_id
FROM recorded_answers JOIN unnest($1::text[], $2::uuid[]) AS wanted (message_name, request_id)
    USING (message_name, request_id)
WHERE actor IS NOT NULL
"""


async def asked_for(connection: Connection, requests: Collection[tuple[str, UUID]]) -> dict[tuple[str, UUID], Asked]:
    """Return who asked first for what was answered, by name and id of the request."""
    names, ids = [name for name, _ in requests], [request_id for _, request_id in requests]
    return {
        (row["message_name"], row["request_id"]): Asked(
            Actor.model_validate(row["actor"]), row["correlation_id"], row["external_correlation_id"]
        )
        for row in await connection.fetch(_ASKED, names, ids)
    }


def joint_id(*members: object) -> UUID:
    """Return the id of a request whose members are its id together."""
    return uuid5(NAMESPACE_OID, " ".join(map(str, members)))


def same_id_other_content(request_id: UUID) -> SameIdOtherContent:
    """Return the refusal of an id that was used for something else."""
    return SameIdOtherContent(
        "Mã này đã dùng cho một yêu cầu khác. Không có gì được ghi thêm.", facts={"id": str(request_id)}
    )
