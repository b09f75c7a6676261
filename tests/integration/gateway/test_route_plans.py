"""Routes in the office: who arranges them, for which units, and how many customers a route may have."""

from services.gateway.domain.staff import StaffRole
from shared.contracts.customer import ArrangeRoute, GetRoutePlan
from shared.ids import new_id
from tests.integration.gateway.conftest import GatewaySystem
from tests.integration.gateway.people import person

VERSION = "0" * 32
PLAN, ARRANGE = "/v1/routes/r-tn001/plan", "/v1/routes/r-tn001/arrangements"


async def test_a_supervisor_arranges_a_route_of_the_own_units_and_is_kept_with_it(gateway: GatewaySystem) -> None:
    supervisor = await person(gateway, "lan", StaffRole.SUPERVISOR, units=("PB1502",))
    assert (await supervisor.call("GET", f"{PLAN}?skip=3")).body["version"] == VERSION
    further = {"route_code": "r9", "name": "Khóm 9", "collector_code": "tn002", "customers": ["pb 15010000002"]}
    key = new_id()
    arranged = await supervisor.call(
        "POST", ARRANGE, {"version": VERSION, "customers": ["PB15010000001"], "further": further}, key=key
    )
    assert (arranged.status, arranged.body["moved"]) == (201, 2)
    [looked], [asked] = gateway.office.asked_for(GetRoutePlan), gateway.office.asked_for(ArrangeRoute)
    assert (looked.route_code, looked.skip, looked.unit_codes) == ("R-TN001", 3, ["PB1502"])
    assert (asked.arrangement_id, asked.route_code, asked.unit_codes) == (key, "R-TN001", ["PB1502"])
    assert asked.further is not None
    assert (asked.further.route_code, asked.further.customers) == ("R9", ["PB15010000002"])
    [kept] = await gateway.pool.fetch("SELECT login_name, object FROM staff_acts WHERE what = 'arrangeRoute'")
    assert tuple(kept) == ("lan", "R-TN001")


async def test_others_of_the_office_look_at_routes_and_arrange_none(gateway: GatewaySystem) -> None:
    body = {"version": VERSION, "customers": ["PB15010000001"]}
    for role in StaffRole:
        somebody = await person(gateway, role.value.replace("_", "."), role)
        looked = (await somebody.call("GET", PLAN)).status
        arranged = (await somebody.call("POST", ARRANGE, body, key=new_id())).status
        reads = role not in (StaffRole.OPERATOR, StaffRole.ADMINISTRATOR)
        assert (role, looked) == (role, 200 if reads else 403)
        assert (role, arranged) == (role, 201 if role is StaffRole.SUPERVISOR else 403)


async def test_a_route_of_thousands_of_customers_fits_into_one_request(gateway: GatewaySystem) -> None:
    supervisor = await person(gateway, "lan", StaffRole.SUPERVISOR)
    codes = [f"PB1501{number:07}" for number in range(5_000)]
    body = {"version": VERSION, "customers": codes}
    assert (await supervisor.call("POST", ARRANGE, body, key=new_id())).status == 201
    [asked] = gateway.office.asked_for(ArrangeRoute)
    assert asked.customers == codes
    body = {"version": VERSION, "customers": [*codes, "PB15019999999"]}
    assert (await supervisor.call("POST", ARRANGE, body, key=new_id())).status == 422
