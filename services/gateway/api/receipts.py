"""Receipts: read, and printed again as counted copies."""

from pydantic import Field

from services.gateway.access import require_own_customer
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import STAFF, Role
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import Id, Incoming, Nothing, Words
from shared.contracts.receipt import GetReceipt, ReceiptReply, ReprintReceipt, ReprintReply
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


async def _own_receipt(
    call: Call[ReceiptPath, Nothing, CopyRequest] | Call[ReceiptPath, Nothing, None], dependencies: Dependencies
) -> ReceiptReply:
    reply = await dependencies.request(GetReceipt(receipt_id=call.path.receipt_id))
    if reply.receipt.collector_code is None or reply.receipt.collector_code != call.device.collector_code:
        await require_own_customer(call.device, reply.receipt.customer_code, dependencies)
    return reply


async def read(call: Call[ReceiptPath, Nothing, None], dependencies: Dependencies) -> ReceiptReply:
    """Read a receipt with the paper as it was first printed."""
    return await _own_receipt(call, dependencies)


async def print_copy(call: Call[ReceiptPath, Nothing, CopyRequest], dependencies: Dependencies) -> ReprintReply:
    """Print a counted copy. A collector prints on the own phone, the office on any phone."""
    is_collector = call.device.role is Role.COLLECTOR
    if is_collector and call.body.device_id not in (None, call.device.device_id):
        raise NotAllowed("Thu ngân viên chỉ in trên máy của mình.")
    await _own_receipt(call, dependencies)
    return await dependencies.request(
        ReprintReceipt(
            reprint_id=call.key,
            receipt_id=call.path.receipt_id,
            requested_by=call.device.actor,
            reason=call.body.reason,
            device_id=call.device.device_id if is_collector else call.body.device_id,
        )
    )


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/receipts/{receipt_id}",
        name="getReceipt",
        tag=TAG,
        summary="Read a receipt with the paper as it was first printed",
        handler=read,
        path_model=ReceiptPath,
        answer=ReceiptReply,
        roles=STAFF,
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
        problems=(Conflict, NotAllowed, SameIdOtherContent),
    ),
]
