"""A document that is no longer true is never printed: it is withdrawn, and the phone learns why."""

import json
from uuid import UUID

import pytest

from shared.clock import now
from shared.contracts.billing import BillIssued
from shared.contracts.common import AccountState
from shared.contracts.gateway import PrintJobCause
from shared.contracts.receipt import PaperKind
from shared.ids import new_id
from shared.problems import NotFound, Problem
from shared.testing import builders
from shared.testing.conditions import wait_until
from simulation.phone import VirtualPhone, VirtualPrinter
from tests.integration.gateway.back_office import TOTAL, bill
from tests.integration.gateway.conftest import CUSTOMER, GatewaySystem
from tests.integration.gateway.test_steps import Stream

OTHER = "PB15010000002"


async def phone_without_printer(system: GatewaySystem) -> VirtualPhone:
    printer = VirtualPrinter()
    printer.stop(PrintJobCause.NO_PRINTER)
    phone = await system.phone(printer=printer)
    await phone.open_stream()
    return phone


async def visit(system: GatewaySystem, phone: VirtualPhone, code: str = CUSTOMER) -> UUID:
    """Record a visit; return the print job of its notice once the gateway has it."""
    visit_id = (await phone.visit(code, "met")).visit.visit_id
    await wait_until(lambda: system.state(visit_id))
    return visit_id


async def becomes(phone: VirtualPhone, job_id: UUID, state: str, cause: str | None) -> None:
    async def is_so() -> bool:
        try:
            job = await phone.print_job(job_id)
        except NotFound:
            return False  # The event has not come yet.
        return (job["state"], job["cause"]) == (state, cause)

    await wait_until(is_so, message=f"{job_id} is {state}, {cause}")


async def forgotten(phone: VirtualPhone, job_id: UUID) -> None:
    """Wait until the phone no longer holds a document."""
    await phone.wait_for(lambda: job_id not in phone.stream.jobs.by_id, what="the withdrawal")


async def account_is(system: GatewaySystem, state: AccountState) -> None:
    async with system.office_bus.work() as work:
        await work.emit(BillIssued(bill=bill(state.customer_code), account=state), aggregate=state.customer_code)


async def test_a_notice_that_waits_for_the_printer_is_not_printed_once_the_customer_has_paid(
    gateway: GatewaySystem,
) -> None:
    phone = await phone_without_printer(gateway)
    notice = await visit(gateway, phone)
    await becomes(phone, notice, "held", "no_printer")
    await phone.pay(CUSTOMER, TOTAL)
    await becomes(phone, notice, "cancelled", "paid")
    await forgotten(phone, notice)
    await phone.load_paper()
    await phone.wait_for_printout("receipt")
    assert [paper.kind for paper in phone.printouts] == [PaperKind.RECEIPT]
    with pytest.raises(Problem, match="print-job-expired"):
        await phone.print_again(notice, 1)


