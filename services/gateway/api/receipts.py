"""Receipts: read, printed again as counted copies, and their links sent by SMS."""

from typing import Annotated

from pydantic import Field

from services.gateway.access import UnknownDevice, require_own_customer, require_printing_device
from services.gateway.api import refusals
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import STAFF, Device, Role
from services.gateway.domain.staff import COUNTER, READERS, SERVICE
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import Id, Incoming, Line, Nothing, Words
from shared.contracts.customer import GetCustomer
from shared.contracts.notify import GetReceiptLinks, ReceiptLinkReply, ReceiptLinks, SendReceiptLink
from shared.contracts.receipt import GetReceipt, ReceiptReply, ReprintReceipt, ReprintReply
from shared.phones import InvalidPhoneError, normalise
from shared.problems import Conflict, NotAllowed, SameIdOtherContent

TAG = "receipts"


class ReceiptPath(Incoming):
    """One receipt."""

    receipt_id: Id


class CopyRequest(Incoming):
    """Why a copy is printed."""

    reason: Words = Field(examples=["Khách hàng làm mất biên nhận"])
    device_id: Id | None = Field(
        default=None, description="The phone whose printer prints the copy; a collector's own when left out."
    )


class LinkRequest(Incoming):
    """To which number the link of a receipt goes."""

    phone: Annotated[Line, Field(min_length=3, max_length=40)] | None = Field(
        default=None, description="As people write it; the customer's number on record when left out."
    )


class NoPhone(Conflict):
    """There is no number that the link could go to."""

    slug = "no-phone"
    title = "No phone number"
    usual_detail = "Khách này chưa có số điện thoại. Cần nhập số nhận tin nhắn."


class InvalidPhone(Conflict):
    """The text is no phone number."""

    slug = "invalid-phone"
    title = "Not a phone number"
    usual_detail = "Số điện thoại không đúng."


class ReceiptVoided(Conflict):
    """The receipt is not good any more."""

    slug = "receipt-voided"
    title = "The receipt was voided"
    usual_detail = "Biên nhận này đã bị hủy."


async def _own_receipt(
    call: Call[ReceiptPath, Nothing, CopyRequest]
    | Call[ReceiptPath, Nothing, LinkRequest]
    | Call[ReceiptPath, Nothing, None],
    dependencies: Dependencies,
) -> ReceiptReply:
    reply = await dependencies.request(GetReceipt(receipt_id=call.path.receipt_id))
    if reply.receipt.collector_code is None or reply.receipt.collector_code != call.who.collector_code:
        await require_own_customer(call.who, reply.receipt.customer_code, dependencies)
    return reply


async def read(call: Call[ReceiptPath, Nothing, None], dependencies: Dependencies) -> ReceiptReply:
    """Read a receipt with its document as it was first printed."""
    return await _own_receipt(call, dependencies)


async def print_copy(call: Call[ReceiptPath, Nothing, CopyRequest], dependencies: Dependencies) -> ReprintReply:
    """Print a counted copy. A collector prints on the own phone, the office on any phone."""
    is_collector = isinstance(call.who, Device) and call.who.role is Role.COLLECTOR
    if is_collector and call.body.device_id not in (None, call.who.acting_id):
        raise NotAllowed("Thu ngân viên chỉ in trên máy của mình.")
    await _own_receipt(call, dependencies)
    await require_printing_device(call.who, call.body.device_id, dependencies)
    return await dependencies.request(
        ReprintReceipt(
            reprint_id=call.key,
            receipt_id=call.path.receipt_id,
            requested_by=call.who.actor,
            reason=call.body.reason,
            device_id=call.who.acting_id if is_collector else call.body.device_id,
        )
    )


async def send_link(call: Call[ReceiptPath, Nothing, LinkRequest], dependencies: Dependencies) -> ReceiptLinkReply:
    """Send the link of a receipt by SMS: at most once for each receipt and number."""
    found = await _own_receipt(call, dependencies)
    receipt = found.receipt
    if receipt.voided_at is not None:
        raise ReceiptVoided
    facts = (await dependencies.request(GetCustomer(customer_code=receipt.customer_code))).facts
    phone = _number(call.body.phone) if call.body.phone is not None else facts.phone
    if phone is None:
        raise NoPhone
    return await dependencies.request(
        SendReceiptLink(
            link_id=call.key,
            receipt_id=receipt.receipt_id,
            payment_id=receipt.payment_id,
            customer_code=receipt.customer_code,
            phone=phone,
            unit_name=facts.unit.name,
            receipt_name=f"{receipt.series} {receipt.number:08d}",
            amount=receipt.total,
            address=receipt.short_url or receipt.url,
            requested_by=call.who.actor,
            bill_ids=found.bill_ids,
        )
    )


async def links(call: Call[ReceiptPath, Nothing, None], dependencies: Dependencies) -> ReceiptLinks:
    """Read to which numbers the link of a receipt was sent."""
    receipt = (await _own_receipt(call, dependencies)).receipt
    return await dependencies.request(GetReceiptLinks(receipt_id=receipt.receipt_id))


def _number(written: str) -> str:
    try:
        return normalise(written)
    except InvalidPhoneError:
        raise InvalidPhone from None


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/receipts/{receipt_id}",
        name="getReceipt",
        tag=TAG,
        summary="Read a receipt with its document as it was first printed",
        handler=read,
        path_model=ReceiptPath,
        answer=ReceiptReply,
        roles=STAFF,
        staff=READERS,
    ),
    Operation(
        method="POST",
        path="/v1/receipts/{receipt_id}/copies",
        name="printCopy",
        tag=TAG,
        summary="Print a counted copy (BẢN SAO) of a receipt",
        handler=print_copy,
        path_model=ReceiptPath,
        body=CopyRequest,
        key="reprint_id",
        status=201,
        answer=ReprintReply,
        roles=STAFF,
        staff=COUNTER,
        problems=(NotAllowed, SameIdOtherContent, refusals.NO_SIGNING_KEY, UnknownDevice),
    ),
    Operation(
        method="POST",
        path="/v1/receipts/{receipt_id}/links",
        name="sendReceiptLink",
        tag=TAG,
        summary="Send the link of a receipt by SMS, for whoever could not be given it on paper",
        description="At most once for each receipt and number, and to three numbers at most: `repeated` says that the "
        "link went to this number before. `link.state` and `link.cause` say where the SMS stands: `failed` with "
        "`opted_out` or `wrong_number` gets none, `scheduled` with `quiet_hours` leaves in the morning.",
        handler=send_link,
        path_model=ReceiptPath,
        body=LinkRequest,
        secret=frozenset({"phone"}),
        key="link_id",
        status=201,
        answer=ReceiptLinkReply,
        roles=STAFF,
        staff=SERVICE,
        problems=(
            InvalidPhone,
            NoPhone,
            ReceiptVoided,
            SameIdOtherContent,
            refusals.NO_MOBILE_NUMBER,
            refusals.TOO_MANY_NUMBERS,
        ),
    ),
    Operation(
        method="GET",
        path="/v1/receipts/{receipt_id}/links",
        name="getReceiptLinks",
        tag=TAG,
        summary="Read to which numbers the link of a receipt was sent, and what came of it",
        handler=links,
        path_model=ReceiptPath,
        answer=ReceiptLinks,
        roles=STAFF,
        staff=READERS,
    ),
]
