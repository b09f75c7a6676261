"""What is on a paper lies apart from its print job, by the month, and goes when the month is old and nothing waits."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.gateway.audit import audit_facts
from services.gateway.print_jobs import store
from services.gateway.store.personal_data import remove_person
from shared.contracts.gateway import PrintJobState
from shared.contracts.receipt import DocumentReady, PaperKind
from shared.db import Connection
from shared.db.partitions import drop_partitions
from shared.ids import new_id
from shared.problems import Problem
from tests.integration.gateway.back_office import document
from tests.integration.gateway.conftest import GatewaySystem

TEXT = document("GIẤY BÁO").model_dump_json()


async def queue(
    connection: Connection, device_id: UUID, age: timedelta = timedelta(), customer_code: str | None = None
) -> UUID:
    """Queue a document as so long ago."""
    ready = DocumentReady(
        document_id=new_id(),
        kind=PaperKind.NOTICE,
        device_id=device_id,
        customer_code=customer_code,
        document=document("GIẤY BÁO"),
        not_after=None,
        summary="Giấy báo",
    )
    assert await store.add(connection, store.NewJob.of(ready, datetime.now(UTC) - age)) is not None
    return ready.document_id


async def end(connection: Connection, job_id: UUID, state: PrintJobState = PrintJobState.PRINTED) -> None:
    guard = store.Guard(frozenset(PrintJobState))
    assert await store.change(connection, [job_id], guard, state, None, actor="gateway", now=datetime.now(UTC))


async def read(connection: Connection, job_id: UUID) -> list[str | None]:
    """Return a job's document as it is found in each way, and what its own row has of it."""
    found = await store.get_with_document(connection, job_id)
    locked = await store.lock(connection, job_id, with_document=True)
    assert found is not None
    assert locked is not None
    return [
        found.document,
        locked.document,
        await connection.fetchval("SELECT document FROM print_jobs WHERE job_id = $1", job_id),
    ]


async def test_a_document_lies_apart_and_is_found_whichever_way_its_job_is_read(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    async with gateway.pool.acquire() as connection, connection.transaction():
        job_id = await queue(connection, phone.device_id)
        assert await read(connection, job_id) == [TEXT, TEXT, ""]
        guard = store.Guard(frozenset({PrintJobState.QUEUED}))
        offered = await store.change(
            connection,
            [job_id],
            guard,
            PrintJobState.OFFERED,
            None,
            actor="gateway",
            now=datetime.now(UTC),
            with_document=True,
        )
        assert offered[job_id].record.document == TEXT


async def test_while_copies_of_the_version_before_are_there_the_document_is_where_they_look(
    gateway: GatewaySystem,
) -> None:
    phone = await gateway.phone()
    async with gateway.pool.acquire() as connection:
        undone = connection.transaction()
        await undone.start()
        await connection.execute("""
            CREATE OR REPLACE FUNCTION documents_lie_apart() RETURNS boolean LANGUAGE sql IMMUTABLE RETURN false
        """)
        before = await queue(connection, phone.device_id)
        assert await read(connection, before) == [TEXT, TEXT, TEXT]
        assert await _documents(connection, before) == 0
        await undone.rollback()


async def test_papers_of_a_person_who_was_erased_go_but_not_what_waits_for_somebody(gateway: GatewaySystem) -> None:
    phone, code = await gateway.phone(), "PB14010000001"
    async with gateway.pool.acquire() as connection:
        printed, waiting, unsure = [await queue(connection, phone.device_id, customer_code=code) for _ in range(3)]
        other = await queue(connection, phone.device_id, customer_code="PB14010000002")
        for job_id, state in ((printed, None), (unsure, PrintJobState.UNCONFIRMED), (other, None)):
            await end(connection, job_id, state or PrintJobState.PRINTED)
        for removed in (1, 0):
            found = (await remove_person(connection, code, datetime.now(UTC))).removed
            assert sum(one.rows for one in found) == removed
        assert [await _documents(connection, one) for one in (printed, waiting, unsure, other)] == [0, 1, 1, 1]
        assert (await store.get(connection, printed)) is not None


async def test_documents_of_an_old_month_go_when_no_job_of_it_waits_and_the_jobs_stay(gateway: GatewaySystem) -> None:
    phone, old = await gateway.phone(), timedelta(days=100)
    async with gateway.pool.acquire() as connection:
        await connection.execute("SELECT make_partitions('print_documents', now() - interval '100 days')")
        ended, waiting = [await queue(connection, phone.device_id, old) for _ in range(2)]
        await end(connection, ended)
        for state in (None, PrintJobState.UNCONFIRMED):
            if state is not None:
                await end(connection, waiting, state)
            await drop_partitions(connection, "print_documents", None)
            assert await _documents(connection, ended, waiting) == 2
        assert (await audit_facts(connection)).violations == []

        await end(connection, waiting)
        assert await drop_partitions(connection, "print_documents", timedelta(days=400)) == []
        assert await drop_partitions(connection, "print_documents", None) != []
        assert await _documents(connection, ended, waiting) == 0
        assert (await audit_facts(connection)).violations == []
    with pytest.raises(Problem) as refused:
        await phone.send("GET", f"/v1/print-jobs/{ended}/content")
    assert refused.value.status == 404
    assert {job["job_id"] for job in await phone.print_jobs()} == {str(ended), str(waiting)}


async def _documents(connection: Connection, *job_ids: UUID) -> int:
    return int(await connection.fetchval("SELECT count(*) FROM print_documents WHERE job_id = ANY($1)", job_ids))


async def test_the_audit_names_a_job_that_waits_without_its_document(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    async with gateway.pool.acquire() as connection:
        job_id = await queue(connection, phone.device_id)
        # As an administrator; the service cannot.
        await connection.execute("DELETE FROM print_documents WHERE job_id = $1", job_id)
        named = [(one.rule, one.subject) for one in (await audit_facts(connection)).violations]
        await end(connection, job_id)
    assert named == [("a print job that has not ended has its document", str(job_id))]