async def test_a_notice_with_the_amount_of_before_is_not_printed_once_a_bill_was_corrected(
    gateway: GatewaySystem,
) -> None:
    phone = await phone_without_printer(gateway)
    notice = await visit(gateway, phone)
    state = builders.account(CUSTOMER, debt=TOTAL - TOTAL // 10, version=9)
    async with gateway.office_bus.work() as work:
        await work.emit(builders.bill_corrected(bill(CUSTOMER), state, corrected_at=now()), aggregate=CUSTOMER)
    await becomes(phone, notice, "cancelled", "debt_changed")
    entries = await gateway.pool.fetch("SELECT entry FROM feed_entries")
    assert [json.loads(row["entry"])["what"] for row in entries][-1] == "bill.corrected"


async def test_a_notice_of_a_part_of_the_debt_is_not_printed_once_more_is_owed(gateway: GatewaySystem) -> None:
    phone = await phone_without_printer(gateway)
    notice = await visit(gateway, phone)
    await account_is(gateway, builders.account(CUSTOMER, debt=2 * TOTAL, version=9))
    await becomes(phone, notice, "cancelled", "debt_changed")


async def test_a_notice_that_comes_after_the_payment_it_was_made_before_is_never_offered(
    gateway: GatewaySystem,
) -> None:
    phone = await gateway.phone()
    await phone.open_stream()
    await account_is(gateway, builders.account(CUSTOMER, debt=0, version=9))

    async def is_known() -> bool:
        return bool(await gateway.pool.fetchval("SELECT version = 9 FROM customer_accounts"))

    await wait_until(is_known)
    late = await gateway.print(phone, visit_id=new_id(), account_version=8)
    await becomes(phone, late, "cancelled", "paid")
    now = await gateway.print(phone, visit_id=new_id(), account_version=9)
    await becomes(phone, now, "printed", None)
    assert [paper.job_id for paper in phone.printouts] == [now]


async def test_a_notice_is_not_printed_at_the_next_door_and_only_the_newest_at_its_own(gateway: GatewaySystem) -> None:
    await gateway.add_customer(OTHER)
    phone = await phone_without_printer(gateway)
    first = await visit(gateway, phone)
    second = await visit(gateway, phone)
    await becomes(phone, first, "cancelled", "replaced")
    third = await visit(gateway, phone, OTHER)
    await becomes(phone, second, "cancelled", "door_left")
    await forgotten(phone, second)
    await phone.load_paper()
    await becomes(phone, third, "printed", None)
    assert [paper.job_id for paper in phone.printouts] == [third]


async def test_a_notice_on_another_collectors_phone_stays(gateway: GatewaySystem) -> None:
    await gateway.add_customer(OTHER, "TN002")
    phone = await phone_without_printer(gateway)
    notice = await visit(gateway, phone)
    colleague = await gateway.phone("TN002")
    await visit(gateway, colleague, OTHER)
    await becomes(phone, notice, "held", "no_printer")


async def test_the_receipt_of_a_reversed_payment_is_not_printed(gateway: GatewaySystem) -> None:
    phone, cashier = await phone_without_printer(gateway), await gateway.desk("cashier")
    paid = await phone.pay(CUSTOMER, TOTAL)
    receipt = (await phone.receipt_of(paid.payment.payment_id)).receipt.receipt_id
    await becomes(phone, receipt, "held", "no_printer")
    await cashier.reverse(paid.payment.payment_id, "Thu nhầm")
    await becomes(phone, receipt, "cancelled", "reversed")


async def test_a_phone_that_comes_back_learns_what_was_withdrawn_meanwhile(gateway: GatewaySystem) -> None:
    phone = await phone_without_printer(gateway)
    notice = await visit(gateway, phone)
    await becomes(phone, notice, "held", "no_printer")
    await phone.stream.stop()
    await phone.pay(CUSTOMER, TOTAL)
    await becomes(phone, notice, "cancelled", "paid")
    await phone.open_stream()
    await forgotten(phone, notice)
    await phone.load_paper()
    await phone.wait_for_printout("receipt")
    assert notice not in [paper.job_id for paper in phone.printouts]


async def test_the_notice_of_a_visit_that_was_taken_back_is_not_printed_also_when_it_comes_later(
    gateway: GatewaySystem,
) -> None:
    phone = await phone_without_printer(gateway)
    notice = await visit(gateway, phone)
    withdrawal_id = new_id()
    for _ in range(2):
        body = {"reason": "Bấm nhầm khách"}
        await phone.send("POST", f"/v1/visits/{notice}/withdrawal", body=body, key=withdrawal_id)
    await becomes(phone, notice, "cancelled", "visit_withdrawn")
    late = await gateway.print(phone, visit_id=notice)
    await becomes(phone, late, "cancelled", "visit_withdrawn")


async def begun(system: GatewaySystem, phone: VirtualPhone) -> tuple[Stream, UUID]:
    """A notice that a phone holds and may print, on a stream that is driven by hand."""
    stream = await Stream.open(system, phone)
    notice = await visit(system, phone)
    await stream.receive("job")
    await stream.send("accepted", notice)
    await stream.receive("confirmed")
    return stream, notice


async def test_a_phone_that_asks_before_the_first_byte_learns_of_a_withdrawal_that_is_on_its_way(
    gateway: GatewaySystem,
) -> None:
    phone = await gateway.phone()
    stream, notice = await begun(gateway, phone)
    await phone.pay(CUSTOMER, TOTAL)
    await becomes(phone, notice, "cancelled", "paid")
    # Whatever has been sent of it: the phone has read none of it.
    await stream.send("printing", notice)
    answer = await stream.receive("acknowledged")
    assert (answer["job_id"], answer["state"], answer["cause"]) == (str(notice), "cancelled", "paid")
    await becomes(phone, notice, "cancelled", "paid")
    await stream.socket.close()


async def test_a_notice_whose_first_byte_was_allowed_is_not_withdrawn(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    stream, notice = await begun(gateway, phone)
    await stream.send("printing", notice)
    assert (await stream.receive("acknowledged"))["state"] == "printing"
    await phone.pay(CUSTOMER, TOTAL)
    # Its receipt is offered once the payment is known here, which is when notices are withdrawn.
    assert (await stream.receive("job"))["kind"] == "receipt"
    await becomes(phone, notice, "printing", None)
    await stream.send("result", notice, state="printed")
    assert (await stream.receive("acknowledged"))["state"] == "printed"
    await stream.socket.close()


async def test_bills_of_a_run_withdraw_outdated_notices_and_refresh_the_route_once(gateway: GatewaySystem) -> None:
    await gateway.add_customer(OTHER)
    phone = await phone_without_printer(gateway)
    notice = await visit(gateway, phone)
    async with gateway.office_bus.work() as work:
        await work.emit(builders.bills_released(builders.account(CUSTOMER, debt=2 * TOTAL, version=9)))
        await work.emit(builders.bills_released(builders.account(OTHER, debt=TOTAL, version=9)))
    await becomes(phone, notice, "cancelled", "debt_changed")
    await phone.wait_for(lambda: [update for update in phone.stream.updates if update["type"] == "refresh"])
    assert await gateway.pool.fetchval("SELECT count(*) FROM feed_refreshes") == 0
    assert await gateway.pool.fetchval("SELECT count(*) FROM feed_entries WHERE entry LIKE '%refresh%'") == 1
