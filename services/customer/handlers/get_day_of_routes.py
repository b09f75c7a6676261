from services.customer.store.routes import day_of_routes
from shared.clock import bounds_of
from shared.contracts.customer import DayOfRoutes, GetDayOfRoutes
from shared.messaging import UnitOfWork
from shared.problems import InvalidRequest

MOST_ROUTES = 500


async def get_day_of_routes(request: GetDayOfRoutes, work: UnitOfWork) -> DayOfRoutes:
    """Return how a day goes on each route, as many as fit into one answer."""
    try:
        day = bounds_of(request.day)
    except OverflowError:
        raise InvalidRequest("Ngày không hợp lệ.", facts={"day": request.day.isoformat()}) from None
    found = await day_of_routes(work.connection, request.unit_codes, request.after, day, MOST_ROUTES)
    return DayOfRoutes(routes=found)
