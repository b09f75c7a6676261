"""Customers, their accounts, routes and reminders: read from the services that own them."""

from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field

from services.gateway.access import own_collector, own_customer, require_own_collector, require_own_customer
from services.gateway.api import refusals
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import COLLECTOR_ONLY, EVERYONE, OFFICE, STAFF, Device, Role
from services.gateway.domain.staff import DEVICE_READERS, READERS, SERVICE, StaffMember
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import (
    INTEGER,
    Day,
    Incoming,
    Nothing,
    Outgoing,
    PastedPhone,
    Query,
    TypedCollectorCode,
    TypedCustomerCode,
    TypedUnitCode,
    Words,
)
from services.gateway.store import door_leases
from shared.clock import business_day
from shared.contracts.billing import (
    CollectionPointsReply,
    GetAccount,
    GetCollectionPoints,
    GetUsage,
    Usage,
)
from shared.contracts.billing import CustomerAccount as BilledAccount
from shared.contracts.common import AccountState
from shared.contracts.customer import (
    CollectorDetails,
    CorrectPhone,
    CorrectPhoneAtDesk,
    CustomerDetails,
    CustomersFound,
    GetCollector,
    GetCollectors,
    GetCustomer,
    GetRoute,
    PhoneCorrected,
    RouteOfDay,
    SearchCustomers,
)
from shared.contracts.notify import GetReminders, ReminderHistory
from shared.problems import Conflict, NotFound, SameIdOtherContent

TAG = "customers"


class CustomerPath(Incoming):
    """One customer."""

    customer_code: TypedCustomerCode = Field(examples=["PB1501000001"])


class CollectorPath(Incoming):
    """One collector."""

    collector_code: TypedCollectorCode = Field(examples=["TN001"])


class SearchQuery(Incoming):
    """What to search for."""

    query: Query = Field(description="Code, name, phone, meter number or address, as a person types it.")
    limit: Annotated[int, Field(ge=1, le=100), INTEGER] = 20


class HistoryQuery(Incoming):
    """How much of the past to add."""

    history: Annotated[int, Field(ge=0, le=60), INTEGER] = Field(
        default=0, description="How many paid bills and payments to add, the latest first."
    )


class AccountQuery(HistoryQuery):
    """How much of the past to add, and whether money is about to be counted."""

    counting: bool = Field(
        default=False,
        description="The calling phone is about to count this customer's money; for some seconds others are told so.",
    )


class Counting(Outgoing):
    """Who counts money at a customer's door."""

    collector_code: str
    device_name: str
    until: datetime = Field(description="It expires by itself: ask again then.")


class CustomerAccount(BilledAccount):
    """A customer's bills, the oldest first, what is owed, and who is about to take it."""

    counted_by: Counting | None = Field(
        default=None,
        description="Another phone that counts this customer's money now; only where `counting` was asked.",
    )


class LimitQuery(Incoming):
    """How many to return."""

    limit: Annotated[int, Field(ge=1, le=100), INTEGER] = 20


class DayQuery(Incoming):
    """A business day."""

    day: Day = Field(description="The business day in Vietnam.")


class CollectionPointsQuery(Incoming):
    """Where to look for collection points."""

    unit_code: TypedUnitCode = Field(description="The managing unit: its own points come first.", examples=["PB1501"])
    limit: Annotated[int, Field(ge=1, le=100), INTEGER] = 5


class PhoneCorrection(Incoming):
    """A corrected phone number."""

    phone: PastedPhone = Field(description="As people write it: `0912 345 678`, `84912345678`.")
    reason: Words = Field(examples=["Khách hàng đổi số"])


class Debt(Outgoing):
    """What a customer owes, without anything else about the customer."""

    account: AccountState


async def search(call: Call[Nothing, SearchQuery, None], dependencies: Dependencies) -> CustomersFound:
    """Find customers; a collector finds those of the own routes."""
    return await dependencies.request(
        SearchCustomers(
            query=call.query.query,
            limit=call.query.limit,
            collector_code=call.who.collector_code,
            unit_codes=call.who.unit_codes if isinstance(call.who, StaffMember) else [],
        )
    )


async def read(call: Call[CustomerPath, Nothing, None], dependencies: Dependencies) -> CustomerDetails:
    """Read one customer."""
    if isinstance(call.who, StaffMember):
        return await own_customer(call.who, call.path.customer_code, dependencies)
    return await dependencies.request(
        GetCustomer(customer_code=call.path.customer_code, collector_code=call.who.collector_code)
    )


async def account(call: Call[CustomerPath, AccountQuery, None], dependencies: Dependencies) -> CustomerAccount:
    """Read a customer's bills and payments; a collector who is about to count money is told who does so already."""
    code, who = call.path.customer_code, call.who
    await require_own_customer(who, code, dependencies)
    counted_by = None
    if call.query.counting and isinstance(who, Device) and who.role is Role.COLLECTOR:
        counted_by = await _count(code, who, dependencies)
    found = await dependencies.request(GetAccount(customer_code=code, history=call.query.history))
    return CustomerAccount.model_construct(**dict(found), counted_by=counted_by)


