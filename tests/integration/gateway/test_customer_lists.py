"""Lists of customers and meters in the office: who hands them in, for which units, and how large they may be."""

import base64

import pytest

from services.gateway.api import customer_lists
from services.gateway.domain.staff import StaffRole
from shared.contracts.customer import CompanyListKind, ListKind, TakeCompanyList, TakeList
from tests.integration.gateway.conftest import GatewaySystem
from tests.integration.gateway.people import person

LIST = {"kind": "customers", "name": "khach hang.xlsx", "content": base64.b64encode(b"x" * 100_000).decode()}
PLACE = "/v1/customer-lists"


async def test_a_billing_clerk_hands_in_a_list_for_the_own_units_and_is_kept_with_it(gateway: GatewaySystem) -> None:
    clerk = await person(gateway, "lan", StaffRole.BILLING_CLERK, units=("PB1502",))
    tried = await clerk.call("POST", PLACE, {**LIST, "trial": True})
    taken = await clerk.call("POST", PLACE, {**LIST, "kind": "meters", "keep_good": True})
    assert [(one.status, one.body["outcome"]) for one in (tried, taken)] == [(200, "tried"), (200, "taken")]
    first, second = gateway.office.asked_for(TakeList)
    assert (first.kind, first.is_trial, first.keep_good) == (ListKind.CUSTOMERS, True, False)
    assert (second.kind, second.is_trial, second.keep_good) == (ListKind.METERS, False, True)
    assert (second.name, second.content, second.unit_codes) == (LIST["name"], LIST["content"], ["PB1502"])
    kept = await gateway.pool.fetch("SELECT login_name, asked::text FROM staff_acts WHERE what = 'takeList'")
    assert [one["login_name"] for one in kept] == ["lan", "lan"]
    assert all("content" not in one["asked"] for one in kept)


async def test_lists_of_units_collectors_and_routes_are_handed_in_by_who_works_for_all_units(
    gateway: GatewaySystem,
) -> None:
    of_one = await person(gateway, "lan", StaffRole.BILLING_CLERK, units=("PB1502",))
    of_all = await person(gateway, "hoa", StaffRole.BILLING_CLERK, units=("*",))
    for kind in CompanyListKind:
        refused = await of_one.call("POST", PLACE, {**LIST, "kind": kind})
        assert (refused.status, refused.body["type"]) == (403, "urn:thungan:problem:not-allowed")
        assert (await of_all.call("POST", PLACE, {**LIST, "kind": kind, "trial": True})).status == 200
    assert [(one.kind, one.is_trial) for one in gateway.office.asked_for(TakeCompanyList)] == [
        (kind, True) for kind in CompanyListKind
    ]


async def test_others_hand_in_nothing_and_what_is_no_list_goes_no_further(
    gateway: GatewaySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    for role in set(StaffRole) - {StaffRole.BILLING_CLERK}:
        somebody = await person(gateway, role.value.replace("_", "."), role)
        assert (await somebody.call("POST", PLACE, LIST)).status == 403
    clerk = await person(gateway, "lan", StaffRole.BILLING_CLERK)
    assert (await clerk.call("POST", PLACE, {**LIST, "content": "?"})).status == 422
    assert (await clerk.call("POST", PLACE, {**LIST, "kind": "readings"})).status == 422
    monkeypatch.setattr(customer_lists, "LARGEST_FILE", 12)
    assert (await clerk.call("POST", PLACE, LIST)).status == 422
    assert gateway.office.asked_for(TakeList) == []
