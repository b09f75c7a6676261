"""Which messages a customer's number does not get, for whoever calls the hotline or comes to the counter."""

from typing import Annotated

from pydantic import Field

from services.gateway.access import require_own_customer
from services.gateway.api import refusals
from services.gateway.api.customers import CustomerPath
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import OFFICE, STAFF
from services.gateway.domain.staff import READERS, SERVICE
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import Incoming, Line, Nothing, Words
from shared.contracts.customer import GetCustomer
from shared.contracts.notify import ChangeOptOut, GetOptOuts, OptOutsReply
from shared.problems import Conflict, SameIdOtherContent

TAG = "customers"


class OptOutChange(Incoming):
    """What the customer does not want any more, or wants again."""

    opted_out: bool = Field(description="False: messages are sent again.")
    kind: Annotated[Line, Field(max_length=40)] | None = Field(
        default=None, examples=["due_soon"], description="One kind of message; all when left out."
    )
    wrong_number: bool = Field(default=False, description="The number is not the customer's: it gets nothing at all.")
    note: Words | None = Field(default=None, examples=["Khách gọi tổng đài 22/11"])


class NoPhoneOnRecord(Conflict):
    """The customer has no number that could opt out."""

    slug = "no-phone"
    title = "No phone number"
    usual_detail = "Khách này chưa có số điện thoại."


async def _phone(code: str, dependencies: Dependencies) -> str:
    phone = (await dependencies.request(GetCustomer(customer_code=code))).facts.phone
    if phone is None:
        raise NoPhoneOnRecord
    return phone


async def read(call: Call[CustomerPath, Nothing, None], dependencies: Dependencies) -> OptOutsReply:
    """Read which messages the customer's number does not get."""
    await require_own_customer(call.who, call.path.customer_code, dependencies)
    return await dependencies.request(GetOptOuts(phone=await _phone(call.path.customer_code, dependencies)))


async def change(call: Call[CustomerPath, Nothing, OptOutChange], dependencies: Dependencies) -> OptOutsReply:
    """Opt the customer's number out of messages, or in again."""
    await require_own_customer(call.who, call.path.customer_code, dependencies)
    return await dependencies.request(
        ChangeOptOut(
            change_id=call.key,
            phone=await _phone(call.path.customer_code, dependencies),
            kind=call.body.kind,
            opted_out=call.body.opted_out,
            wrong_number=call.body.wrong_number,
            note=call.body.note or "",
            requested_by=call.who.actor,
        )
    )


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/customers/{customer_code}/opt-outs",
        name="getOptOuts",
        tag=TAG,
        summary="Read which messages the customer's number does not get",
        handler=read,
        path_model=CustomerPath,
        answer=OptOutsReply,
        roles=STAFF,
        staff=READERS,
        problems=(NoPhoneOnRecord,),
    ),
    Operation(
        method="POST",
        path="/v1/customers/{customer_code}/opt-outs",
        name="changeOptOut",
        tag=TAG,
        summary="Opt the customer's number out of one kind of message or of all, or in again",
        description="A brandname cannot receive answers: opt-outs come from the hotline and the counter. What the law "
        "demands (a cut warning) is sent in spite of an opt-out; to a wrong number nothing is.",
        handler=change,
        path_model=CustomerPath,
        body=OptOutChange,
        key="change_id",
        answer=OptOutsReply,
        roles=OFFICE,
        staff=SERVICE,
        problems=(
            NoPhoneOnRecord,
            SameIdOtherContent,
            refusals.UNKNOWN_MESSAGE_KIND,
        ),
    ),
]