async def _count(customer_code: str, device: Device, dependencies: Dependencies) -> Counting | None:
    now = dependencies.clock()
    until = now + timedelta(seconds=dependencies.settings.counting_lease)
    async with dependencies.database() as connection:
        held = await door_leases.take(connection, customer_code, device.device_id, until, now)
    return None if held is None else Counting(**held._asdict())


class MonthsQuery(Incoming):
    """How many months."""

    months: Annotated[int, Field(ge=1, le=24), INTEGER] = 12


async def usage(call: Call[CustomerPath, MonthsQuery, None], dependencies: Dependencies) -> Usage:
    """Read what a customer has used."""
    await require_own_customer(call.who, call.path.customer_code, dependencies)
    return await dependencies.request(GetUsage(customer_code=call.path.customer_code, months=call.query.months))


async def debt(call: Call[CustomerPath, Nothing, None], dependencies: Dependencies) -> Debt:
    """Read what a customer owes: all that a collection point needs to know."""
    await require_own_customer(call.who, call.path.customer_code, dependencies)
    reply = await dependencies.request(GetAccount(customer_code=call.path.customer_code))
    return Debt(account=reply.account)


async def correct_phone(
    call: Call[CustomerPath, Nothing, PhoneCorrection], dependencies: Dependencies
) -> PhoneCorrected:
    """Correct a customer's phone number."""
    await require_own_customer(call.who, call.path.customer_code, dependencies)
    collector_code = call.who.collector_code
    if collector_code is None:
        # The office, which corrects the number of a customer of any route.
        return await dependencies.request(
            CorrectPhoneAtDesk(
                correction_id=call.key,
                customer_code=call.path.customer_code,
                phone=call.body.phone,
                reason=call.body.reason,
            )
        )
    return await dependencies.request(
        CorrectPhone(
            correction_id=call.key,
            customer_code=call.path.customer_code,
            collector_code=collector_code,
            phone=call.body.phone,
            reason=call.body.reason,
        )
    )


async def reminders(call: Call[CustomerPath, LimitQuery, None], dependencies: Dependencies) -> ReminderHistory:
    """Read the SMS reminders of a customer."""
    await require_own_customer(call.who, call.path.customer_code, dependencies)
    return await dependencies.request(GetReminders(customer_code=call.path.customer_code, limit=call.query.limit))


class DayOutOfRange(Conflict):
    """A route of a day that is too far away to have one."""

    slug = "day-out-of-range"
    title = "The day is too far from today"


FURTHEST_DAY = timedelta(days=400)


async def _whole_route(dependencies: Dependencies, collector_code: str, day: date) -> RouteOfDay:
    """Read a route piece by piece: a long one does not fit into one message."""
    today = business_day(dependencies.clock())
    if abs(day - today) > FURTHEST_DAY:
        raise DayOutOfRange("Ngày quá xa hôm nay.", facts={"day": day.isoformat(), "today": today.isoformat()})
    route = await dependencies.request(GetRoute(collector_code=collector_code, day=day))
    read = list(route.stops)
    while len(read) < route.total_stops:
        more = await dependencies.request(GetRoute(collector_code=collector_code, day=day, skip=len(read)))
        if not more.stops:
            break  # Somebody left the route while it was read.
        read += more.stops
    # Whoever came to the route meanwhile has pushed the others on by one.
    stops = list({stop.customer.customer_code: stop for stop in read}.values())
    return route.model_copy(update={"stops": stops, "total_stops": len(stops)})


async def own_route(call: Call[Nothing, DayQuery, None], dependencies: Dependencies) -> RouteOfDay:
    """Read the calling collector's stops of one day."""
    return await _whole_route(dependencies, call.collector_code, call.query.day)


async def collectors_route(call: Call[CollectorPath, DayQuery, None], dependencies: Dependencies) -> RouteOfDay:
    """Read any collector's stops of one day."""
    await require_own_collector(call.who, call.path.collector_code, dependencies)
    return await _whole_route(dependencies, call.path.collector_code, call.query.day)


async def collector(call: Call[CollectorPath, Nothing, None], dependencies: Dependencies) -> CollectorDetails:
    """Read one collector."""
    return await own_collector(call.who, call.path.collector_code, dependencies)


class CollectorsView(Outgoing):
    """Collectors in the order of their codes, those who have left included."""

    collectors: list[CollectorDetails]


