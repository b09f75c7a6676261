"""Files of readings in the office: who hands them in, for which units, and how large they may be."""

import base64

import pytest

from services.gateway.api import readings_files
from services.gateway.domain.staff import StaffRole
from shared.contracts.billing import TakeReadings
from tests.integration.gateway.conftest import GatewaySystem
from tests.integration.gateway.people import person

FILE = {"name": "chi so.csv", "content": base64.b64encode(b"customer_code").decode()}
PLACE = "/v1/readings-files"


async def test_a_billing_clerk_hands_in_a_file_for_the_own_units(gateway: GatewaySystem) -> None:
    clerk = await person(gateway, "lan", StaffRole.BILLING_CLERK, units=("PB1502",))
    tried = await clerk.call("POST", PLACE, {**FILE, "trial": True})
    taken = await clerk.call("POST", PLACE, {**FILE, "keep_good": True})
    assert [(one.status, one.body["outcome"]) for one in (tried, taken)] == [(200, "tried"), (200, "taken")]
    asked = gateway.office.asked_for(TakeReadings)
    assert [(one.is_trial, one.keep_good) for one in asked] == [(True, False), (False, True)]
    assert [(one.name, one.content, one.unit_codes) for one in asked] == [(*FILE.values(), ["PB1502"])] * 2


async def test_a_file_is_taken_that_is_larger_than_what_other_requests_may_hold(gateway: GatewaySystem) -> None:
    clerk = await person(gateway, "lan", StaffRole.BILLING_CLERK)
    content = base64.b64encode(b"customer_code\n" * 10_000).decode()
    assert (await clerk.call("POST", PLACE, {**FILE, "content": content})).status == 200
    assert [one.content for one in gateway.office.asked_for(TakeReadings)] == [content]


async def test_others_hand_in_nothing_and_what_is_too_large_goes_no_further(
    gateway: GatewaySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor = await person(gateway, "minh", StaffRole.SUPERVISOR)
    assert (await supervisor.call("POST", PLACE, FILE)).status == 403
    clerk = await person(gateway, "lan", StaffRole.BILLING_CLERK)
    assert (await clerk.call("POST", PLACE, {**FILE, "content": "?"})).status == 422
    monkeypatch.setattr(readings_files, "LARGEST_FILE", 12)
    assert (await clerk.call("POST", PLACE, FILE)).status == 422
    assert gateway.office.asked_for(TakeReadings) == []
