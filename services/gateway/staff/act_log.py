"""Keeps what people of the office ask for, and what came of it."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog
from asyncpg import InterfaceError, PostgresError
from pydantic import BaseModel

from services.gateway.dependencies import Dependencies
from services.gateway.domain.staff import StaffMember
from services.gateway.edge.operation import Answer, AnyOperation, Call, Recorder, Work
from services.gateway.store import staff_acts
from shared.db.transaction import CommitUnknown
from shared.problems import InternalError, Problem, TimedOut, Unavailable

log = structlog.get_logger()

_OBJECT = re.compile(r"[0-9A-Za-z_.-]{1,64}", re.ASCII)
"""An id or a code. What stands in an address that was refused is whatever the caller wrote."""


def recorder(dependencies: Dependencies) -> Recorder:
    """Return what does the work of an operation for a person, with a line in the log before and one after it."""

    async def record(operation: AnyOperation, call: Call[Any, Any, Any], work: Work) -> BaseModel | Answer:
        if not is_kept(operation):
            return await work()
        object_id = _object_of(call)
        if operation.method == "GET" and dependencies.looks_kept.take(
            (call.member.session_id, operation.name, object_id)
        ):
            return await work()  # A page that is open looks again and again.
        async with dependencies.database() as connection:
            act_id = await staff_acts.add(
                connection,
                operation.name,
                staff_id=call.member.staff_id,
                login_name=call.member.login_name,
                object_id=object_id,
                asked=_asked(operation, call),
                address=call.address,
                actor=call.member.as_actor,
            )
        status, slug = InternalError.status, InternalError.slug
        try:
            answer = await work()
            status, slug = operation.status, ""
            if isinstance(answer, Answer) and answer.status is not None:
                status = answer.status
        except Problem as problem:
            status, slug = problem.status, problem.slug
            raise
        except (asyncio.CancelledError, TimeoutError, CommitUnknown):
            # Nobody knows whether it was done.
            status, slug = TimedOut.status, TimedOut.slug
            raise
        finally:
            # What was done is done: without the database the outcome stays open.
            with suppress(Unavailable, OSError, PostgresError, InterfaceError):
                async with dependencies.database() as connection:
                    changes = call.changes
                    await staff_acts.end(
                        connection, act_id, status, slug or None, before=changes.before, after=changes.after
                    )
        return answer

    return record


async def keep_refused(
    operation: AnyOperation,
    member: StaffMember,
    named: Mapping[str, str],
    address: str,
    problem: Problem,
    dependencies: Dependencies,
) -> None:
    """Keep that somebody asked for what the own role does not allow, or a foreign page did in somebody's name."""
    object_id = list(named.values())[-1] if named else ""
    async with dependencies.database() as connection, connection.transaction():
        act_id = await staff_acts.add(
            connection,
            operation.name,
            staff_id=member.staff_id,
            login_name=member.login_name,
            object_id=object_id if _OBJECT.fullmatch(object_id) else None,
            asked=None,
            address=address,
            actor=member.as_actor,
        )
        await staff_acts.end(connection, act_id, problem.status, problem.slug)


def is_kept(operation: AnyOperation) -> bool:
    """Whether a person's request is kept: all that changes something, and each look at a customer or at this log."""
    return operation.method != "GET" or operation.kept


def _object_of(call: Call[Any, Any, Any]) -> str | None:
    named = [str(value) for value in call.path.model_dump().values()]
    return named[-1] if named else (str(call.idempotency_key) if call.idempotency_key else None)


def _asked(operation: AnyOperation, call: Call[Any, Any, Any]) -> dict[str, Any] | None:
    if not isinstance(call.body, BaseModel):
        return None
    return call.body.model_dump(mode="json", exclude=set(operation.secret))