async def collectors(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> CollectorsView:
    """Read all collectors, part by part: many do not fit into one message."""
    units = call.who.unit_codes if isinstance(call.who, StaffMember) else []
    found: list[CollectorDetails] = []
    while True:
        after = found[-1].collector_code if found else None
        part = (await dependencies.request(GetCollectors(unit_codes=units, after=after))).collectors
        if not part:
            return CollectorsView(collectors=found)
        found += part


async def collector_of_device(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> CollectorDetails:
    """Read the collector that the calling device belongs to."""
    return await dependencies.request(GetCollector(collector_code=call.collector_code))


async def collection_points(
    call: Call[Nothing, CollectionPointsQuery, None], dependencies: Dependencies
) -> CollectionPointsReply:
    """Read where a notice can be paid."""
    return await dependencies.request(GetCollectionPoints(unit_code=call.query.unit_code, limit=call.query.limit))


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/customers",
        name="searchCustomers",
        tag=TAG,
        summary="Find customers",
        description="Accents, typos and word order are forgiven. A collector finds only customers of the own routes.",
        handler=search,
        query_model=SearchQuery,
        answer=CustomersFound,
        roles=STAFF,
        staff=READERS,
    ),
    Operation(
        method="GET",
        path="/v1/customers/{customer_code}",
        name="getCustomer",
        tag=TAG,
        summary="Read a customer with contract facts, visits and the next step",
        handler=read,
        path_model=CustomerPath,
        answer=CustomerDetails,
        roles=STAFF,
        staff=READERS,
        kept=True,
    ),
    Operation(
        method="GET",
        path="/v1/customers/{customer_code}/account",
        name="getAccount",
        tag=TAG,
        summary="Read a customer's bills with their lines, and payments",
        handler=account,
        path_model=CustomerPath,
        description=(
            "`counting=true` says that the calling phone is about to count money: another phone that says so within "
            "seconds gets `counted_by` and until when. It is a word between people and no lock: no payment is refused "
            "for it."
        ),
        query_model=AccountQuery,
        answer=CustomerAccount,
        roles=STAFF,
        staff=READERS,
    ),
    Operation(
        method="GET",
        path="/v1/customers/{customer_code}/usage",
        name="getUsage",
        tag=TAG,
        summary="Read what a customer has used, and why the latest bill is higher or lower than the one before",
        description=(
            "The last months that were billed, the oldest first, each with days, kWh a day, the highest tier, and the "
            "same month of the year before. The causes of the difference add up to it."
        ),
        handler=usage,
        path_model=CustomerPath,
        query_model=MonthsQuery,
        answer=Usage,
        roles=STAFF,
        staff=READERS,
    ),
    Operation(
        method="GET",
        path="/v1/customers/{customer_code}/debt",
        name="getDebt",
        tag=TAG,
        summary="Read what a customer owes",
        handler=debt,
        path_model=CustomerPath,
        answer=Debt,
        roles=EVERYONE,
        staff=READERS,
    ),
    Operation(
        method="POST",
        path="/v1/customers/{customer_code}/phone-corrections",
        name="correctPhone",
        tag=TAG,
        summary="Correct a customer's phone number",
        handler=correct_phone,
        path_model=CustomerPath,
        body=PhoneCorrection,
        secret=frozenset({"phone"}),
        key="correction_id",
        status=201,
        answer=PhoneCorrected,
        roles=STAFF,
        staff=SERVICE,
        problems=(SameIdOtherContent, refusals.INVALID_PHONE, refusals.UNREADABLE_TEXT),
    ),
    Operation(
        method="GET",
        path="/v1/customers/{customer_code}/reminders",
        name="getReminders",
        tag=TAG,
        summary="Read the SMS reminders of a customer",
        handler=reminders,
        path_model=CustomerPath,
        query_model=LimitQuery,
        answer=ReminderHistory,
        roles=STAFF,
        staff=READERS,
    ),
    Operation(
        method="GET",
        path="/v1/route",
        name="getRoute",
        tag=TAG,
        summary="Read the own route of a day, in the order of walking",
        handler=own_route,
        query_model=DayQuery,
        answer=RouteOfDay,
        roles=COLLECTOR_ONLY,
        problems=(NotFound, DayOutOfRange),
    ),
    Operation(
        method="GET",
        path="/v1/collectors/{collector_code}/route",
        name="getCollectorsRoute",
        tag=TAG,
        summary="Read a collector's route of a day",
        handler=collectors_route,
        path_model=CollectorPath,
        query_model=DayQuery,
        answer=RouteOfDay,
        roles=OFFICE,
        staff=READERS,
        problems=(DayOutOfRange,),
    ),
    Operation(
        method="GET",
        path="/v1/collectors",
        name="listCollectors",
        tag=TAG,
        summary="List collectors with their routes",
        handler=collectors,
        answer=CollectorsView,
        roles=OFFICE,
        staff=READERS | DEVICE_READERS,
    ),
    Operation(
        method="GET",
        path="/v1/collectors/{collector_code}",
        name="getCollector",
        tag=TAG,
        summary="Read a collector",
        handler=collector,
        path_model=CollectorPath,
        answer=CollectorDetails,
        roles=OFFICE,
        staff=READERS,
    ),
    Operation(
        method="GET",
        path="/v1/me/collector",
        name="getOwnCollector",
        tag=TAG,
        summary="Read the collector that this device belongs to",
        handler=collector_of_device,
        answer=CollectorDetails,
        roles=COLLECTOR_ONLY,
        problems=(NotFound,),
    ),
    Operation(
        method="GET",
        path="/v1/collection-points",
        name="getCollectionPoints",
        tag=TAG,
        summary="Read where a notice can be paid, the points of the unit first",
        handler=collection_points,
        query_model=CollectionPointsQuery,
        answer=CollectionPointsReply,
        roles=EVERYONE,
        staff=READERS,
    ),
]
