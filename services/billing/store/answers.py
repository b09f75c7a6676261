"""Answers that were given, so that a repeated request gets the same one."""

import hashlib
import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from shared.contracts.message import Reply, Request
from shared.db import Connection
from shared.problems import SameIdOtherContent

ReplyT = TypeVar("ReplyT", bound=Reply)


def fingerprint(request: Request[ReplyT], *, without: Collection[str] = ()) -> str:
    """Return what two requests with the same content share; ``without`` names members that do not count.

    A moment counts as the same in whatever zone it is written.
    """
    content = json.dumps(request.model_dump(exclude=set(without)), default=_plain, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


async def find(
    connection: Connection, request: Request[ReplyT], request_id: UUID, mark: str, reply_type: type[ReplyT]
) -> ReplyT | None:
    """Return the answer that this request got before; None when it is new.

    Raises :class:`SameIdOtherContent` when its id was used for other content. Call it under the lock that the work
    takes, so that the same request twice at one time is answered once by doing and once from here.
    """
    row = await connection.fetchrow(
        "SELECT fingerprint, answer FROM answers WHERE message_name = $1 AND request_id = $2",
        request.message_name,
        request_id,
    )
    if row is None:
        return None
    if row["fingerprint"] != mark:
        raise other_content()
    return reply_type.model_validate_json(row["answer"])


async def keep(connection: Connection, request: Request[ReplyT], request_id: UUID, mark: str, answer: ReplyT) -> None:
    """Keep the answer; raise :class:`SameIdOtherContent` when the id was used by another request meanwhile."""
    kept = await connection.fetchval(
        "INSERT INTO answers (message_name, request_id, fingerprint, answer) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING RETURNING true",
        request.message_name,
        request_id,
        mark,
        answer.model_dump_json(),
    )
    if kept is None:
        raise other_content()


def other_content() -> SameIdOtherContent:
    """Return the refusal of an id that was used for something else."""
    return SameIdOtherContent("Mã này đã dùng cho một yêu cầu khác. Không có gì được ghi thêm.")
