"""Print jobs on their way to the printer, over the real stream."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from services.gateway.audit import audit_facts
from shared.contracts.gateway import PrintJobCause
from shared.contracts.receipt import PaperKind
from shared.printing import PrinterProfile, to_escpos
from shared.problems import Problem
from shared.testing.conditions import wait_until
from simulation.phone import Fault, VirtualPhone, VirtualPrinter
from tests.integration.gateway.back_office import document, tomorrow
from tests.integration.gateway.conftest import CUSTOMER, GatewaySystem


async def test_a_visit_prints_its_notice_on_the_phone_that_recorded_it(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    await phone.open_stream()
    reply = await phone.visit(CUSTOMER, "met")
    paper = await phone.wait_for_printout("notice", customer_code=CUSTOMER)
    assert paper.visit_id == reply.visit.visit_id
    assert paper.complete
    assert paper.document == document("NOTICE", CUSTOMER)
    await wait_until(lambda: _is(gateway, paper.job_id, "printed"))
    assert await _unlike_its_device(gateway) == []
    another = "UPDATE print_job_history SET actor = 'collector:TN999' WHERE job_id = $1 AND state = 'printed'"
    await gateway.pool.execute(another, paper.job_id)
    assert await _unlike_its_device(gateway) == [str(paper.job_id)]


async def test_a_document_that_was_ready_before_the_phone_connects_is_printed_when_it_does(
    gateway: GatewaySystem,
) -> None:
    phone = await gateway.phone()
    job_id = await gateway.print(phone)
    await wait_until(lambda: gateway.state(job_id))
    assert phone.printouts == []
    await phone.open_stream()
    paper = await phone.wait_for_printout("notice")
    assert paper.job_id == job_id


async def test_the_same_document_emitted_twice_is_one_print_job(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    await phone.open_stream()
    job_id = await gateway.print(phone)
    await gateway.print(phone, job_id=job_id)
    last = await gateway.print(phone, PaperKind.RECEIPT)
    await phone.wait_for_printout("receipt")
    await wait_until(lambda: _is(gateway, last, "printed"))
    assert [paper.job_id for paper in phone.printouts].count(job_id) == 1


async def test_a_device_that_asks_for_bytes_gets_what_its_stored_profile_says(gateway: GatewaySystem) -> None:
    profile = PrinterProfile(width_dots=576, native_qr=True)
    phone = await gateway.phone(content="escpos", printer_id="MPT-II")
    body = {"name": "MPT-II", "connection": "bluetooth", "profile": profile.model_dump()}
    await phone.call("PUT", "/v1/printers/MPT-II", body=body)
    await phone.open_stream()
    await gateway.print(phone)
    paper = await phone.wait_for_printout("notice")
    assert paper.escpos == to_escpos(document("NOTICE", CUSTOMER), profile)


async def test_a_document_that_cannot_be_drawn_fails_and_keeps_no_other_from_the_printer(
    gateway: GatewaySystem,
) -> None:
    phone = await gateway.phone(content="escpos")
    bad = await gateway.print(phone, PaperKind.RECEIPT)
    await wait_until(lambda: gateway.state(bad))
    await gateway.pool.execute("UPDATE print_jobs SET document = '{}' WHERE job_id = $1", bad)
    await phone.open_stream()
    good = await gateway.print(phone)
    await wait_until(lambda: _is(gateway, good, "printed"))
    await wait_until(lambda: _ended(gateway, bad, ("failed", 3)))
    assert [paper.job_id for paper in phone.printouts] == [good]


async def test_no_more_than_two_print_jobs_are_on_their_way_and_receipts_come_first(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    notices = [await gateway.print(phone) for _ in range(4)]
    receipt = await gateway.print(phone, PaperKind.RECEIPT)
    for job_id in (*notices, receipt):
        await wait_until(partial(gateway.state, job_id))
    await phone.open_stream()
    await wait_until(lambda: len(phone.printouts) == 5)
    assert phone.printouts[0].job_id == receipt
    assert [paper.job_id for paper in phone.printouts[1:]] == notices


async def test_without_paper_a_job_is_held_and_printed_once_paper_is_loaded(gateway: GatewaySystem) -> None:
    printer = VirtualPrinter()
    printer.fail(Fault.PAPER_OUT_BEFORE)
    phone = await gateway.phone(printer=printer)
    await phone.open_stream()
    job_id = await gateway.print(phone)
    await wait_until(lambda: _is(gateway, job_id, "held"))
    assert (await phone.print_job(job_id))["cause"] == "paper_out"
    assert phone.printouts == []
    await phone.load_paper()
    await phone.wait_for_printout("notice")
    await wait_until(lambda: _is(gateway, job_id, "printed"))
    assert await gateway.state(job_id) == ("printed", 1)


async def test_while_the_printer_is_not_ready_notices_wait_and_receipts_do_not(gateway: GatewaySystem) -> None:
    printer = VirtualPrinter()
    printer.stop(PrintJobCause.PAPER_OUT)
    phone = await gateway.phone(printer=printer)
    await phone.open_stream()
    first = await gateway.print(phone)
    await wait_until(lambda: _is(gateway, first, "held"))
    second = await gateway.print(phone)
    receipt = await gateway.print(phone, PaperKind.RECEIPT)
    await wait_until(lambda: _is(gateway, receipt, "accepted"))
    assert await gateway.state(second) == ("queued", 1)
    await phone.load_paper()
    await wait_until(lambda: len(phone.printouts) == 3)
    assert [paper.job_id for paper in phone.printouts] == [receipt, first, second]


@pytest.mark.parametrize("fault", [Fault.PAPER_OUT_DURING, Fault.LINK_LOST_DURING, Fault.LINK_LOST_AFTER])
async def test_what_may_have_come_out_is_not_printed_again_until_a_person_asks(
    gateway: GatewaySystem, fault: Fault
) -> None:
    printer = VirtualPrinter()
    printer.fail(fault)
    phone = await gateway.phone(printer=printer)
    await phone.open_stream()
    job_id = await gateway.print(phone, PaperKind.RECEIPT)
    await wait_until(lambda: _is(gateway, job_id, "unconfirmed"))
    printer.make_ready()
    await phone.stream.stop()
    await phone.open_stream()
    marker = await gateway.print(phone)
    await wait_until(lambda: _is(gateway, marker, "printed"))
    assert [paper.job_id for paper in phone.printouts] == [job_id, marker]
    await phone.print_again(job_id, after_attempt=1)
    await phone.print_again(job_id, after_attempt=1)
    await wait_until(lambda: _is(gateway, job_id, "printed"))
    assert [paper.attempt for paper in phone.printouts if paper.job_id == job_id] == [1, 2]


async def test_a_late_answer_of_the_printer_turns_unconfirmed_into_printed(gateway: GatewaySystem) -> None:
    printer = VirtualPrinter()
    printer.fail(Fault.PAPER_OUT_AFTER)
    phone = await gateway.phone(printer=printer)
    await phone.open_stream()
    job_id = await gateway.print(phone)
    await wait_until(lambda: _is(gateway, job_id, "unconfirmed"))
    await phone.load_paper()
    await wait_until(lambda: _is(gateway, job_id, "printed"))
    assert len(phone.printouts) == 1


async def test_a_person_who_sees_the_printout_confirms_it(gateway: GatewaySystem) -> None:
    phone = await gateway.phone(printer=VirtualPrinter(answers=False))
    await phone.open_stream()
    job_id = await gateway.print(phone)
    await wait_until(lambda: _is(gateway, job_id, "unconfirmed"))
    assert (await phone.confirm_printed(job_id, 1))["state"] == "printed"


async def test_a_printed_receipt_is_not_printed_again_but_copied(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    await phone.open_stream()
    job_id = await gateway.print(phone, PaperKind.RECEIPT)
    await wait_until(lambda: _is(gateway, job_id, "printed"))
    with pytest.raises(Problem) as refused:
        await phone.print_again(job_id, after_attempt=1)
    assert (refused.value.status, refused.value.slug) == (409, "print-a-copy")


async def test_the_content_of_a_receipt_that_may_be_on_paper_is_not_given_out_again(gateway: GatewaySystem) -> None:
    phone, supervisor = await gateway.phone(), await gateway.desk("supervisor")
    job_id, notice = await gateway.print(phone, PaperKind.RECEIPT), await gateway.print(phone)
    path = f"/v1/print-jobs/{job_id}/content"
    await wait_until(lambda: _is(gateway, job_id, "queued"), 30)
    assert await phone.send("GET", path, accept="application/vnd.escpos")
    await phone.open_stream()
    await wait_until(lambda: _is(gateway, job_id, "printed"), 30)
    await wait_until(lambda: _is(gateway, notice, "printed"))
    for accept in ("application/json", "application/vnd.escpos", "image/png"):
        for device in (phone, supervisor):
            with pytest.raises(Problem) as refused:
                await device.send("GET", path, accept=accept)
            assert (refused.value.status, refused.value.slug) == (409, "print-a-copy")
    assert await phone.send("GET", f"/v1/print-jobs/{notice}/content", accept="image/png")


async def test_after_two_further_prints_only_a_supervisor_has_a_receipt_printed_again(gateway: GatewaySystem) -> None:
    phone = await gateway.phone(printer=VirtualPrinter(answers=False))
    supervisor = await gateway.desk("supervisor")
    await phone.open_stream()
    job_id = await gateway.print(phone, PaperKind.RECEIPT)
    for attempt in (1, 2):
        await wait_until(lambda attempt=attempt: _at(gateway, job_id, "unconfirmed", attempt), 30)  # type: ignore[misc]
        await phone.print_again(job_id, after_attempt=attempt)
    await wait_until(lambda: _at(gateway, job_id, "unconfirmed", 3), 30)
    with pytest.raises(Problem) as refused:
        await phone.print_again(job_id, after_attempt=3)
    assert (refused.value.status, refused.value.slug) == (409, "print-a-copy")
    path = f"/v1/print-jobs/{job_id}/attempts"
    again = await supervisor.call("POST", path, body={"after_attempt": 3})
    assert again["attempt"] == 4


async def _at(system: GatewaySystem, job_id: UUID, state: str, attempt: int) -> bool:
    return await system.state(job_id) == (state, attempt)


async def test_a_lost_connection_loses_no_print_job_and_doubles_none(gateway: GatewaySystem) -> None:
    printer = VirtualPrinter(seconds_per_job=0.05)
    phone = await gateway.phone(printer=printer)
    await phone.open_stream()
    jobs = [await gateway.print(phone) for _ in range(6)]
    for count in range(1, 6):
        await phone.wait_for(partial(_has, phone, count))
        phone.stream.cut()
    await wait_until(lambda: _all(gateway, jobs, "printed"))
    assert [paper.job_id for paper in phone.printouts] == jobs
    assert phone.stream.connections > 1


async def test_a_phone_that_forgot_what_it_had_promised_to_print_leaves_it_to_a_person(gateway: GatewaySystem) -> None:
    printer = VirtualPrinter()
    printer.stop(PrintJobCause.NO_PRINTER)
    phone = await gateway.phone(printer=printer)
    await phone.open_stream()
    job_id = await gateway.print(phone)
    await wait_until(lambda: _is(gateway, job_id, "held"))
    await phone.stream.stop()
    phone.stream.forget()
    printer.make_ready()
    await phone.open_stream()
    await wait_until(lambda: _is(gateway, job_id, "unconfirmed"))
    assert phone.printouts == []
    assert (await phone.print_job(job_id))["cause"] == "app_closed"


async def test_an_app_killed_while_printing_ends_unconfirmed(gateway: GatewaySystem) -> None:
    printer = VirtualPrinter(seconds_per_job=30)
    phone = await gateway.phone(printer=printer)
    await phone.open_stream()
    job_id = await gateway.print(phone)
    await wait_until(lambda: _is(gateway, job_id, "printing"))
    await phone.stream.stop()
    await phone.open_stream()
    await wait_until(lambda: _is(gateway, job_id, "unconfirmed"))


async def test_a_document_out_of_date_is_not_printed(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    stale = await gateway.print(phone, not_after=tomorrow() - timedelta(days=2))
    await wait_until(lambda: _is(gateway, stale, "expired"))
    await phone.open_stream()
    fresh = await gateway.print(phone, not_after=tomorrow())
    await wait_until(lambda: _is(gateway, fresh, "printed"))
    assert [paper.job_id for paper in phone.printouts] == [fresh]
    with pytest.raises(Problem) as refused:
        await phone.print_again(stale, after_attempt=1)
    assert refused.value.slug == "print-job-expired"


async def test_a_cancelled_print_job_is_withdrawn_from_the_phone(gateway: GatewaySystem) -> None:
    printer = VirtualPrinter()
    printer.stop(PrintJobCause.COVER_OPEN)
    phone = await gateway.phone(printer=printer)
    await phone.open_stream()
    job_id = await gateway.print(phone)
    await wait_until(lambda: _is(gateway, job_id, "held"))
    assert (await phone.call("POST", f"/v1/print-jobs/{job_id}/cancellation"))["state"] == "cancelled"
    await wait_until(lambda: not phone.stream.jobs.by_id)
    await phone.load_paper()
    marker = await gateway.print(phone)
    await wait_until(lambda: _is(gateway, marker, "printed"))
    assert [paper.job_id for paper in phone.printouts] == [marker]


async def test_only_its_phone_cancels_a_print_job_that_it_has_accepted(gateway: GatewaySystem) -> None:
    printer = VirtualPrinter()
    printer.stop(PrintJobCause.COVER_OPEN)
    phone = await gateway.phone(printer=printer)
    cashier = await gateway.desk("cashier")
    await phone.open_stream()
    job_id = await gateway.print(phone)
    await wait_until(lambda: _is(gateway, job_id, "held"))
    with pytest.raises(Problem) as refused:
        await cashier.call("POST", f"/v1/print-jobs/{job_id}/cancellation")
    assert refused.value.slug == "print-job-on-the-phone"


async def test_a_job_of_which_the_phone_says_nothing_more_becomes_unconfirmed(system: GatewaySystem) -> None:
    async with system.gateway(printing_timeout=0.5) as url:
        phone = await system.phone(url=url, printer=VirtualPrinter(seconds_per_job=2))
        await phone.open_stream()
        job_id = await system.print(phone)
        await wait_until(lambda: _is(system, job_id, "unconfirmed"))
        await wait_until(lambda: _is(system, job_id, "printed"))


async def test_a_print_job_is_shown_as_document_bytes_and_picture(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    job_id = await gateway.print(phone)
    await wait_until(lambda: gateway.state(job_id))
    path = f"/v1/print-jobs/{job_id}/content"
    expected = document("NOTICE", CUSTOMER)
    assert type(expected).model_validate_json(await phone.send("GET", path)) == expected
    escpos = await phone.send("GET", path, accept="application/vnd.escpos")
    assert escpos == to_escpos(expected, PrinterProfile())
    picture = await phone.send("GET", path, accept="image/png", query={"paper_mm": "80"})
    assert picture.startswith(b"\x89PNG")
    with pytest.raises(Problem) as refused:
        await phone.send("GET", path, accept="text/plain")
    assert refused.value.status == 406


async def test_every_end_of_a_job_that_is_no_notice_is_emitted_once(gateway: GatewaySystem) -> None:
    phone = await gateway.phone(printer=VirtualPrinter(answers=False))
    await phone.open_stream()
    job_id = await gateway.print(phone, PaperKind.RECEIPT)
    await wait_until(lambda: _is(gateway, job_id, "unconfirmed"))
    for _ in range(2):
        await phone.confirm_printed(job_id, 1)
        await phone.report(job_id, 1, "unconfirmed")
    assert await gateway.ends_emitted(job_id) == [("unconfirmed", 1), ("printed", 1)]
    actors = "SELECT body::json -> 'actor' ->> 'id' FROM outbox WHERE aggregate = $1"
    assert [row[0] for row in await gateway.pool.fetch(actors, f"print_job:{job_id}")] == [str(phone.device_id)] * 2
    history = await gateway.pool.fetch("SELECT state FROM print_job_history WHERE job_id = $1 ORDER BY entry", job_id)
    states = [row["state"] for row in history]
    assert states == ["offered", "printing", "unconfirmed", "printed"]


async def _ended(system: GatewaySystem, job_id: UUID, expected: tuple[str, int]) -> bool:
    return await system.state(job_id) == expected


async def _unlike_its_device(gateway: GatewaySystem) -> list[str]:
    """Return the print jobs that somebody else than their device has reported, by the audit."""
    async with gateway.pool.acquire() as connection:
        found = (await audit_facts(connection)).violations
    return [
        each.subject for each in found if each.rule == "a print job is reported by the device that it was queued on"
    ]


async def _is(system: GatewaySystem, job_id: UUID, state: str) -> bool:
    found = await system.state(job_id)
    return found is not None and found[0] == state


async def _all(system: GatewaySystem, jobs: list[UUID], state: str) -> bool:
    return all([await _is(system, job_id, state) for job_id in jobs])


def _has(phone: VirtualPhone, count: int) -> bool:
    return len(phone.printouts) >= count
