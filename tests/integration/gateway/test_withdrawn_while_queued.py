"""A visit is taken back while its notice becomes a print job: whichever comes first, the notice is not printed."""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.gateway.handlers.queue_print_job import queue_print_job
from services.gateway.print_jobs.withdrawal import after_withdrawn_visit
from shared.clock import now
from shared.contracts.receipt import DocumentReady, PaperKind
from shared.ids import new_id
from shared.messaging.units_of_work import UnitsOfWork
from shared.testing import wait_until
from tests.integration.gateway.back_office import document
from tests.integration.gateway.conftest import CUSTOMER, GatewaySystem


class _NoPhone:
    """No phone is here."""

    async def print_jobs(self, device_ids: Iterable[UUID]) -> None:
        pass

    def reserve(self, *_: UUID) -> bool:
        return False


async def _queue(
    pool: "asyncpg.Pool[Any]", notice: DocumentReady, *, until: asyncio.Event, begun: asyncio.Event
) -> None:
    async with UnitsOfWork(pool).open() as work:
        await queue_print_job(notice, work, notifier=_NoPhone())  # type: ignore[arg-type]
        begun.set()
        await until.wait()


async def _withdraw(pool: "asyncpg.Pool[Any]", visit_id: UUID, *, until: asyncio.Event, begun: asyncio.Event) -> None:
    async with UnitsOfWork(pool).open() as work:
        await after_withdrawn_visit(work, visit_id, CUSTOMER, now())
        begun.set()
        await until.wait()


_WAITS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.mark.parametrize("first", ["withdrawal", "notice"])
async def test_a_notice_that_is_queued_while_its_visit_is_taken_back_is_not_printed(
    gateway: GatewaySystem, first: str
) -> None:
    phone = await gateway.phone()
    await phone.stream.stop()
    visit_id = new_id()
    notice = DocumentReady(
        document_id=new_id(),
        kind=PaperKind.NOTICE,
        device_id=phone.device_id,
        customer_code=CUSTOMER,
        document=document("NOTICE", CUSTOMER),
        not_after=None,
        summary="notice",
        visit_id=visit_id,
    )
    until, now_free = asyncio.Event(), asyncio.Event()
    now_free.set()
    begun = {name: asyncio.Event() for name in ("withdrawal", "notice")}

    def start(name: str, until: asyncio.Event) -> "asyncio.Task[None]":
        if name == "withdrawal":
            return asyncio.create_task(_withdraw(gateway.pool, visit_id, until=until, begun=begun[name]))
        return asyncio.create_task(_queue(gateway.pool, notice, until=until, begun=begun[name]))

    one = start(first, until)
    await begun[first].wait()
    other = start("notice" if first == "withdrawal" else "withdrawal", now_free)

    async def waits_or_is_done() -> bool:
        return other.done() or bool(await gateway.pool.fetch(_WAITS))

    await wait_until(waits_or_is_done)
    until.set()
    await asyncio.gather(one, other)
    row = await gateway.pool.fetchrow("SELECT state, cause FROM print_jobs WHERE job_id = $1", notice.document_id)
    assert row is not None
    assert tuple(row) == ("cancelled", "visit_withdrawn")
