"""Bill runs in the office: begun by a billing clerk, released by somebody else, for the own units alone."""

from services.gateway.domain.staff import StaffRole
from shared.contracts.billing import (
    DiscardBillRun,
    GetBillRun,
    GetBillRuns,
    GetWaitingReadings,
    ReleaseBillRun,
    StartBillRun,
)
from shared.ids import new_id
from tests.integration.gateway.back_office import TOTAL
from tests.integration.gateway.conftest import GatewaySystem
from tests.integration.gateway.people import person

SCOPE = {"unit_prefix": "PB1501", "month": "2026-10"}
FIGURES = {"bills": 1, "total": TOTAL}


async def test_a_clerk_begins_a_run_and_a_supervisor_releases_it_by_its_figures(gateway: GatewaySystem) -> None:
    clerk = await person(gateway, "hoa", StaffRole.BILLING_CLERK)
    supervisor = await person(gateway, "lan", StaffRole.SUPERVISOR)
    waiting = await clerk.call("GET", "/v1/waiting-readings")
    assert [(one["unit_code"], one["periods"]) for one in waiting.body["waiting"]] == [("PB1501", 1)]
    key = new_id()
    begun = await clerk.call("POST", "/v1/bill-runs", SCOPE, key=key)
    assert (begun.status, begun.body["run_id"], begun.body["state"]) == (201, str(key), "computing")
    assert begun.body["asked_by"] == {"staff_id": str(clerk.staff_id), "name": "Người hoa (hoa)"}
    (asked,) = gateway.office.asked_for(StartBillRun)
    assert (asked.run_id, asked.unit_prefix, asked.year, asked.month) == (key, "PB1501", 2026, 10)
    released = await supervisor.call("POST", f"/v1/bill-runs/{key}/release", FIGURES)
    assert (released.status, released.body["state"]) == (200, "releasing")
    assert released.body["confirmed_by"] == {"staff_id": None, "name": "Lê Thị Tính"}
    (confirmed,) = gateway.office.asked_for(ReleaseBillRun)
    assert (confirmed.run_id, confirmed.bills, confirmed.total) == (key, 1, TOTAL)
    assert (await clerk.call("GET", f"/v1/bill-runs/{key}")).body["held"] == 0


async def test_roles_that_may_not_are_refused_every_step_of_a_run(gateway: GatewaySystem) -> None:
    clerk = await person(gateway, "hoa", StaffRole.BILLING_CLERK)
    supervisor = await person(gateway, "lan", StaffRole.SUPERVISOR)
    cashier = await person(gateway, "ngan", StaffRole.CASHIER)
    operator = await person(gateway, "minh", StaffRole.OPERATOR)
    place = f"/v1/bill-runs/{new_id()}"
    refused = [
        await clerk.call("POST", f"{place}/release", FIGURES),
        await supervisor.call("POST", "/v1/bill-runs", SCOPE, key=new_id()),
        await cashier.call("POST", "/v1/bill-runs", SCOPE, key=new_id()),
        await cashier.call("POST", f"{place}/release", FIGURES),
        await cashier.call("POST", f"{place}/discarding"),
        await operator.call("GET", "/v1/bill-runs"),
        await operator.call("GET", place),
        await operator.call("GET", "/v1/waiting-readings"),
    ]
    assert [one.status for one in refused] == [403] * len(refused)
    assert gateway.office.asked_for(StartBillRun) == []


async def test_every_request_about_runs_names_the_units_of_who_asks(gateway: GatewaySystem) -> None:
    clerk = await person(gateway, "hoa", StaffRole.BILLING_CLERK, StaffRole.ACCOUNTANT, units=("PB1502",))
    place = f"/v1/bill-runs/{new_id()}"
    await clerk.call("GET", "/v1/waiting-readings")
    await clerk.call("GET", "/v1/bill-runs?limit=5")
    await clerk.call("GET", place)
    await clerk.call("POST", "/v1/bill-runs", SCOPE, key=new_id())
    await clerk.call("POST", f"{place}/release", FIGURES)
    await clerk.call("POST", f"{place}/discarding")
    office = gateway.office
    for asked in (
        office.asked_for(GetWaitingReadings),
        office.asked_for(GetBillRuns),
        office.asked_for(GetBillRun),
        office.asked_for(StartBillRun),
        office.asked_for(ReleaseBillRun),
        office.asked_for(DiscardBillRun),
    ):
        assert [one.unit_codes for one in asked] == [["PB1502"]]


async def test_a_month_and_a_unit_that_are_none_are_refused(gateway: GatewaySystem) -> None:
    clerk = await person(gateway, "hoa", StaffRole.BILLING_CLERK)
    for scope in ({"month": "2026-13"}, {"month": "10/2026"}, {"unit_prefix": "X"}, {"unit_prefix": "PB15012"}):
        assert (await clerk.call("POST", "/v1/bill-runs", scope, key=new_id())).status == 422
