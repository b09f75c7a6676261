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

from shared.contracts.message import Reply, Request
from shared.db.pool import Connection
from shared.fingerprint import fingerprint
from shared.problems import SameIdOtherContent

RequestT = TypeVar("RequestT", bound=Request[Any])
ReplyT = TypeVar("ReplyT", bound=Reply)


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
        self, request: RequestT, connection: Connection, handle: Callable[[], Awaitable[ReplyT]]
    ) -> ReplyT | Reply:
        """Return the recorded answer, or that of ``handle``, and record it.

        Raises :class:`~shared.problems.SameIdOtherContent`, and what ``lock`` and ``handle`` raise.
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
        kept = await connection.fetchval(
            _RECORD, request.message_name, request_id, fingerprint, earlier_fingerprint, answer.model_dump_json()
        )
        if kept is None:
            # Under another lock, so with other content.
            raise same_id_other_content(request_id)
        return answer

    def request_id(self, request: RequestT) -> UUID:
        """Return the id of a request; the same for each of its repetitions."""
        if isinstance(self.id, str):
            value: UUID = getattr(request, self.id)
            return value
        return uuid5(NAMESPACE_OID, " ".join(str(getattr(request, name)) for name in self.id))

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
_RECORD = """
INSERT INTO recorded_answers (message_name, request_id, fingerprint, earlier_fingerprint, answer)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
RETURNING true
"""


def same_id_other_content(request_id: UUID) -> SameIdOtherContent:
    """Return the refusal of an id that was used for something else."""
    return SameIdOtherContent(
        "Mã này đã dùng cho một yêu cầu khác. Không có gì được ghi thêm.", facts={"id": str(request_id)}
    )
