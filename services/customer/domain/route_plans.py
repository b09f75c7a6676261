"""What an arrangement of a route may do. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from shared.contracts.customer import ArrangeRoute
from shared.problems import Conflict, InvalidRequest, NotFound


class RouteChanged(Conflict):
    """Somebody else has changed the route since it was looked at."""

    slug = "route-changed"
    title = "The route was changed meanwhile"
    usual_detail = "Tuyến đã được người khác sửa. Hãy xem lại thứ tự mới rồi sắp xếp lại."


class RouteCodeTaken(Conflict):
    """A new route has the code of one that there is."""

    slug = "route-code-taken"
    title = "There is a route with this code"
    usual_detail = "Mã tuyến này đã có."


class ForeignCollector(Conflict):
    """A route was to be given to somebody who does not work for its unit."""

    slug = "foreign-collector"
    title = "The collector does not work for the unit"
    usual_detail = "Thu ngân viên này không làm việc ở điện lực của tuyến."


@dataclass(frozen=True, slots=True)
class PlannedRoute:
    """Whose a route is, and who is on it in which order."""

    collector_code: str
    customers: tuple[str, ...]

    @property
    def version(self) -> str:
        """The same for the same collector, customers and order, and for nothing else."""
        return hashlib.sha256("\n".join((self.collector_code, *self.customers)).encode()).hexdigest()[:32]


def unknown_route(route_code: str) -> NotFound:
    """Return the refusal of a route that there is not, or that is another unit's: both look the same."""
    return NotFound("Không có tuyến này.", facts={"route_code": route_code})


def require_all_once(request: ArrangeRoute, on_route: Sequence[str]) -> None:
    """Refuse an arrangement that forgets a customer, names one twice, or names somebody who is not on the route."""
    leaving = request.further.customers if request.further else []
    named = [*request.customers, *leaving]
    if len(named) != len(on_route) or set(named) != set(on_route):
        raise InvalidRequest(
            "Mỗi khách hàng của tuyến phải có đúng một lần.",
            slug="incomplete-arrangement",
            title="Each customer of the route has to be named once",
        )
    if request.further is not None and request.further.route_code == request.route_code:
        raise InvalidRequest("Tuyến mới phải khác tuyến đang sắp xếp.", slug="incomplete-arrangement")
