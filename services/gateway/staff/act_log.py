"""Keeps what people of the office ask for, and what came of it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog
from asyncpg import PostgresError
from pydantic import BaseModel

from services.gateway.dependencies import Dependencies
from services.gateway.domain.staff import StaffMember
from services.gateway.edge.operation import Answer, AnyOperation, Call, Recorder, Work
from services.gateway.store import staff_acts
from shared.problems import InternalError, Problem, Unavailable

log = structlog.get_logger()


def recorder(dependencies: Dependencies) -> Recorder:
    """Return what does the work of an operation for a person, with a line in the log before and one after it."""

    async def record(operation: AnyOperation, call: Call[Any, Any, Any], work: Work) -> BaseModel | Answer:
        if not is_kept(operation):
            return await work()
        async with dependencies.database() as connection:
            act_id = await staff_acts.add(
                connection,
                operation.name,
                staff_id=call.member.staff_id,
                login_name=call.member.login_name,
                object_id=_object_of(call),
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
        finally:
            # What was done is done: without the database the outcome stays open.
            with suppress(Unavailable, OSError, PostgresError):
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
    async with dependencies.database() as connection, connection.transaction():
        act_id = await staff_acts.add(
            connection,
            operation.name,
            staff_id=member.staff_id,
            login_name=member.login_name,
            object_id=list(named.values())[-1] if named else None,
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
