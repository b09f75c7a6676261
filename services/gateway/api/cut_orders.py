"""Cutting off and reconnecting: warnings on paper, lists by two people, and orders carried out at the meter."""

from base64 import b64decode
from typing import Annotated, Literal

from pydantic import Field

from services.gateway.access import require_own_customer
from services.gateway.api import refusals
from services.gateway.api.dunning import TAG, require_own_unit
from services.gateway.api.reading_complaints import JPEG, Photo
from services.gateway.approvals.rules import SecondPersonNeeded
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import COLLECTOR_ONLY, NO_DEVICE, STAFF
from services.gateway.domain.staff import APPROVERS, READERS, SUPERVISORS, StaffMember
from services.gateway.edge.operation import Answer, AnyOperation, Call, Caller, Operation
from services.gateway.edge.types import (
    INTEGER,
    Day,
    Id,
    Incoming,
    IncomingMoment,
    Line,
    Nothing,
    TypedCustomerCode,
    TypedUnitCode,
)
from shared.contracts.notify import (
    ApproveCutList,
    CutListReply,
    CutLists,
    CutOrderReported,
    CutOrders,
    CutTasks,
    DiscardCutList,
    GetCutList,
    GetCutLists,
    GetCutOrders,
    GetCutTasks,
    GetOrderPhoto,
    MakeCutList,
    OrderOutcome,
    RecordWarningDelivery,
    ReportCutOrder,
    WarningDelivered,
    WayOfDelivery,
)
from shared.problems import NotFound, SameIdOtherContent


class ListPath(Incoming):
    """One cut-off list."""

    list_id: Id


class OrderPath(Incoming):
    """One order."""

    order_id: Id


class CustomerPath(Incoming):
    """One customer."""

    customer_code: TypedCustomerCode = Field(examples=["PB1501000001"])


class NewCutList(Incoming):
    """Whose list, and for which day."""

    unit_code: TypedUnitCode = Field(examples=["PB1401"])
    day: Day


class ListsQuery(Incoming):
    """How many lists."""

    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 50


class OrdersQuery(Incoming):
    """Which orders."""

    customer_code: TypedCustomerCode | None = None
    state: Literal["open", "ended"] | None = None
    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 100


class Delivery(Incoming):
    """How a warning on paper reached the customer."""

    warning_id: Id
    way: WayOfDelivery
    note: Line = Field(default="", examples=["Giao cho vợ chủ hộ"])


class OrderReport(Incoming):
    """What came of an order at the place."""

    outcome: OrderOutcome
    meter_reading: int | None = Field(default=None, ge=0, le=9_999_999_999, description="Needed with `done`.")
    note: Line = ""
    stated_at: IncomingMoment
    photo: Photo = Field(default="", description="Of the meter: a JPEG of at most 45,000 bytes, base64.")


def _units(who: Caller) -> list[str]:
    return who.unit_codes if isinstance(who, StaffMember) else []


async def deliver(call: Call[CustomerPath, Nothing, Delivery], dependencies: Dependencies) -> WarningDelivered:
    """Keep that a warning was delivered on paper."""
    await require_own_customer(call.who, call.path.customer_code, dependencies)
    return await dependencies.request(
        RecordWarningDelivery(
            delivery_id=call.key,
            warning_id=call.body.warning_id,
            customer_code=call.path.customer_code,
            way=call.body.way,
            note=call.body.note,
            delivered_by=call.who.actor[:100],
        )
    )


async def make(call: Call[Nothing, Nothing, NewCutList], dependencies: Dependencies) -> CutListReply:
    """Make a cut-off list."""
    require_own_unit(call.who, call.body.unit_code)
    return await dependencies.request(MakeCutList(list_id=call.key, unit_code=call.body.unit_code, day=call.body.day))


async def approve(call: Call[ListPath, Nothing, None], dependencies: Dependencies) -> CutListReply:
    """Approve a cut-off list."""
    return await dependencies.request(ApproveCutList(list_id=call.path.list_id, unit_codes=_units(call.who)))


async def discard(call: Call[ListPath, Nothing, None], dependencies: Dependencies) -> CutListReply:
    """Discard a cut-off list."""
    return await dependencies.request(DiscardCutList(list_id=call.path.list_id, unit_codes=_units(call.who)))


async def read_all(call: Call[Nothing, ListsQuery, None], dependencies: Dependencies) -> CutLists:
    """List the latest cut-off lists."""
    return await dependencies.request(GetCutLists(unit_codes=_units(call.who), limit=call.query.limit))


async def read(call: Call[ListPath, Nothing, None], dependencies: Dependencies) -> CutListReply:
    """Read a cut-off list."""
    return await dependencies.request(GetCutList(list_id=call.path.list_id, unit_codes=_units(call.who)))


async def orders(call: Call[Nothing, OrdersQuery, None], dependencies: Dependencies) -> CutOrders:
    """List orders."""
    query = call.query
    return await dependencies.request(
        GetCutOrders(
            unit_codes=_units(call.who),
            customer_code=query.customer_code,
            is_open=None if query.state is None else query.state == "open",
            limit=query.limit,
        )
    )


