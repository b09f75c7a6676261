from services.customer.domain.route_plans import unknown_route
from services.customer.store.route_plans import planned, planned_stops, route
from shared.contracts.customer import GetRoutePlan, PlannedStop, RoutePlan
from shared.messaging import UnitOfWork

MOST_STOPS = 500
PLAN_BYTES = 200 * 1024
"""Stops of one answer: below the bus's limit for one message, with room for the envelope."""


async def get_route_plan(request: GetRoutePlan, work: UnitOfWork) -> RoutePlan:
    """Return who is on a route in the order of walking, as many as fit into one answer."""
    found = await route(work.connection, request.route_code)
    if found is None or (request.unit_codes and found.unit_code not in request.unit_codes):
        raise unknown_route(request.route_code)
    stops = await planned_stops(work.connection, found.route_code)
    return RoutePlan(
        route_code=found.route_code,
        name=found.name,
        unit_code=found.unit_code,
        collector_code=found.collector_code,
        version=(await planned(work.connection, found)).version,
        stops=_fitting(stops[request.skip : request.skip + MOST_STOPS]),
        total_stops=len(stops),
    )


def _fitting(stops: list[PlannedStop]) -> list[PlannedStop]:
    size = 0
    for place, stop in enumerate(stops):
        size += len(stop.model_dump_json().encode())
        if size > PLAN_BYTES and place:
            return stops[:place]
    return stops
