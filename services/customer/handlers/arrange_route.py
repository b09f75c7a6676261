from datetime import datetime

from services.customer.announcement import FEW, announce_few, announce_many
from services.customer.domain.route_plans import (
    ForeignCollector,
    RouteChanged,
    RouteCodeTaken,
    require_all_once,
    unknown_route,
)
from services.customer.store.customers import lock_customers
from services.customer.store.route_plans import (
    RouteRecord,
    add_route,
    all_on,
    give_route,
    last_place,
    lock_routes,
    place,
    planned,
    works_for,
)
from shared.clock import Clock
from shared.contracts.customer import ArrangeRoute, FurtherRoute, RouteArranged
from shared.db import Connection
from shared.messaging import UnitOfWork
from shared.problems import InvalidRequest


async def arrange_route(request: ArrangeRoute, work: UnitOfWork, *, clock: Clock) -> RouteArranged:
    """Put customers into another order, give the route away, or split it. The routes are locked."""
    connection = work.connection
    further = request.further
    known = await lock_routes(connection, [request.route_code, *([further.route_code] if further else [])])
    of = known.get(request.route_code)
    if of is None or (request.unit_codes and of.unit_code not in request.unit_codes):
        raise unknown_route(request.route_code)
    before = await planned(connection, of)
    if before.version != request.version:
        raise RouteChanged(facts={"version": before.version})
    require_all_once(request, before.customers)
    # Before anything is written: whoever records a visit or a payment locks customers, too, and no route.
    await lock_customers(connection, before.customers)
    moved: set[str] = set()
    if further is not None:
        after = await _further(connection, further, of, known.get(further.route_code))
        moved |= await place(connection, further.route_code, further.customers, after)
    moved |= await place(connection, of.route_code, request.customers)
    concerned = set(moved)
    if request.collector_code not in (None, of.collector_code):
        await _require_works_for(connection, str(request.collector_code), of.unit_code)
        await give_route(connection, of.route_code, str(request.collector_code))
        concerned |= await all_on(connection, of.route_code)
    await _announce(work, request, sorted(concerned), clock())
    now = (await lock_routes(connection, [of.route_code]))[of.route_code]
    return RouteArranged(
        arrangement_id=request.arrangement_id,
        route_code=of.route_code,
        version=(await planned(connection, now)).version,
        moved=len(moved),
    )


async def _further(connection: Connection, further: FurtherRoute, of: RouteRecord, known: RouteRecord | None) -> int:
    """Return the place on the further route behind which customers come; make the route where it is a new one."""
    if further.name is None or further.collector_code is None:
        if known is None or known.unit_code != of.unit_code:
            raise unknown_route(further.route_code)
        return await last_place(connection, known.route_code)
    if known is not None:
        raise RouteCodeTaken(facts={"route_code": further.route_code})
    if not further.name.strip():
        raise InvalidRequest("Tuyến mới phải có tên.", slug="incomplete-arrangement")
    await _require_works_for(connection, further.collector_code, of.unit_code)
    await add_route(
        connection, RouteRecord(further.route_code, further.name.strip(), of.unit_code, further.collector_code)
    )
    return 0


async def _require_works_for(connection: Connection, collector_code: str, unit_code: str) -> None:
    if not await works_for(connection, collector_code, unit_code):
        raise ForeignCollector(facts={"collector_code": collector_code})


async def _announce(work: UnitOfWork, request: ArrangeRoute, customer_codes: list[str], moment: datetime) -> None:
    if not customer_codes:
        return
    await lock_customers(work.connection, customer_codes)
    if len(customer_codes) <= FEW:
        await announce_few(work, customer_codes, moment)
    else:
        await announce_many(work, customer_codes, request.arrangement_id, moment)
