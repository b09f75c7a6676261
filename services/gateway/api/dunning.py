"""Dunning up to cutting off: where customers stand and why a step waits, and who must not be cut off."""

from typing import Annotated

from pydantic import Field

from services.gateway.access import require_own_customer
from services.gateway.api import refusals
from services.gateway.api.customers import CustomerPath
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import OFFICE, STAFF
from services.gateway.domain.staff import COUNTER, READERS, StaffMember
from services.gateway.edge.operation import AnyOperation, Call, Caller, Operation
from services.gateway.edge.types import INTEGER, Incoming, Nothing, TypedCustomerCode, TypedUnitCode, Words
from shared.contracts.customer import CustomerProtected, ProtectCustomer
from shared.contracts.notify import DunningCases, DunningReply, GetDunning, GetDunningCases
from shared.problems import NotFound, SameIdOtherContent

TAG = "dunning"


class CasesQuery(Incoming):
    """Whose customers, a page of them."""

    unit_code: TypedUnitCode = Field(examples=["PB1401"])
    after: TypedCustomerCode | None = Field(default=None, description="`next` of the page before.")
    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 100


class Protection(Incoming):
    """Whether the customer must not be cut off, and why."""

    protected: bool
    reason: Words = Field(examples=["Có bệnh nhân thở máy, xác nhận của trạm y tế ngày 20/11"])


def require_own_unit(who: Caller, unit_code: str) -> None:
    """Refuse a person who asks for another unit, as if there were none. Raises :class:`~shared.problems.NotFound`."""
    if isinstance(who, StaffMember) and not who.sees_unit(unit_code):
        raise NotFound("Không có điện lực này.")


async def of_customer(call: Call[CustomerPath, Nothing, None], dependencies: Dependencies) -> DunningReply:
    """Read where a customer stands."""
    await require_own_customer(call.who, call.path.customer_code, dependencies)
    return await dependencies.request(GetDunning(customer_code=call.path.customer_code))


async def of_unit(call: Call[Nothing, CasesQuery, None], dependencies: Dependencies) -> DunningCases:
    """Read where the customers of a unit stand."""
    require_own_unit(call.who, call.query.unit_code)
    return await dependencies.request(GetDunningCases(**call.query.model_dump()))


async def protect(call: Call[CustomerPath, Nothing, Protection], dependencies: Dependencies) -> CustomerProtected:
    """Keep whether a customer must not be cut off."""
    await require_own_customer(call.who, call.path.customer_code, dependencies)
    return await dependencies.request(
        ProtectCustomer(
            protection_id=call.key,
            customer_code=call.path.customer_code,
            protected=call.body.protected,
            reason=call.body.reason,
        )
    )


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/customers/{customer_code}/dunning",
        name="getDunning",
        tag=TAG,
        summary="Read where a customer stands in the steps up to cutting off, and why a step waits",
        description="A step is done by the record of its delivery. `why` names everything that blocks a step.",
        handler=of_customer,
        path_model=CustomerPath,
        answer=DunningReply,
        roles=STAFF,
        staff=READERS,
    ),
    Operation(
        method="GET",
        path="/v1/dunning",
        name="listDunning",
        tag=TAG,
        summary="List where the customers of a unit stand whose oldest bill is overdue",
        handler=of_unit,
        query_model=CasesQuery,
        answer=DunningCases,
        roles=OFFICE,
        staff=READERS,
        problems=(NotFound,),
    ),
    Operation(
        method="POST",
        path="/v1/customers/{customer_code}/protection",
        name="protectCustomer",
        tag=TAG,
        summary="Keep that a customer must not be cut off, or may be again",
        description="Who, when and why are kept; the reason is shown to nobody but the office.",
        handler=protect,
        path_model=CustomerPath,
        body=Protection,
        secret=frozenset({"reason"}),
        key="protection_id",
        answer=CustomerProtected,
        roles=OFFICE,
        staff=COUNTER,
        problems=(SameIdOtherContent, refusals.UNREADABLE_TEXT),
    ),
]
