"""Payment codes that a phone shows: the receipt of the transfer is printed there."""

from pydantic import Field

from services.gateway.access import require_own_customer
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import COLLECTOR_ONLY
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import Amount, Id, Incoming, Nothing, Outgoing, TypedCustomerCode
from services.gateway.store.transfer_codes import add_code
from shared.contracts.gateway import TransferCodeShown
from shared.idempotency import same_id_other_content
from shared.problems import NotFound, SameIdOtherContent


class TransferPath(Incoming):
    """One code, under the id that the phone made."""

    transfer_id: Id


class TransferCode(Incoming):
    """What the code asks for."""

    customer_code: TypedCustomerCode = Field(examples=["PB1501000001"])
    amount: Amount = Field(description="Whole đồng.", examples=[475000])
    reference: str = Field(
        pattern=r"^[0-9A-Za-z][0-9A-Za-z ./-]{7,24}$",
        description="What stands in the content of the transfer, and in no other.",
        examples=["TD PB1501000001 7K3QX9PA"],
    )


class TransferCodeKept(Outgoing):
    """The code is known."""

    transfer_id: Id


async def show(call: Call[TransferPath, Nothing, TransferCode], dependencies: Dependencies) -> TransferCodeKept:
    """Keep that the phone shows a code, so that the receipt of the transfer is printed there."""
    device, body, transfer_id = call.device, call.body, call.path.transfer_id
    await require_own_customer(device, body.customer_code, dependencies)
    async with dependencies.bus.work() as work:
        moment = dependencies.clock()
        kept = await add_code(
            work.connection,
            transfer_id,
            device,
            customer_code=body.customer_code,
            amount=body.amount,
            reference=body.reference,
            shown_at=moment,
        )
        if not kept:
            raise same_id_other_content(transfer_id)
        shown = TransferCodeShown(
            transfer_id=transfer_id,
            customer_code=body.customer_code,
            amount=body.amount,
            reference=body.reference,
            device_id=device.device_id,
            shown_at=moment,
        )
        await work.emit(shown, aggregate=body.customer_code)
    return TransferCodeKept(transfer_id=transfer_id)


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="PUT",
        path="/v1/transfer-codes/{transfer_id}",
        name="showTransferCode",
        tag="payments",
        summary="Record that this phone shows a payment code",
        description=(
            "As soon as the bank or a cashier tells of the transfer with its reference in the text (a cashier also "
            "where the payer wrote no reference, with its amount), the receipt is printed on this phone. Repeating it "
            "is safe."
        ),
        handler=show,
        path_model=TransferPath,
        body=TransferCode,
        answer=TransferCodeKept,
        roles=COLLECTOR_ONLY,
        problems=(NotFound, SameIdOtherContent),
    ),
]
