"""The order of a device's print jobs, and what the audit makes of the gateway's database."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.gateway.audit import audit_facts
from services.gateway.print_jobs import store as print_jobs
from shared.contracts.receipt import DocumentReady, PaperKind
from shared.ids import new_id
from shared.testing.conditions import wait_until
from simulation.phone import Fault, VirtualPrinter
from tests.integration.gateway.back_office import document
from tests.integration.gateway.conftest import GatewaySystem


def _ready(device_id: UUID) -> DocumentReady:
    return DocumentReady(
        document_id=new_id(),
        kind=PaperKind.NOTICE,
        device_id=device_id,
        customer_code=None,
        document=document("GIẤY BÁO"),
        not_after=None,
        summary="Giấy báo",
    )


async def test_print_jobs_of_a_device_are_numbered_without_gaps_however_many_come_at_once(
    gateway: GatewaySystem,
) -> None:
    phone = await gateway.phone()
    events = [_ready(phone.device_id) for _ in range(20)]

    async def add(event: DocumentReady) -> int | None:
        async with gateway.pool.acquire() as connection, connection.transaction():
            paper = await print_jobs.add(connection, print_jobs.NewJob.of(event, datetime.now(UTC)))
        return paper.job.sequence if paper else None

    added = await asyncio.gather(*(add(event) for event in [*events, *events]))
    assert sorted(number for number in added if number is not None) == list(range(1, 21))
    rows = await gateway.pool.fetch("SELECT sequence FROM print_jobs WHERE device_id = $1", phone.device_id)
    assert sorted(row["sequence"] for row in rows) == list(range(1, 21))


async def test_a_paper_for_a_device_nobody_knows_is_not_queued(gateway: GatewaySystem) -> None:
    async with gateway.pool.acquire() as connection:
        assert await print_jobs.add(connection, print_jobs.NewJob.of(_ready(new_id()), datetime.now(UTC))) is None


async def test_the_audit_finds_nothing_wrong_when_persons_ask_again_and_printers_answer_late(
    gateway: GatewaySystem,
) -> None:
    printer = VirtualPrinter()
    printer.fail(Fault.PAPER_OUT_AFTER)
    phone = await gateway.phone(printer=printer)
    await phone.open_stream()
    job_id = await gateway.print(phone, PaperKind.RECEIPT)
    await wait_until(lambda: _is(gateway, job_id, ("unconfirmed", 1)))
    await phone.print_again(job_id, after_attempt=1)
    await wait_until(lambda: _is(gateway, job_id, ("held", 2)))
    await phone.load_paper()
    await wait_until(lambda: _is(gateway, job_id, ("printed", 2)))
    assert len(phone.printouts) == 2
    async with gateway.pool.acquire() as connection:
        facts = await audit_facts(connection)
    assert (facts.violations, facts.jobs_by_state, facts.devices) == ([], {"printed": 1}, 1)


async def test_the_audit_finds_a_paper_that_was_printed_twice_and_nobody_asked_for_it(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    await phone.open_stream()
    job_id = await gateway.print(phone, PaperKind.RECEIPT)
    await wait_until(lambda: _is(gateway, job_id, ("printed", 1)))
    await gateway.pool.execute("INSERT INTO print_attempts VALUES ($1, 0, 'printed')", job_id)
    async with gateway.pool.acquire() as connection:
        violations = (await audit_facts(connection)).violations
    assert sorted((violation.rule, violation.subject) for violation in violations) == [
        ("a receipt comes out at most once under one job, unless a person asks again", str(job_id)),
        ("each attempt of a print job is counted, with who asked for it", str(job_id)),
    ]


async def test_the_audit_finds_a_paper_that_is_not_ended_ten_minutes_after_it_went_out_of_date(
    gateway: GatewaySystem,
) -> None:
    phone = await gateway.phone()
    job_id = await gateway.print(phone)
    await wait_until(lambda: _is(gateway, job_id, ("queued", 1)))
    async with gateway.pool.acquire() as connection:
        transaction = connection.transaction(isolation="repeatable_read")
        await transaction.start()  # so that the gateway does not see it, and end the paper
        renewed = await connection.fetchval("SELECT max(lease_until) FROM gateway_instances")
        for minutes, found in ((9, []), (11, [("print jobs that are out of date are not printed", str(job_id))])):
            await connection.execute("UPDATE print_jobs SET not_after = $1", renewed - timedelta(minutes=minutes))
            violations = (await audit_facts(connection)).violations
            assert [(violation.rule, violation.subject) for violation in violations] == found
        await transaction.rollback()


async def test_a_failure_before_the_first_byte_is_tried_again_by_the_gateway_and_recorded_as_its_doing(
    gateway: GatewaySystem,
) -> None:
    phone = await gateway.phone(printer=VirtualPrinter(seconds_per_job=60))
    job_id = await gateway.print(phone)
    await wait_until(lambda: _is(gateway, job_id, ("queued", 1)))
    await gateway.pool.execute("UPDATE print_jobs SET state = 'accepted' WHERE job_id = $1", job_id)
    await phone.report(job_id, 1, "failed", "link_lost")
    assert await gateway.state(job_id) == ("queued", 2)
    actor = await gateway.pool.fetchval("SELECT actor FROM print_job_history WHERE job_id = $1", job_id)
    assert actor == "gateway"


async def _is(system: GatewaySystem, job_id: UUID, expected: tuple[str, int]) -> bool:
    return await system.state(job_id) == expected
