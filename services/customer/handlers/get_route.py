from datetime import date, datetime

from services.customer.domain.refusals import unknown_collector
from services.customer.store.routes import collector, stops
from shared.clock import bounds_of
from shared.contracts.customer import GetRoute, RouteOfDay, RouteStop
from shared.messaging import UnitOfWork
from shared.problems import InvalidRequest

MOST_STOPS = 500
ROUTE_BYTES = 200 * 1024
"""Stops of one answer: below the bus's limit for one message, with room for the envelope."""


async def get_route(request: GetRoute, work: UnitOfWork) -> RouteOfDay:
    """Return the stops of a collector's day, as many as fit into one answer."""
    if await collector(work.connection, request.collector_code) is None:
        raise unknown_collector(request.collector_code)
    found, total = await stops(work.connection, request.collector_code, _bounds(request.day), request.skip, MOST_STOPS)
    return RouteOfDay(collector_code=request.collector_code, day=request.day, stops=_fitting(found), total_stops=total)


def _bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a business day and the first one after it. Raises InvalidRequest out of range."""
    try:
        return bounds_of(day)
    except OverflowError:
        raise InvalidRequest("Ngày không hợp lệ.", facts={"day": day.isoformat()}) from None


def _fitting(stops: list[RouteStop]) -> list[RouteStop]:
    size = 0
    for place, stop in enumerate(stops):
        size += len(stop.model_dump_json().encode())
        if size > ROUTE_BYTES and place:
            return stops[:place]
    return stops
