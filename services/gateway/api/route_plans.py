"""Routes as the office arranges them: the order of walking, whose a route is, and splitting it."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.gateway.api import refusals
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import READERS, SUPERVISORS
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import (
    INTEGER,
    Incoming,
    Nothing,
    TypedCollectorCode,
    TypedCustomerCode,
    TypedRouteCode,
    Words,
)
from shared.contracts.customer import ArrangeRoute, FurtherRoute, GetRoutePlan, RouteArranged, RoutePlan
from shared.problems import NotFound, SameIdOtherContent

TAG = "customers"

MOST_CUSTOMERS = 5_000
_LARGEST_BODY = 128 * 1024
"""Bytes: so many codes, and what surrounds them."""

_Customers = Annotated[list[TypedCustomerCode], Field(max_length=MOST_CUSTOMERS)]


class RoutePath(Incoming):
    """One route."""

    route_code: TypedRouteCode


class PlanQuery(Incoming):
    """Which part of a long route."""

    skip: Annotated[int, Field(ge=0, le=1_000_000), INTEGER] = 0


class Further(Incoming):
    """Where customers go who leave the route: a new one with its name and collector, or one that is there."""

    route_code: TypedRouteCode = Field(examples=["PB1401-009"])
    name: Annotated[Words, StringConstraints(max_length=100)] | None = Field(
        default=None, description="Of a new route; left out for one that is there, at whose end they come."
    )
    collector_code: TypedCollectorCode | None = Field(default=None, description="Whose the new route is.")
    customers: Annotated[_Customers, Field(min_length=1)]


class Arrangement(Incoming):
    """A route as it shall be: each of its customers is named once."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] = Field(
        description="Of the route as it was looked at."
    )
    customers: _Customers = Field(description="Those who stay, in the order of walking.")
    collector_code: TypedCollectorCode | None = Field(
        default=None, description="Whose the route is from now on; left out: as before."
    )
    further: Further | None = None


async def read(call: Call[RoutePath, PlanQuery, None], dependencies: Dependencies) -> RoutePlan:
    """Read who is on a route, in the order of walking."""
    return await dependencies.request(
        GetRoutePlan(route_code=call.path.route_code, unit_codes=call.member.unit_codes, skip=call.query.skip)
    )


async def arrange(call: Call[RoutePath, Nothing, Arrangement], dependencies: Dependencies) -> RouteArranged:
    """Arrange a route of the own units."""
    body, further = call.body, call.body.further
    request = ArrangeRoute(
        arrangement_id=call.key,
        route_code=call.path.route_code,
        version=body.version,
        customers=body.customers,
        collector_code=body.collector_code,
        further=FurtherRoute(**further.model_dump()) if further else None,
        unit_codes=call.member.unit_codes,
    )
    done = await dependencies.request(request)
    call.changes.before = {"version": body.version}
    call.changes.after = {
        "version": done.version,
        "moved": done.moved,
        **({"collector_code": body.collector_code} if body.collector_code else {}),
        **({"further": further.route_code, "customers": len(further.customers)} if further else {}),
    }
    for code in {body.collector_code, further.collector_code if further else None} - {None}:
        dependencies.notifier.day_changed(code)
    return done


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/routes/{route_code}/plan",
        name="getRoutePlan",
        tag=TAG,
        summary="Read who is on a route, in the order of walking",
        description="Everybody who is supplied, whether or not something is owed. A long route comes in parts.",
        handler=read,
        path_model=RoutePath,
        query_model=PlanQuery,
        answer=RoutePlan,
        roles=NO_DEVICE,
        staff=READERS,
        problems=(NotFound,),
    ),
    Operation(
        method="POST",
        path="/v1/routes/{route_code}/arrangements",
        name="arrangeRoute",
        tag=TAG,
        summary="Put a route into another order, give it to another collector, or split it",
        description=(
            "All or nothing. Refused as `route-changed` when the route is another one by now than the `version` that "
            "was looked at. Phones of the collectors concerned read their routes afresh. The next import of a list "
            "changes a customer's place only when the list itself has changed it."
        ),
        handler=arrange,
        path_model=RoutePath,
        body=Arrangement,
        largest_body=_LARGEST_BODY,
        key="arrangement_id",
        status=201,
        answer=RouteArranged,
        roles=NO_DEVICE,
        staff=SUPERVISORS,
        problems=(
            NotFound,
            SameIdOtherContent,
            refusals.ROUTE_CHANGED,
            refusals.ROUTE_CODE_TAKEN,
            refusals.FOREIGN_COLLECTOR,
            refusals.INCOMPLETE_ARRANGEMENT,
        ),
    ),
]
