"""The link of a receipt by SMS: once for each receipt and number, in time, whatever the customer owes."""

from typing import Any
from uuid import UUID

import pytest

from services.notify.domain.causes import Cause
from services.notify.domain.receipt_links import MOST_NUMBERS, NoMobileNumber, ReceiptVoided, TooManyNumbers
from services.notify.handlers.get_receipt_links import get_receipt_links
from services.notify.handlers.send_receipt_link import send_receipt_link
from shared.contracts.notify import (
    GetReceiptLinks,
    ReceiptLink,
    ReceiptLinkReply,
    ReminderState,
    SendReceiptLink,
)
from shared.ids import new_id
from tests.integration.notify.notices import CODE, NIGHT, PHONE, Clock, Operator, notice, paid, reversed_payment
from tests.integration.notify.notify_handlers import Notify

RECEIPT = new_id()
ADDRESS = "https://bienlai.pcmu.evnspc.vn/R/GEZDGNBVGY3TQOJQ2"


def link(phone: str = PHONE, receipt_id: UUID = RECEIPT, **changes: Any) -> SendReceiptLink:
    values: dict[str, Any] = {
        "link_id": new_id(),
        "receipt_id": receipt_id,
        "payment_id": new_id(),
        "customer_code": CODE,
        "phone": phone,
        "unit_name": "Điện lực Trần Văn Thời",
        "receipt_name": "BN26-AA 00000123",
        "amount": 1_289_725,
        "address": ADDRESS,
        "requested_by": "TN014",
    }
    return SendReceiptLink(**values | changes)


async def send(notify: Notify, request: SendReceiptLink) -> ReceiptLinkReply:
    async with notify.new_work() as work:
        return await send_receipt_link(request, work, texts=notify.texts, limits=notify.limits, clock=notify.clock)


async def links(notify: Notify, receipt_id: UUID = RECEIPT) -> list[ReceiptLink]:
    async with notify.new_work() as work:
        return (await get_receipt_links(GetReceiptLinks(receipt_id=receipt_id), work)).links


async def test_a_link_is_one_sms_that_names_amount_customer_receipt_and_address(
    notify: Notify, operator: Operator
) -> None:
    reply = await send(notify, link())
    assert (reply.repeated, reply.link.state) == (False, ReminderState.SCHEDULED)
    assert await notify.sender.send_due() == 1
    [sms] = operator.sent
    assert (sms.phone, sms.segments) == (PHONE, 1)
    for words in ("1.289.725d", CODE, ADDRESS):
        assert words in sms.text
    [known] = await links(notify)
    assert (known.state, known.text, known.requested_by) == (ReminderState.SENT, sms.text, "TN014")
    assert await notify.reminders() == []
    assert await notify.emitted() == []
    assert await notify.violations() == []


async def test_a_number_gets_the_link_of_a_receipt_once(notify: Notify, operator: Operator) -> None:
    first = await send(notify, link())
    again = await send(notify, link())
    other = await send(notify, link(receipt_id=new_id()))
    await notify.sender.send_due()
    assert again.repeated
    assert again.link == first.link
    assert not other.repeated
    assert len(operator.sent) == 2


async def test_a_link_leaves_although_nothing_is_owed_and_is_not_cancelled_by_a_payment(
    notify: Notify, operator: Operator
) -> None:
    await notify.consume(notice(), paid(version=2))
    await send(notify, link())
    await notify.consume(paid(version=3))
    await notify.sender.send_due()
    assert [sms.template for sms in operator.sent] == ["receipt"]
    [known] = await links(notify)
    assert known.state is ReminderState.SENT


async def test_a_link_that_is_requested_in_the_night_leaves_in_the_morning(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    clock.moment = NIGHT
    reply = await send(notify, link())
    assert (reply.link.state, reply.link.cause) == (ReminderState.SCHEDULED, Cause.QUIET_HOURS)
    await notify.sender.send_due()
    assert operator.sent == []


async def test_a_link_that_waits_is_not_sent_when_the_payment_was_reversed_meanwhile(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    clock.moment = NIGHT
    reversal = reversed_payment()
    await send(notify, link(payment_id=reversal.payment.payment_id))
    await send(notify, link(receipt_id=new_id()))
    await notify.consume(reversal)
    clock.advance(hours=10)
    await notify.sender.send_due()
    [known] = await links(notify)
    assert (known.state, known.cause) == (ReminderState.CANCELLED, Cause.REVERSED)
    assert len(operator.sent) == 1


async def test_a_link_of_a_payment_that_was_reversed_is_refused(notify: Notify, operator: Operator) -> None:
    reversal = reversed_payment()
    await notify.consume(reversal)
    with pytest.raises(ReceiptVoided):
        await send(notify, link(payment_id=reversal.payment.payment_id))
    await notify.sender.send_due()
    assert (operator.sent, await links(notify)) == ([], [])


async def test_whoever_wants_no_sms_gets_no_link_and_the_collector_learns_the_cause(
    notify: Notify, operator: Operator
) -> None:
    await notify.block(PHONE)
    reply = await send(notify, link())
    await notify.sender.send_due()
    assert (reply.link.state, reply.link.cause) == (ReminderState.FAILED, Cause.OPTED_OUT)
    assert operator.sent == []
    assert await notify.emitted() == []


async def test_a_landline_is_refused(notify: Notify) -> None:
    with pytest.raises(NoMobileNumber):
        await send(notify, link("+842903831234"))
    assert await links(notify) == []


async def test_a_receipt_goes_to_a_few_numbers_only(notify: Notify) -> None:
    for number in range(MOST_NUMBERS):
        await send(notify, link(f"+8491234567{number}"))
    with pytest.raises(TooManyNumbers):
        await send(notify, link("+84912345679"))
    assert (await send(notify, link("+84912345670"))).repeated