async def tasks(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> CutTasks:
    """Read what the collector has to do."""
    return await dependencies.request(GetCutTasks(collector_code=call.collector_code))


async def report(call: Call[OrderPath, Nothing, OrderReport], dependencies: Dependencies) -> CutOrderReported:
    """Keep what came of an order: by its collector's phone, or by the office, which somebody has called."""
    body = call.body
    return await dependencies.request(
        ReportCutOrder(
            report_id=call.key,
            order_id=call.path.order_id,
            collector_code=None if isinstance(call.who, StaffMember) else call.collector_code,
            unit_codes=_units(call.who),
            outcome=body.outcome,
            meter_reading=body.meter_reading,
            note=body.note,
            stated_at=body.stated_at,
            photo=body.photo,
        )
    )


async def photo(call: Call[OrderPath, Nothing, None], dependencies: Dependencies) -> Answer:
    """Read the photo of the meter of an order."""
    found = await dependencies.request(GetOrderPhoto(order_id=call.path.order_id, unit_codes=_units(call.who)))
    return Answer(content=b64decode(found.jpeg), content_type=JPEG)


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="POST",
        path="/v1/customers/{customer_code}/warning-deliveries",
        name="recordWarningDelivery",
        tag=TAG,
        summary="Keep that a warning with day and hour of the cut was delivered on paper",
        description="It counts at the time of the server. `in_time`: whether it came long enough before that hour.",
        handler=deliver,
        path_model=CustomerPath,
        body=Delivery,
        secret=frozenset({"note"}),
        key="delivery_id",
        status=201,
        answer=WarningDelivered,
        roles=STAFF,
        staff=SUPERVISORS,
        problems=(NotFound, SameIdOtherContent, refusals.UNREADABLE_TEXT),
    ),
    Operation(
        method="GET",
        path="/v1/cut-lists",
        name="listCutLists",
        tag=TAG,
        summary="List cut-off lists, the latest first",
        handler=read_all,
        query_model=ListsQuery,
        answer=CutLists,
        roles=NO_DEVICE,
        staff=READERS,
    ),
    Operation(
        method="POST",
        path="/v1/cut-lists",
        name="makeCutList",
        tag=TAG,
        summary="Make the cut-off list of a unit for a day, of all who may be cut off then",
        description="Nobody is cut off by it until somebody else approves it.",
        handler=make,
        body=NewCutList,
        key="list_id",
        status=201,
        answer=CutListReply,
        roles=NO_DEVICE,
        staff=SUPERVISORS,
        problems=(NotFound, SameIdOtherContent, refusals.NO_DAY_OF_CUT, refusals.NOBODY_TO_CUT_OFF),
    ),
    Operation(
        method="GET",
        path="/v1/cut-lists/{list_id}",
        name="getCutList",
        tag=TAG,
        summary="Read a cut-off list with its customers as they stand now",
        description="Who has paid or is blocked drops out by itself, with the reason.",
        handler=read,
        path_model=ListPath,
        answer=CutListReply,
        roles=NO_DEVICE,
        staff=READERS,
        problems=(NotFound,),
    ),
    Operation(
        method="POST",
        path="/v1/cut-lists/{list_id}/approval",
        name="approveCutList",
        tag=TAG,
        summary="Approve a cut-off list, as another person than who made it: orders are given",
        description="To whoever may still be cut off. Repeating it changes nothing.",
        handler=approve,
        path_model=ListPath,
        answer=CutListReply,
        roles=NO_DEVICE,
        staff=APPROVERS,
        problems=(NotFound, SecondPersonNeeded, SameIdOtherContent, refusals.CUT_LIST_ENDED),
    ),
    Operation(
        method="POST",
        path="/v1/cut-lists/{list_id}/discarding",
        name="discardCutList",
        tag=TAG,
        summary="Discard a cut-off list that nobody has approved",
        handler=discard,
        path_model=ListPath,
        answer=CutListReply,
        roles=NO_DEVICE,
        staff=APPROVERS,
        problems=(NotFound, SameIdOtherContent, refusals.CUT_LIST_ENDED),
    ),
    Operation(
        method="GET",
        path="/v1/cut-orders",
        name="listCutOrders",
        tag=TAG,
        summary="List orders to cut and to reconnect, the open ones by their clocks",
        handler=orders,
        query_model=OrdersQuery,
        answer=CutOrders,
        roles=NO_DEVICE,
        staff=READERS,
    ),
    Operation(
        method="GET",
        path="/v1/cut-orders/{order_id}/photo",
        name="getOrderPhoto",
        tag=TAG,
        summary="Read the photo of the meter that came with the report of an order",
        handler=photo,
        path_model=OrderPath,
        media_types={JPEG: "The photo of the meter."},
        roles=NO_DEVICE,
        staff=READERS,
        problems=(NotFound,),
    ),
    Operation(
        method="GET",
        path="/v1/cut-tasks",
        name="listCutTasks",
        tag=TAG,
        summary="List the warnings that the collector has to deliver on paper, and the orders to carry out",
        handler=tasks,
        answer=CutTasks,
        roles=COLLECTOR_ONLY,
    ),
    Operation(
        method="POST",
        path="/v1/cut-orders/{order_id}/reports",
        name="reportCutOrder",
        tag=TAG,
        summary="Keep what came of an order at the meter, with what the meter shows",
        description=(
            "What was done is kept even where the order had been withdrawn while the phone had no signal; `further` is "
            "then the order to connect supply again. The office reports what it was told by other ways, of its own "
            "units: a phone that is lost keeps no order open."
        ),
        handler=report,
        path_model=OrderPath,
        body=OrderReport,
        secret=frozenset({"photo"}),
        key="report_id",
        status=201,
        answer=CutOrderReported,
        roles=COLLECTOR_ONLY,
        staff=SUPERVISORS,
        problems=(
            NotFound,
            SameIdOtherContent,
            refusals.CUT_ORDER_ENDED,
            refusals.READING_MISSING,
            refusals.INVALID_PHOTO,
            refusals.UNREADABLE_TEXT,
        ),
    ),
]
